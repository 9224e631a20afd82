"""What a component measures, from scan columns: element-wise, NaN where it is undefined.

A division by zero or a result that is not finite is "undefined", not an extreme: a flat price
has no position in its range.
"""

from __future__ import annotations

import numpy as np

from technic.indicators.division import quotient
from technic.typing import FloatArray

__all__ = ["as_is", "percent_over", "range_position", "ratio", "signed", "width_ratio"]


def as_is(value: FloatArray) -> FloatArray:
    """Return the column itself."""
    return value


def ratio(value: FloatArray, unit: FloatArray) -> FloatArray:
    """``value / unit``; NaN where the unit is zero."""
    return quotient(value, unit, instead=np.nan)


def percent_over(value: FloatArray, base: FloatArray) -> FloatArray:
    """How far ``value`` is above ``base``, in percent of the base."""
    return (ratio(value, base) - 1.0) * 100.0


def signed(size: FloatArray, up: FloatArray, down: FloatArray) -> FloatArray:
    """``size`` with the sign of ``up − down``; 0 where both are equal."""
    return size * np.sign(up - down)


def range_position(value: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Where ``value`` lies between ``low`` (0) and ``high`` (100)."""
    return ratio(value - low, high - low) * 100.0


def width_ratio(
    upper: FloatArray, lower: FloatArray, other_upper: FloatArray, other_lower: FloatArray
) -> FloatArray:
    """Width of one band in widths of another."""
    return ratio(upper - lower, other_upper - other_lower)
