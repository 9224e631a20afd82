"""Arithmetic on numbers, value by value, on arrays of any shape.

One definition for every place where expressions are computed. Nothing here gives an infinite
number: what would be infinite is missing, NaN.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, cast

import numpy as np

from technic.panel.series import Series
from technic.typing import FloatArray

__all__ = ["ArithmeticOperator", "arithmetic", "finite", "power"]

ArithmeticOperator: TypeAlias = Literal["+", "-", "*", "/", "%", "**"]

_UFUNCS: dict[str, np.ufunc] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "%": np.mod,
}


def finite(values: FloatArray) -> FloatArray:
    """Return the values with NaN for what is infinite; the same array where nothing is."""
    if isinstance(values, Series):
        return values.finite()
    infinite = np.isinf(values)
    return np.where(infinite, np.nan, values) if infinite.any() else values


def arithmetic(
    operator: ArithmeticOperator, left: FloatArray | float, right: FloatArray | float
) -> FloatArray:
    """Return ``left operator right``; division by 0 and what overflows are missing.

    ``%`` has the sign of the divisor. The right side of ``**`` is a constant.
    """
    with np.errstate(all="ignore"):
        if operator == "**":
            return power(cast("FloatArray", left), float(cast("float", right)))
        out: FloatArray = _UFUNCS[operator](left, right)
        # A number divided by 0 is infinite, 0 divided by 0 is NaN.
        return finite(np.asarray(out) if np.isscalar(out) else out)


def power(base: FloatArray, exponent: float) -> FloatArray:
    """Return ``base ** exponent``, whole exponents by multiplication; NaN stays NaN."""
    with np.errstate(all="ignore"):
        whole = int(abs(exponent))
        if abs(exponent) != whole:
            # A copy in one piece: numpy may round otherwise where values are not neighbours.
            return finite(np.power(np.array(base, order="C"), exponent))
        square = base * base
        if whole <= 2:
            out = (base * 0.0 + 1.0, base * 1.0, square)[whole]
        else:
            out = square * base if whole == 3 else square * square
        return finite(1.0 / out if exponent < 0 else out)
