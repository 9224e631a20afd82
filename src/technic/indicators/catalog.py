"""The columns of a scan: what each one is, and their values for all symbols of a panel at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from technic.errors import ParameterError
from technic.indicators._column import Column
from technic.indicators._momentum_columns import MOMENTUM_COLUMNS
from technic.indicators._price_columns import PRICE_COLUMNS
from technic.indicators._trend_columns import BAND_COLUMNS, TREND_COLUMNS
from technic.indicators._volume_columns import RANGE_COLUMNS, VOLUME_COLUMNS
from technic.indicators.workspace import Workspace
from technic.panel import BarPanel
from technic.typing import FloatArray

__all__ = ["COLUMNS", "Column", "evaluate"]

COLUMNS: Mapping[str, Column] = MappingProxyType(
    {
        column.name: column
        for column in (
            *PRICE_COLUMNS,
            *VOLUME_COLUMNS,
            *TREND_COLUMNS,
            *BAND_COLUMNS,
            *RANGE_COLUMNS,
            *MOMENTUM_COLUMNS,
        )
    }
)
"""Every column by name, in the order in which they are computed and shown."""


def evaluate(
    panel: BarPanel, rows: NDArray[np.intp], names: Sequence[str] | None = None
) -> dict[str, FloatArray]:
    """Return the columns asked for (default: all), each of the shape of ``rows``.

    ``rows``: ``(n_symbols,)``, the row to read in each column of the panel (``panel.rows_at``), or
    ``(k, n_symbols)``; a negative row gives NaN, and so does a column that needs more bars than
    there are. Bars below ``rows`` change nothing, nor do the other symbols. Raises ParameterError
    for a name that is not in ``COLUMNS``.
    """
    asked = list(COLUMNS) if names is None else list(names)
    for name in asked:
        if name not in COLUMNS:
            raise ParameterError("names", name, "a column of the catalog", "see docs/indicators")
    if not panel.n_symbols:
        return {name: np.empty(rows.shape) for name in asked}
    work = Workspace(panel, rows)
    wanted = frozenset(asked)
    values = {
        name: work.read(column.compute(work)) for name, column in COLUMNS.items() if name in wanted
    }
    return {name: values[name] for name in asked}
