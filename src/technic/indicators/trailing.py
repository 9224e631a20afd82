"""Lines that follow a trend and turn with it: parabolic SAR, SuperTrend, zigzag.

Each bar depends on all before it. A turn begins anew, so the first bar is forgotten after a turn or
two.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from technic.indicators.parameters import bars_like, factor, period
from technic.indicators.volatility import atr
from technic.typing import BoolArray, FloatArray

__all__ = ["sar", "supertrend", "zigzag"]


def sar(
    high: FloatArray, low: FloatArray, acceleration: float = 0.02, maximum: float = 0.2
) -> FloatArray:
    """Parabolic stop and reverse, by Wilder; first value in row 1.

    Falls at first where the low of row 1 fell further than its high rose, else rises.
    """
    bars_like(high=high, low=low)
    step, most = factor(acceleration, "acceleration"), factor(maximum, "maximum")
    step = min(step, most)
    out = np.full(high.shape, np.nan)
    if len(high) < 2:
        return out
    down = low[0] - low[1]
    long = ~((down > 0.0) & (down > high[1] - high[0]))
    extreme = np.where(long, high[1], low[1])
    stop = np.where(long, low[0], high[0])
    pace = np.full(high.shape[1], step)
    before_high, before_low = high[1], low[1]
    for row in range(1, len(high)):
        top, bottom = high[row], low[row]
        ceiling, floor = np.maximum(before_high, top), np.minimum(before_low, bottom)
        turned = np.where(long, bottom <= stop, top >= stop)
        further = ~turned & np.where(long, top > extreme, bottom < extreme)
        at_turn = np.where(long, np.maximum(extreme, ceiling), np.minimum(extreme, floor))
        stop = np.where(turned, at_turn, stop)
        out[row] = stop
        long ^= turned
        pace = np.where(turned, step, np.where(further, np.minimum(pace + step, most), pace))
        extreme = np.where(turned | further, np.where(long, top, bottom), extreme)
        stop = stop + pace * (extreme - stop)
        stop = np.where(long, np.minimum(stop, floor), np.maximum(stop, ceiling))
        before_high, before_low = top, bottom
    np.copyto(out, np.nan, where=np.isnan(high))
    return out


def supertrend(
    high: FloatArray,
    low: FloatArray,
    close: FloatArray,
    timeperiod: int = 10,
    multiplier: float = 3.0,
) -> tuple[FloatArray, FloatArray]:
    """SuperTrend and its direction, 1 up, -1 down; first value in row ``timeperiod``.

    The middle of the bar and ``multiplier`` ATR make two bands; the lower one never falls while
    the close was above it, the upper one never rises while it was below. The direction turns when
    the close crosses the band that it follows, which is the line. It begins upwards.
    """
    bars_like(high=high, low=low, close=close)
    n, width = period(timeperiod), factor(multiplier, "multiplier")
    reach = atr(high, low, close, n)
    reach *= width
    middle = (high + low) / 2.0
    line, trend = np.full(close.shape, np.nan), np.full(close.shape, np.nan)
    up = np.ones(close.shape[1], np.bool_)
    upper = lower = np.full(close.shape[1], np.nan)
    for row in range(n, len(close)):
        above, below = middle[row] + reach[row], middle[row] - reach[row]
        if row > n:
            before = close[row - 1]
            above = np.where((above < upper) | (before > upper), above, upper)
            below = np.where((below > lower) | (before < lower), below, lower)
            up = np.where(up, ~(close[row] < below), close[row] > above)
        upper, lower = above, below
        line[row] = np.where(up, lower, upper)
        trend[row] = np.where(up, 1.0, -1.0)
    np.copyto(trend, np.nan, where=np.isnan(line) | np.isnan(close))
    np.copyto(line, np.nan, where=np.isnan(close))
    return line, trend


@dataclass(slots=True)
class _Leg:
    """Of each column: 1 up, -1 down, 0 not known; where the leg began, how far it has come.

    ``top`` and ``bottom``: the extremes so far, while the direction is not known.
    """

    direction: FloatArray
    pivot: FloatArray
    extreme: FloatArray
    top: FloatArray
    bottom: FloatArray


def zigzag(
    high: FloatArray, low: FloatArray, percent: float = 5.0
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Direction of the running leg, 1 or -1, the price where it began, and its extreme so far.

    A leg turns on the bar whose low lies ``percent`` under the highest high of a rising leg, or
    whose high as far above the lowest low of a falling one; a bar that also makes a new extreme
    does not turn it. Nothing is drawn backwards: on each bar the leg is what was known on it. NaN
    until a first leg is known.
    """
    bars_like(high=high, low=low)
    share = factor(percent, "percent") / 100.0
    out = np.full((3, *high.shape), np.nan)
    if not len(high):
        return out[0], out[1], out[2]
    nothing = np.full(high.shape[1], np.nan)
    leg = _Leg(np.zeros(high.shape[1]), nothing, nothing, high[0], low[0])
    for row in range(1, len(high)):
        _move(leg, high[row], low[row], share)
        known = (leg.direction != 0.0) & ~np.isnan(high[row])
        for values, made in zip(out, (leg.direction, leg.pivot, leg.extreme), strict=True):
            np.copyto(values[row], made, where=known)
    return out[0], out[1], out[2]


def _move(leg: _Leg, high: FloatArray, low: FloatArray, share: float) -> None:
    """Take one bar into account."""
    up, down = leg.direction > 0.0, leg.direction < 0.0
    rises = high >= leg.bottom * (1.0 + share)
    falls = low <= leg.top * (1.0 - share)
    unknown = ~(up | down)
    begins_up, begins_down = unknown & rises & ~falls, unknown & falls & ~rises
    further = (up & (high > leg.extreme)) | (down & (low < leg.extreme))
    turns_down = up & ~further & (low <= leg.extreme * (1.0 - share))
    turns_up = down & ~further & (high >= leg.extreme * (1.0 + share))
    turns = turns_down | turns_up
    leg.pivot = np.where(turns, leg.extreme, leg.pivot)
    leg.pivot = np.where(begins_up, leg.bottom, np.where(begins_down, leg.top, leg.pivot))
    to_up: BoolArray = turns_up | begins_up
    to_down: BoolArray = turns_down | begins_down
    leg.direction = np.where(to_up, 1.0, np.where(to_down, -1.0, leg.direction))
    newest = np.where(leg.direction > 0.0, high, low)
    leg.extreme = np.where(further | to_up | to_down, newest, leg.extreme)
    leg.top, leg.bottom = np.maximum(leg.top, high), np.minimum(leg.bottom, low)
