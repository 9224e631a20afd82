"""Returns, gaps, and distances from the highs and lows of a window."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from technic.indicators.division import percent, quotient
from technic.indicators.parameters import bars_like, period
from technic.panel.windows import lagged, window_max, window_min
from technic.typing import FloatArray

__all__ = [
    "gap_pct",
    "highest",
    "lowest",
    "max_return_pct",
    "percent_from",
    "percent_of",
    "returns_pct",
]


def percent_from(values: FloatArray, base: FloatArray) -> FloatArray:
    """Distance of ``values`` from ``base`` in percent of ``base``; NaN where that is 0."""
    bars_like(values=values, base=base)
    out = quotient(values, base, instead=np.nan)
    out -= 1.0
    out *= 100.0
    return out


def percent_of(part: FloatArray, whole: FloatArray) -> FloatArray:
    """``part`` in percent of ``whole``; NaN where that is 0."""
    bars_like(part=part, whole=whole)
    return percent(part, whole, np.nan)


def returns_pct(close: FloatArray, timeperiod: int = 1) -> FloatArray:
    """Change over ``timeperiod`` bars in percent; NaN where the older close is 0."""
    bars_like(close=close)
    return percent_from(close, lagged(close, period(timeperiod)))


def max_return_pct(close: FloatArray, timeperiod: int = 252) -> FloatArray:
    """Largest change from one bar to the next, in percent, among the last ``timeperiod``.

    The very bits of ``highest(returns_pct(close), timeperiod)``: rounding keeps the order, so the
    largest is found among the plain quotients. NaN where an older close in the window is 0.
    """
    bars_like(close=close)
    n = period(timeperiod)
    with np.errstate(divide="ignore", invalid="ignore"):
        out = _only_window(close) if len(close) == n + 1 else window_max(_ratios(close), n)
    out[np.isinf(out)] = np.nan
    out -= 1.0
    out *= 100.0
    return out


def _ratios(close: FloatArray) -> FloatArray:
    out = np.full_like(close, np.nan)
    np.divide(close[1:], close[:-1], out=out[1:])
    return out


def _only_window(close: FloatArray) -> FloatArray:
    """Largest ratio of all, in the last row: one row after the other, which stay in the cache."""
    out = np.full(close.shape, np.nan)
    most, ratio = out[-1], np.empty(close.shape[1])
    most[:] = -np.inf
    for earlier, later in pairwise(close):
        np.maximum(most, np.divide(later, earlier, out=ratio), out=most)
    return out


def gap_pct(open_: FloatArray, close: FloatArray) -> FloatArray:
    """Open over the previous close, in percent."""
    bars_like(open=open_, close=close)
    return percent_from(open_, lagged(close, 1))


def highest(values: FloatArray, timeperiod: int = 30) -> FloatArray:
    """Highest of the last ``timeperiod`` values, today included (TA-Lib's MAX)."""
    bars_like(values=values)
    return window_max(values, period(timeperiod))


def lowest(values: FloatArray, timeperiod: int = 30) -> FloatArray:
    """Lowest of the last ``timeperiod`` values, today included (TA-Lib's MIN)."""
    bars_like(values=values)
    return window_min(values, period(timeperiod))
