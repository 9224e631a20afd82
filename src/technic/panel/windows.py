"""Moving-window kernels over axis 0 of ``(n_bars, n_symbols)`` arrays.

Each value is made from the rows of its own window alone, in an order that depends on the length
of the window and on nothing else. So a bad tick leaves no trace once it is out of the window, a
window gives the same bits wherever it lies in the array, and a column gives the same bits
whatever stands beside it. Sums grow by doubling: two neighbouring windows of length k make one of
length 2k, and a window of any length is put together from powers of two.

All kernels: result of the same shape, NaN in the first ``n - 1`` rows, a NaN inside a window makes
that window NaN, arguments are not written to. ``n`` is at least 1.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from technic.aliases import FloatArray

__all__ = [
    "lagged",
    "window_deviation",
    "window_max",
    "window_min",
    "window_sum",
    "window_variance",
    "window_weighted_sum",
]

State = tuple[FloatArray, ...]
"""What is known of each window, one row for each window; the first array is the sum."""
Join = Callable[[State, int, State, int], State]
"""(older windows, their length, newer windows, their length) → the joined windows."""


def window_sum(values: FloatArray, n: int) -> FloatArray:
    """Sum of the last ``n`` rows."""
    return _padded(_grow((values,), n, _join_sum)[0], values, n)


def window_weighted_sum(values: FloatArray, n: int) -> tuple[FloatArray, FloatArray]:
    """Sum of the last ``n`` rows with weights 1 (oldest) to n (newest), and the plain sum."""
    total, weighted = _grow((values, values), n, _join_weighted)
    return _padded(weighted, values, n), _padded(total, values, n)


def window_variance(values: FloatArray, n: int) -> tuple[FloatArray, FloatArray]:
    """Mean squared distance of the last ``n`` rows from their mean, and that mean.

    Squares are taken of differences between means, never of the values themselves, so a small
    variance around a large mean keeps its digits. The variance is never negative.
    """
    total, squares = _grow((values, values - values), n, _join_squares)
    return _padded(squares / n, values, n), _padded(total / n, values, n)


def window_deviation(values: FloatArray, n: int) -> tuple[FloatArray, FloatArray]:
    """Mean absolute distance of the last ``n`` rows from their mean, and that mean."""
    mean = window_sum(values, n)
    mean /= n
    total = np.full_like(mean, np.nan)
    if len(values) < n:
        return total, mean
    centre, inside = mean[n - 1 :], total[n - 1 :]
    inside[...] = 0.0
    distance = np.empty_like(centre)
    for age in range(n):
        np.subtract(values[age : age + len(centre)], centre, out=distance)
        np.abs(distance, out=distance)
        inside += distance
    inside /= n
    return total, mean


def window_max(values: FloatArray, n: int) -> FloatArray:
    """Highest of the last ``n`` rows."""
    return _extreme(np.maximum, values, n)


def window_min(values: FloatArray, n: int) -> FloatArray:
    """Lowest of the last ``n`` rows."""
    return _extreme(np.minimum, values, n)


def lagged(values: FloatArray, n: int) -> FloatArray:
    """Return the values of ``n`` rows ago; NaN in the first ``n`` rows."""
    out = np.full(values.shape, np.nan)
    if n < len(values):
        out[n:] = values[: len(values) - n]
    return out


def _join_sum(older: State, _a: int, newer: State, _b: int) -> State:
    return (older[0] + newer[0],)


def _join_weighted(older: State, a: int, newer: State, _b: int) -> State:
    weighted = newer[0] * float(a)
    weighted += newer[1]
    weighted += older[1]
    return older[0] + newer[0], weighted


def _join_squares(older: State, a: int, newer: State, b: int) -> State:
    apart = older[0] / a
    apart -= newer[0] / b
    apart *= apart
    apart *= a * b / (a + b)
    apart += older[1]
    apart += newer[1]
    return older[0] + newer[0], apart


def _grow(state: State, n: int, join: Join) -> State:
    """States of all windows of length ``n``; row i is the window that begins in row i.

    ``state`` describes the windows of length 1. The lowest bits of ``n`` become the newest rows.
    """
    rows = len(state[0])
    if rows < n:
        return tuple(array[:0] for array in state)
    if rows == n:
        return _fold(state, n, join)
    block, length = state, 1
    whole: State | None = None
    covered = 0
    while True:
        if n & length:
            if whole is None:
                whole = block
            else:
                left = rows - covered - length + 1
                whole = join(_rows(block, 0, left), length, _rows(whole, length, left), covered)
            covered += length
            if covered == n:
                return whole
        left = rows - 2 * length + 1
        block = join(_rows(block, 0, left), length, _rows(block, length, left), length)
        length *= 2


def _fold(state: State, n: int, join: Join) -> State:
    """Return the one window that covers all rows: the tree of ``_grow`` without its neighbours."""
    whole: State | None = None
    covered, end = 0, n
    bit = 1
    while covered < n:
        if n & bit:
            block = tuple(array[end - bit : end] for array in state)
            length = 1
            while length < bit:
                older = tuple(array[0::2] for array in block)
                newer = tuple(array[1::2] for array in block)
                block = join(older, length, newer, length)
                length *= 2
            whole = block if whole is None else join(block, bit, whole, covered)
            covered += bit
            end -= bit
        bit *= 2
    assert whole is not None
    return whole


def _rows(state: State, start: int, count: int) -> State:
    return tuple(array[start : start + count] for array in state)


def _extreme(pick: np.ufunc, values: FloatArray, n: int) -> FloatArray:
    out = np.full(values.shape, np.nan)
    rows = len(values)
    if rows < n:
        return out
    if rows == n:
        pick.reduce(values, axis=0, out=out[n - 1])
        return out
    block, length = values, 1
    while 2 * length <= n:
        block = pick(block[: len(block) - length], block[length:])
        length *= 2
    ahead = n - length
    pick(block[: len(block) - ahead], block[ahead:], out=out[n - 1 :])
    return out


def _padded(inside: FloatArray, like: FloatArray, n: int) -> FloatArray:
    out = np.empty(like.shape)
    out[: n - 1] = np.nan
    out[n - 1 :] = inside
    return out
