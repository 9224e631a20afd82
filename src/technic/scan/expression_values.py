"""What the expressions of a scan come to once all symbols are known.

Blocks have computed what concerns one symbol alone; here are the listings, the ratings and what
compares symbols with each other. A symbol stays where a condition is true: false and unknown are
told apart in the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.language import Node, kind_of
from technic.language.evaluation.market_values import block_terms, evaluate_market
from technic.language.syntax.nodes import Name
from technic.scan.conditions import ConditionResult
from technic.scan.cross_section import LISTING_COLUMNS, Filtered, Market
from technic.scan.expressions import WHERE, ScanTerms, vocabulary
from technic.scoring.technical_rating import rating_status, unsettled_votes
from technic.typing import BoolArray, FloatArray
from technic.universe import Universe

__all__ = ["MarketTerms", "filter_terms", "market_terms"]

Column = FloatArray | NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class MarketTerms:
    """Values of a scan's expressions, ``(n_symbols,)`` each, in the order scanned.

    ``columns``: those asked for by name. ``order``: what rows are sorted by, None for a column of
    the table. ``setups``: those asked for, by name.
    """

    conditions: tuple[ConditionResult, ...]
    columns: dict[str, Column]
    order: Column | None
    setups: tuple[str, ...]
    chosen: tuple[str, ...] = ()

    @property
    def added(self) -> tuple[str, ...]:
        """Names of the columns that setups added to the table."""
        return tuple(name for name in self.table_columns if name not in self.chosen)

    @property
    def table_columns(self) -> dict[str, Column]:
        """Columns for the table: those asked for, and which of several setups a symbol meets."""
        if len(self.setups) < 2:
            return self.columns
        return {**self.columns, "setups": self._setups_met()}

    def of(self, owner: str) -> list[ConditionResult]:
        """The conditions of ``where`` or of a setup."""
        return [one for one in self.conditions if one.owner == owner]

    def met(self, owner: str) -> BoolArray:
        """Whether all conditions of ``where`` or of a setup are true."""
        met: BoolArray = np.all([one.values == 1.0 for one in self.of(owner)], axis=0)
        return met

    def failure(self, owner: str, at: int) -> str:
        """Say which condition the symbol at ``at`` does not meet first, false before unknown."""
        own = self.of(owner)
        false = [one for one in own if one.values[at] == 0.0]
        unknown = [one for one in own if np.isnan(one.values[at])]
        return (false or unknown)[0].sentence(at)

    def _setups_met(self) -> NDArray[np.object_]:
        """Return for each symbol the setups it meets, by name, in the order asked for."""
        met = {name: self.met(name).tolist() for name in self.setups}
        rows = zip(*met.values(), strict=True)
        texts = [", ".join(n for n, there in zip(met, row, strict=True) if there) for row in rows]
        return np.array(texts, dtype=object)


def market_terms(
    terms: ScanTerms, market: Market, universe: Universe, setups: Sequence[str] = ()
) -> MarketTerms:
    """Evaluate the expressions; takes the blocks' parts of them out of the market's columns."""
    known = vocabulary()
    parts = dict.fromkeys(part for node in terms.nodes for part in block_terms(node, known))
    values: dict[Node, Column] = {}
    for part in parts:
        text = str(part)
        values[part] = market.columns[text] if isinstance(part, Name) else market.columns.pop(text)
    names, n = _names(terms, market, universe), len(market.symbols)

    def value(node: Node) -> Column:
        if node not in values:
            values[node] = evaluate_market(node, values, names, known, n_symbols=n)
        return values[node]

    conditions = tuple(
        ConditionResult(
            one.owner,
            one.name,
            str(one.node),
            np.asarray(value(one.node), np.float64),
            {str(node): value(node) for node in one.shown},
        )
        for one in terms.conditions
    )
    columns = {
        name: _truths(value(node)) if kind_of(node, known) == "condition" else value(node)
        for name, node in terms.columns
    }
    order = None if terms.order is None else value(terms.order)
    return MarketTerms(conditions, columns, order, tuple(setups), terms.chosen)


def filter_terms(found: MarketTerms, already: BoolArray) -> Filtered:
    """Take out the symbols for which ``where`` is not true, then those that meet no setup.

    ``already``: symbols that another filter has taken out.
    """
    n, setups = len(already), found.setups
    rule: NDArray[np.object_] = np.full(n, None, dtype=object)
    detail: NDArray[np.object_] = np.full(n, "", dtype=object)
    if found.of(WHERE):
        for i in np.flatnonzero(~already & ~found.met(WHERE)).tolist():
            rule[i], detail[i] = WHERE, found.failure(WHERE, i)
    if setups:
        met = np.any([found.met(name) for name in setups], axis=0)
        for i in np.flatnonzero(~already & ~met).tolist():
            if rule[i] is None:
                rule[i], detail[i] = "setup", found.failure(setups[0], i)
                if len(setups) > 1:
                    detail[i] = f"none of {len(setups)} setups; {setups[0]}: {detail[i]}"
    return Filtered(rule, detail)


def _truths(values: Column) -> NDArray[np.object_]:
    """Write a condition as a table shows it: True, False, None where it is unknown."""
    said = {1.0: True, 0.0: False}
    return np.array([said.get(value) for value in values.tolist()], dtype=object)


def _names(terms: ScanTerms, market: Market, universe: Universe) -> Mapping[str, Column]:
    """Return the values of the names that the expressions use."""
    names: dict[str, Column] = {}
    listing = None
    for name in sorted(terms.names):
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
                listing = universe.frame.set_index("symbol", drop=False).loc[list(market.symbols)]
            text = name != "market_cap"
            names[name] = listing[name].to_numpy(object if text else np.float64)
    if "tv_status" in terms.technical:
        names["tv_status"] = rating_status(market.columns["tv_rating"]).astype(object)
    if "tv_not_settled" in terms.technical:
        names["tv_not_settled"] = unsettled_votes(market.columns["bars"].astype(np.int64))
    return names
