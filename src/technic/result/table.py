"""The ranked table: one row for each kept symbol, in the order asked for."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from technic.data_engine.price_cache import LazyPrices, PriceCache
from technic.errors import ParameterError
from technic.scan.config import SortOrder
from technic.scan.scored_market import Market
from technic.universe import Universe
from technic.universe.listings import LISTING_COLUMNS
from technic.wording.counts import count_of

__all__ = ["LEADING", "last_closes", "ranked_table"]

Column = NDArray[np.generic]

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
    order: Column | None = None,
) -> pd.DataFrame:
    """One row for each kept symbol: listing, rating, plan, then every other column; sorted.

    ``more``: columns that were asked for, in the order of ``market.symbols``; ``order``: what to
    sort by instead of a column. Raises ParameterError when the table has no column to sort by.
    """
    at = {symbol: i for i, symbol in enumerate(market.symbols)}
    picked = np.array([at[symbol] for symbol in kept], dtype=np.intp)
    values: dict[str, NDArray[np.generic]] = {
        **market.columns,
        **market.text_columns(),
        **market.plans.columns(),
        **(more or {}),
    }
    listed = {symbol: i for i, symbol in enumerate(universe.symbols)}
    rows = np.array([listed[symbol] for symbol in kept], dtype=np.intp)
    frame = universe.frame
    described = {name: frame[name].to_numpy()[rows] for name in LISTING_COLUMNS if name in frame}
    wanted = SortOrder.parse(sort)
    if order is not None:
        key = order[picked]
    elif wanted.column == "symbol" or wanted.column in described:
        key = described.get(wanted.column, np.array(kept, dtype=object))
    elif wanted.column in values:
        key = values[wanted.column][picked]
    else:
        raise _no_such_column(wanted.column, ["symbol", *described, *values])
    places = _places(key, kept, ascending=wanted.ascending)
    columns: dict[str, object] = {"symbol": [kept[i] for i in places]}
    columns |= {name: column[places] for name, column in described.items()}
    leading = [name for name in LEADING if name in values]
    for name in [*leading, *(name for name in values if name not in leading)]:
        columns[name] = values[name][picked[places]]
    return pd.DataFrame(columns)


def last_closes(
    prices: PriceCache | LazyPrices, symbols: Sequence[str], count: int
) -> pd.DataFrame:
    """Return the last closes of symbols that have bars: a row each, the oldest close first.

    Columns ``symbol``, c00, c01, ...: NaN where a symbol has fewer bars.
    """
    names = [f"c{n:02d}" for n in range(count)]
    if not symbols:
        return pd.DataFrame(columns=["symbol", *names])
    if isinstance(prices, PriceCache):
        panel = prices.panel.of([symbol for symbol in symbols if symbol in prices])
    else:
        panel = prices.restricted(list(symbols)).panel
    last = np.arange(count)[:, None] + panel.length[None, :] - count
    values = np.take_along_axis(panel.close, np.clip(last, 0, None), axis=0)
    values = np.where(last >= 0, values, np.nan)
    frame = pd.DataFrame(values.T, columns=names)
    frame.insert(0, "symbol", list(panel.symbols))
    return frame


def _no_such_column(column: str, known: Sequence[str]) -> ParameterError:
    near = difflib.get_close_matches(column, known, n=3, cutoff=0.5)
    hint = f"the nearest: {', '.join(near)}" if near else "docs/indicators.md lists them"
    return ParameterError(
        "sort", column, f"one of the table's {count_of(len(known), 'column')}", hint
    )


def _places(
    key: NDArray[np.generic], symbols: Sequence[str], *, ascending: bool
) -> NDArray[np.intp]:
    """Return the rows in order: by ``key``, then by symbol; what is missing comes last."""
    if key.dtype.kind == "f":
        signed = key.astype(np.float64) * (1.0 if ascending else -1.0)
        ordered: NDArray[np.intp] = np.argsort(signed, kind="stable")
        if np.all(np.diff(signed[ordered]) > 0.0):  # no ties, nothing missing: nothing to break
            return ordered
    frame = pd.DataFrame({"key": key, "symbol": pd.Series(symbols, dtype=object)})
    sort = frame.sort_values(
        ["key", "symbol"], ascending=[ascending, True], na_position="last", kind="stable"
    )
    return sort.index.to_numpy(np.intp)
