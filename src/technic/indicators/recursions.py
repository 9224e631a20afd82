"""Smoothing that feeds on its own last value, row by row from the first bar.

Each row is one element-wise step, so a column's numbers do not depend on its neighbours. A row
goes into the next of the buffers ``into``, is yielded, and must stand until the next one is made;
the first row yielded is that of the seed. Further axes before the symbols are smoothed side by
side. Factors are rows, not numbers: numpy then has nothing to convert in each of the many small
steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np

from technic.indicators.streams import Stream
from technic.typing import FloatArray

__all__ = [
    "decaying_step",
    "decaying_sums",
    "exponential_mean",
    "exponential_means",
    "exponential_step",
    "running_totals",
    "wilder_mean",
    "wilder_means",
    "wilder_step",
]

Rows = Iterator[FloatArray]


def exponential_means(rows: Iterable[FloatArray], n: int, into: Rows) -> Rows:
    """Exponential mean with weight 2 / (n + 1), seeded by the plain mean of ``n`` rows."""
    rows = iter(rows)
    seed = _first_sum(rows, n)
    if seed is None:
        return
    last = np.divide(seed, n, out=next(into))
    weight, keep = np.full_like(last, 2.0 / (n + 1)), np.full_like(last, 1.0 - 2.0 / (n + 1))
    step = np.empty_like(last)
    yield last
    for value, row in zip(rows, into, strict=False):
        _exponential(value, last, weight, keep, row, step)
        last = row
        yield row


def exponential_step(value: FloatArray, last: FloatArray, n: int) -> FloatArray:
    """Return the row of ``exponential_means`` that follows ``last``."""
    row, step = np.empty_like(last), np.empty_like(last)
    _exponential(value, last, 2.0 / (n + 1), 1.0 - 2.0 / (n + 1), row, step)
    return row


def _exponential(
    value: FloatArray,
    last: FloatArray,
    weight: FloatArray | float,
    keep: FloatArray | float,
    row: FloatArray,
    step: FloatArray,
) -> None:
    np.multiply(value, weight, row)
    np.multiply(last, keep, step)
    np.add(row, step, row)


def wilder_means(rows: Iterable[FloatArray], n: int, into: Rows) -> Rows:
    """Wilder's mean: seeded by the plain mean of ``n`` rows, then (mean * (n - 1) + value) / n.

    In this very order of operations, dividing by way of 1 / n, as TA-Lib does: STOCHRSI stretches
    the last digit of a nearly flat RSI over the full 0 to 100, so every bit has to be the same.
    """
    rows = iter(rows)
    seed = _first_sum(rows, n)
    if seed is None:
        return
    last = np.multiply(seed, 1.0 / n, out=next(into))
    older, weight = np.full_like(last, n - 1), np.full_like(last, 1.0 / n)
    yield last
    for value, row in zip(rows, into, strict=False):
        _wilder(value, last, older, weight, row)
        last = row
        yield row


def wilder_step(value: FloatArray, last: FloatArray, n: int) -> FloatArray:
    """Return the row of ``wilder_means`` that follows ``last``."""
    row = np.empty_like(last)
    _wilder(value, last, float(n - 1), 1.0 / n, row)
    return row


def _wilder(
    value: FloatArray,
    last: FloatArray,
    older: FloatArray | float,
    weight: FloatArray | float,
    row: FloatArray,
) -> None:
    np.multiply(last, older, row)
    np.add(value, row, row)
    np.multiply(row, weight, row)


def decaying_sums(rows: Iterable[FloatArray], n: int, into: Rows) -> Rows:
    """Wilder's sum: begins as the plain sum of ``n - 1`` rows, then sum - sum / n + row; n > 1.

    The plain sum itself is not yielded: the first row is that of the first full period.
    """
    rows = iter(rows)
    last = _first_sum(rows, n - 1)
    if last is None:
        return
    keep, step = np.full_like(last, 1.0 - 1.0 / n), np.empty_like(last)
    for value, row in zip(rows, into, strict=False):
        _decaying(value, last, keep, row, step)
        last = row
        yield row


def decaying_step(value: FloatArray, last: FloatArray, n: int) -> FloatArray:
    """Return the row of ``decaying_sums`` that follows ``last``."""
    row, step = np.empty_like(last), np.empty_like(last)
    _decaying(value, last, 1.0 - 1.0 / n, row, step)
    return row


def _decaying(
    value: FloatArray,
    last: FloatArray,
    keep: FloatArray | float,
    row: FloatArray,
    step: FloatArray,
) -> None:
    np.multiply(last, keep, step)
    np.add(value, step, row)


def running_totals(rows: Iterable[FloatArray], into: Rows) -> Rows:
    """Sum of all rows so far, in order."""
    last: FloatArray | None = None
    for value, row in zip(rows, into, strict=False):
        if last is None:
            np.copyto(row, value)
        else:
            np.add(value, last, row)
        last = row
        yield row


def exponential_mean(values: FloatArray, n: int, start: int = 0) -> Stream:
    """Exponential mean of an array whose values begin in row ``start``."""
    return Stream(
        start + n - 1,
        values.shape[1:],
        lambda into: exponential_means(values[start:], n, into),
        lambda last: exponential_step(values[-1], last, n),
    )


def wilder_mean(values: FloatArray, n: int, start: int = 0) -> Stream:
    """Wilder's mean of an array whose values begin in row ``start``."""
    return Stream(
        start + n - 1,
        values.shape[1:],
        lambda into: wilder_means(values[start:], n, into),
        lambda last: wilder_step(values[-1], last, n),
    )


def _first_sum(rows: Rows, n: int) -> FloatArray | None:
    """Sum of the next ``n`` rows, first row first; None where there are not so many."""
    total: FloatArray | None = None
    count = 0
    for row in islice(rows, n):
        total = row.copy() if total is None else np.add(total, row, out=total)
        count += 1
    return total if count == n else None
