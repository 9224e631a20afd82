"""The ranked table: one row for each kept symbol, in the order asked for."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from technic.columns.aliases import ALIASES
from technic.data_engine.price_cache import LazyPrices, PriceCache
from technic.errors import ParameterError
from technic.scan.config import SortOrder
from technic.scan.scored_market import Market
from technic.typing import FloatArray
from technic.universe import Universe
from technic.universe.listings import LISTING_COLUMNS
from technic.view.column_table import Column, ColumnTable
from technic.wording.counts import count_of
from technic.wording.nearest import near

__all__ = ["LEADING", "last_closes", "ranked_table", "sort_values"]

LEADING = (
    "close",
    "return_1_pct",
    "tech_rating",
    "signal",
    "rs_rating",
    "entry",
    "stop",
    "target",
    "reward_risk",
    "shares",
    "plan_note",
    "last_bar",
)
"""The columns that stand first in the table, after the listing's; all others follow."""


def ranked_table(
    market: Market,
    universe: Universe,
    kept: list[str],
    sort: str,
    more: Mapping[str, Column] | None = None,
    orders: Sequence[Column | None] = (),
) -> ColumnTable:
    """One row for each kept symbol: listing, rating, plan, then every other column; sorted.

    ``more``: columns that were asked for, in the order of ``market.symbols``; ``orders``: for
    each key of ``sort`` what to sort by instead of a column. Raises ParameterError when the table
    has no column to sort by.
    """
    at = {symbol: i for i, symbol in enumerate(market.symbols)}
    picked = np.array([at[symbol] for symbol in kept], dtype=np.intp)
    values: dict[str, Column] = {
        **market.columns,
        **market.text_columns(),
        **market.plans.columns(),
        **(more or {}),
    }
    rows, listed = universe.rows_of(kept), universe.columns
    described = {name: listed[name][rows] for name in LISTING_COLUMNS if name in listed}
    symbols = np.array(kept, dtype=object)
    wanted, keys = SortOrder.keys(sort), []
    for one, order in itertools.zip_longest(wanted, orders):
        if order is not None:
            keys.append(order[picked])
        elif one.column == "symbol" or one.column in described:
            keys.append(described.get(one.column, symbols))
        elif one.column in values:
            keys.append(values[one.column][picked])
        else:
            raise _no_such_column(one.column, ["symbol", *described, *values])
    places = _places(keys, symbols, [one.ascending for one in wanted])
    columns: dict[str, Column] = {"symbol": symbols[places]}
    columns |= {name: column[places] for name, column in described.items()}
    leading = [name for name in LEADING if name in values]
    for name in [*leading, *(name for name in values if name not in leading)]:
        columns[name] = values[name][picked[places]]
    return ColumnTable(columns)


def sort_values(
    market: Market, symbols: Sequence[str], sort: str, orders: Sequence[Column | None]
) -> dict[str, Column]:
    """Return the values of the expressions that rows are sorted by, in the order of ``symbols``."""
    keys = zip(SortOrder.keys(sort), orders, strict=False)
    found = {key.column: order for key, order in keys if order is not None}
    if not found:
        return {}
    at = {symbol: i for i, symbol in enumerate(market.symbols)}
    rows = np.array([at[symbol] for symbol in symbols], dtype=np.intp)
    return {text: values[rows] for text, values in found.items()}


def last_closes(
    prices: PriceCache | LazyPrices, symbols: Sequence[str], count: int
) -> tuple[tuple[str, ...], FloatArray]:
    """Return the last closes of symbols that have bars, and which symbols those are.

    Closes ``(count, n_symbols)``, the oldest first, NaN where a symbol has fewer bars.
    """
    if not symbols:
        return (), np.empty((count, 0))
    if isinstance(prices, PriceCache):
        panel = prices.panel.of([symbol for symbol in symbols if symbol in prices])
    else:
        panel = prices.restricted(list(symbols)).panel
    last = np.arange(count)[:, None] + panel.length[None, :] - count
    values = np.take_along_axis(panel.close, np.clip(last, 0, None), axis=0)
    return panel.symbols, np.where(last >= 0, values, np.nan)


def _no_such_column(column: str, known: Sequence[str]) -> ParameterError:
    meant = near(column, [*ALIASES, *known])
    hint = f"the nearest: {', '.join(meant)}" if meant else "technic columns lists them"
    return ParameterError(
        "sort", column, f"one of the table's {count_of(len(known), 'column')}", hint
    )


def _places(
    keys: Sequence[Column], symbols: NDArray[np.object_], ascending: Sequence[bool]
) -> NDArray[np.intp]:
    """Return the rows in order: by each of ``keys``, then by symbol; what is missing comes last."""
    orders = [_order(key, way) for key, way in zip(keys, ascending, strict=True)]
    if len(orders) == 1:
        only: NDArray[np.intp] = np.argsort(orders[0], kind="stable")
        if np.all(np.diff(orders[0][only]) > 0.0):  # no ties, nothing missing: nothing to break
            return only
    return np.lexsort([_order(symbols, True), *orders[::-1]])


def _order(key: Column, ascending: bool) -> FloatArray:
    """Return numbers that come in the order of a key's values, NaN where one is missing."""
    order: FloatArray
    if key.dtype.kind == "f":
        order = key.astype(np.float64)
    else:
        missing = np.array([value is None or value != value for value in key.tolist()], np.bool_)
        order = np.full(len(key), np.nan)
        order[~missing] = np.unique(key[~missing], return_inverse=True)[1]
    return order if ascending else -order
