"""From a measured value to points: straight lines between knots.

Element-wise only, so a symbol's points never depend on its neighbours in the block.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from technic.errors import ParameterError
from technic.typing import FloatArray

__all__ = ["Columns", "Curve", "column"]

Columns: TypeAlias = Mapping[str, FloatArray]
"""Columns of a scan by name; one value for each symbol, NaN where history is too short."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Points 0-100 as a function of a value: linear between knots, level beyond them.

    ``knots``: (value, points), values strictly ascending. NaN stays NaN.
    """

    knots: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        values = [value for value, _ in self.knots]
        if len(values) < 2 or any(a >= b for a, b in pairwise(values)):
            raise ParameterError("knots", self.knots, "two or more, values ascending")
        if not all(0 <= points <= 100 for _, points in self.knots):
            raise ParameterError("knots", self.knots, "points from 0 to 100")

    def __call__(self, value: FloatArray) -> FloatArray:
        """Points of each value, same shape."""
        points = np.full(value.shape, float(self.knots[0][1]))
        for (left, low), (right, high) in pairwise(self.knots):
            fraction = (np.clip(value, left, right) - left) / (right - left)
            points += (high - low) * fraction
        return points

    def __str__(self) -> str:
        return ", ".join(f"{value:,.10g} → {points:g}" for value, points in self.knots)


def column(columns: Columns, name: str) -> FloatArray:
    """Return the column ``name``; ParameterError when it was not computed."""
    try:
        return columns[name]
    except KeyError:
        raise ParameterError(
            "columns", f"without {name!r}", f"columns that include {name!r}"
        ) from None
