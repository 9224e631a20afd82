"""From what a config says in the scan language to checked expressions.

Everything is parsed before anything is fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache, partial

from technic.columns import COLUMNS
from technic.columns.aliases import ALIASES
from technic.errors import ParameterError, RuleUnavailableError
from technic.language import Node, read, scope_of
from technic.language.analysis.definitions import definition
from technic.language.analysis.requirements import requirements, unstable
from technic.language.syntax.nodes import And, Call, Comparison, Membership, Name, Or, Text, walk
from technic.language.syntax.trees import substituted
from technic.scan.config import ScanConfig, SortOrder
from technic.scan.expressions.compiled import CompiledExpressions
from technic.scan.expressions.conditions import WHERE, Condition, Expression
from technic.scan.expressions.naming import naming
from technic.scan.expressions.vocabulary import vocabulary
from technic.scan.windows import BASE_WINDOW
from technic.scoring import BENCHMARK_COLUMNS
from technic.scoring.technical_rating import TECHNICAL_COLUMNS
from technic.setups.check import check_setup
from technic.setups.scan_file import split_column
from technic.setups.setup import Setup
from technic.trade_plan import PlanRules
from technic.universe.listings import TEXT_COLUMNS
from technic.wording.nearest import near

__all__ = ["compile_expressions"]

RANKED = ("rs_rating", "tech_rating", "score_relative_strength", "signal")
"""Columns that compare symbols with each other."""
RUNNING_TOTALS = ("obv", "ad")
"""Functions that add up from the first bar of their window."""


def compile_expressions(config: ScanConfig) -> CompiledExpressions:
    """Parse and check everything that ``config`` says in the scan language.

    Raises ExpressionError, ParameterError for a column or an order that no table has, and
    ParameterError where ``max_history`` is too short for a value.
    """
    conditions, columns = list(_where(config)), dict[str, Node]()
    for setup in config.setups:
        its_conditions, its_columns = _of_setup(setup)
        conditions += [(setup.name, name, node) for name, node in its_conditions]
        _add_columns(columns, its_columns, f"setup {setup.name}")
    asked = [_column(text.lstrip("+").strip()) for text in config.columns]
    for name, node in asked:
        _add_columns(columns, {name: node}, "columns")
    names, adds = tuple(dict.fromkeys(name for name, _ in asked)), _adds(config)
    keys = [key.column for key in SortOrder.keys(config.sort)]
    orders = [_order(key, config, columns) for key in keys]
    for key in keys:
        if key in TECHNICAL_COLUMNS:
            columns.setdefault(key, Name(key))
    windowed = partial(_windowed, config)
    parsed = CompiledExpressions(
        conditions=tuple(_condition(*condition, windowed) for condition in conditions),
        columns=tuple((name, windowed(node)) for name, node in columns.items()),
        orders=tuple(None if order is None else windowed(order) for order in orders),
        chosen=() if adds else names,
        wanted=names if adds else (),
        setups=tuple(setup.name for setup in config.setups),
    )
    _check_history(config, parsed.nodes)
    return _analysed(parsed, config)


def _analysed(parsed: CompiledExpressions, config: ScanConfig) -> CompiledExpressions:
    """Add what follows from the expressions: names, history, recursions."""
    nodes = parsed.nodes
    names = frozenset(n.name for root in nodes for n in walk(root) if isinstance(n, Name))
    compared = sorted(names.intersection((*BENCHMARK_COLUMNS, "benchmark")))
    if compared and config.benchmark is None:
        raise RuleUnavailableError(compared[0], "a benchmark", "name one with --benchmark")
    technical = tuple(name for name in TECHNICAL_COLUMNS if name in names)
    need = requirements(nodes, vocabulary())
    votes = [(name, BASE_WINDOW, TECHNICAL_COLUMNS[name].stable_after) for name in technical]
    return replace(
        parsed,
        names=names,
        compared_texts=_compared_texts(nodes),
        lookback=need.lookback,
        stable_after=max((need.stable_after, *(bars for _, _, bars in votes))),
        recursions=(*_recursions(parsed.expressions), *votes),
        technical=technical,
        rank_owners=tuple(dict.fromkeys(c.owner for c in parsed.conditions if _ranks(c.node))),
        running_totals=tuple(dict.fromkeys(_running_totals(parsed.expressions))),
    )


def _running_totals(expressions: tuple[Expression, ...]) -> Iterator[tuple[str, int]]:
    """Yield the sums whose level never forgets where history begins, each with its window."""
    for expression in expressions:
        for node in walk(expression.node):
            if isinstance(node, Call) and node.function in RUNNING_TOTALS:
                yield str(node), expression.window


def _ranks(node: Node) -> bool:
    """Tell whether a condition compares symbols with each other."""
    functions = vocabulary().functions
    return any(
        (isinstance(n, Name) and n.name in RANKED)
        or (isinstance(n, Call) and functions[n.function].memory == "market")
        for n in walk(node)
    )


def _windowed(config: ScanConfig, node: Node) -> Expression:
    """Give an expression its window: the base window, unless it looks further back.

    A longer history just for settling is read where ``max_history`` asks for it.
    """
    node = substituted(node, _definitions())
    need = requirements([node], vocabulary())
    sessions = need.lookback
    if config.max_history is not None:
        sessions = max(sessions, min(need.stable_after, config.max_history))
    return Expression(node, sessions if sessions > config.bars else BASE_WINDOW)


@cache
def _definitions() -> dict[str, Node]:
    """Columns that are computed only when somebody asks for them, as expressions."""
    known = vocabulary()
    asked = [column.name for column in COLUMNS.values() if not column.default]
    nodes = {name: definition(name, known) for name in asked}
    return {name: node for name, node in nodes.items() if node is not None}


def _condition(
    owner: str, name: str, node: Node, windowed: Callable[[Node], Expression]
) -> Condition:
    """Give each operand of a condition its window, and what explains it the same."""
    operands = [windowed(one) for one in (node.operands if isinstance(node, And) else (node,))]
    windows = {operand.window for operand in operands}
    if len(windows) > 1:
        return Condition(owner, name, node, tuple(operands))
    # one whole, so that a costly operand is computed only where the others hold
    whole = windowed(node)
    shown = tuple(Expression(side, whole.window) for side in _shown(whole.node))
    return Condition(owner, name, node, (whole,), shown)


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


def _recursions(expressions: tuple[Expression, ...]) -> Iterator[tuple[str, int, int]]:
    """Recursive parts of the expressions, each with its window and the bars it needs to settle."""
    found: dict[tuple[str, int], int] = {}
    for expression in expressions:
        for call in unstable([expression.node], vocabulary(), 0):
            found[call.text, expression.window] = call.needed
    for (text, window), needed in found.items():
        yield text, window, needed


def _check_history(config: ScanConfig, nodes: tuple[Node, ...]) -> None:
    if config.max_history is None:
        return
    if not nodes:
        allowed = "nothing where no expression may need it: name one by where, columns or sort"
        raise ParameterError("max_history", config.max_history, allowed)
    for node in nodes:
        needed = requirements([node], vocabulary()).lookback
        if needed > config.max_history:
            raise ParameterError(
                "max_history", config.max_history, f"at least {needed}, which {node} needs"
            )
    if config.bars > config.max_history:
        allowed = f"at least {config.bars}, the sessions that are loaded in any case"
        raise ParameterError("max_history", config.max_history, allowed, "fewer bars load fewer")


def _adds(config: ScanConfig) -> bool:
    """Tell whether columns are added to those shown: the first of them says it with a plus."""
    return bool(config.columns) and config.columns[0].startswith("+")


def _where(config: ScanConfig) -> Iterator[tuple[str, str, Node]]:
    if config.where is None:
        return
    with naming("where"):
        node = read(config.where, vocabulary(), wants="condition").node
    for part in node.operands if isinstance(node, And) else (node,):
        yield WHERE, str(part), part


def _of_setup(setup: Setup) -> tuple[list[tuple[str, Node]], dict[str, Node]]:
    """Check a setup; return its conditions and its columns, each by name."""
    checked = check_setup(setup, vocabulary(), PlanRules())
    conditions = [
        (condition.name, checked[f"conditions.{condition.name}"]) for condition in setup.conditions
    ]
    columns = {
        key.removeprefix("columns."): node
        for key, node in checked.items()
        if key.startswith("columns.")
    }
    return conditions, columns


def _shown(node: Node) -> tuple[Node, ...]:
    """Return the numbers on both sides of a comparison, and what a membership looks at.

    Those of each operand, each once, where several make a condition.
    """
    sides: tuple[Node, ...] = ()
    if isinstance(node, And | Or):
        return tuple(dict.fromkeys(side for operand in node.operands for side in _shown(operand)))
    if isinstance(node, Comparison):
        sides = (node.left, node.right)
    elif isinstance(node, Membership):
        sides = (node.operand,)
    known = vocabulary()
    return tuple(
        side
        for side in sides
        if scope_of(side, known) != "constant"
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
    """Check a column that was asked for: a name, an expression, or ``name = expression``.

    An expression without a name is its own name, as it is written: a call of a pattern would else
    carry all its defaults in the heading.
    """
    name, expression = split_column(text)
    if name and name in vocabulary().names:
        raise ParameterError("columns", name, "a name that no other column has")
    with naming("columns"):
        node = read(expression, vocabulary()).node
    return name or " ".join(expression.split()), node


def _order(column: str, config: ScanConfig, columns: Mapping[str, Node]) -> Node | None:
    """Return what is sorted by where it is an expression of its own."""
    known = dict(vocabulary().names)
    if config.benchmark is None:
        known = {name: info for name, info in known.items() if name not in BENCHMARK_COLUMNS}
    if column in _definitions():
        return Name(column)
    if column in columns or (column in known and known[column].scope != "bar"):
        return None
    if column == "close":
        return None
    if column.isidentifier() and column not in known:
        meant = near(column, [*columns, *ALIASES, *known])
        hint = f"the nearest: {', '.join(meant)}" if meant else "technic columns lists them"
        raise ParameterError("sort", column, "a column of the table or an expression", hint)
    values = config.setups[0].values if len(config.setups) == 1 else {}
    with naming("sort"):
        node = read(column, vocabulary(), parameters=values).node
    if scope_of(node, vocabulary()) == "constant":
        raise ParameterError("sort", column, "a value that differs between symbols")
    return node
