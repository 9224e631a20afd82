"""Trade plans: entry, stop, target and whole shares for each symbol that has a signal for it."""

from technic.trade_plan.plans import PlanTable, trade_plans
from technic.trade_plan.rules import ENTRIES, PLAN_COLUMNS, STYLES, PlanRules, StopRules

__all__ = [
    "ENTRIES",
    "PLAN_COLUMNS",
    "STYLES",
    "PlanRules",
    "PlanTable",
    "StopRules",
    "trade_plans",
]
