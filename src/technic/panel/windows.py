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

from collections.abc import Callable, Iterator

import numpy as np

from technic.panel.series import Series
from technic.typing import FloatArray

__all__ = [
    "column_stripes",
    "lagged",
    "window_deviation",
    "window_max",
    "window_min",
    "window_sum",
    "window_variance",
    "window_weighted_sum",
]

STRIPE_CELLS = 262_144
"""Bars that are worked on together: what is made in between stays in the processor's cache."""
NARROWEST_STRIPE = 32
"""Fewer columns would cost more for reading short pieces of rows than the cache gives back."""

State = tuple[FloatArray, ...]
"""What is known of each window, one row for each window; the first array is the sum."""
Join = Callable[[State, int, State, int], State]
"""(older windows, their length, newer windows, their length) → the joined windows."""


def window_sum(values: FloatArray, n: int) -> FloatArray:
    """Sum of the last ``n`` rows."""
    if isinstance(values, Series):
        return _noted((values,), n, _join_sum)[0]
    out = _warming_up(values, n)
    for columns, part in _stripes(values, n):
        (out[n - 1 :, columns],) = _grow((part,), n, _join_sum)
    return out


def window_weighted_sum(values: FloatArray, n: int) -> tuple[FloatArray, FloatArray]:
    """Sum of the last ``n`` rows with weights 1 (oldest) to n (newest), and the plain sum."""
    if isinstance(values, Series):
        total, weighted = _noted((values, values), n, _join_weighted)
        return weighted, total
    weighted, total = _warming_up(values, n), _warming_up(values, n)
    for columns, part in _stripes(values, n):
        total[n - 1 :, columns], weighted[n - 1 :, columns] = _grow((part, part), n, _join_weighted)
    return weighted, total


def window_variance(values: FloatArray, n: int) -> tuple[FloatArray, FloatArray]:
    """Mean squared distance of the last ``n`` rows from their mean, and that mean.

    Squares are taken of differences between means, never of the values themselves, so a small
    variance around a large mean keeps its digits. The variance is never negative.
    """
    if isinstance(values, Series):
        total, squares = _noted((values, values - values), n, _join_squares)
        return squares / (n * n), total / n
    variance, mean = _warming_up(values, n), _warming_up(values, n)
    for columns, part in _stripes(values, n):
        total, squares = _grow((part, part - part), n, _join_squares)
        np.divide(squares, n * n, out=variance[n - 1 :, columns])
        np.divide(total, n, out=mean[n - 1 :, columns])
    return variance, mean


def window_deviation(values: FloatArray, n: int) -> tuple[FloatArray, FloatArray]:
    """Mean absolute distance of the last ``n`` rows from their mean, and that mean."""
    mean = window_sum(values, n)
    mean /= n
    if isinstance(values, Series):
        ages = range(n - 1, -1, -1)
        return sum(abs(values.lagged(age) - mean) for age in ages) / n, mean
    deviation = _warming_up(values, n)
    for columns, part in _stripes(values, n):
        centre = mean[n - 1 :, columns]
        total, distance = np.zeros(centre.shape), np.empty(centre.shape)
        for age in range(n):
            np.subtract(part[age : age + len(centre)], centre, out=distance)
            np.abs(distance, out=distance)
            total += distance
        np.divide(total, n, out=deviation[n - 1 :, columns])
    return deviation, mean


def window_max(values: FloatArray, n: int) -> FloatArray:
    """Highest of the last ``n`` rows."""
    return _extreme(np.maximum, values, n)


def window_min(values: FloatArray, n: int) -> FloatArray:
    """Lowest of the last ``n`` rows."""
    return _extreme(np.minimum, values, n)


def lagged(values: FloatArray, n: int) -> FloatArray:
    """Return the values of ``n`` rows ago; NaN in the first ``n`` rows."""
    if isinstance(values, Series):
        return values.lagged(n)
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
    """Join squared distances from the mean, each times the length of its window.

    So scaled, two windows of one length need no division (Chan, Golub and LeVeque 1979). Others
    compare their means: equal prices then leave nothing, whatever the lengths.
    """
    if a == b:
        apart = older[0] - newer[0]
        apart *= apart
        squares = older[1] + newer[1]
        squares *= 2.0
    else:
        apart = older[0] / a
        apart -= newer[0] / b
        apart *= apart
        apart *= a * b
        squares = older[1] * ((a + b) / a)
        squares += newer[1] * ((a + b) / b)
    squares += apart
    return older[0] + newer[0], squares


def _grow(state: State, n: int, join: Join) -> State:
    """States of all windows of length ``n``; row i is the window that begins in row i.

    ``state`` describes the windows of length 1. The lowest bits of ``n`` become the newest rows.
    """
    rows = len(state[0])
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


def _noted(state: State, n: int, join: Join) -> State:
    """Note how the newest window of length ``n`` is made: the tree of ``_grow``, each block once.

    A block is joined when its last row comes, and read again as many rows later as lie below it.
    """
    block, length, covered = state, 1, 0
    whole: State | None = None
    while True:
        if n & length:
            whole = (
                block if whole is None else join(_before(block, covered), length, whole, covered)
            )
            covered += length
            if covered == n:
                return whole
        block = join(_before(block, length), length, block, length)
        length *= 2


def _before(state: State, rows: int) -> State:
    return tuple(lagged(array, rows) for array in state)


def _extreme(pick: np.ufunc, values: FloatArray, n: int) -> FloatArray:
    if isinstance(values, Series):
        block, length = values, 1
        while 2 * length <= n:
            block, length = pick(block.lagged(length), block), 2 * length
        return pick(block.lagged(n - length), block)
    out = _warming_up(values, n)
    if len(values) == n:
        pick.reduce(values, axis=0, out=out[n - 1])
        return out
    for columns, block in _stripes(values, n):
        length = 1
        while 2 * length <= n:
            block = pick(block[: len(block) - length], block[length:])
            length *= 2
        ahead = n - length
        pick(block[: len(block) - ahead], block[ahead:], out=out[n - 1 :, columns])
    return out


def _warming_up(values: FloatArray, n: int) -> FloatArray:
    """Array for the windows of ``values``, NaN where none is full."""
    out = np.empty(values.shape)
    out[: n - 1] = np.nan
    return out


def column_stripes(n_rows: int, n_columns: int) -> Iterator[slice]:
    """Cut columns into stripes of about ``STRIPE_CELLS`` cells."""
    width = max(STRIPE_CELLS // max(n_rows, 1), NARROWEST_STRIPE)
    for first in range(0, n_columns, width):
        yield slice(first, first + width)


def _stripes(values: FloatArray, n: int) -> Iterator[tuple[slice, FloatArray]]:
    """Cut the columns into stripes, laid out without gaps; there are none if no window is full."""
    rows, n_columns = values.shape
    if rows < n:
        return
    width = n_columns if rows == n else max(STRIPE_CELLS // rows, NARROWEST_STRIPE)
    for first in range(0, n_columns, max(width, 1)):
        columns = slice(first, first + width)
        yield columns, np.ascontiguousarray(values[:, columns])
