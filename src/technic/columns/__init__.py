"""Columns of the scan: expressions of the scan language that have a name.

The room stands above the language, since a column is an expression of it, and says each once:
values, lookback, unstable period, hints and documentation all follow from ``declarations``. What
a scan of a day imports from here imports nothing of the language, and no live columns.
"""

from typing import TYPE_CHECKING

from technic._lazy import lazy_names
from technic.columns.catalog import COLUMNS, DEFAULT_COLUMNS, evaluate
from technic.columns.column import Column

if TYPE_CHECKING:
    from technic.columns.live_columns import LiveColumns

__all__ = ["COLUMNS", "DEFAULT_COLUMNS", "Column", "LiveColumns", "evaluate"]

__getattr__ = lazy_names(__name__, {"LiveColumns": "technic.columns.live_columns"})
