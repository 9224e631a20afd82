"""Candlestick patterns, by TA-Lib's rules and with its thresholds.

A body is large or small beside the mean body of the ten bars before it, a shadow short beside their
mean range; bars are ``near`` within a fifth of the mean range of five bars. Each function returns a
condition: 1.0, 0.0, NaN in the warm-up rows.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from technic.indicators.parameters import bars_like
from technic.panel.windows import lagged, window_sum
from technic.typing import BoolArray, FloatArray

__all__ = [
    "Candles",
    "bearish_engulfing",
    "bearish_harami",
    "bullish_engulfing",
    "bullish_harami",
    "dark_cloud_cover",
    "doji",
    "evening_star",
    "hammer",
    "hanging_man",
    "inverted_hammer",
    "morning_star",
    "piercing_line",
    "shooting_star",
    "three_black_crows",
    "three_white_soldiers",
]

BODY, SHADOW = 10, 5
"""Bars before a bar that say how large a body is, and what is near."""


class Candles:
    """Parts of bars ``ago`` bars before each."""

    def __init__(
        self, open: FloatArray, high: FloatArray, low: FloatArray, close: FloatArray, ago: int = 0
    ) -> None:
        bars_like(open=open, high=high, low=low, close=close)
        bars = (lagged(part, ago) if ago else part for part in (open, high, low, close))
        self.open, self.high, self.low, self.close = bars
        self.top = np.maximum(self.open, self.close)
        self.bottom = np.minimum(self.open, self.close)
        self.body = self.top - self.bottom
        self.white = self.close >= self.open
        self.upper, self.lower = self.high - self.top, self.bottom - self.low

    @property
    def mean_body(self) -> FloatArray:
        """Mean body of the ten bars before: a longer one is long, a shorter one short."""
        return _before(self.body, BODY) / BODY

    @property
    def mean_range(self) -> FloatArray:
        """Mean range of the ten bars before."""
        return _before(self.high - self.low, BODY) / BODY

    @property
    def near(self) -> FloatArray:
        """A fifth of the mean range of the five bars before."""
        return 0.2 * (_before(self.high - self.low, SHADOW) / SHADOW)


def _before(values: FloatArray, n: int) -> FloatArray:
    return lagged(window_sum(values, n), 1)


def _condition(holds: BoolArray, close: FloatArray, lookback: int) -> FloatArray:
    out = holds.astype(np.float64)
    np.copyto(out, np.nan, where=np.isnan(lagged(close, lookback - 1)) | np.isnan(close))
    return out


def doji(open: FloatArray, high: FloatArray, low: FloatArray, close: FloatArray) -> FloatArray:
    """Open and close are nearly the same: a body of at most a tenth of the mean range."""
    bar = Candles(open, high, low, close)
    return _condition(bar.body <= 0.1 * bar.mean_range, close, BODY + 1)


def hammer(open: FloatArray, high: FloatArray, low: FloatArray, close: FloatArray) -> FloatArray:
    """Small body, long lower shadow, next to no upper one, near or below the low before."""
    return _hammer(open, high, low, close, lambda bar, one: bar.bottom <= one.low + one.near)


def hanging_man(
    open: FloatArray, high: FloatArray, low: FloatArray, close: FloatArray
) -> FloatArray:
    """Return the shape of a hammer, near or above the high before."""
    return _hammer(open, high, low, close, lambda bar, one: bar.bottom >= one.high - one.near)


def inverted_hammer(
    open: FloatArray, high: FloatArray, low: FloatArray, close: FloatArray
) -> FloatArray:
    """Small body below the body before, long upper shadow, next to no lower one."""
    return _hammer(open, high, low, close, lambda bar, one: bar.top < one.bottom, inverted=True)


def shooting_star(
    open: FloatArray, high: FloatArray, low: FloatArray, close: FloatArray
) -> FloatArray:
    """Return the shape of an inverted hammer, above the body before."""
    return _hammer(open, high, low, close, lambda bar, one: bar.bottom > one.top, inverted=True)


Place = Callable[[Candles, Candles], BoolArray]


def _hammer(
    open: FloatArray,
    high: FloatArray,
    low: FloatArray,
    close: FloatArray,
    place: Place,
    *,
    inverted: bool = False,
) -> FloatArray:
    """Small body, one long shadow, next to no other one, where ``place`` wants it."""
    bar, one = Candles(open, high, low, close), Candles(open, high, low, close, 1)
    long, short = (bar.upper, bar.lower) if inverted else (bar.lower, bar.upper)
    holds = (bar.body < bar.mean_body) & (long > bar.body) & (short < 0.1 * bar.mean_range)
    return _condition(holds & place(bar, one), close, BODY + 2)


def bullish_engulfing(open: FloatArray, close: FloatArray) -> FloatArray:
    """A white body around the black one before; one of their ends may be the same."""
    bars_like(open=open, close=close)
    before, last = lagged(open, 1), lagged(close, 1)
    holds = (close >= open) & (last < before) & (close >= before) & (open <= last)
    return _condition(holds & ((close > before) | (open < last)), close, 2)


def bearish_engulfing(open: FloatArray, close: FloatArray) -> FloatArray:
    """A black body around the white one before; one of their ends may be the same."""
    bars_like(open=open, close=close)
    before, last = lagged(open, 1), lagged(close, 1)
    holds = (close < open) & (last >= before) & (open >= last) & (close <= before)
    return _condition(holds & ((open > last) | (close < before)), close, 2)


def bullish_harami(
    open: FloatArray, high: FloatArray, low: FloatArray, close: FloatArray
) -> FloatArray:
    """A small body within the large black one before."""
    return _harami(open, high, low, close, white=False)


def bearish_harami(
    open: FloatArray, high: FloatArray, low: FloatArray, close: FloatArray
) -> FloatArray:
    """A small body within the large white one before."""
    return _harami(open, high, low, close, white=True)


def _harami(
    open: FloatArray, high: FloatArray, low: FloatArray, close: FloatArray, *, white: bool
) -> FloatArray:
    bar, one = Candles(open, high, low, close), Candles(open, high, low, close, 1)
    holds = (one.white == white) & (one.body > one.mean_body) & (bar.body <= bar.mean_body)
    holds &= (bar.top <= one.top) & (bar.bottom >= one.bottom)
    return _condition(holds, close, BODY + 2)


def morning_star(
    open: FloatArray,
    high: FloatArray,
    low: FloatArray,
    close: FloatArray,
    penetration: float = 0.3,
) -> FloatArray:
    """Large black body, small one below it, white one that closes well within the first."""
    bar, one, two = (Candles(open, high, low, close, ago) for ago in range(3))
    holds = _star(bar, one, two) & ~two.white & bar.white & (one.top < two.bottom)
    return _condition(holds & (close > two.close + two.body * penetration), close, BODY + 3)


def evening_star(
    open: FloatArray,
    high: FloatArray,
    low: FloatArray,
    close: FloatArray,
    penetration: float = 0.3,
) -> FloatArray:
    """Large white body, small one above it, black one that closes well within the first."""
    bar, one, two = (Candles(open, high, low, close, ago) for ago in range(3))
    holds = _star(bar, one, two) & two.white & ~bar.white & (one.bottom > two.top)
    return _condition(holds & (close < two.close - two.body * penetration), close, BODY + 3)


def _star(bar: Candles, one: Candles, two: Candles) -> BoolArray:
    holds = (two.body > two.mean_body) & (one.body <= one.mean_body)
    return holds & (bar.body > bar.mean_body)


def piercing_line(
    open: FloatArray, high: FloatArray, low: FloatArray, close: FloatArray
) -> FloatArray:
    """Large black body, then a large white one from below its low to beyond its middle."""
    bar, one = Candles(open, high, low, close), Candles(open, high, low, close, 1)
    holds = ~one.white & (one.body > one.mean_body) & bar.white & (bar.body > bar.mean_body)
    holds &= (open < one.low) & (close < one.open) & (close > one.close + one.body * 0.5)
    return _condition(holds, close, BODY + 2)


def dark_cloud_cover(
    open: FloatArray,
    high: FloatArray,
    low: FloatArray,
    close: FloatArray,
    penetration: float = 0.5,
) -> FloatArray:
    """Large white body, then a black one from above its high to well within it."""
    bar, one = Candles(open, high, low, close), Candles(open, high, low, close, 1)
    holds = one.white & (one.body > one.mean_body) & ~bar.white
    holds &= (open > one.high) & (close > one.open)
    return _condition(holds & (close < one.close - one.body * penetration), close, BODY + 2)


def three_white_soldiers(
    open: FloatArray, high: FloatArray, low: FloatArray, close: FloatArray
) -> FloatArray:
    """Three white bodies, each opening in or near the one before, each closing near its high."""
    bar, one, two = (Candles(open, high, low, close, ago) for ago in range(3))
    holds = (bar.close > one.close) & (one.close > two.close) & (bar.body > bar.mean_body)
    for candle in (bar, one, two):
        holds &= candle.white & (candle.upper < 0.1 * candle.mean_range)
    for candle, before in ((bar, one), (one, two)):
        near = before.near
        holds &= (candle.open > before.open) & (candle.open <= before.close + near)
        holds &= candle.body > before.body - 3.0 * near
    return _condition(holds, close, BODY + 3)


def three_black_crows(
    open: FloatArray, high: FloatArray, low: FloatArray, close: FloatArray
) -> FloatArray:
    """After a white one three black bodies, each opening in the one before, closing near its low.

    The first of them closes under the high of the white one.
    """
    bar, one, two, white = (Candles(open, high, low, close, ago) for ago in range(4))
    holds = white.white & (white.high > two.close)
    holds &= (two.close > one.close) & (one.close > bar.close)
    for candle in (bar, one, two):
        holds &= ~candle.white & (candle.lower < 0.1 * candle.mean_range)
    for candle, before in ((bar, one), (one, two)):
        holds &= (candle.open < before.open) & (candle.open > before.close)
    return _condition(holds, close, BODY + 4)
