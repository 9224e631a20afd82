"""All columns by name, and their values for all symbols of a panel at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from technic.columns.column import Column
from technic.columns.declarations import DECLARATIONS
from technic.errors import ParameterError
from technic.panel import BarPanel
from technic.typing import FloatArray

__all__ = ["COLUMNS", "DEFAULT_COLUMNS", "evaluate"]

COLUMNS: Mapping[str, Column] = MappingProxyType({column.name: column for column in DECLARATIONS})
"""Every column by name, in the order in which they are computed and shown."""

DEFAULT_COLUMNS = tuple(name for name, column in COLUMNS.items() if column.default)
"""The names of those that every scan has."""


def evaluate(
    panel: BarPanel, rows: NDArray[np.intp], names: Sequence[str] = DEFAULT_COLUMNS
) -> dict[str, FloatArray]:
    """Return columns (those of every scan, unless named), each of the shape of ``rows``.

    ``rows``: ``(n_symbols,)``, the row to read in each column of the panel (``panel.rows_at``), or
    ``(k, n_symbols)``; a negative row gives NaN, and so does a column that needs more bars than
    there are. Bars below ``rows`` change nothing, nor do the other symbols. What several columns
    look at is computed once. Raises ParameterError for a name that is not in ``COLUMNS`` and for
    rows of another shape.
    """
    asked = tuple(names)
    for name in asked:
        if name not in COLUMNS:
            raise ParameterError("names", name, "a column of the catalog", "see docs/indicators")
    if not panel.n_symbols:
        return {name: np.empty(rows.shape) for name in asked}
    # imported here: who asks for the names of columns needs nothing that computes them
    from technic.columns.expressions import program_of_columns
    from technic.language.evaluation.bar_rows import bars_at

    program, results = program_of_columns(asked)
    return dict(zip(asked, bars_at(program, results, panel, rows), strict=True))
