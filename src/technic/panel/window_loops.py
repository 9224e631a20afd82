"""Windows in one pass over the bars, for numba to compile: see ``windows``, whose bits they have.

Row after row the blocks that end with it are made: of one value, two, four and so on, each joined
from two of half the length. Of a block of length k the last 2k rows are kept, in rows 2k to 4k of
``ring``; row 0 is the window that is put together. So few rows of so few columns stay in the
processor's nearest cache. Extremes are not here: numpy's take no longer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from technic.panel.compiled import COMPILER
from technic.typing import FloatArray

__all__ = ["compiled_pairs", "compiled_sums"]

Steps = Mapping[str, Callable[..., Any]]

WIDTH = 64
"""Columns of a ring."""
SUMS_SAVE, PAIRS_SAVE = 3.0, 15.0
"""Nanoseconds a cell, about (``python -m benchmarks.compiled_loops``)."""


def compiled_sums(
    values: FloatArray, n: int, divisor: float, out: FloatArray, steps: Steps
) -> bool:
    """Write the sums of ``n`` rows over ``divisor`` to ``out``; False where numpy has to."""
    saved = values.size * SUMS_SAVE
    loop = COMPILER.loop(_sums, "rifww", steps, saved) if _fits(values, n) else None
    if loop is None:
        return False
    loop(np.ascontiguousarray(values), n, divisor, _ring(n), out)
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
    loop = COMPILER.loop(_pairs, "riffwwww", steps, saved) if _fits(values, n) else None
    if loop is None:
        return False
    loop(np.ascontiguousarray(values), n, *divisors, _ring(n), _ring(n), *out)
    return True


def _fits(values: FloatArray, n: int) -> bool:
    """Tell whether there are windows, more than the one that is the whole array."""
    return values.ndim == 2 and len(values) > n and values.dtype == np.float64


def _ring(n: int) -> FloatArray:
    return np.zeros((4 << (n.bit_length() - 1), WIDTH))


def _sums(  # noqa: C901  one loop, so that numba sees it whole
    values: FloatArray, n: int, divisor: float, ring: FloatArray, out: FloatArray
) -> None:
    rows, columns = values.shape
    for first in range(0, columns, ring.shape[1]):
        wide = min(ring.shape[1], columns - first)
        for row in range(rows):
            at, length, covered = 2 + (row & 1), 1, 0
            for i in range(wide):
                ring[at, i] = values[row, first + i]
            while True:
                if n & length:
                    older = 2 * length + ((row - covered) & (2 * length - 1))
                    if covered == 0:
                        for i in range(wide):
                            ring[0, i] = ring[older, i]
                    else:
                        a, b = float(length), float(covered)
                        for i in range(wide):
                            ring[0, i] = join((ring[older, i],), a, (ring[0, i],), b)[0]
                    covered += length
                    if covered == n:
                        break
                above = 4 * length + (row & (4 * length - 1))
                older = 2 * length + ((row - length) & (2 * length - 1))
                a = float(length)
                for i in range(wide):
                    ring[above, i] = join((ring[older, i],), a, (ring[at, i],), a)[0]
                at, length = above, 2 * length
            if row >= n - 1:
                for i in range(wide):
                    out[row, first + i] = ring[0, i] / divisor


def _pairs(  # noqa: C901  the same
    values: FloatArray,
    n: int,
    divisor: float,
    other_divisor: float,
    ring: FloatArray,
    other: FloatArray,
    out: FloatArray,
    other_out: FloatArray,
) -> None:
    rows, columns = values.shape
    for first in range(0, columns, ring.shape[1]):
        wide = min(ring.shape[1], columns - first)
        for row in range(rows):
            at, length, covered = 2 + (row & 1), 1, 0
            for i in range(wide):
                ring[at, i], other[at, i] = one(values[row, first + i])
            while True:
                a, b = float(length), float(covered)
                if n & length:
                    older = 2 * length + ((row - covered) & (2 * length - 1))
                    if covered == 0:
                        for i in range(wide):
                            ring[0, i], other[0, i] = ring[older, i], other[older, i]
                    else:
                        for i in range(wide):
                            ring[0, i], other[0, i] = join(
                                (ring[older, i], other[older, i]), a, (ring[0, i], other[0, i]), b
                            )
                    covered += length
                    if covered == n:
                        break
                above = 4 * length + (row & (4 * length - 1))
                older = 2 * length + ((row - length) & (2 * length - 1))
                for i in range(wide):
                    ring[above, i], other[above, i] = twins(
                        (ring[older, i], other[older, i]), a, (ring[at, i], other[at, i]), a
                    )
                at, length = above, 2 * length
            if row >= n - 1:
                for i in range(wide):
                    out[row, first + i] = ring[0, i] / divisor
                    other_out[row, first + i] = other[0, i] / other_divisor


def _stands_for(*values: Any) -> Any:
    """Stand in for the functions that a loop is compiled with."""
    raise NotImplementedError


one = twins = join = _stands_for
