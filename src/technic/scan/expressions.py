"""What a scan says in the scan language: conditions, columns, an order; checked and planned.

Everything is parsed before anything is fetched. Blocks compute the parts that need one symbol
alone (``nodes``); what compares symbols with each other is put together once all blocks are in.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from technic.errors import ParameterError, RuleUnavailableError
from technic.language import BASE, NameInfo, Node, Vocabulary, level_of, read
from technic.language.analysis.requirements import Requirements, Unsettled, requirements, unsettled
from technic.language.evaluation.memory_estimate import arrays_held
from technic.language.functions.function import Kind
from technic.language.syntax.nodes import And, Call, Comparison, Membership, Name, Text, walk
from technic.scan.config import ScanConfig, SortOrder
from technic.scoring import BENCHMARK_COLUMNS, LOCAL_SUBSCORES
from technic.scoring.technical_rating import TECHNICAL_COLUMNS
from technic.setups.check import check_setup
from technic.setups.patterns import PATTERNS
from technic.setups.scan_file import split_column
from technic.setups.setup import Setup
from technic.trade_plan import PlanRules, PlanTable
from technic.universe import Universe
from technic.universe.listings import TEXT_COLUMNS

__all__ = ["WHERE", "Condition", "ScanTerms", "scan_terms", "vocabulary"]

WHERE = "where"
_TEXTS = ("signal", "entry_type", "stop_basis", "size_basis", "plan_side", "plan_note")
_RATINGS = {
    "rs_score": "Weighted returns over 63, 126, 189 and 252 bars.",
    "rs_rating": "Percentile of rs_score over the symbols that passed the gate, 1 to 99.",
    "tech_rating": "Technic's rating, 0 to 100.",
    "rating_coverage": "Share of the rating's parts that have a value, 0 to 1.",
    "score_relative_strength": "The rating's part for relative strength, 0 to 100.",
    "signal": "What the rating comes to: strong_long, long, watch, neutral, avoid, short.",
}


@functools.cache
def vocabulary() -> Vocabulary:
    """Every name and function that the expressions of a scan may use."""
    names: dict[str, NameInfo] = {}
    for part in LOCAL_SUBSCORES:
        says = f"The rating's part for {part.replace('_', ' ')}"
        names[f"score_{part}"] = NameInfo("number", "day", f"{says}, 0 to 100.")
        names[f"coverage_{part}"] = NameInfo("number", "day", f"{says}: share that has a value.")
    for name in BENCHMARK_COLUMNS:
        names[name] = NameInfo("number", "day", "Comparison with the benchmark; needs one.")
    for column in TECHNICAL_COLUMNS.values():
        text = column.unit == "text"
        names[column.name] = NameInfo(
            "text" if text else "number",
            "market" if text else "day",
            column.description,
            column.bars,
        )
    for name, says in _RATINGS.items():
        names[name] = NameInfo("text" if name in _TEXTS else "number", "market", says)
    for name in PlanTable.column_names():
        kind: Kind = "condition" if name == "has_plan" else "number"
        kind = "text" if name in _TEXTS else kind
        names[name] = NameInfo(kind, "market", "Of the trade plan.")
    for name in ("symbol", *TEXT_COLUMNS):
        names[name] = NameInfo("text", "listing", f"The listing's {name}.")
    names["market_cap"] = NameInfo("number", "listing", "Market capitalisation in dollars.")
    return BASE.extended(names=names, functions=PATTERNS)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of ``owner`` (``where`` or a setup); ``shown``: numbers that explain it."""

    owner: str
    name: str
    node: Node
    shown: tuple[Node, ...] = ()

    @property
    def key(self) -> str:
        """The name it has in a result: ``trend_template.above_long_averages``."""
        return f"{self.owner}.{self.name}"


@dataclass(frozen=True, slots=True, eq=False)
class ScanTerms:
    """Checked expressions of a scan. Travels to the workers.

    ``conditions``: of ``where``, one for each operand of its ``and``, then of each setup.
    ``columns``: name → expression; ``order``: what rows are sorted by, None for a column of the
    table. ``technical``: columns of the Technical Rating that somebody asks for. ``sessions``:
    history that the scan needs, before the anchor rule rounds it up. ``chosen``: names of the
    columns that the user, not a setup, asked for.
    """

    conditions: tuple[Condition, ...] = ()
    columns: tuple[tuple[str, Node], ...] = ()
    order: Node | None = None
    technical: tuple[str, ...] = ()
    sessions: int = 0
    chosen: tuple[str, ...] = ()

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Every expression, each once."""
        found = dict.fromkeys(one.node for one in self.conditions)
        found |= dict.fromkeys(node for one in self.conditions for node in one.shown)
        found |= dict.fromkeys(node for _, node in self.columns)
        if self.order is not None:
            found[self.order] = None
        return tuple(found)

    @property
    def names(self) -> frozenset[str]:
        """Every name that the expressions use."""
        return frozenset(n.name for root in self.nodes for n in walk(root) if isinstance(n, Name))

    def require_listings(self, universe: Universe) -> None:
        """Raise RuleUnavailableError for a listing's name that ``universe`` does not carry."""
        for name in sorted(self.names.intersection((*TEXT_COLUMNS, "market_cap"))):
            if not universe.has(name):
                hint = f"the universe {universe.source!r} does not carry it; name a fuller one"
                raise RuleUnavailableError(name, f"a column {name!r} of the listings", hint)

    def unlisted(self, universe: Universe) -> Iterator[str]:
        """Yield a sentence for each text that a column of the listings is compared with in vain."""
        asked = dict.fromkeys(
            (looked_at.name, text.value)
            for root in self.nodes
            for node in walk(root)
            for looked_at, text in _compared(node)
            if looked_at.name in ("symbol", *TEXT_COLUMNS)
        )
        there = {name: set(universe.frame[name].dropna()) for name, _ in asked}
        for name, value in asked:
            if value not in there[name]:
                near = difflib.get_close_matches(value, there[name], n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                yield f"no listing has the {name} {value!r} that a condition asks for{hint}"

    @property
    def technical_numbers(self) -> tuple[str, ...]:
        """The columns of the Technical Rating that are numbers, those under its texts included."""
        numbers = [name for name in self.technical if TECHNICAL_COLUMNS[name].unit != "text"]
        if "tv_status" in self.technical:
            numbers.append("tv_rating")
        return tuple(dict.fromkeys(numbers))

    @property
    def needs(self) -> Requirements:
        """Bars that the expressions need for a value, and to settle."""
        need = requirements(self.nodes, vocabulary())
        votes = [TECHNICAL_COLUMNS[name].settled for name in self.technical]
        return replace(need, settled=max((need.settled, *votes)))

    def arrays_held(self, bars: int) -> float:
        """Return how many arrays of a block's bars the expressions take at one time, at most."""
        return arrays_held(self.nodes, vocabulary(), bars)

    def not_settled(self, bars: int) -> tuple[Unsettled, ...]:
        """Return the recursions that ``bars`` bars of history do not settle."""
        votes = (TECHNICAL_COLUMNS[name] for name in self.technical)
        return (
            *unsettled(self.nodes, vocabulary(), bars),
            *(Unsettled(one.name, one.settled, bars) for one in votes if one.settled > bars),
        )

    def of(self, owner: str) -> tuple[Condition, ...]:
        """Return the conditions of ``where`` or of a setup."""
        return tuple(one for one in self.conditions if one.owner == owner)


def scan_terms(config: ScanConfig) -> ScanTerms:
    """Parse and check everything that ``config`` says in the scan language.

    Raises ExpressionError, ParameterError for a column or an order that no table has, and
    ParameterError where ``max_history`` is too short for a value.
    """
    conditions, columns = list(_where(config)), dict[str, Node]()
    for setup in config.setups:
        its_conditions, its_columns = _of_setup(setup)
        conditions += its_conditions
        _add_columns(columns, its_columns, f"setup {setup.name}")
    own = [_column(text) for text in config.columns]
    for name, node in own:
        _add_columns(columns, {name: node}, "columns")
    order = _order(config, columns)
    sorted_by = SortOrder.parse(config.sort).column
    if sorted_by in TECHNICAL_COLUMNS:
        columns.setdefault(sorted_by, Name(sorted_by))
    terms = ScanTerms(tuple(conditions), tuple(columns.items()), order)
    names = terms.names
    technical = tuple(name for name in TECHNICAL_COLUMNS if name in names)
    terms = replace(terms, technical=technical)
    _check_history(config, terms)
    least = max(config.bars, terms.needs.bars)
    if config.max_history is not None:
        least = max(least, min(terms.needs.settled, config.max_history))
    compared = sorted(names.intersection((*BENCHMARK_COLUMNS, "benchmark")))
    if compared and config.benchmark is None:
        raise RuleUnavailableError(compared[0], "a benchmark", "name one with --benchmark")
    return replace(terms, sessions=least, chosen=tuple(dict.fromkeys(name for name, _ in own)))


def _check_history(config: ScanConfig, terms: ScanTerms) -> None:
    if config.max_history is None:
        return
    if not terms.nodes:
        allowed = "nothing where no expression may need it: name one by where, columns or sort"
        raise ParameterError("max_history", config.max_history, allowed)
    for node in terms.nodes:
        needed = requirements([node], vocabulary()).bars
        if needed > config.max_history:
            raise ParameterError(
                "max_history", config.max_history, f"at least {needed}, which {node} needs"
            )
    if config.bars > config.max_history:
        allowed = f"at least {config.bars}, the sessions that are loaded in any case"
        raise ParameterError("max_history", config.max_history, allowed, "fewer bars load fewer")


def _where(config: ScanConfig) -> Iterator[Condition]:
    if config.where is None:
        return
    node = read(config.where, vocabulary(), wants="condition").node
    for part in node.operands if isinstance(node, And) else (node,):
        yield Condition(WHERE, str(part), part, _shown(part))


def _of_setup(setup: Setup) -> tuple[list[Condition], dict[str, Node]]:
    """Check a setup; return its conditions and its columns by name."""
    found = check_setup(setup, vocabulary(), PlanRules())
    conditions = [
        Condition(setup.name, one.name, node, _shown(node))
        for one in setup.conditions
        for node in (found[f"conditions.{one.name}"],)
    ]
    columns = {
        key.removeprefix("columns."): node
        for key, node in found.items()
        if key.startswith("columns.")
    }
    return conditions, columns


def _shown(node: Node) -> tuple[Node, ...]:
    """Return the numbers on both sides of a comparison, and what a membership looks at."""
    sides: tuple[Node, ...] = ()
    if isinstance(node, Comparison):
        sides = (node.left, node.right)
    elif isinstance(node, Membership):
        sides = (node.operand,)
    known = vocabulary()
    return tuple(
        side
        for side in sides
        if level_of(side, known) != "constant"
        and not any(isinstance(n, Call) and known.functions[n.function].costly for n in walk(side))
    )


def _compared(node: Node) -> Iterator[tuple[Name, Text]]:
    """Yield a name and each text that a comparison or a membership holds against it."""
    if isinstance(node, Comparison):
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(one, Name) and isinstance(other, Text):
                yield one, other
    elif isinstance(node, Membership) and isinstance(node.operand, Name):
        for value in node.values:
            if isinstance(value, Text):
                yield node.operand, value


def _add_columns(columns: dict[str, Node], more: Mapping[str, Node], owner: str) -> None:
    """Add columns; ParameterError where one of that name says something else already."""
    for name, node in more.items():
        if columns.setdefault(name, node) != node:
            other = f"{name} = {columns[name]}"
            hint = f"{owner} has {name} = {node}: rename one, or run them apart"
            raise ParameterError("columns", other, "one meaning for each name", hint)


def _column(text: str) -> tuple[str, Node]:
    """Check a column that was asked for: a name, an expression, or ``name = expression``."""
    name, expression = split_column(text)
    if name and name in vocabulary().names:
        raise ParameterError("columns", name, "a name that no other column has")
    node = read(expression, vocabulary()).node
    return name or str(node), node


def _order(config: ScanConfig, columns: Mapping[str, Node]) -> Node | None:
    """Return what is sorted by where it is an expression of its own."""
    column = SortOrder.parse(config.sort).column
    known = dict(vocabulary().names)
    if config.benchmark is None:
        known = {name: info for name, info in known.items() if name not in BENCHMARK_COLUMNS}
    if column in columns or (column in known and known[column].level != "bar"):
        return None
    if column == "close":
        return None
    if column.isidentifier() and column not in known:
        near = difflib.get_close_matches(column, [*columns, *known], n=3, cutoff=0.5)
        hint = f"the nearest: {', '.join(near)}" if near else "docs/indicators.md lists them"
        raise ParameterError("sort", column, "a column of the table or an expression", hint)
    values = config.setups[0].values if len(config.setups) == 1 else {}
    node = read(column, vocabulary(), parameters=values).node
    if level_of(node, vocabulary()) == "constant":
        raise ParameterError("sort", column, "a value that differs between symbols")
    return node
