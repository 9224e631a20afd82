"""Split adjustment as of a day, and nothing else: dividends never enter these prices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from technic.aliases import FloatArray
from technic.data_engine.providers.base import Splits
from technic.errors import ParameterError
from technic.panel import PRICES, LongBars

__all__ = ["split_adjust"]


def split_adjust(bars: LongBars, splits: Splits, as_of: np.datetime64) -> LongBars:
    """Restate raw bars in the basis in force on ``as_of``.

    A bar's prices are divided, and its volume multiplied, by the product of the ratios of its
    symbol's splits that were executed after the bar's session and up to ``as_of``; the bar of the
    day of a split trades in the new basis already. Splits of other symbols and later ones change
    nothing. Arrays that need no change are shared with ``bars``, which is never written to.

    Raises ParameterError for a ratio that is not a positive number, or two splits of one symbol
    on one day.
    """
    column, session, ratio = _relevant(bars.symbols, splits, as_of)
    affected = np.zeros(len(bars.symbols), dtype=np.bool_)
    affected[column] = True
    rows = np.flatnonzero(affected[bars.column])
    if not len(rows):
        return bars
    divisor = _products(column, session, ratio, bars.column[rows], bars.session[rows])
    adjusted = {name: getattr(bars, name).copy() for name in (*PRICES, "volume")}
    for name in PRICES:
        adjusted[name][rows] /= divisor
    adjusted["volume"][rows] *= divisor
    return replace(bars, **adjusted)


def _relevant(
    symbols: tuple[str, ...], splits: Splits, as_of: np.datetime64
) -> tuple[NDArray[np.int64], NDArray[np.int64], FloatArray]:
    """Check the splits; return (column, day number, ratio) of those that count, sorted."""
    wrong = np.flatnonzero(~(np.isfinite(splits.ratio) & (splits.ratio > 0.0)))
    if len(wrong):
        at = int(wrong[0])
        raise ParameterError(
            "splits",
            f"{splits.symbol[at]} {splits.session[at]} ratio {splits.ratio[at]}",
            "positive ratios (4.0 for a 4:1 split, 0.1 for a 1:10 merger of shares)",
        )
    position = {symbol: at for at, symbol in enumerate(symbols)}
    column = np.array([position.get(symbol, -1) for symbol in splits.symbol], dtype=np.int64)
    used = np.flatnonzero((column >= 0) & (splits.session <= as_of))
    day = splits.session[used].astype("datetime64[D]").astype(np.int64)
    order = used[np.lexsort((day, column[used]))]
    column, ratio = column[order], splits.ratio[order].astype(np.float64)
    day = splits.session[order].astype("datetime64[D]").astype(np.int64)
    twice = np.flatnonzero((np.diff(column) == 0) & (np.diff(day) == 0))
    if len(twice):
        at = int(order[twice[0]])
        raise ParameterError(
            "splits",
            f"{splits.symbol[at]} {splits.session[at]} twice",
            "one ratio for each symbol and session",
        )
    return column, day, ratio


def _products(
    column: NDArray[np.int64],
    day: NDArray[np.int64],
    ratio: FloatArray,
    bar_column: NDArray[np.int32],
    bar_session: NDArray[np.datetime64],
) -> FloatArray:
    """Product of the ratios of each bar's symbol on days after the bar's, 1.0 where none.

    Multiplied from the last split backwards within each symbol, so the product of a symbol does
    not depend on which others there are.
    """
    product = np.append(ratio, 1.0)
    for at in range(len(ratio) - 2, -1, -1):
        if column[at] == column[at + 1]:
            product[at] *= product[at + 1]
    # Symbol and day in one ascending number; day numbers stay far below 2**32.
    shift = np.int64(2**32)
    key = column * shift + day
    bar_key = bar_column * shift + bar_session.astype("datetime64[D]").astype(np.int64)
    following = np.searchsorted(key, bar_key, side="right")
    own = following < np.searchsorted(column, bar_column, side="right")
    return np.where(own, product[following], 1.0)
