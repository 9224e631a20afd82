"""Checked expressions of a scan, and their values: a block's part first, then all together.

Blocks compute what needs one symbol alone; here the listings, the ratings and what compares
symbols with each other are added once all blocks are in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from technic.language import Node, kind_of
from technic.language.evaluation.evaluate import evaluate_block
from technic.language.evaluation.many_days import evaluate_places
from technic.language.evaluation.market_values import block_parts, evaluate_market
from technic.language.evaluation.memory_estimate import arrays_held
from technic.language.functions.function import Scope
from technic.language.functions.operators import applied
from technic.language.syntax.nodes import Name
from technic.scan.expressions.conditions import Condition, ConditionResult, Expression
from technic.scan.expressions.scan_expressions import ScanExpressions
from technic.scan.expressions.values import Column, ExpressionValues
from technic.scan.expressions.vocabulary import vocabulary
from technic.scan.scored_market import Market
from technic.scan.windows import BASE_WINDOW, BarWindow, PlaceWindow
from technic.scoring.technical_rating import (
    TECHNICAL_COLUMNS,
    rating_status,
    technical_columns,
    unsettled_votes,
)
from technic.typing import BoolArray, FloatArray
from technic.universe import Universe
from technic.universe.listings import LISTING_COLUMNS

__all__ = ["CompiledExpressions"]

_BARS = Name("bars")
"""Under this name a block says how many bars each symbol has in a window."""


@dataclass(frozen=True, slots=True, eq=False)
class CompiledExpressions(ScanExpressions):
    """Expressions that say something; fields as in ScanExpressions.

    ``technical``: columns of the Technical Rating that somebody asks for. ``setups``: names of the
    setups, in the order asked for.
    """

    technical: tuple[str, ...] = ()
    setups: tuple[str, ...] = ()

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The trees of all expressions, each once."""
        return tuple(dict.fromkeys(expression.node for expression in self.expressions))

    @property
    def technical_numbers(self) -> tuple[str, ...]:
        """The columns of the Technical Rating that are numbers, those under its texts included."""
        numbers = [name for name in self.technical if TECHNICAL_COLUMNS[name].unit != "text"]
        if "tv_status" in self.technical:
            numbers.append("tv_rating")
        return tuple(dict.fromkeys(numbers))

    def arrays_held(self, bars: int) -> float:
        """Return how many arrays of a block's bars the expressions take at one time, at most."""
        return _arrays_held(self, bars)

    def block_columns(
        self, bars: Callable[[int], BarWindow], columns: Mapping[str, FloatArray]
    ) -> dict[str, FloatArray]:
        """Compute what expressions need of each symbol alone, as numbers, in their windows.

        Names of columns mean the base window's; so do the votes of the Technical Rating.
        """

        def values(
            window: int, nodes: list[Node], known: Mapping[str, FloatArray]
        ) -> tuple[Mapping[Node, FloatArray], NDArray[np.intp]]:
            cut = bars(window)
            found = evaluate_block(
                nodes,
                cut.panel,
                cut.rows,
                vocabulary(),
                known=known,
                benchmark=cut.benchmark,
                facts=cut.facts,
            )
            return found, cut.rows

        base = bars(BASE_WINDOW)
        technical = technical_columns(base.panel, base.rows, self.technical_numbers)
        return self._parts(values, columns, technical)

    def place_columns(
        self, bars: Callable[[int], Sequence[PlaceWindow]], columns: Mapping[str, FloatArray]
    ) -> dict[str, FloatArray]:
        """Compute the same on many days; see ScanExpressions."""

        def values(
            window: int, nodes: list[Node], known: Mapping[str, FloatArray]
        ) -> tuple[Mapping[Node, FloatArray], NDArray[np.intp]]:
            cuts = bars(window)
            parts = [
                evaluate_places(
                    nodes,
                    cut.panel,
                    cut.places,
                    vocabulary(),
                    known={name: array[cut.part] for name, array in known.items()},
                    benchmark=cut.benchmark,
                    facts=cut.facts,
                )
                for cut in cuts
            ]
            found = {node: np.concatenate([part[node] for part in parts]) for node in parts[0]}
            return found, np.concatenate([cut.places.row for cut in cuts])

        (base,) = bars(BASE_WINDOW)
        at = base.places.day, base.places.column
        technical = technical_columns(base.panel, base.rows, self.technical_numbers)
        return self._parts(values, columns, {name: all_[at] for name, all_ in technical.items()})

    def _parts(
        self,
        values: Callable[
            [int, list[Node], Mapping[str, FloatArray]],
            tuple[Mapping[Node, FloatArray], NDArray[np.intp]],
        ],
        columns: Mapping[str, FloatArray],
        technical: Mapping[str, NDArray[np.generic]],
    ) -> dict[str, FloatArray]:
        """Name the parts of the expressions and the bars of each window.

        ``values``: the values of nodes in a window, and the row of each in it.
        """
        known = {**columns, **{n: np.asarray(v, np.float64) for n, v in technical.items()}}
        found = {name: known[name] for name in technical}
        for window in (BASE_WINDOW, *self.windows):
            nodes = [one.node for one in self.expressions if one.window == window]
            parts, rows = values(window, nodes, known)
            found |= {
                _part_key(node, window): array
                for node, array in parts.items()
                if str(node) not in columns
            }
            found[_part_key(_BARS, window)] = (rows + 1).astype(np.float64)
        return found

    def evaluated(self, market: Market, universe: Universe) -> ExpressionValues:
        """Evaluate the expressions; takes the blocks' parts of them out of the market's columns."""
        scopes = _scopes(self)
        values = _Values(self._named_values(market, universe), market.ranked, scopes)
        longest: dict[int, int] = {}
        for window in (BASE_WINDOW, *self.windows):
            values.take_parts(market.columns, _block_parts(self, window), window)
            held = market.columns.pop(_part_key(_BARS, window))
            longest[window] = int(max(held, default=0))
        columns: dict[str, Column] = {}
        for name, expression in self.columns:
            value = values.of(expression)
            condition = kind_of(expression.node, vocabulary()) == "condition"
            columns[name] = _truths(value) if condition else value
        return ExpressionValues(
            conditions=tuple(values.result(condition) for condition in self.conditions),
            columns=columns,
            expressions={name: str(expression.node) for name, expression in self.columns},
            orders=tuple(None if order is None else values.of(order) for order in self.orders),
            setups=self.setups,
            chosen=self.chosen,
            wanted=self.wanted,
            not_settled=self.not_settled(longest.__getitem__),
        )

    def _named_values(self, market: Market, universe: Universe) -> Mapping[str, Column]:
        """Return the values of the names that the expressions use."""
        names: dict[str, Column] = {}
        texts, rows = market.text_columns(), None
        for name in sorted(self.names):
            if name in market.columns:
                names[name] = market.columns[name]
            elif name in texts:
                names[name] = texts[name]
            elif name in market.plans.column_names():
                column = market.plans.columns()[name]
                text = column.dtype.kind in "OU"
                names[name] = column.astype(object) if text else column.astype(np.float64)
            elif name in ("symbol", *LISTING_COLUMNS):
                rows = universe.rows_of(market.symbols) if rows is None else rows
                names[name] = universe.columns[name][rows]
        if "tv_status" in self.technical:
            names["tv_status"] = rating_status(market.columns["tv_rating"]).astype(object)
        if "tv_not_settled" in self.technical:
            names["tv_not_settled"] = unsettled_votes(market.columns["bars"].astype(np.int64))
        return names


@lru_cache(maxsize=4)
def _arrays_held(expressions: CompiledExpressions, bars: int) -> float:
    """Count once for many days: expressions stay what they are."""
    return arrays_held(expressions.nodes, vocabulary(), bars)


@lru_cache(maxsize=4)
def _scopes(_expressions: CompiledExpressions) -> dict[Node, Scope]:
    """Return the scopes of parts of expressions that were asked for so far; the same each time."""
    return {}


@lru_cache(maxsize=8)
def _block_parts(expressions: CompiledExpressions, window: int) -> tuple[Node, ...]:
    """Return what the blocks compute of the expressions of a window, each once."""
    known, scopes = vocabulary(), _scopes(expressions)
    nodes = [one.node for one in expressions.expressions if one.window == window]
    parts = (part for node in nodes for part in block_parts(node, known, scopes))
    return tuple(dict.fromkeys(parts))


class _Values:
    """The values of expressions over all symbols, each in its own window."""

    def __init__(
        self, names: Mapping[str, Column], ranked: BoolArray, scopes: dict[Node, Scope]
    ) -> None:
        self._names, self._ranked, self._scopes = names, ranked, scopes
        self._parts: dict[int, dict[Node, Column]] = {}

    def take_parts(
        self, columns: dict[str, FloatArray], parts: Sequence[Node], window: int
    ) -> None:
        """Take what the blocks computed out of ``columns``; columns of the scan stay there."""
        self._parts[window] = {
            part: columns[str(part)]
            if _is_column(part, columns)
            else columns.pop(_part_key(part, window))
            for part in parts
        }

    def of(self, expression: Expression) -> Column:
        """Return the values of an expression, ``(n_symbols,)``."""
        values, node = self._parts[expression.window], expression.node
        if node not in values:
            values[node] = evaluate_market(
                node,
                values,
                self._names,
                vocabulary(),
                ranked=self._ranked,
                scopes=self._scopes,
            )
        return values[node]

    def result(self, condition: Condition) -> ConditionResult:
        """Return what a condition comes to for each symbol."""
        operands = [np.asarray(self.of(one), np.float64) for one in condition.operands]
        values = operands[0]
        if len(operands) > 1:
            values = np.asarray(applied(condition.node, None, operands, len(self._ranked)))
        shown = {str(one.node): self.of(one) for one in condition.shown}
        facts = {str(one.node): np.asarray(self.of(one), np.float64) for one in condition.facts}
        return ConditionResult(
            condition.owner, condition.name, str(condition.node), values, shown, facts
        )


def _is_column(part: Node, columns: Mapping[str, FloatArray]) -> bool:
    """Tell whether a part is a column of the scan, whoever asks; a fact is of expressions alone."""
    if not isinstance(part, Name) or vocabulary().names[part.name].fact is not None:
        return False
    return part.name in columns


def _part_key(node: Node, window: int) -> str:
    """Return the name under which a block hands on its part of an expression."""
    return str(node) if window == BASE_WINDOW and node is not _BARS else f"{node} of {window}"


def _truths(values: Column) -> NDArray[np.object_]:
    """Write a condition as a table shows it: True, False, None where it is unknown."""
    words = {1.0: True, 0.0: False}
    return np.array([words.get(value) for value in values.tolist()], dtype=object)
