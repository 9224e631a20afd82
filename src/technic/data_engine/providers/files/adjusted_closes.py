"""Prices adjusted by a column of adjusted closes that stands beside raw ones in a file.

The factor of a row is its adjusted close over its raw close. It holds every split and dividend up
to the end of the file, and it is divided by the factor of the symbol's last row that is asked for:
what happened after the day of a scan is taken out again. So prices are in the basis of that day,
its own are those of the raw column, and a file cut at a day gives the same bars as the whole one.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from technic.panel import PRICES, LongBars
from technic.typing import BoolArray, FloatArray

__all__ = ["SPLIT_RATIOS", "adjust_by_closes", "split_ratio"]

SPLIT_RATIOS = (5 / 4, 4 / 3, 3 / 2, 5 / 3, 2.0, 5 / 2, 3.0, 7 / 2)
"""New shares for an old one; from 4 on every whole number. Below 5:4 dividends are as large."""
TOLERANCE = 0.005
"""How far from a ratio a factor may change: closes are rounded."""


def adjust_by_closes(bars: LongBars, adjusted: FloatArray) -> LongBars:
    """Restate raw bars, sorted by symbol and session, in the basis of each symbol's last row.

    ``adjusted``: ``(n_rows,)`` adjusted closes. Prices are multiplied by the factor; volume is
    divided by what of the factor is splits: a change from one row to the next by a ratio that
    splits have, to within 0.5 %; all others are dividends (`split_ratio`). A row without an
    adjusted close is left without a close, so that the panel leaves it out; a close of 0 or less,
    raw or adjusted, is handed on for the data gate to judge.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        factor = adjusted / bars.close
    known = np.isfinite(factor) & (factor > 0.0) & (bars.close > 0.0)
    column, own = bars.column[known], factor[known]
    ends = np.append(column[1:] != column[:-1], True) if len(column) else np.empty(0, np.bool_)
    last = np.ones(len(bars.symbols))
    last[column[ends]] = own[ends]

    scale = own / last[column]
    prices = {name: getattr(bars, name).copy() for name in PRICES}
    volume = bars.volume.copy()
    close = bars.close[known]
    final = np.where(scale == 1.0, close, adjusted[known] / last[column])
    for name in PRICES:
        raw = prices[name][known]
        # a price that is the close stays it: rounding must not set a high below it
        prices[name][known] = np.where(raw == close, final, raw * scale)
    volume[known] *= _later_splits(own, ends)
    prices["close"][~known] = _defects(bars.close[~known], adjusted[~known])
    return replace(bars, **prices, volume=volume)


def _later_splits(factor: FloatArray, ends: BoolArray) -> FloatArray:
    """Product of the splits after each row, up to the last row of its symbol (``ends``)."""
    product = np.ones(len(factor))
    if not len(factor):
        return product
    starts = np.append(0, np.flatnonzero(ends) + 1)
    ratio = split_ratio(factor[1:] / factor[:-1])
    for at in np.flatnonzero((ratio != 1.0) & ~ends[:-1]).tolist():
        first = int(starts[np.searchsorted(starts, at, side="right") - 1])
        product[first : at + 1] *= ratio[at]
    return product


def split_ratio(change: FloatArray) -> FloatArray:
    """Return the ratio of the split that each change of the factor is, 1.0 where it is none.

    Above 1 for a split, below it for a reverse split: that may have any ratio, since no dividend
    lowers the factor.
    """
    reverse = change < 1.0
    size = np.where(reverse, 1.0 / change, change)
    nearest = np.maximum(np.rint(size), 4.0)
    for ratio in SPLIT_RATIOS:
        nearest = np.where(np.abs(size - ratio) < np.abs(size - nearest), ratio, nearest)
    near = np.abs(size / nearest - 1.0) <= TOLERANCE
    nearest = np.where(near, nearest, size)
    split = near | (reverse & (size >= SPLIT_RATIOS[0]))
    return np.where(split, np.where(reverse, 1.0 / nearest, nearest), 1.0)


def _defects(close: FloatArray, adjusted: FloatArray) -> FloatArray:
    """Return what stands for the close of a row without a factor: none, or the price that is wrong.

    Only finite closes of 0 or less are prices that the gate can name.
    """
    lowest = np.minimum(close, adjusted)
    wrong = np.isfinite(close) & np.isfinite(adjusted) & (lowest <= 0.0)
    return np.where(wrong, lowest, np.nan)
