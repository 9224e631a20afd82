"""Signals from documented thresholds on the rating, the trend sub-score and the coverage.

One rule table decides for the whole universe and words the reasons, so the two cannot differ.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from technic.errors import ParameterError
from technic.scoring.parameters import require_number
from technic.typing import FloatArray

__all__ = ["SIGNALS", "SignalThresholds", "signal_reasons", "signals"]

SIGNALS = ("strong_long", "long", "watch", "neutral", "avoid", "short", "unrated")
"""From best to worst; ``short`` only where shorts are allowed, ``unrated`` without a rating."""

_ORDER = ("short", "avoid", "watch", "long", "strong_long")


@dataclass(frozen=True, slots=True)
class SignalThresholds:
    """Least rating for each signal (``avoid``: below it, ``short``: at most), and conditions.

    ``*_trend`` are sub-score values; ``min_coverage`` (0-1) is needed for long, strong_long and
    short, so a listing too young to be judged is at best ``watch``.
    """

    strong_long: float = 80.0
    strong_long_trend: float = 65.0
    long: float = 65.0
    long_trend: float = 55.0
    watch: float = 55.0
    avoid: float = 40.0
    short: float = 25.0
    short_trend: float = 30.0
    min_coverage: float = 0.5

    def __post_init__(self) -> None:
        for field in fields(self):
            high = 1 if field.name == "min_coverage" else 100
            require_number(f"thresholds.{field.name}", getattr(self, field.name), 0, high)
        for lower, higher in pairwise(_ORDER):
            if getattr(self, lower) > getattr(self, higher):
                raise ParameterError(
                    f"thresholds.{lower}",
                    getattr(self, lower),
                    f"at most thresholds.{higher} ({getattr(self, higher):g})",
                )


@dataclass(frozen=True, slots=True)
class _Condition:
    """One comparison of a rule: ``name`` at least, or at most, ``limit``."""

    name: str
    limit: float
    at_most: bool = False

    def holds(self, value: FloatArray) -> NDArray[np.bool_]:
        return value <= self.limit if self.at_most else value >= self.limit

    def text(self, value: float) -> str:
        sign = "<=" if self.at_most else ">="
        return f"{self.name} {sign} {self.limit:g} (is {value:.4g})"


def _rules(
    thresholds: SignalThresholds, allow_shorts: bool
) -> list[tuple[str, tuple[_Condition, ...]]]:
    """Rules in the order they are tried: the first whose conditions all hold gives the signal."""
    covered = _Condition("coverage", thresholds.min_coverage)

    def judged(rating: float, trend: float, at_most: bool = False) -> tuple[_Condition, ...]:
        return _Condition("rating", rating, at_most), _Condition("trend", trend, at_most), covered

    short = judged(thresholds.short, thresholds.short_trend, at_most=True)
    return [
        ("strong_long", judged(thresholds.strong_long, thresholds.strong_long_trend)),
        ("long", judged(thresholds.long, thresholds.long_trend)),
        *([("short", short)] if allow_shorts else []),
        ("watch", (_Condition("rating", thresholds.watch),)),
        ("neutral", (_Condition("rating", thresholds.avoid),)),
        ("avoid", (_Condition("rating", 0.0),)),
    ]


def signals(
    rating: FloatArray,
    trend: FloatArray,
    coverage: FloatArray,
    thresholds: SignalThresholds | None = None,
    *,
    allow_shorts: bool = False,
) -> NDArray[np.str_]:
    """Signal of each symbol.

    ``rating``: ``tech_rating``; ``trend``: ``score_trend``; ``coverage``: ``rating_coverage``;
    equal shapes. A rating of NaN is ``unrated``; a trend of NaN holds no condition.
    """
    values = {"rating": rating, "trend": trend, "coverage": coverage}
    chosen = np.full(rating.shape, "unrated", dtype="<U11")
    for name, conditions in reversed(_rules(thresholds or SignalThresholds(), allow_shorts)):
        holds = np.ones(rating.shape, dtype=np.bool_)
        for condition in conditions:
            holds &= condition.holds(values[condition.name])
        chosen[holds] = name
    return chosen


def signal_reasons(
    rating: float,
    trend: float,
    coverage: float,
    thresholds: SignalThresholds | None = None,
    *,
    allow_shorts: bool = False,
) -> tuple[str, ...]:
    """Why one symbol has its signal: for each rule tried, what failed; last, what held."""
    values = {"rating": rating, "trend": trend, "coverage": coverage}
    lines: list[str] = []
    for name, conditions in _rules(thresholds or SignalThresholds(), allow_shorts):
        failed = [c for c in conditions if not c.holds(np.array(values[c.name]))]
        shown = failed or conditions
        text = ", ".join(c.text(values[c.name]) for c in shown)
        lines.append(f"not {name}: needs {text}" if failed else f"{name}: {text}")
        if not failed:
            break
    return tuple(lines)
