"""The indicators of the Technical Rating, where Pine's differ from TA-Lib's, and how Pine compares.

Arrays ``(n_bars, n_symbols)`` as in ``technic.indicators``, NaN in the warm-up rows. What differs:

- Comparing: Pine's operators call two numbers equal that are at most 1e-10 apart.
- Dividing: 0 / 0 is no value in Pine, where TA-Lib answers 0.
- Seeds: each EMA of the MACD starts from its own first bars, and the directional sums from all 14.
- CCI is taken of the close.

Sources: TradingView's published libraries ``TechnicalRating`` 3 and ``ta`` 9, the Pine reference
manual, and for what built-in functions really answer, PyneCore's measurements of them. (The manual
shows an EMA that starts from the first price; the built-in one starts from a plain mean, as here.)
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np

from technic.indicators.division import quotient
from technic.indicators.momentum import ao, mom, strength
from technic.indicators.recursions import exponential_means, wilder_means
from technic.indicators.streams import Stream, scratch
from technic.indicators.tiles import row_tiles, tile_rows
from technic.indicators.trend import sma
from technic.indicators.volatility import trange
from technic.panel.windows import lagged, window_deviation, window_max, window_min, window_sum
from technic.typing import BoolArray, FloatArray

__all__ = [
    "EQUAL",
    "Steps",
    "above",
    "awesome",
    "commodity_channel",
    "directional",
    "indicators_of",
    "lags",
    "macd_lines",
    "momentum",
    "slack",
    "stochastic",
    "stochastic_of",
    "strength_of",
    "ultimate",
    "williams",
]

Steps = tuple[FloatArray, ...]
"""Results side by side: a value and what it was on the bars before, or several lines."""

EQUAL = 1e-10
"""Pine's comparison operators see no difference up to here, at any size of the numbers."""
ROUNDING = 1e-12
"""What the rounding of a long mean can come to, as a fraction of the price."""
TINY = np.finfo(np.float64).tiny
"""A divisor for what is 0 anyway."""


def slack(price: FloatArray) -> FloatArray:
    """How far apart two price-like values may be and still be equal.

    Pine's 1e-10, or what rounding can make of a dear share: the mean of equal closes is that close.
    """
    out = np.abs(price)
    out *= ROUNDING
    return np.maximum(out, EQUAL, out=out)


def above(
    a: FloatArray | float, b: FloatArray | float, apart: FloatArray | float = EQUAL
) -> BoolArray:
    """Tell where ``a`` is greater than ``b`` by more than ``apart``; never where one is NaN."""
    return np.greater(np.subtract(a, b), apart)


def lags(values: FloatArray, count: int = 1) -> Steps:
    """Return the values now and on each of ``count`` bars before."""
    return (values, *(lagged(values, bars) for bars in range(1, count + 1)))


def stochastic_of(
    close: FloatArray, high: FloatArray, low: FloatArray, apart: FloatArray | float
) -> Steps:
    """%K (14, smoothed by 3), %D (by another 3), and %D on the bar before."""
    k = sma(_place(close, high, low, apart), 3)
    return k, *lags(sma(k, 3))


def stochastic(high: FloatArray, low: FloatArray, close: FloatArray) -> Steps:
    """The stochastic lines of the bars."""
    return stochastic_of(close, high, low, slack(close))


def williams(high: FloatArray, low: FloatArray, close: FloatArray) -> Steps:
    """Williams %R of 14 bars, -100 to 0, now and before."""
    return lags(_place(close, high, low, slack(close)) - 100.0)


def _place(
    close: FloatArray, high: FloatArray, low: FloatArray, apart: FloatArray | float
) -> FloatArray:
    """Where the close lies in the range of 14 bars, 0 to 100; NaN where the range is nothing."""
    bottom = window_min(low, 14)
    reach = window_max(high, 14) - bottom
    return _quotient(100.0 * (close - bottom), reach, apart)


def commodity_channel(close: FloatArray) -> Steps:
    """CCI of 20 closes, now and before; NaN where the close stands still."""
    spread, mean = window_deviation(close, 20)
    return lags(_quotient(close - mean, spread, slack(close)) / 0.015)


def awesome(high: FloatArray, low: FloatArray) -> Steps:
    """Awesome oscillator now and on the two bars before."""
    return lags(ao(high, low, 5, 34), 2)


def momentum(close: FloatArray) -> Steps:
    """Close minus the close of 10 bars ago, now and before."""
    return lags(mom(close, 10))


def macd_lines(close: FloatArray) -> Stream:
    """EMA 12 minus EMA 26 of the close, and its EMA 9: rows ``(2, n_symbols)`` from row 33 on."""
    shape = close.shape[1:]

    def rows(into: Iterator[FloatArray]) -> Iterator[FloatArray]:
        line = np.empty(shape)
        fast = islice(exponential_means(close, 12, scratch(shape)), 26 - 12, None)
        slow = exponential_means(close, 26, scratch(shape))
        lines = (np.subtract(a, b, out=line) for a, b in zip(fast, slow, strict=False))
        for signal in exponential_means(lines, 9, scratch(shape)):
            row = next(into)
            row[0], row[1] = line, signal
            yield row

    return Stream(33, (2, *shape), rows)


def strength_of(gain: FloatArray, loss: FloatArray) -> FloatArray:
    """RSI from Wilder's means of the changes; 100 where nothing was lost, as Pine has it."""
    out = strength(gain, loss)
    np.copyto(out, 100.0, where=loss == 0.0)
    return out


def directional(high: FloatArray, low: FloatArray, close: FloatArray) -> Stream:
    """Wilder's means (14) of true range, upward and downward movement, and ADX (14).

    Rows ``(4, n_symbols)`` from row 27 on. A bar without any movement so far counts 0 in the ADX.
    """
    n_symbols = close.shape[1]

    def rows(into: Iterator[FloatArray]) -> Iterator[FloatArray]:
        means = np.empty((3, n_symbols))

        def index() -> Iterator[FloatArray]:
            nonlocal means
            moved, value = np.empty(n_symbols), np.empty(n_symbols)
            for means in wilder_means(_movements(high, low, close), 14, scratch((3, n_symbols))):
                np.add(means[1], means[2], out=moved)
                np.subtract(means[1], means[2], out=value)
                np.abs(value, out=value)
                # where nothing moved the value is 0 and stays 0
                np.maximum(moved, TINY, out=moved)
                np.divide(value, moved, out=value)
                value *= 100.0
                yield value

        for adx in wilder_means(index(), 14, scratch((n_symbols,))):
            row = next(into)
            row[:3], row[3] = means, adx
            yield row

    return Stream(27, (4, n_symbols), rows)


def indicators_of(
    reach: FloatArray, up: FloatArray, down: FloatArray, adx: Steps
) -> tuple[FloatArray, FloatArray, Steps]:
    """+DI, -DI and ADX, now and before; no value while there was no true range at all."""
    plus, minus = (100.0 * _quotient(part, reach, 0.0) for part in (up, down))
    return plus, minus, tuple(np.where(reach == 0.0, np.nan, one) for one in adx)


def _movements(high: FloatArray, low: FloatArray, close: FloatArray) -> Iterator[FloatArray]:
    """True range, upward and downward movement from row 1 on: ``(3, n_symbols)`` each.

    Of the movements up and down the larger one counts, if it is positive; equal ones cancel, also
    when only rounding tells them apart.
    """
    reach = trange(high, low, close)
    n_bars, n_symbols = close.shape
    buffer = np.empty((tile_rows(n_symbols), 3, n_symbols))
    for rows in row_tiles(1, n_bars, n_symbols):
        tile, before = buffer[: rows.stop - rows.start], slice(rows.start - 1, rows.stop - 1)
        tile[:, 0] = reach[rows]
        moves = tile[:, 1:]
        up, down = moves[:, 0], moves[:, 1]
        np.subtract(high[rows], high[before], out=up)
        np.subtract(low[before], low[rows], out=down)
        np.maximum(moves, 0.0, out=moves)
        apart, lead = slack(close[rows]), up - down
        up *= lead > apart
        down *= lead < np.negative(apart, out=apart)
        yield from tile


def ultimate(high: FloatArray, low: FloatArray, close: FloatArray) -> FloatArray:
    """Ultimate oscillator (7, 14, 28); NaN where one of the spans has no true range."""
    before = lagged(close, 1)
    bottom = np.minimum(low, before)
    reach, pressure = np.maximum(high, before) - bottom, close - bottom
    apart = slack(close)
    out = np.zeros(close.shape)
    for span, weight in ((7, 4.0), (14, 2.0), (28, 1.0)):
        fraction = _quotient(window_sum(pressure, span), window_sum(reach, span), apart)
        fraction *= weight
        out += fraction
    out *= 100.0 / 7.0
    return out


def _quotient(top: FloatArray, bottom: FloatArray, apart: FloatArray | float) -> FloatArray:
    """``top / bottom``; NaN where ``bottom`` is nothing: no more than ``apart``."""
    return quotient(top, bottom, bottom <= apart, np.nan)
