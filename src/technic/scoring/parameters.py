"""Checks of numbers that a user sets: what is not allowed is an error, never corrected."""

from __future__ import annotations

import math

from technic.errors import ParameterError

__all__ = ["require_number"]


def require_number(parameter: str, value: object, low: float, high: float) -> None:
    """Raise ParameterError unless ``value`` is a finite number in ``[low, high]`` and no bool."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number = float(value)
        if math.isfinite(number) and low <= number <= high:
            return
    raise ParameterError(parameter, value, f"a number from {low:g} to {high:g}")
