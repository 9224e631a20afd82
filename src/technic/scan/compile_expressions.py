"""From what a config says in the scan language to checked expressions.

Everything is parsed before anything is fetched.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

from technic.errors import ParameterError, RuleUnavailableError
from technic.language import Node, level_of, read
from technic.language.analysis.requirements import requirements, unsettled
from technic.language.syntax.nodes import And, Call, Comparison, Membership, Name, Text, walk
from technic.scan.compiled_expressions import CompiledExpressions
from technic.scan.conditions import WHERE, Condition
from technic.scan.config import ScanConfig, SortOrder
from technic.scan.vocabulary import vocabulary
from technic.scoring import BENCHMARK_COLUMNS
from technic.scoring.technical_rating import TECHNICAL_COLUMNS
from technic.setups.check import check_setup
from technic.setups.scan_file import split_column
from technic.setups.setup import Setup
from technic.trade_plan import PlanRules
from technic.universe.listings import TEXT_COLUMNS

__all__ = ["compile_expressions"]


def compile_expressions(config: ScanConfig) -> CompiledExpressions:
    """Parse and check everything that ``config`` says in the scan language.

    Raises ExpressionError, ParameterError for a column or an order that no table has, and
    ParameterError where ``max_history`` is too short for a value.
    """
    conditions, columns = list(_where(config)), dict[str, Node]()
    for setup in config.setups:
        its_conditions, its_columns = _of_setup(setup)
        conditions += its_conditions
        _add_columns(columns, its_columns, f"setup {setup.name}")
    chosen = [_column(text) for text in config.columns]
    for name, node in chosen:
        _add_columns(columns, {name: node}, "columns")
    order = _order(config, columns)
    sorted_by = SortOrder.parse(config.sort).column
    if sorted_by in TECHNICAL_COLUMNS:
        columns.setdefault(sorted_by, Name(sorted_by))
    parsed = CompiledExpressions(tuple(conditions), tuple(columns.items()), order)
    names = _names(parsed.nodes)
    compared = sorted(names.intersection((*BENCHMARK_COLUMNS, "benchmark")))
    _check_history(config, parsed.nodes)
    if compared and config.benchmark is None:
        raise RuleUnavailableError(compared[0], "a benchmark", "name one with --benchmark")
    technical = tuple(name for name in TECHNICAL_COLUMNS if name in names)
    need = requirements(parsed.nodes, vocabulary())
    votes = [(name, TECHNICAL_COLUMNS[name].settled) for name in technical]
    stable_after = max((need.settled, *(settled for _, settled in votes)))
    return CompiledExpressions(
        conditions=parsed.conditions,
        columns=parsed.columns,
        order=order,
        chosen=tuple(dict.fromkeys(name for name, _ in chosen)),
        names=names,
        compared_texts=_compared_texts(parsed.nodes),
        lookback=need.bars,
        stable_after=stable_after,
        recursions=(*_recursions(parsed.nodes), *votes),
        sessions=_sessions(config, need.bars, stable_after),
        technical=technical,
        setups=tuple(setup.name for setup in config.setups),
    )


def _names(nodes: tuple[Node, ...]) -> frozenset[str]:
    """Every name that the expressions use."""
    return frozenset(n.name for root in nodes for n in walk(root) if isinstance(n, Name))


def _compared_texts(nodes: tuple[Node, ...]) -> tuple[tuple[str, str], ...]:
    """Columns of the listings, each with a text that an expression compares it with."""
    pairs = dict.fromkeys(
        (name.name, text.value)
        for root in nodes
        for node in walk(root)
        for name, text in _compared(node)
        if name.name in ("symbol", *TEXT_COLUMNS)
    )
    return tuple(pairs)


def _recursions(nodes: tuple[Node, ...]) -> tuple[tuple[str, int], ...]:
    """Recursive parts of the expressions, each with the bars after which it has settled."""
    return tuple((call.text, call.needed) for call in unsettled(nodes, vocabulary(), 0))


def _sessions(config: ScanConfig, lookback: int, stable_after: int) -> int:
    """Sessions of history that the scan needs, before the anchor rule rounds them up."""
    least = max(config.bars, lookback)
    if config.max_history is not None:
        least = max(least, min(stable_after, config.max_history))
    return least


def _check_history(config: ScanConfig, nodes: tuple[Node, ...]) -> None:
    if config.max_history is None:
        return
    if not nodes:
        allowed = "nothing where no expression may need it: name one by where, columns or sort"
        raise ParameterError("max_history", config.max_history, allowed)
    for node in nodes:
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
    checked = check_setup(setup, vocabulary(), PlanRules())
    conditions = [
        Condition(setup.name, condition.name, node, _shown(node))
        for condition in setup.conditions
        for node in (checked[f"conditions.{condition.name}"],)
    ]
    columns = {
        key.removeprefix("columns."): node
        for key, node in checked.items()
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
        for side, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(side, Name) and isinstance(other, Text):
                yield side, other
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
