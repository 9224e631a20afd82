"""Since when: bars since an extreme, sums and averages since a bar, the change of the year."""

from __future__ import annotations

from functools import partial

import numpy as np

from technic.indicators.division import quotient
from technic.indicators.lookback import so_many
from technic.indicators.recursions import running_total, smoothed
from technic.indicators.streams import whole
from technic.indicators.tiles import tiles_of
from technic.indicators.volatility import typical_price
from technic.language.functions._define import BAR, HERE, X, bars, condition, recursive, window
from technic.typing import FloatArray

__all__ = ["SINCE", "bars_since_highest", "bars_since_lowest"]

A_YEAR = 263
"""Bars up to the last one of the year before: a year has at most 262 weekdays."""


def bars_since_highest(x: FloatArray, n: int) -> FloatArray:
    """Return how many bars ago the highest of ``n`` values was, the latest of equal ones."""
    return _bars_since_extreme(np.greater_equal, x, n)


def bars_since_lowest(x: FloatArray, n: int) -> FloatArray:
    """Return how many bars ago the lowest of ``n`` values was, the latest of equal ones."""
    return _bars_since_extreme(np.less_equal, x, n)


def _bars_since_extreme(reaches: np.ufunc, x: FloatArray, n: int) -> FloatArray:
    out = np.full(x.shape, np.nan)
    if len(x) < n:
        return out
    count = len(x) - n + 1
    best, ago = x[:count].copy(), np.full((count, *x.shape[1:]), n - 1.0)
    missing = np.isnan(best)
    for bar in range(1, n):
        value = x[bar : bar + count]
        newer = reaches(value, best)
        np.copyto(best, value, where=newer)
        np.copyto(ago, n - 1.0 - bar, where=newer)
        missing |= np.isnan(value)
    np.copyto(ago, np.nan, where=missing)
    out[n - 1 :] = ago
    return out


def _cumsum(x: FloatArray) -> FloatArray:
    return whole(smoothed(running_total(), tiles_of(x), 0, x.shape), len(x))


def _sum_since(holds: FloatArray, x: FloatArray, within: int) -> FloatArray:
    """Add up from each bar on which the condition was true: nothing before it is in the sum."""
    out, ago = np.full(x.shape, np.nan), np.full(x.shape[1:], np.nan)
    total = ago.copy()
    for row in range(len(x)):
        held = holds[row]
        begins, unknown = held == 1.0, np.isnan(held)
        ago = np.where(begins, 0.0, np.where(unknown, np.nan, ago + 1.0))
        total = np.where(begins, x[row], np.where(unknown, np.nan, total + x[row]))
        np.copyto(out[row], total, where=ago < within)
    return out


def _anchored_vwap(
    high: FloatArray,
    low: FloatArray,
    close: FloatArray,
    volume: FloatArray,
    holds: FloatArray,
    within: int,
) -> FloatArray:
    money = typical_price(high, low, close)
    money *= volume
    total = _sum_since(holds, money, within)
    return quotient(total, _sum_since(holds, volume, within), instead=np.nan)


def _ytd_change(close: FloatArray, year: FloatArray) -> FloatArray:
    """Remember the last close of each year: that of the bar before the year changes."""
    out, before = np.full(close.shape, np.nan), np.full(close.shape[1:], np.nan)
    for row in range(1, len(close)):
        changes = year[row] > year[row - 1]
        before = np.where(changes, close[row - 1], before)
        with np.errstate(divide="ignore", invalid="ignore"):
            out[row] = 100.0 * (close[row] / before - 1.0)
    return out


SINCE = (
    window(
        "bars_since_highest",
        (X, bars("n")),
        bars_since_highest,
        "Bars since the highest of the last n values, 0 today; of equal ones the latest.",
        "TA-Lib AROON",
    ),
    window(
        "bars_since_lowest",
        (X, bars("n")),
        bars_since_lowest,
        "Bars since the lowest of the last n values, 0 today; of equal ones the latest.",
        "TA-Lib AROON",
    ),
    recursive(
        "cumsum",
        (X,),
        _cumsum,
        "Sum of all values from the start of the window; its level depends on where that begins.",
    ),
    window(
        "sum_since",
        (condition(), X, bars("within", 252)),
        _sum_since,
        "Sum of x from the latest bar on which the condition was true, within the last bars.",
        HERE,
    ),
    window(
        "anchored_vwap",
        (condition(), bars("within", 252)),
        _anchored_vwap,
        "Typical price weighted by volume from the latest bar on which the condition was true.",
        HERE,
        fields=(*BAR, "volume"),
    ),
    window(
        "ytd_change",
        (),
        _ytd_change,
        "Change in percent since the last close of the year before; missing without one.",
        HERE,
        fields=("close", "year"),
        lookback=partial(so_many, A_YEAR),
    ),
)
