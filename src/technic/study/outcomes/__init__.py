"""What followed a hit: returns after it, how far prices went, and what its trade plan came to."""

from technic.study.outcomes.costs import COST_LEVELS, CostLevel, break_even_bp, net_r
from technic.study.outcomes.forward_returns import (
    HORIZONS,
    MarketReturns,
    benchmark_returns,
    event_returns,
    excursions,
    forward_returns,
)
from technic.study.outcomes.grades import Flag, Grades, Outcome
from technic.study.outcomes.grading import grade_plans
from technic.study.outcomes.overlap import one_at_a_time, order_ends
from technic.study.outcomes.plans import GradeRules, Plans
from technic.study.outcomes.prices import TradedPrices

__all__ = [
    "COST_LEVELS",
    "HORIZONS",
    "CostLevel",
    "Flag",
    "GradeRules",
    "Grades",
    "MarketReturns",
    "Outcome",
    "Plans",
    "TradedPrices",
    "benchmark_returns",
    "break_even_bp",
    "event_returns",
    "excursions",
    "forward_returns",
    "grade_plans",
    "net_r",
    "one_at_a_time",
    "order_ends",
]
