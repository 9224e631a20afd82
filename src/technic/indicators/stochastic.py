"""Where the close lies in its range: STOCH, STOCHF, STOCHRSI, WILLR."""

from __future__ import annotations

import numpy as np

from technic.indicators.division import quotient, same
from technic.indicators.momentum import rsi
from technic.indicators.parameters import bars_like, period
from technic.indicators.tiles import row_tiles
from technic.indicators.trend import ma
from technic.panel.windows import window_max, window_min
from technic.typing import FloatArray

__all__ = ["stoch", "stochf", "stochrsi", "willr"]


def stochf(
    high: FloatArray,
    low: FloatArray,
    close: FloatArray,
    fastk_period: int = 5,
    fastd_period: int = 3,
    fastd_matype: int = 0,
) -> tuple[FloatArray, FloatArray]:
    """Fast stochastic: %K, place of the close in its range (0 to 100), and its mean %D.

    %K is 0 where the range is nothing. Both begin together.
    """
    fast = _place(high, low, close, period(fastk_period, "fastk_period"))
    mean = _smooth(fast, fastk_period - 1, period(fastd_period, "fastd_period"), fastd_matype)
    np.copyto(fast, np.nan, where=np.isnan(mean))
    return fast, mean


def stoch(
    high: FloatArray,
    low: FloatArray,
    close: FloatArray,
    fastk_period: int = 5,
    slowk_period: int = 3,
    slowk_matype: int = 0,
    slowd_period: int = 3,
    slowd_matype: int = 0,
) -> tuple[FloatArray, FloatArray]:
    """Slow stochastic: the mean of the fast %K, and the mean of that. Both begin together."""
    fast = _place(high, low, close, period(fastk_period, "fastk_period"))
    first = fastk_period - 1
    slow = _smooth(fast, first, period(slowk_period, "slowk_period"), slowk_matype)
    first += slowk_period - 1
    slower = _smooth(slow, first, period(slowd_period, "slowd_period"), slowd_matype)
    np.copyto(slow, np.nan, where=np.isnan(slower))
    return slow, slower


def stochrsi(
    close: FloatArray,
    timeperiod: int = 14,
    fastk_period: int = 5,
    fastd_period: int = 3,
    fastd_matype: int = 0,
) -> tuple[FloatArray, FloatArray]:
    """Fast stochastic of the RSI, as TA-Lib's STOCHRSI: unsmoothed %K and its mean %D.

    Charts that smooth twice (14, 14, 3, 3) call this %D their %K, and its mean their %D.
    """
    strength = rsi(close, timeperiod)
    inside = strength[timeperiod:]
    out = np.full((2, *close.shape), np.nan)
    out[0, timeperiod:], out[1, timeperiod:] = stochf(
        inside, inside, inside, fastk_period, fastd_period, fastd_matype
    )
    return out[0], out[1]


def willr(high: FloatArray, low: FloatArray, close: FloatArray, timeperiod: int = 14) -> FloatArray:
    """Williams %R: distance of the close from the highest high, 0 to -100 of the range.

    0 where the range is nothing; never outside, even for a close outside its bar.
    """
    bars_like(high=high, low=low, close=close)
    n = period(timeperiod, least=2)
    lowest, highest = window_min(low, n), window_max(high, n)
    for rows in row_tiles(0, *close.shape):
        top, bottom = highest[rows], lowest[rows]
        nothing, reach = same(top, bottom), (top - bottom) / -100.0
        top -= close[rows]
        np.clip(quotient(top, reach, nothing, out=top), -100.0, 0.0, out=top)
    return highest


def _place(high: FloatArray, low: FloatArray, close: FloatArray, n: int) -> FloatArray:
    bars_like(high=high, low=low, close=close)
    lowest, highest = window_min(low, n), window_max(high, n)
    for rows in row_tiles(0, *close.shape):
        top, bottom = highest[rows], lowest[rows]
        nothing, reach = same(top, bottom), (top - bottom) / 100.0
        np.subtract(close[rows], bottom, out=bottom)
        quotient(bottom, reach, nothing, out=bottom)
    return lowest


def _smooth(values: FloatArray, first: int, n: int, matype: int) -> FloatArray:
    """Moving average of ``values``, which begin in row ``first``."""
    out = np.full_like(values, np.nan)
    out[first:] = ma(values[first:], n, matype)
    return out
