"""Why a symbol has its rating: every component's value, points and weight, as plain data.

The parts are computed anew from the symbol's own columns by the code that scored the universe;
the contributions add up to the rating. Nothing here prints.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from technic.scoring.components import REQUIRED_COLUMNS, SUBSCORES, Component
from technic.scoring.curves import Columns, column
from technic.scoring.rating import ScoreWeights, tech_rating
from technic.scoring.signal import SignalThresholds, signal_reasons, signals
from technic.scoring.subscores import subscores
from technic.text.short_repr import short_repr
from technic.typing import FloatArray

__all__ = ["Contribution", "Explanation", "SubScoreLine", "explain"]


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one component gave to the rating.

    ``value`` and ``points`` are None when history is too short or the value is undefined; then
    ``weight`` (percent of the rating after missing parts shared theirs out) and ``contribution``
    are 0. ``contribution`` = ``points · weight / 100``.
    """

    subscore: str
    component: str
    value: float | None
    unit: str
    points: float | None
    weight: float
    contribution: float
    formula: str
    curve: str

    @property
    def value_text(self) -> str:
        """The value with its unit, for people; "n/a" where there is none."""
        if self.value is None:
            return "n/a"
        if self.unit == "$":
            return f"${self.value:,.0f}"
        if self.unit == "%":
            return f"{self.value:+.2f} %"
        if self.unit in ("0-100", "1-99"):
            return f"{self.value:.1f}"
        return f"{self.value:.2f}" if self.unit == "ratio" else f"{self.value:.2f} {self.unit}"


@dataclass(frozen=True, slots=True)
class SubScoreLine:
    """One sub-score: 0-100 (None: nothing measured), its effective weight and contribution."""

    name: str
    score: float | None
    weight: float
    contribution: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """A rating taken apart; ``contributions`` add up to ``tech_rating`` (None: unrated)."""

    tech_rating: float | None
    rating_coverage: float
    signal: str
    signal_reasons: tuple[str, ...]
    subscores: tuple[SubScoreLine, ...]
    contributions: tuple[Contribution, ...]

    def __repr__(self) -> str:
        rated = "unrated" if self.tech_rating is None else f"rating {self.tech_rating:.1f}"
        parts = (f"{line.name} {line.contribution:.2f}" for line in self.subscores)
        return short_repr(self, f"{rated}, signal {self.signal}", *parts)

    def _repr_html_(self) -> str:
        from technic.scoring.explanation_html import explanation_html

        return explanation_html(self)


def explain(
    columns: Columns,
    row: int,
    weights: ScoreWeights | None = None,
    thresholds: SignalThresholds | None = None,
    *,
    allow_shorts: bool = False,
) -> Explanation:
    """Take the rating of the symbol at position ``row`` apart.

    ``columns``: ``(n_symbols,)`` columns of the scan, ``rs_rating`` among them.
    """
    values = {name: column(columns, name)[[row]] for name in (*REQUIRED_COLUMNS, "rs_rating")}
    scores = subscores(values)
    rating = tech_rating(scores, values["rs_rating"], weights)
    scores["score_relative_strength"] = rating.score_relative_strength
    percentages = (weights or ScoreWeights()).percentages()
    measured = {name: _number(scores[f"score_{name}"]) for name in SUBSCORES}
    available = sum(percentages[name] for name, score in measured.items() if score is not None)

    lines: list[SubScoreLine] = []
    parts: list[Contribution] = []
    for name, score in measured.items():
        weight = 0.0 if score is None or not available else 100.0 * percentages[name] / available
        found, coverage = _components(name, values, weight)
        contribution = float(rating.contributions[name][0])
        lines.append(SubScoreLine(name, score, weight, contribution, coverage))
        parts.extend(found)

    judged = (rating.tech_rating, scores["score_trend"], rating.rating_coverage)
    value, trend, covered = (float(array[0]) for array in judged)
    return Explanation(
        tech_rating=_number(rating.tech_rating),
        rating_coverage=covered,
        signal=str(signals(*judged, thresholds, allow_shorts=allow_shorts)[0]),
        signal_reasons=signal_reasons(value, trend, covered, thresholds, allow_shorts=allow_shorts),
        subscores=tuple(lines),
        contributions=tuple(parts),
    )


def _number(array: FloatArray) -> float | None:
    """Return the one value of ``array``; None for NaN."""
    value = float(array[0])
    return None if math.isnan(value) else value


def _components(
    name: str, values: Mapping[str, FloatArray], weight: float
) -> tuple[list[Contribution], float]:
    """Contributions of one sub-score of that effective weight, and the coverage it has."""
    points = {part.name: _number(part.points(values)) for part in SUBSCORES[name]}
    full = sum(part.weight for part in SUBSCORES[name])
    known = sum(part.weight for part in SUBSCORES[name] if points[part.name] is not None)
    return [
        _contribution(name, part, values, weight, known) for part in SUBSCORES[name]
    ], known / full


def _contribution(
    name: str, part: Component, values: Columns, weight: float, known: float
) -> Contribution:
    value, points = _number(part.value(values)), _number(part.points(values))
    effective = 0.0 if points is None else weight * part.weight / known
    return Contribution(
        subscore=name,
        component=part.name,
        value=value,
        unit=part.unit,
        points=points,
        weight=effective,
        contribution=0.0 if points is None else points * effective / 100.0,
        formula=part.formula,
        curve=str(part.curve),
    )
