"""Values as JSON has them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from technic.view.column_table import ColumnTable

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["plain", "plain_rows"]


def plain(value: object) -> object:
    """Turn numpy values, tuples and NaN into what JSON has: numbers, lists, null."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if type(value).__name__ == "NAType":  # pandas' own mark of what is missing
        return None
    return value


def plain_rows(table: ColumnTable | pd.DataFrame) -> list[dict[str, object]]:
    """Return the rows of a table, each as an object of plain values."""
    columns = {name: table[name].tolist() for name in table.columns}
    return [{name: plain(values[i]) for name, values in columns.items()} for i in range(len(table))]
