"""Volume on rising and on falling bars: NVI, PVI, Chaikin's two, Klinger, VWAP."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from technic.indicators.division import quotient
from technic.indicators.parameters import bars_like, period
from technic.indicators.smoothed.means import ema_of
from technic.indicators.volatility import typical_price
from technic.indicators.volume import ad
from technic.panel.windows import lagged, window_sum
from technic.typing import BoolArray, FloatArray

__all__ = ["adosc", "cmf", "klinger", "nvi", "pvi", "vwap"]

BEGIN = 1000.0
"""Where an index of volume begins."""


def nvi(close: FloatArray, volume: FloatArray) -> FloatArray:
    """Negative volume index: 1,000, moved by the change of the bars with less volume than before.

    Its level depends on where history begins; what it is beside its own mean does not.
    """
    return _index(close, volume, lambda now, before: now < before)


def pvi(close: FloatArray, volume: FloatArray) -> FloatArray:
    """Positive volume index: the same of the bars with more volume than before."""
    return _index(close, volume, lambda now, before: now > before)


def _index(
    close: FloatArray, volume: FloatArray, counts: Callable[[FloatArray, FloatArray], BoolArray]
) -> FloatArray:
    bars_like(close=close, volume=volume)
    out = np.full(close.shape, BEGIN)
    for row in range(1, len(close)):
        before = close[row - 1]
        change = quotient(close[row] - before, before)
        moved = out[row - 1] + out[row - 1] * change
        out[row] = np.where(counts(volume[row], volume[row - 1]), moved, out[row - 1])
    np.copyto(out, np.nan, where=np.isnan(close))
    return out


def cmf(
    high: FloatArray, low: FloatArray, close: FloatArray, volume: FloatArray, timeperiod: int = 20
) -> FloatArray:
    """Chaikin's money flow, -1 to 1: volume weighted by the close's place in its bar, over volume.

    A bar without range counts nothing; 0 where there was no volume.
    """
    bars_like(high=high, low=low, close=close, volume=volume)
    n = period(timeperiod)
    reach = high - low
    flow = (close - low) - (high - close)
    flow = quotient(flow, reach, reach <= 0.0)
    flow *= volume
    return quotient(window_sum(flow, n), window_sum(volume, n))


def adosc(
    high: FloatArray,
    low: FloatArray,
    close: FloatArray,
    volume: FloatArray,
    fastperiod: int = 3,
    slowperiod: int = 10,
) -> FloatArray:
    """Chaikin's oscillator: fast less slow exponential mean of the accumulation line.

    Both means begin with the line's first value, as in TA-Lib; shown from row
    ``max(fastperiod, slowperiod) - 1`` on.
    """
    lengths = period(fastperiod, "fastperiod", 2), period(slowperiod, "slowperiod", 2)
    line = ad(high, low, close, volume)
    out = np.full(line.shape, np.nan)
    means = [line[:1].copy(), line[:1].copy()]
    first = max(lengths) - 1
    for row in range(len(line)):
        for number, n in enumerate(lengths):
            weight = 2.0 / (n + 1)
            means[number] = weight * line[row] + (1.0 - weight) * means[number]
        if row >= first:
            out[row] = (means[0] - means[1])[0]
    return out


def klinger(
    high: FloatArray,
    low: FloatArray,
    close: FloatArray,
    volume: FloatArray,
    fastperiod: int = 34,
    slowperiod: int = 55,
) -> FloatArray:
    """Fast less slow EMA of the volume, which counts against where the typical price fell.

    As TradingView has it; Klinger's own weighs each bar by its range. First value in row
    ``max(fastperiod, slowperiod)``.
    """
    bars_like(high=high, low=low, close=close, volume=volume)
    fast, slow = period(fastperiod, "fastperiod"), period(slowperiod, "slowperiod")
    typical = typical_price(high, low, close)
    before = lagged(typical, 1)
    signed = np.where(typical >= before, volume, -volume)
    np.copyto(signed, np.nan, where=np.isnan(before) | np.isnan(typical))
    out = ema_of(signed, fast, 1)
    out -= ema_of(signed, slow, 1)
    return out


def vwap(
    high: FloatArray, low: FloatArray, close: FloatArray, volume: FloatArray, timeperiod: int = 20
) -> FloatArray:
    """Mean of the typical price over the last bars, weighted by volume; NaN without volume."""
    bars_like(high=high, low=low, close=close, volume=volume)
    n = period(timeperiod)
    money = typical_price(high, low, close)
    money *= volume
    return quotient(window_sum(money, n), window_sum(volume, n), instead=np.nan)
