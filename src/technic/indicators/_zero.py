"""TA-Lib's idea of zero: what its formulas treat as no movement, and divisions guarded by it."""

from __future__ import annotations

import numpy as np

from technic.aliases import BoolArray, FloatArray

__all__ = ["EPSILON", "is_zero", "quotient", "same"]

EPSILON = 1e-14


def is_zero(values: FloatArray) -> BoolArray:
    """Tell what lies strictly between -1e-14 and 1e-14; NaN does not."""
    return np.abs(values) < EPSILON


def same(a: FloatArray, b: FloatArray) -> BoolArray:
    """Tell which values differ by no more than 1e-14 of their size; NaN does not."""
    size = np.abs(a)
    size += np.abs(b)
    size *= EPSILON
    distance = np.subtract(a, b)
    return np.abs(distance, out=distance) <= size


def quotient(top: FloatArray, bottom: FloatArray, zero: BoolArray | None = None) -> FloatArray:
    """``top / bottom``, and 0 where ``zero`` says so (by default where ``bottom`` is 0)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        out = np.divide(top, bottom)
    np.copyto(out, 0.0, where=bottom == 0.0 if zero is None else zero)
    return out
