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

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from technic.panel.machine.cores import on_cores
from technic.panel.recorded import Recorded
from technic.panel.series import Series
from technic.panel.window_loops import compiled_pairs, compiled_sums
from technic.typing import FloatArray

__all__ = [
    "column_stripes",
    "lagged",
    "window_deviation",
    "window_max",
    "window_mean",
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


def window_sum(values: FloatArray, n: int) -> FloatArray:
    """Sum of the last ``n`` rows."""
    return _summed(values, n, 1.0)


def window_mean(values: FloatArray, n: int) -> FloatArray:
    """Mean of the last ``n`` rows."""
    return _summed(values, n, float(n))


def window_weighted_sum(values: FloatArray, n: int) -> tuple[FloatArray, FloatArray]:
    """Sum of the last ``n`` rows with weights 1 (oldest) to n (newest), and the plain sum."""
    total, weighted = _pairs(values, n, _WEIGHTED, (1.0, 1.0))
    return weighted, total


def window_variance(values: FloatArray, n: int) -> tuple[FloatArray, FloatArray]:
    """Mean squared distance of the last ``n`` rows from their mean, and that mean.

    Squares are taken of differences between means, never of the values themselves, so a small
    variance around a large mean keeps its digits. The variance is never negative.
    """
    mean, variance = _pairs(values, n, _SQUARES, (float(n), float(n * n)))
    return variance, mean


def window_deviation(values: FloatArray, n: int) -> tuple[FloatArray, FloatArray]:
    """Mean absolute distance of the last ``n`` rows from their mean, and that mean."""
    mean = window_mean(values, n)
    if isinstance(values, Series):
        ages = range(n - 1, -1, -1)
        return sum(abs(values.lagged(age) - mean) for age in ages) / n, mean
    deviation = _warming_up(values, n)

    def deviate(columns: slice) -> None:
        part, centre = _laid(values, columns), mean[n - 1 :, columns]
        total, distance = np.zeros(centre.shape), np.empty(centre.shape)
        for age in range(n):
            np.subtract(part[age : age + len(centre)], centre, out=distance)
            np.abs(distance, out=distance)
            total += distance
        np.divide(total, n, out=deviation[n - 1 :, columns])

    on_cores(deviate, _stripes(values, n), values.size)
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


@dataclass(frozen=True, slots=True)
class _Pair:
    """What is known of windows beside their sum, and how it comes about.

    ``one``: the state of a window of one value; ``twins``: joins two windows of one length,
    ``join`` any others; of (older windows, their length, newer windows, their length).
    """

    one: Callable[[FloatArray], State]
    twins: Recorded
    join: Recorded


def _one_sum(value: FloatArray) -> State:
    return (value,)


def _join_sums(older: State, _a: float, newer: State, _b: float) -> State:
    return (older[0] + newer[0],)


def _one_weighted(value: FloatArray) -> State:
    return value, value


def _join_weighted(older: State, a: float, newer: State, _b: float) -> State:
    weighted = newer[0] * a + newer[1] + older[1]
    return older[0] + newer[0], weighted


def _one_square(value: FloatArray) -> State:
    return value, value - value


def _twin_squares(older: State, _a: float, newer: State, _b: float) -> State:
    """Join squared distances from the mean, each times the length of its window.

    So scaled, two windows of one length need no division (Chan, Golub and LeVeque 1979).
    """
    apart = older[0] - newer[0]
    squares = (older[1] + newer[1]) * 2.0 + apart * apart
    return older[0] + newer[0], squares


def _join_squares(older: State, a: float, newer: State, b: float) -> State:
    """Join them for other lengths, by their means: equal prices leave nothing then, either."""
    apart = older[0] / a - newer[0] / b
    apart = apart * apart * (a * b)
    squares = older[1] * ((a + b) / a) + newer[1] * ((a + b) / b) + apart
    return older[0] + newer[0], squares


_SUMS = _Pair(_one_sum, *[Recorded(_join_sums, 1, 0, 1, 0)] * 2)
_WEIGHTED = _Pair(_one_weighted, *[Recorded(_join_weighted, 2, 0, 2, 0)] * 2)
_SQUARES = _Pair(
    _one_square, Recorded(_twin_squares, 2, 0, 2, 0), Recorded(_join_squares, 2, 0, 2, 0)
)


def _summed(values: FloatArray, n: int, divisor: float) -> FloatArray:
    """Sum of the last ``n`` rows over ``divisor``."""
    if isinstance(values, Series):
        return _over(_noted(values, n, _SUMS)[0], divisor)
    out = _warming_up(values, n)

    def total(columns: slice) -> None:
        state = _grow(_SUMS.one(_laid(values, columns)), n, _SUMS)
        _divide(state, (divisor,), (out[n - 1 :, columns],))

    if not compiled_sums(values, n, divisor, out, {"join": _join_sums}):
        on_cores(total, _stripes(values, n), values.size)
    return out


def _pairs(
    values: FloatArray, n: int, pair: _Pair, divisors: tuple[float, float]
) -> tuple[FloatArray, FloatArray]:
    """Sum of the last ``n`` rows and what is known beside it, each over its divisor."""
    if isinstance(values, Series):
        total, beside = _noted(values, n, pair)
        return _over(total, divisors[0]), _over(beside, divisors[1])
    out = _warming_up(values, n), _warming_up(values, n)
    steps = {"one": pair.one, "twins": pair.twins.function, "join": pair.join.function}

    def paired(columns: slice) -> None:
        parts = [array[n - 1 :, columns] for array in out]
        _divide(_grow(pair.one(_laid(values, columns)), n, pair), divisors, parts)

    if not compiled_pairs(values, n, divisors, out, steps):
        on_cores(paired, _stripes(values, n), values.size)
    return out


def _over(values: FloatArray, divisor: float) -> FloatArray:
    return values if divisor == 1.0 else values / divisor


def _divide(state: State, divisors: Sequence[float], out: Sequence[FloatArray]) -> None:
    """Write states over their divisors; nobody holds them afterwards, the next ones take over."""
    for values, divisor, array in zip(state, divisors, out, strict=True):
        if divisor == 1.0:
            np.copyto(array, values)
        else:
            np.divide(values, divisor, out=array)


def _grow(state: State, n: int, pair: _Pair) -> State:
    """States of all windows of length ``n``; row i is the window that begins in row i.

    ``state`` describes the windows of length 1. The lowest bits of ``n`` become the newest rows.
    """
    rows = len(state[0])
    if rows == n:
        return _fold(state, n, pair)
    block, length = state, 1
    whole: State | None = None
    covered = 0
    while True:
        if n & length:
            if whole is None:
                whole = block
            else:
                left = rows - covered - length + 1
                # nothing else may hold what is joined: its memory is taken for what comes next
                whole = pair.join(
                    _rows(block, 0, left), length, _rows(whole, length, left), covered
                )
            covered += length
            if covered == n:
                return whole
        left = rows - 2 * length + 1
        block = pair.twins(_rows(block, 0, left), length, _rows(block, length, left), length)
        length *= 2


def _fold(state: State, n: int, pair: _Pair) -> State:
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
                block = pair.twins(older, length, newer, length)
                length *= 2
            whole = block if whole is None else pair.join(block, bit, whole, covered)
            covered += bit
            end -= bit
        bit *= 2
    assert whole is not None
    return whole


def _rows(state: State, start: int, count: int) -> State:
    return tuple(array[start : start + count] for array in state)


def _noted(values: FloatArray, n: int, pair: _Pair) -> State:
    """Note how the newest window of length ``n`` is made: the tree of ``_grow``, each block once.

    A block is joined when its last row comes, and read again as many rows later as lie below it.
    """
    block, length, covered = pair.one(values), 1, 0
    whole: State | None = None
    while True:
        if n & length:
            older = _before(block, covered)
            whole = block if whole is None else pair.join.function(older, length, whole, covered)
            covered += length
            if covered == n:
                return whole
        block = pair.twins.function(_before(block, length), length, block, length)
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

    def picked(columns: slice) -> None:
        block, length = _laid(values, columns), 1
        while 2 * length <= n:
            block = pick(block[: len(block) - length], block[length:])
            length *= 2
        ahead = n - length
        pick(block[: len(block) - ahead], block[ahead:], out=out[n - 1 :, columns])

    on_cores(picked, _stripes(values, n), values.size)
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


def _stripes(values: FloatArray, n: int) -> Iterator[tuple[slice]]:
    """Cut the columns into stripes; there are none if no window is full."""
    rows, n_columns = values.shape
    if rows < n:
        return
    width = n_columns if rows == n else max(STRIPE_CELLS // rows, NARROWEST_STRIPE)
    for first in range(0, n_columns, max(width, 1)):
        yield (slice(first, first + width),)


def _laid(values: FloatArray, columns: slice) -> FloatArray:
    """Return some columns without gaps between their rows."""
    return np.ascontiguousarray(values[:, columns])
