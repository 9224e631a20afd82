"""Oscillators: CMO, DPO, PPO, TRIX, TSI, percent rank, Connors RSI, Schaff, Fisher."""

from __future__ import annotations

import numpy as np

from technic.indicators.division import percent, quotient
from technic.indicators.momentum import gain_and_loss, rate, rsi
from technic.indicators.parameters import bars_like, period
from technic.indicators.smoothed.means import ema_of
from technic.indicators.streams import whole
from technic.indicators.trend import sma
from technic.panel.windows import lagged, window_max, window_min
from technic.typing import FloatArray

__all__ = [
    "KEEP",
    "cmo",
    "connors_rsi",
    "dpo",
    "fisher",
    "percentrank",
    "ppo",
    "stc",
    "streak",
    "trix",
    "tsi",
]

HALF = 0.5
"""Weight of the newest value in the Schaff cycle's smoothing."""
KEEP, TAKE, EDGE = 0.67, 0.66, 0.999
"""Ehlers' numbers: of the place before, of the new one; how near to 1 it may come."""
NO_RANGE = 1e-12
"""A range smaller than this fraction of what it is made of is what rounding leaves of none."""


def cmo(close: FloatArray, timeperiod: int = 14) -> FloatArray:
    """Chande's momentum oscillator, -100 to 100, by Wilder's means as TA-Lib has it; 0 if flat."""
    bars_like(close=close)
    means = whole(gain_and_loss(close, period(timeperiod, least=2)), len(close))
    gain, loss = means[:, 0], means[:, 1]
    return percent(gain - loss, gain + loss)


def dpo(close: FloatArray, timeperiod: int = 20) -> FloatArray:
    """Detrended price: the close of ``timeperiod // 2 + 1`` bars ago less the plain mean."""
    bars_like(close=close)
    n = period(timeperiod)
    out = lagged(close, n // 2 + 1)
    out -= sma(close, n)
    return out


def ppo(close: FloatArray, fastperiod: int = 12, slowperiod: int = 26) -> FloatArray:
    """Fast EMA less slow EMA in percent of the slow one; first value in row ``slowperiod - 1``.

    Each mean has its own seed, unlike those of MACD. Periods in the wrong order are exchanged.
    """
    bars_like(close=close)
    lengths = period(fastperiod, "fastperiod", 2), period(slowperiod, "slowperiod", 2)
    fast, slow = min(lengths), max(lengths)
    below = ema_of(close, slow)
    out = ema_of(close, fast)
    out -= below
    return percent(out, below)


def trix(close: FloatArray, timeperiod: int = 30) -> FloatArray:
    """Change in percent, over one bar, of an EMA of an EMA of an EMA."""
    bars_like(close=close)
    n = period(timeperiod)
    smooth = close
    for start in (0, n - 1, 2 * n - 2):
        smooth = ema_of(smooth, n, start)
    return rate(smooth, lagged(smooth, 1))


def tsi(close: FloatArray, firstperiod: int = 25, secondperiod: int = 13) -> FloatArray:
    """True strength index: steps smoothed twice, in percent of their sizes smoothed twice.

    0 where nothing moves.
    """
    bars_like(close=close)
    first, second = period(firstperiod, "firstperiod"), period(secondperiod, "secondperiod")
    steps = close - lagged(close, 1)
    sizes = np.abs(steps)
    top = ema_of(ema_of(steps, first, 1), second, first)
    return percent(top, ema_of(ema_of(sizes, first, 1), second, first))


def percentrank(close: FloatArray, timeperiod: int = 100) -> FloatArray:
    """Share of the ``timeperiod`` values before that are lower than this one, 0 to 100."""
    bars_like(close=close)
    n = period(timeperiod)
    out = np.full(close.shape, np.nan)
    if len(close) <= n:
        return out
    now, count = close[n:], np.zeros(close[n:].shape)
    missing = np.isnan(now)
    for ago in range(1, n + 1):
        before = close[n - ago : len(close) - ago]
        count += before < now
        missing |= np.isnan(before)
    count *= 100.0
    np.divide(count, n, out=out[n:])
    np.copyto(out[n:], np.nan, where=missing)
    return out


def streak(close: FloatArray) -> FloatArray:
    """Closes in a row that were higher (counted up from 1) or lower (down from -1); equal: 0."""
    bars_like(close=close)
    out = np.zeros(close.shape)
    for row in range(1, len(close)):
        step = np.sign(close[row] - close[row - 1])
        np.copyto(out[row], step + np.where(out[row - 1] * step > 0.0, out[row - 1], 0.0))
    np.copyto(out, np.nan, where=np.isnan(close))
    return out


def connors_rsi(
    close: FloatArray, rsi_period: int = 3, streak_period: int = 2, rank_period: int = 100
) -> FloatArray:
    """Mean of the RSI, the RSI of the streak, and the percent rank of the day's change."""
    bars_like(close=close)
    out = np.full(close.shape, np.nan)
    rank = percentrank(rate(close, lagged(close, 1))[1:], period(rank_period, "rank_period"))
    out[1:] = rank
    out += rsi(close, period(rsi_period, "rsi_period", 2))
    out += rsi(streak(close), period(streak_period, "streak_period", 2))
    out /= 3.0
    return out


def stc(
    close: FloatArray, fastperiod: int = 23, slowperiod: int = 50, cycle: int = 10
) -> FloatArray:
    """Schaff trend cycle, 0 to 100: the place of the MACD in its range, smoothed; and once more.

    A range of nothing keeps the place before, 0 at first. First value in row
    ``slowperiod + 2 cycle - 3``. Periods in the wrong order are exchanged.
    """
    bars_like(close=close)
    lengths = period(fastperiod, "fastperiod", 2), period(slowperiod, "slowperiod", 2)
    fast, slow = min(lengths), max(lengths)
    n = period(cycle, "cycle", 2)
    mean = ema_of(close, slow)
    line = ema_of(close, fast, slow - fast)
    line -= mean
    once = _place_smoothed(line, n, slow - 1, np.abs(mean, out=mean))
    return _place_smoothed(once, n, slow + n - 2, np.full_like(mean, 100.0))


def _place_smoothed(values: FloatArray, n: int, start: int, size: FloatArray) -> FloatArray:
    """Place in the range of ``n`` values, 0 to 100, half of it and half of what was before."""
    out = np.full(values.shape, np.nan)
    top, bottom = window_max(values, n), window_min(values, n)
    first = start + n - 1
    place = np.zeros(values.shape[1:])
    for row in range(first, len(values)):
        reach = top[row] - bottom[row]
        share = percent(values[row] - bottom[row], reach)
        known = np.where(np.isnan(reach), np.nan, place)
        place = np.where(reach > NO_RANGE * size[row], share, known)
        out[row] = place if row == first else out[row - 1] + HALF * (place - out[row - 1])
    return out


def fisher(high: FloatArray, low: FloatArray, timeperiod: int = 9) -> FloatArray:
    """Fisher transform of the place of the bar's middle in its range, by Ehlers.

    Place and result are smoothed by what they were before, 0 at first; a range of nothing has its
    place in the middle. First value in row ``timeperiod - 1``.
    """
    bars_like(high=high, low=low)
    n = period(timeperiod, least=2)
    middle = (high + low) / 2.0
    top, bottom = window_max(middle, n), window_min(middle, n)
    place = quotient(middle - bottom, top - bottom, instead=0.5)
    place -= 0.5
    place *= TAKE
    before = np.zeros(high.shape[1:])
    for row in range(n - 1, len(high)):
        moved = place[row] + KEEP * before
        before = np.where(moved > 0.99, EDGE, np.where(moved < -0.99, -EDGE, moved))
        place[row] = before
    # A copy in one piece: numpy may round otherwise where values are not neighbours.
    out = np.log(np.array((1.0 + place) / (1.0 - place), order="C"))
    out *= 0.5
    for row in range(n, len(high)):
        out[row] += 0.5 * out[row - 1]
    return out
