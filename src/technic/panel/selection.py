"""The one thing that formulas on values use beside arithmetic: a choice between two of them."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["select", "select_number"]


def select(where: Any, value: Any, otherwise: Any) -> Any:
    """Return ``value`` where ``where`` says so, else ``otherwise``; arrays, series or numbers."""
    return np.where(where, value, otherwise)


def select_number(where: bool, value: float, otherwise: float) -> float:
    """Return the same of numbers: what ``select`` is in a compiled loop."""
    return value if where else otherwise
