"""Windows in one pass over the bars, for numba to compile: see ``windows``, whose bits they have.

Row after row the blocks that end with it are made: of one value, two, four and so on, each joined
from two of half the length. Of a block of length k the last 2k rows are kept, in rows 2k to 4k of
``ring``; row 0 is the window that is put together. So few rows of so few columns stay in the
processor's cache. Loops go over rows taken whole, from 0 on: an index that might be negative, as
numba sees it, cannot be done for several columns at once. Extremes are not here: numpy's take no
longer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from technic.panel.compiled import COMPILER
from technic.panel.machine.cores import column_shares, on_cores
from technic.typing import FloatArray

__all__ = ["compiled_pairs", "compiled_sums"]

Steps = Mapping[str, Callable[..., Any]]

WIDTH = 128
"""Columns of a ring."""
SUMS_SAVE, PAIRS_SAVE = 3.0, 15.0
"""Nanoseconds a cell, about (``python -m benchmarks.compiled_loops``)."""


def compiled_sums(
    values: FloatArray, n: int, divisor: float, out: FloatArray, steps: Steps
) -> bool:
    """Write the sums of ``n`` rows over ``divisor`` to ``out``; False where numpy has to."""
    saved = values.size * SUMS_SAVE
    loop = COMPILER.loop(_sums, "rifiiww", steps, saved) if _fits(values, n) else None
    if loop is None:
        return False
    laid = np.ascontiguousarray(values)

    def summed(columns: slice) -> None:
        loop(laid, n, divisor, columns.start, columns.stop, _ring(n), out)

    on_cores(summed, column_shares(len(laid), laid.shape[1], WIDTH), laid.size)
    return True


def compiled_pairs(
    values: FloatArray,
    n: int,
    divisors: tuple[float, float],
    out: tuple[FloatArray, FloatArray],
    steps: Steps,
) -> bool:
    """Write the two states of windows over their divisors to ``out``; False: numpy has to."""
    saved = values.size * PAIRS_SAVE
    loop = COMPILER.loop(_pairs, "riffiiwwww", steps, saved) if _fits(values, n) else None
    if loop is None:
        return False
    laid = np.ascontiguousarray(values)

    def paired(columns: slice) -> None:
        loop(laid, n, *divisors, columns.start, columns.stop, _ring(n), _ring(n), *out)

    on_cores(paired, column_shares(len(laid), laid.shape[1], WIDTH), laid.size)
    return True


def _fits(values: FloatArray, n: int) -> bool:
    """Tell whether there are windows, more than the one that is the whole array."""
    return values.ndim == 2 and len(values) > n and values.dtype == np.float64


def _ring(n: int) -> FloatArray:
    return np.zeros((4 << (n.bit_length() - 1), WIDTH))


def _sums(  # noqa: C901  one loop, so that numba sees it whole
    values: FloatArray,
    n: int,
    divisor: float,
    begin: int,
    end: int,
    ring: FloatArray,
    out: FloatArray,
) -> None:
    rows, whole = values.shape[0], ring[0]
    for first in range(begin, end, ring.shape[1]):
        wide = min(ring.shape[1], end - first)
        for row in range(rows):
            value, newest = values[row, first : first + wide], ring[2 + (row & 1)]
            length, covered = 1, 0
            for i in range(wide):
                newest[i] = value[i]
            while True:
                if n & length:
                    older = ring[2 * length + ((row - covered) & (2 * length - 1))]
                    if covered == 0:
                        for i in range(wide):
                            whole[i] = older[i]
                    else:
                        a, b = float(length), float(covered)
                        for i in range(wide):
                            whole[i] = join((older[i],), a, (whole[i],), b)[0]
                    covered += length
                    if covered == n:
                        break
                above = ring[4 * length + (row & (4 * length - 1))]
                older = ring[2 * length + ((row - length) & (2 * length - 1))]
                a = float(length)
                for i in range(wide):
                    above[i] = join((older[i],), a, (newest[i],), a)[0]
                newest, length = above, 2 * length
            if row >= n - 1:
                result = out[row, first : first + wide]
                for i in range(wide):
                    result[i] = whole[i] / divisor


def _pairs(  # noqa: C901  the same
    values: FloatArray,
    n: int,
    divisor: float,
    other_divisor: float,
    begin: int,
    end: int,
    ring: FloatArray,
    other: FloatArray,
    out: FloatArray,
    other_out: FloatArray,
) -> None:
    rows, whole, whole_2 = values.shape[0], ring[0], other[0]
    for first in range(begin, end, ring.shape[1]):
        wide = min(ring.shape[1], end - first)
        for row in range(rows):
            value, at = values[row, first : first + wide], 2 + (row & 1)
            newest, newest_2 = ring[at], other[at]
            length, covered = 1, 0
            for i in range(wide):
                newest[i], newest_2[i] = one(value[i])
            while True:
                a, b = float(length), float(covered)
                if n & length:
                    at = 2 * length + ((row - covered) & (2 * length - 1))
                    older, older_2 = ring[at], other[at]
                    if covered == 0:
                        for i in range(wide):
                            whole[i], whole_2[i] = older[i], older_2[i]
                    else:
                        for i in range(wide):
                            whole[i], whole_2[i] = join(
                                (older[i], older_2[i]), a, (whole[i], whole_2[i]), b
                            )
                    covered += length
                    if covered == n:
                        break
                at = 4 * length + (row & (4 * length - 1))
                above, above_2 = ring[at], other[at]
                at = 2 * length + ((row - length) & (2 * length - 1))
                older, older_2 = ring[at], other[at]
                for i in range(wide):
                    above[i], above_2[i] = twins(
                        (older[i], older_2[i]), a, (newest[i], newest_2[i]), a
                    )
                newest, newest_2, length = above, above_2, 2 * length
            if row >= n - 1:
                result = out[row, first : first + wide]
                result_2 = other_out[row, first : first + wide]
                for i in range(wide):
                    result[i], result_2[i] = whole[i] / divisor, whole_2[i] / other_divisor


def _stands_for(*values: Any) -> Any:
    """Stand in for the functions that a loop is compiled with."""
    raise NotImplementedError


one = twins = join = _stands_for
