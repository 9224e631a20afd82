"""Scoring: sub-scores, relative strength, the technical rating, signals, explanations.

Everything but ``rs_rating`` is a symbol's own; ``rs_rating`` ranks the universe once.
"""

from technic.scoring.benchmark import BENCHMARK_COLUMNS, benchmark_columns
from technic.scoring.components import LOCAL_SUBSCORES, REQUIRED_COLUMNS, SUBSCORES, Component
from technic.scoring.explain import Contribution, Explanation, SubScoreLine, explain
from technic.scoring.rating import Rating, ScoreWeights, tech_rating
from technic.scoring.relative_strength import rs_eligible, rs_rating, rs_score
from technic.scoring.signal import SIGNALS, SignalThresholds, signal_reasons, signals
from technic.scoring.subscores import subscores

__all__ = [
    "BENCHMARK_COLUMNS",
    "LOCAL_SUBSCORES",
    "REQUIRED_COLUMNS",
    "SIGNALS",
    "SUBSCORES",
    "Component",
    "Contribution",
    "Explanation",
    "Rating",
    "ScoreWeights",
    "SignalThresholds",
    "SubScoreLine",
    "benchmark_columns",
    "explain",
    "rs_eligible",
    "rs_rating",
    "rs_score",
    "signal_reasons",
    "signals",
    "subscores",
    "tech_rating",
]
