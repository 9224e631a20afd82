"""Where a file's vendor saw splits: at the changes of its adjusted closes over its closes.

It makes no difference whether prices are adjusted by them. From one row of a symbol to the next the
factor, adjusted over raw, changes by the ratio of a split, by that of a dividend, or not at all.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.interfaces.records import SplitRecord
from technic.data_engine.providers.files.adjusted_closes import SPLIT_RATIOS, split_ratio
from technic.panel import LongBars
from technic.typing import FloatArray

__all__ = ["column_records"]

LEAST_CHANGE = 1.2
"""Smaller changes of the factor are none of a split; most rows end here."""
PAID_TOO = 1.025
"""What the factor of an ex-date's dividend may add to a split's ratio."""
LARGE = 2.0
HALF_A_CENT, RATIO_ERROR = 0.005, 1e-4
"""How far closes and their ratios are rounded; a dividend seldom comes as near to a ratio."""


def column_records(
    bars: LongBars, adjusted: FloatArray, *, applied: bool
) -> dict[str, SplitRecord]:
    """Return what ``adjusted`` closes beside ``bars`` say of the splits of each symbol.

    ``bars``: raw, sorted by symbol and session. A day is unknown where it or the row before has no
    factor; a symbol without any factor has no record.
    """
    if not len(bars):
        return {}
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        factor = adjusted / bars.close
        factor[~((adjusted > 0.0) & (bars.close > 0.0) & (factor < np.inf))] = np.nan
        change = factor[1:] / factor[:-1]
        # also true where the change is unknown
        changed = ~((change < LEAST_CHANGE) & (change * LEAST_CHANGE > 1.0))
        at = np.flatnonzero(changed & (bars.column[1:] == bars.column[:-1]))
        ratio = _split_ratio(change[at], bars.close, adjusted, at)
    at, ratio = at[ratio != 1.0] + 1, ratio[ratio != 1.0]
    known = np.bincount(bars.column[np.isfinite(factor)], minlength=len(bars.symbols))
    nothing = SplitRecord("column", np.empty(0, "datetime64[D]"), np.empty(0), applied)
    records = {bars.symbols[column]: nothing for column in np.flatnonzero(known).tolist()}
    if not len(at):
        return records
    columns, starts = np.unique(bars.column[at], return_index=True)
    for column, start, end in zip(columns, starts, np.append(starts[1:], len(at)), strict=True):
        if known[column]:
            days, ratios = bars.session[at[start:end]], ratio[start:end]
            records[bars.symbols[column]] = SplitRecord("column", days, ratios, applied)
    return records


def _split_ratio(
    change: FloatArray, close: FloatArray, adjusted: FloatArray, at: NDArray[np.intp]
) -> FloatArray:
    """Return the split of each change from row ``at`` to the next: 1.0 none, NaN unknown.

    Rounding alone may part it from the ratio: a dividend of a quarter of the price comes near 4:3.
    A split on the ex-date of an ordinary dividend lies a little above its ratio; so may a special
    dividend alone, unless it is of half of the price or more.
    """
    cent = sum(HALF_A_CENT / prices[at + day] for prices in (close, adjusted) for day in (0, 1))
    ratio, slack = split_ratio(change), cent + RATIO_ERROR
    rounded = np.abs(change / ratio - 1.0) <= slack
    below = np.floor(change * (1.0 + slack))
    for named in SPLIT_RATIOS:
        below = np.where((below < 4.0) & (named <= change * (1.0 + slack)), named, below)
    paid_too = (change >= SPLIT_RATIOS[0]) & (change / below <= PAID_TOO) & ~rounded
    forward = np.where(paid_too, np.where(below >= LARGE, below, np.nan), ratio)
    forward = np.where(rounded | paid_too, forward, 1.0)
    return np.where(np.isfinite(change), np.where(change < 1.0, ratio, forward), np.nan)
