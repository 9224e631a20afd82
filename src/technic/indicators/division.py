"""Divisions whose bottom may be nothing, and what counts as no movement."""

from __future__ import annotations

import numpy as np

from technic.typing import BoolArray, FloatArray

__all__ = ["NEAR", "percent", "quotient", "same"]

NEAR = 1e-14
"""Two prices closer than this fraction of their size are one price, as in TA-Lib.

The last bits of a mean or of (high + low + close) / 3 differ with the order of the additions;
without this, oscillators would stretch them over their whole scale.
"""


def same(a: FloatArray, b: FloatArray) -> BoolArray:
    """Tell where ``a`` and ``b`` differ by no more than ``NEAR`` of their size; NaN does not."""
    size = np.abs(a)
    size += np.abs(b)
    size *= NEAR
    distance = np.subtract(a, b)
    return np.abs(distance, out=distance) <= size


def quotient(
    top: FloatArray,
    bottom: FloatArray,
    nothing: BoolArray | None = None,
    instead: float = 0.0,
    out: FloatArray | None = None,
) -> FloatArray:
    """``top / bottom``, and ``instead`` where ``nothing`` says so (by default: ``bottom`` is 0)."""
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        out = np.divide(top, bottom, out=out)
    np.copyto(out, instead, where=bottom == 0.0 if nothing is None else nothing)
    return out


def percent(
    part: FloatArray, whole: FloatArray, instead: float = 0.0, out: FloatArray | None = None
) -> FloatArray:
    """``part`` in percent of ``whole``, and ``instead`` where that is 0."""
    out = quotient(part, whole, instead=instead, out=out)
    out *= 100.0
    return out
