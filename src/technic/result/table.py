"""The ranked table: one row for each kept symbol, in the order asked for."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from technic.columns.aliases import ALIASES
from technic.data_engine.price_cache import LazyPrices, PriceCache
from technic.errors import ParameterError
from technic.scan.config import SortOrder
from technic.scan.scored_market import Market
from technic.universe import Universe
from technic.universe.listings import LISTING_COLUMNS
from technic.wording.counts import count_of
from technic.wording.nearest import near

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
    orders: Sequence[Column | None] = (),
) -> pd.DataFrame:
    """One row for each kept symbol: listing, rating, plan, then every other column; sorted.

    ``more``: columns that were asked for, in the order of ``market.symbols``; ``orders``: for
    each key of ``sort`` what to sort by instead of a column. Raises ParameterError when the table
    has no column to sort by.
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
    wanted, keys = SortOrder.keys(sort), []
    for one, order in itertools.zip_longest(wanted, orders):
        if order is not None:
            keys.append(order[picked])
        elif one.column == "symbol" or one.column in described:
            keys.append(described.get(one.column, np.array(kept, dtype=object)))
        elif one.column in values:
            keys.append(values[one.column][picked])
        else:
            raise _no_such_column(one.column, ["symbol", *described, *values])
    places = _places(keys, kept, [one.ascending for one in wanted])
    columns: dict[str, object] = {"symbol": [kept[i] for i in places]}
    columns |= {name: column[places] for name, column in described.items()}
    leading = [name for name in LEADING if name in values]
    for name in [*leading, *(name for name in values if name not in leading)]:
        columns[name] = values[name][picked[places]]
    return pd.DataFrame(columns)


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
    meant = near(column, [*ALIASES, *known])
    hint = f"the nearest: {', '.join(meant)}" if meant else "technic columns lists them"
    return ParameterError(
        "sort", column, f"one of the table's {count_of(len(known), 'column')}", hint
    )


def _places(
    keys: Sequence[NDArray[np.generic]], symbols: Sequence[str], ascending: Sequence[bool]
) -> NDArray[np.intp]:
    """Return the rows in order: by each of ``keys``, then by symbol; what is missing comes last."""
    if len(keys) == 1 and keys[0].dtype.kind == "f":
        signed = keys[0].astype(np.float64) * (1.0 if ascending[0] else -1.0)
        ordered: NDArray[np.intp] = np.argsort(signed, kind="stable")
        if np.all(np.diff(signed[ordered]) > 0.0):  # no ties, nothing missing: nothing to break
            return ordered
    names = [f"key {n}" for n in range(len(keys))]
    frame = pd.DataFrame(dict(zip(names, keys, strict=True)))
    frame["symbol"] = pd.Series(symbols, dtype=object)
    sort = frame.sort_values(
        [*names, "symbol"], ascending=[*ascending, True], na_position="last", kind="stable"
    )
    return sort.index.to_numpy(np.intp)
