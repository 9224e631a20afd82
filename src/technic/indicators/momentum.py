"""Oscillators over one series or over the bars: RSI, CCI, MACD, ULTOSC, AO, MOM, ROC."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from technic.indicators.division import percent, quotient, same
from technic.indicators.parameters import bars_like, period
from technic.indicators.recursions import (
    Smoother,
    exponential,
    exponential_mean,
    exponential_means,
    smoothed,
    wilder,
)
from technic.indicators.streams import Stream, in_tiles, scratch, whole
from technic.indicators.tiles import row_tiles, tile_rows, tiles_made
from technic.indicators.volatility import trange, typical_price
from technic.panel.windows import lagged, window_deviation, window_mean, window_sum
from technic.typing import FloatArray

__all__ = [
    "ao",
    "apart_and_mean",
    "cci",
    "gain_and_loss",
    "macd",
    "macd_lines",
    "mom",
    "rate",
    "roc",
    "rsi",
    "strength",
    "ultosc",
]


def rsi(close: FloatArray, timeperiod: int = 14) -> FloatArray:
    """Wilder's relative strength index, 0 to 100; first value in row ``timeperiod``.

    No losses so far: 100. No movement so far: 0, as in TA-Lib.
    """
    bars_like(close=close)
    out = np.full(close.shape, np.nan)
    for rows, means in in_tiles(gain_and_loss(close, period(timeperiod, least=2)), len(close)):
        strength(means[:, 0], means[:, 1], out[rows])
    return out


def gain_and_loss(close: FloatArray, n: int) -> Stream:
    """Wilder's means of the upward and of the downward changes: rows ``(2, n_symbols)``."""
    n_bars, n_symbols = close.shape

    def changes(rows: slice, out: FloatArray) -> None:
        np.subtract(close[rows], close[rows.start - 1 : rows.stop - 1], out=out[:, 0])
        np.negative(out[:, 0], out=out[:, 1])
        np.maximum(out, 0.0, out=out)

    shape = n_bars, 2, n_symbols
    return smoothed(wilder(n), tiles_made(changes, shape), 1, shape)


def strength(gain: FloatArray, loss: FloatArray, out: FloatArray | None = None) -> FloatArray:
    """RSI from the two means: the gain's percentage of both, 0 where both are 0."""
    return percent(gain, gain + loss, out=out)


def cci(high: FloatArray, low: FloatArray, close: FloatArray, timeperiod: int = 14) -> FloatArray:
    """Commodity channel index: distance of the typical price from its mean, in 1.5 % deviations.

    0 where the typical price lies on its mean or does not move at all in the window.
    """
    bars_like(high=high, low=low, close=close)
    n = period(timeperiod, least=2)
    typical = typical_price(high, low, close)
    spread, mean = window_deviation(typical, n)
    spread *= 0.015
    return quotient(typical - mean, spread, same(typical, mean))


def mom(close: FloatArray, timeperiod: int = 10) -> FloatArray:
    """Close minus the close of ``timeperiod`` bars ago."""
    bars_like(close=close)
    return close - lagged(close, period(timeperiod))


def roc(close: FloatArray, timeperiod: int = 10) -> FloatArray:
    """Change in percent over ``timeperiod`` bars; 0 where the older close is 0."""
    bars_like(close=close)
    n = period(timeperiod)
    out = np.empty_like(close)
    out[:n] = np.nan
    for rows in row_tiles(n, *close.shape):
        rate(close[rows], close[rows.start - n : rows.stop - n], out[rows])
    return out


def rate(now: FloatArray, before: FloatArray, out: FloatArray | None = None) -> FloatArray:
    """``roc`` of two values: 0 where the older is 0 and the newer is there."""
    nothing = (before == 0.0) & ~np.isnan(now)
    out = quotient(now, before, nothing, out=out)
    out -= 1.0
    out *= 100.0
    np.copyto(out, 0.0, where=nothing)
    return out


def macd(
    close: FloatArray, fastperiod: int = 12, slowperiod: int = 26, signalperiod: int = 9
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Fast EMA minus slow EMA, the EMA of that difference, and what lies between the two.

    Both EMAs have their seed in row ``slowperiod - 1``; all three results begin together in row
    ``slowperiod + signalperiod - 2``. Periods in the wrong order are exchanged.
    """
    bars_like(close=close)
    lines = whole(macd_lines(close, fastperiod, slowperiod, signalperiod), len(close))
    line, signal = lines[:, 0], lines[:, 1]
    return line, signal, line - signal


def macd_lines(
    close: FloatArray, fastperiod: int = 12, slowperiod: int = 26, signalperiod: int = 9
) -> Stream:
    """MACD line and signal line: rows ``(2, n_symbols)``."""
    lengths = period(fastperiod, "fastperiod", 2), period(slowperiod, "slowperiod", 2)
    fast, slow = min(lengths), max(lengths)
    return apart_and_mean(close, fast, slow, period(signalperiod, "signalperiod"), slow - fast)


def apart_and_mean(close: FloatArray, fast: int, slow: int, n: int, late: int) -> Stream:
    """Fast EMA minus slow EMA, and the EMA of ``n`` of that: rows ``(2, n_symbols)``.

    ``late``: the row from which the fast one sees the close.
    """
    shape = close.shape[1:]
    ahead = slow - fast - late

    def rows(into: Iterator[FloatArray]) -> Iterator[FloatArray]:
        line = np.empty(shape)
        fast_means = islice(exponential_means(close[late:], fast, scratch(shape)), ahead, None)
        slow_means = exponential_means(close, slow, scratch(shape))
        both = zip(fast_means, slow_means, strict=False)
        lines = (np.subtract(one, other, out=line) for one, other in both)
        for signal in exponential_means(lines, n, scratch(shape)):
            row = next(into)
            row[0], row[1] = line, signal
            yield row

    def step(last: FloatArray, fast_mean: FloatArray, slow_mean: FloatArray) -> FloatArray:
        line = fast_mean - slow_mean
        return np.stack([line, exponential(n).after(last[1], line)])

    def compiled(out: FloatArray | None) -> Iterator[FloatArray] | None:
        rules = exponential(fast), exponential(slow), exponential(n)
        means = [Smoother.of(rule, shape, close.size) for rule in rules]
        known = [mean for mean in means if mean is not None]
        return _tiles_apart(close, late, known, out) if len(known) == 3 else None

    below = exponential_mean(close, fast, late), exponential_mean(close, slow)
    return Stream(slow + n - 2, (2, *shape), rows, step, below, compiled)


def _tiles_apart(
    close: FloatArray, late: int, means: Sequence[Smoother], out: FloatArray | None
) -> Iterator[FloatArray]:
    """Tiles of ``apart_and_mean``."""
    quick, slow, smooth = means
    height = tile_rows(close.shape[1])
    fast_line, line, signal = np.empty((3, height, *close.shape[1:]))
    buffer, done = np.empty((height, 2, *close.shape[1:])), 0
    for rows in row_tiles(0, len(close), close.shape[1]):
        count = slow.take(close[rows], line)
        ready = quick.take(close[max(rows.start, late) : max(rows.stop, late)], fast_line)
        np.subtract(fast_line[ready - count : ready], line[:count], out=line[:count])
        shown = smooth.take(line[:count], signal)
        made = buffer[:shown] if out is None else out[done : done + shown]
        made[:, 0], made[:, 1] = line[count - shown : count], signal[:shown]
        yield made
        done += shown


def ultosc(
    high: FloatArray,
    low: FloatArray,
    close: FloatArray,
    timeperiod1: int = 7,
    timeperiod2: int = 14,
    timeperiod3: int = 28,
) -> FloatArray:
    """Ultimate oscillator: buying pressure over true range on three spans, weights 4, 2, 1.

    A span whose true ranges add up to nothing counts 0. The shortest span has the weight 4,
    whatever the order of the parameters.
    """
    reach = trange(high, low, close)
    spans = sorted(
        [
            period(timeperiod1, "timeperiod1"),
            period(timeperiod2, "timeperiod2"),
            period(timeperiod3, "timeperiod3"),
        ]
    )
    pressure = close - np.minimum(low, lagged(close, 1))
    out = np.zeros_like(close)
    for span, weight in zip(spans, (4.0, 2.0, 1.0), strict=True):
        total = window_sum(reach[1:], span)
        part = quotient(window_sum(pressure[1:], span), total)
        part *= weight
        out[1:] += part
    out[:1] = np.nan
    out *= 100.0 / 7.0
    return out


def ao(high: FloatArray, low: FloatArray, fastperiod: int = 5, slowperiod: int = 34) -> FloatArray:
    """Awesome oscillator: fast minus slow plain mean of the middle of each bar."""
    bars_like(high=high, low=low)
    lengths = period(fastperiod, "fastperiod"), period(slowperiod, "slowperiod")
    middle = high + low
    middle /= 2.0
    out = window_mean(middle, min(lengths))
    out -= window_mean(middle, max(lengths))
    return out
