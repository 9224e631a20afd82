"""The technical rating: sub-scores weighted by the user's weights, as contributions that add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from technic.errors import ParameterError
from technic.scoring.components import LOCAL_SUBSCORES, SUBSCORES
from technic.scoring.curves import Columns, column
from technic.scoring.parameters import require_number
from technic.scoring.subscores import subscore
from technic.typing import FloatArray

__all__ = ["Rating", "ScoreWeights", "tech_rating"]


@dataclass(frozen=True, slots=True)
class ScoreWeights:
    """Weight of each sub-score; only their proportions matter, 0 leaves one out."""

    trend: float = 25.0
    momentum: float = 20.0
    volume: float = 15.0
    volatility: float = 10.0
    breakout: float = 10.0
    relative_strength: float = 20.0

    def __post_init__(self) -> None:
        for field in fields(self):
            require_number(f"weights.{field.name}", getattr(self, field.name), 0, 1e6)
        if not any(getattr(self, field.name) for field in fields(self)):
            raise ParameterError("weights", "all 0", "at least one weight above 0")

    def percentages(self) -> dict[str, float]:
        """Percent of the whole that each sub-score has, in the order of ``SUBSCORES``."""
        weights = {name: float(getattr(self, name)) for name in SUBSCORES}
        total = sum(weights.values())
        return {name: 100.0 * weight / total for name, weight in weights.items()}


@dataclass(frozen=True, slots=True, eq=False)
class Rating:
    """Ratings of a universe; arrays of one value a symbol.

    ``tech_rating``: 0-100, NaN where nothing at all could be measured. ``rating_coverage``: 0-1,
    the fraction of the weight whose components had a value. ``contributions``: points of the rating
    that each sub-score gave; they add up to it. ``score_relative_strength``: 0-100.
    """

    tech_rating: FloatArray
    rating_coverage: FloatArray
    score_relative_strength: FloatArray
    contributions: Mapping[str, FloatArray]


def tech_rating(
    scores: Columns, rs_rating: FloatArray, weights: ScoreWeights | None = None
) -> Rating:
    """Weigh sub-scores into one rating.

    ``scores``: what ``subscores`` returns. ``rs_rating``: 1-99, NaN where a symbol has none; same
    shape. A sub-score without a value gives its weight to the others in proportion.
    """
    strength, strength_coverage = subscore({"rs_rating": rs_rating}, SUBSCORES["relative_strength"])
    score = {name: column(scores, f"score_{name}") for name in LOCAL_SUBSCORES}
    coverage = {name: column(scores, f"coverage_{name}") for name in LOCAL_SUBSCORES}
    score["relative_strength"], coverage["relative_strength"] = strength, strength_coverage

    percentages = (weights or ScoreWeights()).percentages()
    available = np.zeros(rs_rating.shape)
    covered = np.zeros(rs_rating.shape)
    for name, percent in percentages.items():
        available += np.where(np.isnan(score[name]), 0.0, percent)
        covered += coverage[name] * percent

    rating = np.where(available > 0.0, 0.0, np.nan)
    contributions: dict[str, FloatArray] = {}
    for name, percent in percentages.items():
        part = np.zeros(rs_rating.shape)
        known = ~np.isnan(score[name]) & (available > 0.0)
        np.divide(score[name] * percent, available, out=part, where=known)
        contributions[name] = part
        rating += part
    return Rating(
        tech_rating=np.clip(rating, 0.0, 100.0),
        rating_coverage=np.clip(covered / 100.0, 0.0, 1.0),
        score_relative_strength=strength,
        contributions=contributions,
    )
