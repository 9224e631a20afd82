"""Smoothing that feeds on its own last value, row by row from the first bar.

Each row is one element-wise step, so a column's numbers do not depend on its neighbours.
"""

from __future__ import annotations

import itertools

import numpy as np

from technic.aliases import FloatArray

__all__ = ["decaying_sum", "exponential_mean", "running_total", "sum_in_order", "wilder_mean"]


def exponential_mean(values: FloatArray, n: int, start: int = 0) -> FloatArray:
    """Exponential mean with weight 2 / (n + 1), seeded by the plain mean of ``n`` rows.

    The seed covers rows ``start`` to ``start + n - 1``; rows before its last are NaN.
    """
    seed = start + n - 1
    out = np.multiply(values, 2.0 / (n + 1))
    out[:seed] = np.nan
    if seed < len(values):
        out[seed] = sum_in_order(values[start : seed + 1]) / n
        decay(out, seed, 1.0 - 2.0 / (n + 1))
    return out


def wilder_mean(values: FloatArray, n: int, start: int = 0) -> FloatArray:
    """Wilder's mean: seeded by the plain mean of ``n`` rows, then (mean * (n - 1) + value) / n.

    In this very order of operations, dividing by way of 1 / n, as TA-Lib does: STOCHRSI stretches
    the last digit of a nearly flat RSI over the full 0 to 100, so every bit has to be the same.
    The seed covers rows ``start`` to ``start + n - 1``.
    """
    seed = start + n - 1
    out = np.array(values, dtype=np.float64, order="C")
    out[:seed] = np.nan
    if seed >= len(values):
        return out
    older, share = float(n - 1), 1.0 / n
    np.multiply(sum_in_order(values[start : seed + 1]), share, out=out[seed])
    last = out[seed]
    step = np.empty_like(last)
    for row in out[seed + 1 :]:
        np.multiply(last, older, out=step)
        np.add(row, step, out=row)
        np.multiply(row, share, out=row)
        last = row
    return out


def decaying_sum(values: FloatArray, n: int, start: int) -> FloatArray:
    """Wilder's sum: the plain sum of ``n - 1`` rows from ``start``, then sum - sum / n + value.

    Rows before ``start + n - 2`` are NaN. With ``n`` = 1 it is the values themselves.
    """
    seed = start + n - 2
    out = np.array(values, dtype=np.float64, order="C")
    if n == 1:
        out[:start] = np.nan
        return out
    out[:seed] = np.nan
    if seed < len(values):
        out[seed] = sum_in_order(values[start : seed + 1])
        decay(out, seed, 1.0 - 1.0 / n)
    return out


def decay(out: FloatArray, seed: int, keep: float) -> None:
    """Add to each row after ``seed`` the row before it times ``keep``, in place."""
    last = out[seed]
    step = np.empty_like(last)
    for row in out[seed + 1 :]:
        np.multiply(last, keep, out=step)
        np.add(row, step, out=row)
        last = row


def running_total(values: FloatArray) -> FloatArray:
    """Sum of all rows so far, in order."""
    out = np.array(values, dtype=np.float64, order="C")
    for last, row in itertools.pairwise(out):
        np.add(row, last, out=row)
    return out


def sum_in_order(values: FloatArray) -> FloatArray:
    """Sum over axis 0, first row first."""
    total: FloatArray = values[0].copy()
    for row in values[1:]:
        total += row
    return total
