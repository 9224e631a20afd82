"""Wilder's directional movement: PLUS_DI, MINUS_DI, DX and ADX.

Arrays as in ``trend``: ``(n_bars, n_symbols)``, packed from the top, NaN in the warm-up rows.
"""

from __future__ import annotations

import numpy as np

from technic.aliases import BoolArray, FloatArray
from technic.indicators._parameters import period
from technic.indicators._recursions import decaying_sum, sum_in_order
from technic.indicators._tiles import row_tiles
from technic.indicators._zero import quotient
from technic.indicators.volatility import trange

__all__ = ["adx", "adx_of", "dx", "minus_di", "movement", "plus_di", "share"]

Movement = tuple[FloatArray, FloatArray, FloatArray]
"""Wilder's sums of true range, upward and downward movement; from row ``timeperiod`` on."""


def plus_di(
    high: FloatArray, low: FloatArray, close: FloatArray, timeperiod: int = 14
) -> FloatArray:
    """Upward movement in percent of the true range; first value in row ``timeperiod``."""
    n = period(timeperiod, least=2)
    reach, up, _ = movement(trange(high, low, close), high, low, n)
    return share(up, reach)


def minus_di(
    high: FloatArray, low: FloatArray, close: FloatArray, timeperiod: int = 14
) -> FloatArray:
    """Downward movement in percent of the true range; first value in row ``timeperiod``."""
    n = period(timeperiod, least=2)
    reach, _, down = movement(trange(high, low, close), high, low, n)
    return share(down, reach)


def dx(high: FloatArray, low: FloatArray, close: FloatArray, timeperiod: int = 14) -> FloatArray:
    """Difference of the two directional indicators in percent of their sum.

    Where neither direction moves the value before it stays; it begins with 0.
    """
    n = period(timeperiod, least=2)
    out, still = _index(*movement(trange(high, low, close), high, low, n))
    if len(out) > n:
        np.copyto(out[n], 0.0, where=still[n])
    for row in np.flatnonzero(still[n + 1 :].any(axis=1)) + n + 1:
        np.copyto(out[row], out[row - 1], where=still[row])
    return out


def adx(high: FloatArray, low: FloatArray, close: FloatArray, timeperiod: int = 14) -> FloatArray:
    """Average directional index, 0 to 100; first value in row ``2 * timeperiod - 1``.

    Wilder's mean of DX, seeded by the mean of the first ``timeperiod`` of them. A bar on which
    neither direction moves leaves it as it was; inside the seed such a bar counts 0.
    """
    n = period(timeperiod, least=2)
    return adx_of(movement(trange(high, low, close), high, low, n), n)


def movement(reach: FloatArray, high: FloatArray, low: FloatArray, n: int) -> Movement:
    """Sum up the true range ``reach``, the upward and the downward movement.

    On each bar the larger of the two movements counts if it is positive; equal ones cancel.
    """
    n_bars, n_symbols = high.shape
    parts = np.empty((n_bars, 3, n_symbols))
    parts[:1] = 0.0
    for rows in row_tiles(1, n_bars, n_symbols):
        before = slice(rows.start - 1, rows.stop - 1)
        parts[rows, 0] = reach[rows]
        moves = parts[rows, 1:]
        up, down = moves[:, 0], moves[:, 1]
        np.subtract(high[rows], high[before], out=up)
        np.subtract(low[before], low[rows], out=down)
        is_up, is_down = up > down, down > up
        np.maximum(moves, 0.0, out=moves)
        up *= is_up
        down *= is_down
    sums = decaying_sum(parts, n, start=1)
    sums[:n] = np.nan
    return sums[:, 0], sums[:, 1], sums[:, 2]


def share(part: FloatArray, reach: FloatArray) -> FloatArray:
    """Directional indicator: a movement in percent of the true range, 0 where there is none."""
    out = quotient(part, reach)
    out *= 100.0
    return out


def adx_of(sums: Movement, n: int) -> FloatArray:
    """ADX from the sums of ``movement``."""
    out, still = _index(*sums)
    first = 2 * n - 1
    if first < len(out):
        np.copyto(out[n : first + 1], 0.0, where=still[n : first + 1])
        np.divide(sum_in_order(out[n : first + 1]), n, out=out[first])
        _smooth(out, still, first, n)
    out[:first] = np.nan
    return out


def _index(reach: FloatArray, up: FloatArray, down: FloatArray) -> tuple[FloatArray, BoolArray]:
    """DX of each bar, and where it has none because neither direction moves.

    The true range cancels out of DX; it only says where there is nothing to divide.
    """
    out, still = np.empty(reach.shape), np.empty(reach.shape, dtype=np.bool_)
    with np.errstate(divide="ignore", invalid="ignore"):
        for rows in row_tiles(0, *reach.shape):
            tile, total = out[rows], up[rows] + down[rows]
            np.equal(total, 0.0, out=still[rows])
            still[rows] |= reach[rows] == 0.0
            np.subtract(up[rows], down[rows], out=tile)
            np.abs(tile, out=tile)
            tile /= total
            tile *= 100.0
    return out, still


def _smooth(out: FloatArray, still: BoolArray, first: int, n: int) -> None:
    """Wilder's mean from row ``first`` on, in place, standing where nothing moves."""
    out[first + 1 :] /= n
    last = out[first]
    keep, step = np.full_like(last, 1.0 - 1.0 / n), np.empty_like(last)
    with_still = set(np.flatnonzero(still.any(axis=1)).tolist())
    for at, row in enumerate(out[first + 1 :], first + 1):
        np.multiply(last, keep, step)
        np.add(row, step, row)
        if at in with_still:
            np.copyto(row, last, where=still[at])
        last = row
