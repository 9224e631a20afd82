"""Sub-scores: the components of each, weighted; what is missing gives its weight to the rest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from technic.indicators.division import quotient
from technic.scoring.components import LOCAL_SUBSCORES, SUBSCORES, Component
from technic.scoring.curves import Columns
from technic.typing import FloatArray

__all__ = ["subscore", "subscores"]


def subscore(columns: Columns, components: Sequence[Component]) -> tuple[FloatArray, FloatArray]:
    """Weighted mean of the points there are, and the fraction of the weight that is there.

    ``columns``: equal shapes, any number of axes. Returns (score 0-100, coverage 0-1); the score
    is NaN where no component has a value. Each symbol's numbers depend on its own columns alone.
    """
    points = np.zeros(0)
    weight = np.zeros(0)
    full = 0.0
    for component in components:
        part = component.points(columns)
        if not full:
            points, weight = np.zeros(part.shape), np.zeros(part.shape)
        known = ~np.isnan(part)
        points += np.where(known, part * component.weight, 0.0)
        weight += np.where(known, component.weight, 0.0)
        full += component.weight
    return quotient(points, weight, instead=np.nan), weight / full


def subscores(columns: Columns) -> dict[str, FloatArray]:
    """``score_<name>`` and ``coverage_<name>`` of the five sub-scores that are a symbol's own.

    Relative strength is the sixth: it needs the whole universe (``rs_rating``).
    """
    found: dict[str, FloatArray] = {}
    for name in LOCAL_SUBSCORES:
        found[f"score_{name}"], found[f"coverage_{name}"] = subscore(columns, SUBSCORES[name])
    return found
