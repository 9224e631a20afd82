"""Splits and dividends as a file's vendor saw them: changes of its adjusted closes over its closes.

It makes no difference whether prices are adjusted by them. From one row of a symbol to the next the
factor, adjusted over raw, changes by the ratio of a split, by that of a dividend, or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.interfaces.records import Dividends, SplitRecord
from technic.data_engine.providers.files.adjusted_closes import SPLIT_RATIOS, split_ratio
from technic.panel import LongBars
from technic.typing import BoolArray, FloatArray

__all__ = ["column_actions"]

LEAST_PAID = 0.04
"""Dividends of a smaller share of the price change no value; most rows end here."""
LEAST_SPLIT = 1.2
"""Smaller changes of the factor are none of a split."""
PAID_TOO = 1.025
"""What the factor of an ex-date's dividend may add to a split's ratio."""
LARGE = 2.0
WORST_ERROR = 0.1
"""A dividend counts where rounding makes less of it than this."""
FALL_NEAR = 5
"""Rows around a dividend in which the factor may not fall: it came back, so it was an error."""
HALF_A_CENT, RATIO_ERROR = 0.005, 1e-4
"""How far closes and their ratios are rounded; a dividend seldom comes as near to a ratio."""


@dataclass(frozen=True, slots=True, eq=False)
class _Changes:
    """Changes of the factor that are large enough to mean something.

    ``row``: the row from which on the factor is another one; ``change``: new over old, NaN where
    one of them is unknown; ``split``: 1.0 where it is none, NaN where nothing is known; ``cents``:
    by which share rounding may have moved the change.
    """

    row: NDArray[np.intp]
    change: FloatArray
    split: FloatArray
    cents: FloatArray


def column_actions(
    bars: LongBars, adjusted: FloatArray, *, applied: bool
) -> tuple[dict[str, SplitRecord], Dividends]:
    """Return what ``adjusted`` closes beside ``bars`` say of splits and large dividends.

    ``bars``: raw, sorted by symbol and session. A day is unknown where it or the row before has no
    factor; a symbol without any factor has no record. Dividends are those of 4 % of the price and
    more, and none where prices are adjusted by them (``applied``).
    """
    if not len(bars):
        return {}, Dividends.none()
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        factor = adjusted / bars.close
        factor[~((adjusted > 0.0) & (bars.close > 0.0) & (factor < np.inf))] = np.nan
        changes = _changes(bars, adjusted, factor)
    known = np.bincount(bars.column[np.isfinite(factor)], minlength=len(bars.symbols)) > 0
    records = _records(bars, changes, known, applied)
    return records, Dividends.none() if applied else _dividends(bars, changes)


def _changes(bars: LongBars, adjusted: FloatArray, factor: FloatArray) -> _Changes:
    change = factor[1:] / factor[:-1]
    # also true where the change is unknown
    changed = ~((change * (1.0 - LEAST_PAID) < 1.0) & (change > 1.0 - LEAST_PAID))
    at = np.flatnonzero(changed & (bars.column[1:] == bars.column[:-1]))
    change = change[at]
    near = np.stack([bars.close[at], bars.close[at + 1], adjusted[at], adjusted[at + 1]])
    cents = (HALF_A_CENT / near).sum(axis=0)
    small = (change < LEAST_SPLIT) & (change * LEAST_SPLIT > 1.0)
    return _Changes(at + 1, change, np.where(small, 1.0, _split_ratio(change, cents)), cents)


def _records(
    bars: LongBars, changes: _Changes, known: BoolArray, applied: bool
) -> dict[str, SplitRecord]:
    """Return the record of each symbol whose factor is known on some day."""
    nothing = SplitRecord("column", np.empty(0, "datetime64[D]"), np.empty(0), applied)
    records = {bars.symbols[column]: nothing for column in np.flatnonzero(known).tolist()}
    at, ratio = changes.row[changes.split != 1.0], changes.split[changes.split != 1.0]
    if not len(at):
        return records
    columns, starts = np.unique(bars.column[at], return_index=True)
    for column, start, end in zip(columns, starts, np.append(starts[1:], len(at)), strict=True):
        if known[column]:
            days, ratios = bars.session[at[start:end]], ratio[start:end]
            records[bars.symbols[column]] = SplitRecord("column", days, ratios, applied)
    return records


def _dividends(bars: LongBars, changes: _Changes) -> Dividends:
    """Return the payments that are no splits, larger than rounding, and not taken back."""
    share = 1.0 - 1.0 / changes.change
    paid = (changes.split == 1.0) & (share >= LEAST_PAID)
    paid &= changes.cents <= WORST_ERROR * share
    falls = changes.row[changes.change < 1.0]
    rows = changes.row[paid]
    first = np.searchsorted(falls, rows - FALL_NEAR)
    last = np.searchsorted(falls, rows + FALL_NEAR, side="right")
    fell = [
        bool(np.any(bars.column[falls[a:b]] == bars.column[row]))
        for row, a, b in zip(rows.tolist(), first.tolist(), last.tolist(), strict=True)
    ]
    kept = ~np.array(fell, dtype=bool)
    rows, share = rows[kept], share[paid][kept]
    names = np.array(bars.symbols, dtype=object)[bars.column[rows]]
    return Dividends(names, bars.session[rows], bars.close[rows - 1] * share)


def _split_ratio(change: FloatArray, cents: FloatArray) -> FloatArray:
    """Return the split of each change of the factor: 1.0 none, NaN unknown.

    Rounding alone may part it from the ratio: a dividend of a quarter of the price comes near 4:3.
    A split on the ex-date of an ordinary dividend lies a little above its ratio; so may a special
    dividend alone, unless it is of half of the price or more.
    """
    ratio, slack = split_ratio(change), cents + RATIO_ERROR
    rounded = np.abs(change / ratio - 1.0) <= slack
    below = np.floor(change * (1.0 + slack))
    for named in SPLIT_RATIOS:
        below = np.where((below < 4.0) & (named <= change * (1.0 + slack)), named, below)
    paid_too = (change >= SPLIT_RATIOS[0]) & (change / below <= PAID_TOO) & ~rounded
    forward = np.where(paid_too, np.where(below >= LARGE, below, np.nan), ratio)
    forward = np.where(rounded | paid_too, forward, 1.0)
    return np.where(np.isfinite(change), np.where(change < 1.0, ratio, forward), np.nan)
