"""Panels in which some columns begin later and some bars are left out.

A column of a panel is one symbol in one segment of its history: what lies before a break is not
there, and neither are bars that are none. Columns stay packed from the top.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from technic.panel.bar_panel import FIELDS, BarPanel
from technic.typing import IntArray

__all__ = ["rows_after", "segments", "source_rows"]

IndexArray = NDArray[np.intp]
T = TypeVar("T", bound=np.generic)


def segments(
    panel: BarPanel,
    columns: IndexArray,
    first: IndexArray,
    bar: IndexArray,
    column: IndexArray,
) -> BarPanel:
    """Return ``columns`` without the rows above ``first`` and without single bars.

    ``first``: (n_symbols,) first row of each column of ``panel`` that stays, 0 where all do.
    ``bar``, ``column``: bars of ``panel`` left out, one entry each, no bar twice; they count as
    left out. Columns that lose nothing keep their bits. The panel itself where nothing is to do.
    """
    odd = np.flatnonzero((first > 0) | np.isin(np.arange(panel.n_symbols), column))
    at = np.flatnonzero(np.isin(columns, odd))
    if not at.size:
        everything = np.array_equal(columns, np.arange(panel.n_symbols))
        return panel if everything else panel.take(columns)
    source, kept = source_rows(panel, columns[at], first, bar, column)
    length, left_out = panel.length[columns].copy(), panel.left_out[columns].copy()
    length[at] = kept
    left_out[at] += np.bincount(column, minlength=panel.n_symbols)[columns[at]]
    n_bars = int(length.max(initial=0))

    def picked(array: NDArray[T], fill: T) -> NDArray[T]:
        taken = np.take(array, columns, axis=1)
        changed = np.take_along_axis(taken[:, at], source, axis=0)
        changed[np.arange(len(array))[:, None] >= kept] = fill
        taken[:, at] = changed
        return taken[:n_bars]

    return BarPanel(
        symbols=tuple(panel.symbols[i] for i in columns),
        sessions=panel.sessions,
        session=picked(panel.session, np.int32(-1)),
        length=length,
        left_out=left_out,
        **{name: picked(getattr(panel, name), np.float64(np.nan)) for name in FIELDS},
    )


def source_rows(
    panel: BarPanel,
    columns: IndexArray,
    first: IndexArray,
    bar: IndexArray,
    column: IndexArray,
) -> tuple[IndexArray, IntArray]:
    """Return which row of ``panel`` each row of `segments` is, and how many bars each column has.

    Shapes ``(n_bars, len(columns))`` and ``(len(columns),)``; rows below a column's last bar mean
    nothing.
    """
    row = np.arange(panel.n_bars)[:, None]
    stays = (row >= first[columns]) & (row < panel.length[columns])
    place = np.full(panel.n_symbols, -1, dtype=np.intp)
    place[columns] = np.arange(len(columns))
    inside = place[column] >= 0
    stays[bar[inside], place[column[inside]]] = False
    old, at = np.nonzero(stays)
    source = np.zeros(stays.shape, dtype=np.intp)
    source[np.cumsum(stays, axis=0)[old, at] - 1, at] = old
    return source, np.count_nonzero(stays, axis=0)


def rows_after(
    rows: IndexArray, first: IndexArray, bar: IndexArray, column: IndexArray
) -> IndexArray:
    """Return where each column's last bar at or before ``rows`` stands in `segments`.

    -1 where no such bar is left.
    """
    gone = (bar <= rows[column]) & (bar >= first[column])
    lost = np.bincount(column[gone], minlength=len(rows))
    left: IndexArray = np.maximum(rows - first - lost, -1).astype(np.intp)
    return left
