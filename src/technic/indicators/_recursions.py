"""Smoothing that feeds on its own last value, row by row from the first bar.

Each row is one element-wise step, so a column's numbers do not depend on its neighbours. Functions
whose array is called ``own`` write into it and return it: the caller gives it up. Further axes
between time and symbols are smoothed side by side. Factors are rows, not numbers: numpy then has
nothing to convert in each of the many small steps.
"""

from __future__ import annotations

import itertools

import numpy as np

from technic.aliases import FloatArray

__all__ = [
    "decay",
    "decaying_sum",
    "exponential_mean",
    "running_total",
    "sum_in_order",
    "wilder_mean",
]


def exponential_mean(values: FloatArray, n: int, start: int = 0) -> FloatArray:
    """Exponential mean with weight 2 / (n + 1), seeded by the plain mean of ``n`` rows.

    The seed covers rows ``start`` to ``start + n - 1``; rows before its last are NaN.
    """
    seed = start + n - 1
    out = np.empty(values.shape)
    out[:seed] = np.nan
    if seed >= len(values):
        return out
    last = np.divide(sum_in_order(values[start : seed + 1]), n, out=out[seed])
    share, keep = np.full_like(last, 2.0 / (n + 1)), np.full_like(last, 1.0 - 2.0 / (n + 1))
    step = np.empty_like(last)
    for value, row in zip(values[seed + 1 :], out[seed + 1 :], strict=True):
        np.multiply(value, share, row)
        np.multiply(last, keep, step)
        np.add(row, step, row)
        last = row
    return out


def wilder_mean(values: FloatArray, n: int, start: int = 0) -> FloatArray:
    """Wilder's mean: seeded by the plain mean of ``n`` rows, then (mean * (n - 1) + value) / n.

    In this very order of operations, dividing by way of 1 / n, as TA-Lib does: STOCHRSI stretches
    the last digit of a nearly flat RSI over the full 0 to 100, so every bit has to be the same.
    The seed covers rows ``start`` to ``start + n - 1``.
    """
    seed = start + n - 1
    out = np.empty(values.shape)
    out[:seed] = np.nan
    if seed >= len(values):
        return out
    last = np.multiply(sum_in_order(values[start : seed + 1]), 1.0 / n, out=out[seed])
    older, share = np.full_like(last, n - 1), np.full_like(last, 1.0 / n)
    for value, row in zip(values[seed + 1 :], out[seed + 1 :], strict=True):
        np.multiply(last, older, row)
        np.add(value, row, row)
        np.multiply(row, share, row)
        last = row
    return out


def decaying_sum(own: FloatArray, n: int, start: int) -> FloatArray:
    """Wilder's sum: the plain sum of ``n - 1`` rows from ``start``, then sum - sum / n + value.

    Rows before ``start + n - 2`` are NaN. With ``n`` = 1 it is the values themselves.
    """
    seed = start + n - 2
    if n > 1 and seed < len(own):
        own[seed] = sum_in_order(own[start : seed + 1])
        decay(own, seed, 1.0 - 1.0 / n)
    own[: max(seed, start)] = np.nan
    return own


def running_total(own: FloatArray) -> FloatArray:
    """Sum of all rows so far, in order."""
    for last, row in itertools.pairwise(own):
        np.add(row, last, row)
    return own


def sum_in_order(values: FloatArray) -> FloatArray:
    """Sum over axis 0, first row first."""
    total: FloatArray = values[0].copy()
    for row in values[1:]:
        total += row
    return total


def decay(own: FloatArray, seed: int, factor: float) -> None:
    """Add to each row after ``seed`` the row before it times ``factor``."""
    last = own[seed]
    keep, step = np.full_like(last, factor), np.empty_like(last)
    for row in own[seed + 1 :]:
        np.multiply(last, keep, step)
        np.add(row, step, row)
        last = row
