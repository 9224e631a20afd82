"""Checks of what callers pass to an indicator."""

from __future__ import annotations

import math

import numpy as np

from technic.errors import ParameterError
from technic.typing import FloatArray

__all__ = ["LONGEST", "bars_like", "factor", "period"]

LONGEST = 100_000
"""The longest period that is accepted, as in TA-Lib."""


def period(value: int, name: str = "timeperiod", least: int = 1) -> int:
    """Return a number of bars; ParameterError unless it is a whole number from ``least`` up."""
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool | np.bool_)
    if not whole or not least <= value <= LONGEST:
        raise ParameterError(name, value, f"a whole number of bars from {least} to {LONGEST:,}")
    return int(value)


def factor(value: float, name: str) -> float:
    """Return a finite number; ParameterError for anything else."""
    number = isinstance(value, int | float | np.integer | np.floating)
    if not number or isinstance(value, bool) or not math.isfinite(value):
        raise ParameterError(name, value, "a finite number")
    return float(value)


def bars_like(**arrays: FloatArray) -> None:
    """Check that the arrays are ``(n_bars, n_symbols)`` and of one shape; ParameterError if not."""
    shapes = {name: np.shape(array) for name, array in arrays.items()}
    first = next(iter(shapes.values()))
    for name, shape in shapes.items():
        if len(shape) != 2 or shape != first:
            raise ParameterError(
                name, shape, f"(n_bars, n_symbols), the same for {', '.join(shapes)}"
            )
