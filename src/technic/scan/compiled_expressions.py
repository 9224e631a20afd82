"""Checked expressions of a scan, and their values: a block's part first, then all together.

Blocks compute what needs one symbol alone; here the listings, the ratings and what compares
symbols with each other are added once all blocks are in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.language import Node, kind_of
from technic.language.evaluation.evaluate import evaluate_block
from technic.language.evaluation.market_values import block_terms, evaluate_market
from technic.language.evaluation.memory_estimate import arrays_held
from technic.language.syntax.nodes import Name
from technic.panel import BarPanel
from technic.scan.conditions import Condition, ConditionResult
from technic.scan.cross_section import Market
from technic.scan.expression_values import Column, ExpressionValues
from technic.scan.expressions import ScanExpressions
from technic.scan.vocabulary import vocabulary
from technic.scoring.technical_rating import (
    TECHNICAL_COLUMNS,
    rating_status,
    technical_columns,
    unsettled_votes,
)
from technic.typing import FloatArray
from technic.universe import Universe
from technic.universe.listings import LISTING_COLUMNS

__all__ = ["CompiledExpressions"]


@dataclass(frozen=True, slots=True, eq=False)
class CompiledExpressions(ScanExpressions):
    """Expressions that say something; fields as in ScanExpressions.

    ``technical``: columns of the Technical Rating that somebody asks for. ``setups``: names of the
    setups, in the order asked for.
    """

    technical: tuple[str, ...] = ()
    setups: tuple[str, ...] = ()

    @property
    def technical_numbers(self) -> tuple[str, ...]:
        """The columns of the Technical Rating that are numbers, those under its texts included."""
        numbers = [name for name in self.technical if TECHNICAL_COLUMNS[name].unit != "text"]
        if "tv_status" in self.technical:
            numbers.append("tv_rating")
        return tuple(dict.fromkeys(numbers))

    def arrays_held(self, bars: int) -> float:
        """Return how many arrays of a block's bars the expressions take at one time, at most."""
        return arrays_held(self.nodes, vocabulary(), bars)

    def block_columns(
        self,
        panel: BarPanel,
        rows: NDArray[np.intp],
        columns: Mapping[str, FloatArray],
        benchmark: FloatArray | None,
    ) -> dict[str, FloatArray]:
        """Compute what expressions need of each symbol alone, as numbers."""
        technical = {
            name: np.asarray(values, np.float64)
            for name, values in technical_columns(panel, rows, self.technical_numbers).items()
        }
        values = evaluate_block(
            self.nodes,
            panel,
            rows,
            vocabulary(),
            known={**columns, **technical},
            benchmark=benchmark,
        )
        parts = {str(node): array for node, array in values.items() if str(node) not in columns}
        return technical | parts

    def evaluated(self, market: Market, universe: Universe) -> ExpressionValues:
        """Evaluate the expressions; takes the blocks' parts of them out of the market's columns."""
        known = vocabulary()
        parts = dict.fromkeys(part for node in self.nodes for part in block_terms(node, known))
        values: dict[Node, Column] = {}
        for part in parts:
            read = market.columns.__getitem__ if isinstance(part, Name) else market.columns.pop
            values[part] = read(str(part))
        names, n_symbols = self._named_values(market, universe), len(market.symbols)

        def value(node: Node) -> Column:
            if node not in values:
                values[node] = evaluate_market(node, values, names, known, n_symbols=n_symbols)
            return values[node]

        def result(condition: Condition) -> ConditionResult:
            return ConditionResult(
                condition.owner,
                condition.name,
                str(condition.node),
                np.asarray(value(condition.node), np.float64),
                {str(node): value(node) for node in condition.shown},
            )

        columns: dict[str, Column] = {
            name: _truths(value(node)) if kind_of(node, known) == "condition" else value(node)
            for name, node in self.columns
        }
        conditions = tuple(result(condition) for condition in self.conditions)
        order = None if self.order is None else value(self.order)
        return ExpressionValues(conditions, columns, order, self.setups, self.chosen)

    def _named_values(self, market: Market, universe: Universe) -> Mapping[str, Column]:
        """Return the values of the names that the expressions use."""
        names: dict[str, Column] = {}
        listing = None
        for name in sorted(self.names):
            if name in market.columns:
                names[name] = market.columns[name]
            elif name == "signal":
                names[name] = market.signal.astype(object)
            elif name in market.plans.column_names():
                column = market.plans.columns()[name]
                text = column.dtype.kind in "OU"
                names[name] = column.astype(object) if text else column.astype(np.float64)
            elif name in ("symbol", *LISTING_COLUMNS):
                if listing is None:
                    frame = universe.frame.set_index("symbol", drop=False)
                    listing = frame.loc[list(market.symbols)]
                names[name] = listing[name].to_numpy(np.float64 if name == "market_cap" else object)
        if "tv_status" in self.technical:
            names["tv_status"] = rating_status(market.columns["tv_rating"]).astype(object)
        if "tv_not_settled" in self.technical:
            names["tv_not_settled"] = unsettled_votes(market.columns["bars"].astype(np.int64))
        return names


def _truths(values: Column) -> NDArray[np.object_]:
    """Write a condition as a table shows it: True, False, None where it is unknown."""
    words = {1.0: True, 0.0: False}
    return np.array([words.get(value) for value in values.tolist()], dtype=object)
