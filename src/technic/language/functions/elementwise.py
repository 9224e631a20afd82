"""Signs, comparisons and three-valued logic, value by value, on arrays of any shape.

One definition each, for every place where expressions are evaluated. Conditions are numbers: 1.0
true, 0.0 false, NaN unknown. A missing number is NaN, a missing text None, NaN or "".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from technic.language.syntax.nodes import ComparisonOperator
from technic.panel.series import Series
from technic.typing import BoolArray, FloatArray

__all__ = [
    "Values",
    "compare",
    "is_member",
    "is_text",
    "logical_and",
    "logical_not",
    "logical_or",
    "missing_text",
    "negative",
]

Values: TypeAlias = FloatArray | NDArray[np.object_] | float | str
"""What an operator takes: an array, or a constant."""

_COMPARISONS: dict[str, np.ufunc] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}


def negative(values: FloatArray) -> FloatArray:
    """Return the values with their signs changed."""
    return np.negative(values)


def compare(operator: ComparisonOperator, left: Values, right: Values) -> FloatArray:
    """Return the condition ``left operator right``, unknown where a side is missing.

    Texts compare with ``==`` and ``!=``.
    """
    if is_text(left) or is_text(right):
        equal = np.asarray(np.equal(np.asarray(left, object), np.asarray(right, object)), np.bool_)
        known = ~(missing_text(left) | missing_text(right))
        return np.where(known, (equal if operator == "==" else ~equal).astype(np.float64), np.nan)
    # The sum is NaN exactly where a side is: both are finite.
    with np.errstate(all="ignore"):
        out: FloatArray = np.add(left, right)
    out = np.asarray(out) if np.isscalar(out) else out
    unknown = np.isnan(out)
    _COMPARISONS[operator](left, right, out=out)
    np.copyto(out, np.nan, where=unknown)
    return out


def is_member(operand: Values, members: Sequence[float | str]) -> FloatArray:
    """Tell whether the operand is one of some constants, unknown where it is missing."""
    if is_text(operand):
        found = np.isin(np.asarray(operand, object), list(members))
        return np.where(missing_text(operand), np.nan, found.astype(np.float64))
    values = np.asarray(operand, np.float64)
    found = np.isin(values, np.asarray(members, np.float64))
    return np.where(np.isnan(values), np.nan, found.astype(np.float64))


def logical_not(condition: FloatArray) -> FloatArray:
    """Return the opposite of a condition; unknown stays unknown."""
    return np.subtract(1.0, condition)


def logical_and(*conditions: FloatArray) -> FloatArray:
    """Return where all conditions hold: false where one is false, else unknown where one is."""
    out = _own(conditions[0])
    for condition in conditions[1:]:
        false = (out == 0.0) | (condition == 0.0)
        out = np.minimum(out, condition)
        np.copyto(out, 0.0, where=false)
    return out


def logical_or(*conditions: FloatArray) -> FloatArray:
    """Return where a condition holds: true where one is true, else unknown where one is."""
    out = _own(conditions[0])
    for condition in conditions[1:]:
        true = (out == 1.0) | (condition == 1.0)
        out = np.maximum(out, condition)
        np.copyto(out, 1.0, where=true)
    return out


def _own(condition: FloatArray) -> FloatArray:
    """Return a copy that can be written to."""
    return condition.copy() if isinstance(condition, Series) else np.array(condition, np.float64)


def is_text(values: Any) -> bool:
    """Tell texts from numbers."""
    if isinstance(values, np.ndarray):
        return values.dtype.kind in "OUT"
    return isinstance(values, str)


def missing_text(values: Values) -> BoolArray:
    """Tell where a text is missing: None, NaN or empty."""
    texts = np.asarray(values, object)
    flat = [not isinstance(text, str) or not text for text in texts.ravel()]
    return np.array(flat, np.bool_).reshape(texts.shape)
