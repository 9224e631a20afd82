"""Moving averages, regression lines and the Ichimoku lines."""

from __future__ import annotations

import math

import numpy as np

from technic.errors import ParameterError
from technic.indicators.division import quotient
from technic.indicators.parameters import bars_like, period
from technic.indicators.recursions import exponential_mean
from technic.indicators.streams import whole
from technic.panel.windows import (
    lagged,
    window_max,
    window_mean,
    window_min,
    window_sum,
    window_weighted_sum,
)
from technic.typing import FloatArray

__all__ = [
    "ema",
    "hma",
    "ichimoku",
    "linearreg",
    "linearreg_slope",
    "ma",
    "midprice",
    "sma",
    "vwma",
    "wma",
]


def sma(close: FloatArray, timeperiod: int = 30) -> FloatArray:
    """Plain mean of the last ``timeperiod`` values; first value in row ``timeperiod - 1``."""
    bars_like(close=close)
    return window_mean(close, period(timeperiod))


def ema(close: FloatArray, timeperiod: int = 30) -> FloatArray:
    """Exponential mean, weight 2 / (timeperiod + 1), seeded by the first plain mean.

    First value in row ``timeperiod - 1``. It never forgets: a bad tick decays, it does not leave.
    """
    bars_like(close=close)
    return whole(exponential_mean(close, period(timeperiod)), len(close))


def wma(close: FloatArray, timeperiod: int = 30) -> FloatArray:
    """Mean with weights 1 (oldest) to ``timeperiod`` (newest)."""
    bars_like(close=close)
    n = period(timeperiod)
    out, _ = window_weighted_sum(close, n)
    out /= n * (n + 1) / 2
    return out


def hma(close: FloatArray, timeperiod: int = 20) -> FloatArray:
    """Hull mean: WMA over sqrt(n) of 2 WMA(n / 2) - WMA(n), both lengths rounded down.

    First value in row ``n + isqrt(n) - 2``; with n = 1 the values themselves.
    """
    bars_like(close=close)
    n = period(timeperiod)
    if n == 1:
        return close.copy()
    ahead = wma(close, n // 2)
    ahead *= 2.0
    ahead -= wma(close, n)
    return wma(ahead, math.isqrt(n))


def vwma(close: FloatArray, volume: FloatArray, timeperiod: int = 30) -> FloatArray:
    """Mean weighted by volume; NaN where the whole window has no volume (n = 1: the close)."""
    bars_like(close=close, volume=volume)
    n = period(timeperiod)
    if n == 1:
        return close.copy()
    return quotient(window_sum(close * volume, n), window_sum(volume, n), instead=np.nan)


def linearreg(close: FloatArray, timeperiod: int = 14) -> FloatArray:
    """End point, at the current bar, of the least-squares line through the last values."""
    slope, mean = _line(close, timeperiod)
    slope *= (timeperiod - 1) / 2
    slope += mean
    return slope


def linearreg_slope(close: FloatArray, timeperiod: int = 14) -> FloatArray:
    """Slope per bar of the least-squares line through the last ``timeperiod`` values."""
    return _line(close, timeperiod)[0]


def _line(close: FloatArray, timeperiod: int) -> tuple[FloatArray, FloatArray]:
    """Slope and mean of the least-squares line."""
    bars_like(close=close)
    n = period(timeperiod, least=2)
    slope, mean = window_weighted_sum(close, n)
    mean /= n
    slope -= mean * (n * (n + 1) / 2)
    slope /= n * (n * n - 1) / 12
    return slope, mean


def ma(close: FloatArray, timeperiod: int = 30, matype: int = 0) -> FloatArray:
    """Moving average chosen by TA-Lib's number: 0 SMA, 1 EMA, 2 WMA."""
    kinds = {0: sma, 1: ema, 2: wma}
    if isinstance(matype, bool) or matype not in kinds:
        raise ParameterError("matype", matype, "0 (SMA), 1 (EMA) or 2 (WMA)")
    return kinds[matype](close, timeperiod)


def ichimoku(
    high: FloatArray,
    low: FloatArray,
    conversion_period: int = 9,
    base_period: int = 26,
    lead_period: int = 52,
    displacement: int = 26,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Conversion line, base line, and the two edges of the cloud that lies under each bar.

    A line is the middle between the highest high and the lowest low of its period. Lead 1 is the
    middle of conversion and base, lead 2 the line of ``lead_period``; both as they were
    ``displacement`` bars ago, which is where the chart draws them today.
    """
    bars_like(high=high, low=low)
    shift = period(displacement, "displacement", least=0)
    conversion = midprice(high, low, period(conversion_period, "conversion_period"))
    base = midprice(high, low, period(base_period, "base_period"))
    lead1 = (conversion + base) / 2.0
    lead2 = midprice(high, low, period(lead_period, "lead_period"))
    edges = lagged(lead1, shift), lagged(lead2, shift)
    for edge in edges:
        np.copyto(edge, np.nan, where=np.isnan(high))
    return conversion, base, *edges


def midprice(high: FloatArray, low: FloatArray, timeperiod: int = 14) -> FloatArray:
    """Middle between the highest high and the lowest low of the last ``timeperiod`` bars."""
    bars_like(high=high, low=low)
    n = period(timeperiod)
    out = window_max(high, n)
    out += window_min(low, n)
    out /= 2.0
    return out
