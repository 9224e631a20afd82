"""Wilder's directional movement: PLUS_DI, MINUS_DI, DX and ADX.

Arrays as in ``trend``: ``(n_bars, n_symbols)``, packed from the top, NaN in the warm-up rows.
"""

from __future__ import annotations

import numpy as np

from technic.indicators.averaged_index import index_tiles, with_mean
from technic.indicators.division import quotient
from technic.indicators.parameters import period
from technic.indicators.recursions import Rule, decaying_sum, smoothed, staying, staying_mean
from technic.indicators.streams import Stream, whole
from technic.indicators.tiles import tiles_made
from technic.indicators.volatility import trange
from technic.typing import FloatArray

__all__ = [
    "adx",
    "direction",
    "dx",
    "minus_di",
    "movement",
    "percent_of_range",
    "plus_di",
]

NONE = -1.0
"""DX of a bar that has none."""


def plus_di(
    high: FloatArray, low: FloatArray, close: FloatArray, timeperiod: int = 14
) -> FloatArray:
    """Upward movement in percent of the true range; first value in row ``timeperiod``."""
    n = period(timeperiod, least=2)
    sums = whole(movement(trange(high, low, close), high, low, n), len(high))
    return percent_of_range(sums[:, 1], sums[:, 0])


def minus_di(
    high: FloatArray, low: FloatArray, close: FloatArray, timeperiod: int = 14
) -> FloatArray:
    """Downward movement in percent of the true range; first value in row ``timeperiod``."""
    n = period(timeperiod, least=2)
    sums = whole(movement(trange(high, low, close), high, low, n), len(high))
    return percent_of_range(sums[:, 2], sums[:, 0])


def dx(high: FloatArray, low: FloatArray, close: FloatArray, timeperiod: int = 14) -> FloatArray:
    """Difference of the two directional indicators in percent of their sum.

    Where neither direction moves the value before it stays; it begins with 0.
    """
    n = period(timeperiod, least=2)
    return _smoothed_index(high, low, close, n, staying())


def adx(high: FloatArray, low: FloatArray, close: FloatArray, timeperiod: int = 14) -> FloatArray:
    """Average directional index, 0 to 100; first value in row ``2 * timeperiod - 1``.

    Wilder's mean of DX, seeded by the mean of the first ``timeperiod`` of them. A bar on which
    neither direction moves leaves it as it was; inside the seed such a bar counts 0.
    """
    n = period(timeperiod, least=2)
    return _smoothed_index(high, low, close, n, staying_mean(n))


def movement(reach: FloatArray, high: FloatArray, low: FloatArray, n: int) -> Stream:
    """Wilder's sums of the true range ``reach``, the upward and the downward movement.

    A row is ``(3, n_symbols)``, the first one ``n``. On each bar the larger of the two movements
    counts if it is positive; equal ones cancel.
    """
    n_bars, n_symbols = high.shape

    def parts(rows: slice, out: FloatArray) -> None:
        before = slice(rows.start - 1, rows.stop - 1)
        out[:, 0] = reach[rows]
        moves = out[:, 1:]
        up, down = moves[:, 0], moves[:, 1]
        np.subtract(high[rows], high[before], out=up)
        np.subtract(low[before], low[rows], out=down)
        is_up, is_down = up > down, down > up
        np.maximum(moves, 0.0, out=moves)
        up *= is_up
        down *= is_down

    shape = n_bars, 3, n_symbols
    return smoothed(decaying_sum(n), tiles_made(parts, shape), 1, shape)


def percent_of_range(part: FloatArray, reach: FloatArray) -> FloatArray:
    """Directional indicator: a movement in percent of the true range, 0 where there is none."""
    out = quotient(part, reach)
    out *= 100.0
    return out


def direction(reach: FloatArray, high: FloatArray, low: FloatArray, n: int) -> Stream:
    """Return the rows of ``movement`` with ADX below them, in one pass: ``(4, n_symbols)``.

    ADX is NaN before row ``2 * n - 1``.
    """
    sums = movement(reach, high, low, n)
    return with_mean(sums, _index, staying_mean(n), len(high), unfinished=True)


def _smoothed_index(
    high: FloatArray, low: FloatArray, close: FloatArray, n: int, rule: Rule
) -> FloatArray:
    sums = movement(trange(high, low, close), high, low, n)
    values = index_tiles(sums, _index, rule, len(high))
    return whole(smoothed(rule, values, n, high.shape), len(high))


def _index(sums: FloatArray, out: FloatArray) -> None:
    """Write DX of rows of ``movement``; below 0 where neither direction moves.

    The true range cancels out of DX; it only says where there is nothing to divide.
    """
    reach, up, down = sums[..., 0, :], sums[..., 1, :], sums[..., 2, :]
    total = up + down
    still = (total == 0.0) | (reach == 0.0)
    np.subtract(up, down, out=out)
    np.abs(out, out=out)
    with np.errstate(divide="ignore", invalid="ignore"):
        out /= total
    out *= 100.0
    np.copyto(out, NONE, where=still)
