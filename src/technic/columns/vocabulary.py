"""The vocabulary of every scan: what can be said of bars, and the columns by their names.

Higher layers extend it by what they know: listings, relative strength, ratings, plans, patterns.
"""

from __future__ import annotations

from technic.columns.catalog import COLUMNS
from technic.language import BASE, NameInfo

__all__ = ["VOCABULARY"]

VOCABULARY = BASE.extended(
    {
        column.name: NameInfo(
            "number", "day", column.description, expression=column.expression, unit=column.unit
        )
        for column in COLUMNS.values()
        if column.name not in BASE.names
    }
)
"""Fields of the bar, columns of the scan, the functions."""
