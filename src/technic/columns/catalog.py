"""All columns by name, and their values for all symbols of a panel at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from technic.columns.column import Column
from technic.columns.compile import compiled
from technic.columns.declarations import DECLARATIONS
from technic.errors import ParameterError
from technic.indicators.workspace import Workspace
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
    there are. Bars below ``rows`` change nothing, nor do the other symbols. A column that a
    workspace has no shortcut for is computed by the language. Raises ParameterError for a name that
    is not in ``COLUMNS``.
    """
    asked = list(names)
    for name in asked:
        if name not in COLUMNS:
            raise ParameterError("names", name, "a column of the catalog", "see docs/indicators")
    if not panel.n_symbols:
        return {name: np.empty(rows.shape) for name in asked}
    work, wanted = Workspace(panel, rows), frozenset(asked)
    values: dict[str, FloatArray] = {}
    for name, column in COLUMNS.items():
        compute = compiled(column.expression) if name in wanted else None
        if compute is not None:
            values[name] = work.read(compute(work))
    if len(values) < len(wanted):
        values |= _said([name for name in asked if name not in values], panel, rows)
    return {name: values[name] for name in asked}


def _said(names: Sequence[str], panel: BarPanel, rows: NDArray[np.intp]) -> dict[str, FloatArray]:
    """Compute columns with the language; imported here, since most scans do without."""
    from technic.language import BASE, read
    from technic.language.evaluation.evaluate import evaluate_bars, evaluate_day

    nodes = {name: read(COLUMNS[name].expression, BASE).node for name in names}
    if rows.ndim == 1:
        found = evaluate_day(nodes.values(), panel, rows, BASE)
        return {name: found[node] for name, node in nodes.items()}
    bars = evaluate_bars(nodes.values(), panel, BASE)
    places = np.maximum(rows, 0), np.arange(panel.n_symbols)
    return {name: np.where(rows >= 0, bars[node][places], np.nan) for name, node in nodes.items()}
