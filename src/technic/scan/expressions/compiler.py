"""From what a config says in the scan language to checked expressions.

Everything is parsed before anything is fetched. What was read last is remembered: who scans day
after day, as watches do, asks the same thousand conditions each time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from technic.columns.aliases import ALIASES
from technic.errors import ParameterError
from technic.language import Node, read, scope_of
from technic.language.analysis.shared_reader import SharedReader
from technic.language.syntax.nodes import And, Name
from technic.scan.config import ScanConfig, SortOrder
from technic.scan.expressions.analysis import ExpressionAnalysis, definitions
from technic.scan.expressions.compiled import CompiledExpressions
from technic.scan.expressions.conditions import EARNINGS_AHEAD, WHERE
from technic.scan.expressions.naming import naming
from technic.scan.expressions.vocabulary import vocabulary
from technic.scoring import BENCHMARK_COLUMNS
from technic.scoring.technical_rating import TECHNICAL_COLUMNS
from technic.setups.check import check_setup
from technic.setups.scan_file import split_column
from technic.setups.setup import Setup
from technic.trade_plan import PlanRules
from technic.wording.nearest import near

__all__ = ["compile_expressions", "read_expressions"]

REMEMBERED = 4
"""Scans whose expressions are kept: a thousand watches are some megabytes."""


def compile_expressions(config: ScanConfig) -> CompiledExpressions:
    """Parse and check everything that ``config`` says in the scan language.

    Raises ExpressionError, ParameterError for a column or an order that no table has, and
    ParameterError where ``max_history`` is too short for a value.
    """
    asked = replace(config, as_of=None)
    try:
        hash(asked)
    except TypeError:  # a rule was given a list, which may change: it is read anew each time
        return read_expressions.__wrapped__(asked)
    return read_expressions(asked)


@lru_cache(maxsize=REMEMBERED)
def read_expressions(config: ScanConfig) -> CompiledExpressions:
    """Read the expressions of a config of no day: what they mean is the same on all of them."""
    conditions, columns = list(_where(config)), dict[str, Node]()
    reader = SharedReader(vocabulary())
    for setup in config.setups:
        its_conditions, its_columns = _of_setup(setup, reader)
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
    analysis = ExpressionAnalysis(config)
    windowed = analysis.windowed
    parsed = CompiledExpressions(
        conditions=tuple(analysis.condition(*condition) for condition in conditions),
        columns=tuple((name, windowed(node)) for name, node in columns.items()),
        orders=tuple(None if order is None else windowed(order) for order in orders),
        chosen=() if adds else names,
        wanted=names if adds else (),
        setups=tuple(setup.name for setup in config.setups),
    )
    analysis.check_history(parsed.nodes)
    return analysis.analysed(parsed)


def _adds(config: ScanConfig) -> bool:
    """Tell whether columns are added to those shown: the first of them says it with a plus."""
    return bool(config.columns) and config.columns[0].startswith("+")


def _where(config: ScanConfig) -> Iterator[tuple[str, str, Node]]:
    least = config.filters.min_days_to_earnings
    if least is not None:
        text = f"days_to_earnings >= {least:g}"
        yield WHERE, EARNINGS_AHEAD, read(text, vocabulary(), wants="condition").node
    if config.where is None:
        return
    with naming("where"):
        node = read(config.where, vocabulary(), wants="condition").node
    for part in node.operands if isinstance(node, And) else (node,):
        yield WHERE, str(part), part


def _of_setup(setup: Setup, reader: SharedReader) -> tuple[list[tuple[str, Node]], dict[str, Node]]:
    """Check a setup; return its conditions and its columns, each by name."""
    checked = check_setup(setup, vocabulary(), PlanRules(), reader)
    conditions = [
        (condition.name, checked[f"conditions.{condition.name}"]) for condition in setup.conditions
    ]
    columns = {
        key.removeprefix("columns."): node
        for key, node in checked.items()
        if key.startswith("columns.")
    }
    return conditions, columns


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
    if column in definitions():
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
