"""Names of the columns that every scan has, whatever else it is asked."""

from __future__ import annotations

from technic.columns import COLUMNS
from technic.scoring import BENCHMARK_COLUMNS, LOCAL_SUBSCORES
from technic.trade_plan import PlanTable
from technic.universe.listings import LISTING_COLUMNS

__all__ = ["BLOCK_COLUMNS", "TABLE_COLUMNS", "has_column"]

BLOCK_COLUMNS = (
    *(column.name for column in COLUMNS.values() if column.default),
    *(f"{part}_{name}" for name in LOCAL_SUBSCORES for part in ("score", "coverage")),
    *("rs_score", "special_dividends_pct"),
)
"""The columns that need one symbol alone."""

TABLE_COLUMNS = (
    "symbol",
    *LISTING_COLUMNS,
    *BLOCK_COLUMNS,
    *("rs_rating", "tech_rating", "rating_coverage", "score_relative_strength"),
    "signal",
    "last_bar",
    "usable_since",
    *PlanTable.column_names(),
)
"""Every column that a table may have without a benchmark."""


def has_column(name: str, *, has_benchmark: bool) -> bool:
    """Tell whether a table has a column of its own accord."""
    return name in TABLE_COLUMNS or (has_benchmark and name in BENCHMARK_COLUMNS)
