"""The indicators of the Technical Rating, where Pine's differ from TA-Lib's, and how Pine compares.

Arrays ``(n_bars, n_symbols)`` as in ``technic.indicators``, with several lines ``(n_bars, lines,
n_symbols)``; NaN in the warm-up rows. What differs:

- Comparing: Pine's operators call two numbers equal that are at most 1e-10 apart.
- Dividing: 0 / 0 is no value in Pine, where TA-Lib answers 0.
- Seeds: each EMA of the MACD starts from its own first bars, and the directional sums from all 14.
- CCI is taken of the close.

Sources: TradingView's published libraries ``TechnicalRating`` 3 and ``ta`` 9, the Pine reference
manual, and for what built-in functions really answer, PyneCore's measurements of them. (The manual
shows an EMA that starts from the first price; the built-in one starts from a plain mean, as here.)
"""

from __future__ import annotations

from functools import partial

import numpy as np

from technic.indicators.averaged_index import with_mean
from technic.indicators.division import quotient
from technic.indicators.momentum import apart_and_mean, strength
from technic.indicators.recursions import smoothed, wilder
from technic.indicators.streams import Stream
from technic.indicators.tiles import tiles_made
from technic.indicators.volatility import trange
from technic.panel.windows import window_deviation
from technic.typing import BoolArray, FloatArray

__all__ = [
    "EQUAL",
    "above",
    "channel_index",
    "deviation",
    "directional",
    "indicators_of",
    "macd_lines",
    "place",
    "slack",
    "strength_of",
    "ultimate",
]

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


def place(
    close: FloatArray, bottom: FloatArray, top: FloatArray, apart: FloatArray | float
) -> FloatArray:
    """Where the close lies between two values, 0 to 100; NaN where these are the same."""
    return _quotient(100.0 * (close - bottom), top - bottom, apart)


def deviation(close: FloatArray, n: int) -> FloatArray:
    """Mean absolute distance of ``n`` closes from their mean, and that mean: two lines."""
    return np.stack(window_deviation(close, n), axis=1)


def channel_index(close: FloatArray, spread_and_mean: FloatArray, apart: FloatArray) -> FloatArray:
    """CCI from ``deviation``; NaN where the close stands still."""
    spread, mean = spread_and_mean[:, 0], spread_and_mean[:, 1]
    return _quotient(close - mean, spread, apart) / 0.015


def macd_lines(close: FloatArray) -> Stream:
    """EMA 12 minus EMA 26 of the close, and its EMA 9: rows ``(2, n_symbols)`` from row 33 on."""
    return apart_and_mean(close, 12, 26, 9, late=0)


def strength_of(gain_and_loss: FloatArray) -> FloatArray:
    """RSI from Wilder's means of the changes; 100 where nothing was lost, as Pine has it."""
    gain, loss = gain_and_loss[:, 0], gain_and_loss[:, 1]
    out = strength(gain, loss)
    np.copyto(out, 100.0, where=loss == 0.0)
    return out


def directional(high: FloatArray, low: FloatArray, close: FloatArray) -> Stream:
    """Wilder's means (14) of true range, upward and downward movement, and ADX (14).

    Rows ``(4, n_symbols)`` from row 27 on. A bar without any movement so far counts 0 in the ADX.
    """
    shape = len(close), 3, close.shape[1]
    parts = tiles_made(partial(_movements, high, low, close), shape)
    return with_mean(smoothed(wilder(14), parts, 1, shape), _index, wilder(14), len(close))


def indicators_of(
    means: FloatArray, before: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """+DI, -DI, ADX and the ADX before, from ``directional`` on this bar and the last one.

    No value while there was no true range at all.
    """
    moved = means[:, 0]
    plus, minus = (100.0 * _quotient(means[:, line], moved, 0.0) for line in (1, 2))
    now, then = (np.where(moved == 0.0, np.nan, rows[:, 3]) for rows in (means, before))
    return plus, minus, now, then


def _movements(
    high: FloatArray, low: FloatArray, close: FloatArray, rows: slice, out: FloatArray
) -> None:
    """Write true range, upward and downward movement of some rows, ``(rows, 3, n_symbols)``.

    Of the movements up and down the larger one counts, if it is positive; equal ones cancel, also
    when only rounding tells them apart.
    """
    before, reached = slice(rows.start - 1, rows.stop - 1), slice(rows.start - 1, rows.stop)
    out[:, 0] = trange(high[reached], low[reached], close[reached])[1:]
    moves = out[:, 1:]
    up, down = moves[:, 0], moves[:, 1]
    np.subtract(high[rows], high[before], out=up)
    np.subtract(low[before], low[rows], out=down)
    np.maximum(moves, 0.0, out=moves)
    apart, lead = slack(close[rows]), up - down
    up *= lead > apart
    down *= lead < np.negative(apart, out=apart)


def _index(means: FloatArray, out: FloatArray) -> None:
    """Write DX of rows of the three means; where nothing moved it is 0."""
    up, down = means[..., 1, :], means[..., 2, :]
    np.subtract(up, down, out=out)
    np.abs(out, out=out)
    out /= np.maximum(up + down, TINY)
    out *= 100.0


def ultimate(apart: FloatArray, *sums: FloatArray) -> FloatArray:
    """Ultimate oscillator; NaN where one of the spans has no true range.

    ``sums``: of how far the price closed above the lowest of the bar and the close before, and of
    the true range, over the shortest span, over twice that, and over four times.
    """
    out = np.zeros(apart.shape)
    for closed, moved, weight in zip(sums[::2], sums[1::2], (4.0, 2.0, 1.0), strict=True):
        fraction = _quotient(closed, moved, apart)
        fraction *= weight
        out += fraction
    out *= 100.0 / 7.0
    return out


def _quotient(top: FloatArray, bottom: FloatArray, apart: FloatArray | float) -> FloatArray:
    """``top / bottom``; NaN where ``bottom`` is nothing: no more than ``apart``."""
    return quotient(top, bottom, bottom <= apart, np.nan)
