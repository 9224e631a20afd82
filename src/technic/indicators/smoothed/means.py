"""Moving averages made of averages: Wilder's mean, DEMA, TEMA, and Kaufman's adaptive mean."""

from __future__ import annotations

import numpy as np

from technic.indicators.parameters import bars_like, period
from technic.indicators.recursions import exponential_mean, wilder_mean
from technic.indicators.streams import whole
from technic.panel.windows import lagged, window_sum
from technic.typing import FloatArray

__all__ = ["dema", "ema_of", "kama", "rma", "tema"]

FASTEST, SLOWEST = 2.0 / 3.0, 2.0 / 31.0
"""Kaufman's weights: those of exponential means over 2 and over 30 bars."""


def rma(close: FloatArray, timeperiod: int = 30) -> FloatArray:
    """Wilder's mean, weight 1 / timeperiod, seeded by the first plain mean."""
    bars_like(close=close)
    return whole(wilder_mean(close, period(timeperiod)), len(close))


def dema(close: FloatArray, timeperiod: int = 30) -> FloatArray:
    """Return 2 EMA - EMA of EMA; first value in row ``2 timeperiod - 2``."""
    bars_like(close=close)
    n = period(timeperiod)
    once = ema_of(close, n)
    out = once * 2.0
    out -= ema_of(once, n, n - 1)
    return out


def tema(close: FloatArray, timeperiod: int = 30) -> FloatArray:
    """Return 3 EMA - 3 EMA of EMA + EMA of that; first value in row ``3 timeperiod - 3``."""
    bars_like(close=close)
    n = period(timeperiod)
    once = ema_of(close, n)
    twice = ema_of(once, n, n - 1)
    out = ema_of(twice, n, 2 * n - 2)
    once -= twice
    once *= 3.0
    out += once
    return out


def kama(close: FloatArray, timeperiod: int = 30) -> FloatArray:
    """Kaufman's adaptive mean: quick where the close goes one way, slow where it goes to and fro.

    Its weight is that of an exponential mean over 2 to 30 bars, squared, by the way gone in
    ``timeperiod`` bars over the sum of the steps. Begins from the close of row ``timeperiod - 1``;
    first value in row ``timeperiod``. Where nothing moves it is quick, as in TA-Lib.
    """
    bars_like(close=close)
    n = period(timeperiod, least=2)
    out = np.full(close.shape, np.nan)
    if len(close) <= n:
        return out
    weight = _adaptive_weight(close, n)
    last = close[n - 1]
    for row in range(n, len(close)):
        np.subtract(close[row], last, out=out[row])
        out[row] *= weight[row]
        out[row] += last
        last = out[row]
    return out


def _adaptive_weight(close: FloatArray, n: int) -> FloatArray:
    steps = close - lagged(close, 1)
    way = window_sum(np.abs(steps, out=steps), n)
    gone = close - lagged(close, n)
    straight = (way <= gone) | (way == 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.divide(np.abs(gone, out=gone), way, out=gone)
    np.copyto(ratio, 1.0, where=straight)
    ratio *= FASTEST - SLOWEST
    ratio += SLOWEST
    ratio *= ratio
    return ratio


def ema_of(values: FloatArray, n: int, start: int = 0) -> FloatArray:
    """Exponential mean of an array whose values begin in row ``start``."""
    return whole(exponential_mean(values, n, start), len(values))
