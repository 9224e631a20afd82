"""Wilder's directional movement: PLUS_DI, MINUS_DI, DX and ADX.

Arrays as in ``trend``: ``(n_bars, n_symbols)``, packed from the top, NaN in the warm-up rows.
"""

from __future__ import annotations

import numpy as np

from technic.aliases import BoolArray, FloatArray
from technic.indicators._parameters import period
from technic.indicators._recursions import decaying_sum
from technic.indicators._zero import is_zero, quotient
from technic.indicators.volatility import trange

__all__ = ["adx", "dmi", "dx", "minus_di", "plus_di"]


def plus_di(
    high: FloatArray, low: FloatArray, close: FloatArray, timeperiod: int = 14
) -> FloatArray:
    """Upward movement in percent of the true range; first value in row ``timeperiod``."""
    return _indicators(high, low, close, period(timeperiod))[0]


def minus_di(
    high: FloatArray, low: FloatArray, close: FloatArray, timeperiod: int = 14
) -> FloatArray:
    """Downward movement in percent of the true range; first value in row ``timeperiod``."""
    return _indicators(high, low, close, period(timeperiod))[1]


def dx(high: FloatArray, low: FloatArray, close: FloatArray, timeperiod: int = 14) -> FloatArray:
    """Difference of the two directional indicators in percent of their sum.

    Where nothing moves (no true range, or neither direction) the value before it stays.
    """
    n = period(timeperiod, least=2)
    out, still = _index(*_indicators(high, low, close, n))
    if len(out) > n:
        np.copyto(out[n], 0.0, where=still[n])
    for row in np.flatnonzero(still[n + 1 :].any(axis=1)) + n + 1:
        np.copyto(out[row], out[row - 1], where=still[row])
    return out


def adx(high: FloatArray, low: FloatArray, close: FloatArray, timeperiod: int = 14) -> FloatArray:
    """Average directional index, 0 to 100; first value in row ``2 * timeperiod - 1``."""
    return dmi(high, low, close, timeperiod)[2]


def dmi(
    high: FloatArray, low: FloatArray, close: FloatArray, timeperiod: int = 14
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """PLUS_DI, MINUS_DI and ADX in one pass.

    ADX is Wilder's mean of DX, seeded by the mean of the first ``timeperiod`` of them. A bar on
    which nothing moves leaves it as it was; inside the seed such a bar counts 0.
    """
    n = period(timeperiod, least=2)
    plus, minus = _indicators(high, low, close, n)
    index, still = _index(plus, minus)
    first = 2 * n - 1
    out = index
    if first < len(out):
        np.copyto(out[n : first + 1], 0.0, where=still[n : first + 1])
        total = out[n].copy()
        for row in out[n + 1 : first + 1]:
            total += row
        np.divide(total, n, out=out[first])
        _smooth(out, still, first, n)
    out[:first] = np.nan
    return plus, minus, out


def _smooth(out: FloatArray, still: BoolArray, first: int, n: int) -> None:
    """Wilder's mean from row ``first`` on, in place, standing where nothing moves."""
    last, step = out[first], np.empty_like(out[first])
    with_still = set(np.flatnonzero(still.any(axis=1)).tolist())
    for at in range(first + 1, len(out)):
        row = out[at]
        np.multiply(last, n - 1.0, out=step)
        np.add(row, step, out=row)
        np.divide(row, float(n), out=row)
        if at in with_still:
            np.copyto(row, last, where=still[at])
        last = row


def _indicators(
    high: FloatArray, low: FloatArray, close: FloatArray, n: int
) -> tuple[FloatArray, FloatArray]:
    """Both directional indicators; 0 where there is no true range."""
    n_bars, n_symbols = close.shape
    parts = np.empty((n_bars, 3, n_symbols))
    parts[:, 0] = trange(high, low, close)
    _movements(high, low, parts)
    sums = decaying_sum(parts, n, start=1)
    sums[:n] = np.nan
    reach, zero = sums[:, 0], is_zero(sums[:, 0])
    plus, minus = quotient(sums[:, 1], reach, zero), quotient(sums[:, 2], reach, zero)
    plus *= 100.0
    minus *= 100.0
    return plus, minus


def _movements(high: FloatArray, low: FloatArray, parts: FloatArray) -> None:
    """Write upward and downward movement into parts 1 and 2.

    The larger of the two counts if it is positive; equal ones cancel.
    """
    parts[:1, 1:] = 0.0
    up, down = parts[1:, 1], parts[1:, 2]
    np.subtract(high[1:], high[:-1], out=up)
    np.subtract(low[:-1], low[1:], out=down)
    not_up = up <= down
    not_down = down <= up
    np.maximum(parts[1:, 1:], 0.0, out=parts[1:, 1:])
    np.copyto(up, 0.0, where=not_up)
    np.copyto(down, 0.0, where=not_down)


def _index(plus: FloatArray, minus: FloatArray) -> tuple[FloatArray, BoolArray]:
    """DX of each bar, and where it has none because nothing moves."""
    total = plus + minus
    still = is_zero(total)
    out = quotient(np.abs(minus - plus), total, still)
    out *= 100.0
    return out, still
