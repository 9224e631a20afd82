"""Columns that do not all begin or end in the same row.

Most columns of a panel end together (everything that traded on the day): whoever reads the last
bars of all of them takes a slice of the array for those and gathers the others (young, halted).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from technic.typing import FloatArray

__all__ = ["common_row", "first_rows", "gather_last", "last_bars"]


def common_row(rows: NDArray[np.integer]) -> int:
    """Return the row that most columns have, the lowest of several; -1 where none has one.

    ``rows``: one for each column; a negative one is none and does not count.
    """
    present = rows[rows >= 0]
    return int(np.bincount(present).argmax()) if len(present) else -1


def last_bars(values: FloatArray, rows: NDArray[np.intp], bars: int, lag: int = 0) -> FloatArray:
    """Return the ``bars`` bars of each column that end ``lag`` bars before its row.

    ``values``: ``(n_bars, n_symbols)``; the result is ``(bars, n_symbols)``, NaN above a column's
    first bar and where its row is negative.
    """
    out = np.full((bars, len(rows)), np.nan)
    common = common_row(rows)
    if common < 0:
        return out
    stop = max(0, common + 1 - lag)
    block = values[max(0, stop - bars) : stop]
    out[bars - len(block) :] = block
    odd = np.flatnonzero(rows != common)
    if len(odd):
        out[:, odd] = gather_last(values, odd, rows[odd], bars, lag)
    return out


def gather_last(
    values: NDArray[np.generic],
    columns: NDArray[np.intp] | slice,
    ends: NDArray[np.intp],
    bars: int,
    lag: int = 0,
) -> FloatArray:
    """Return the bars of some columns that end ``lag`` bars before their rows ``ends``.

    ``values``: ``(n_bars, ..., n_symbols)``; the result is ``(bars, ..., n_columns)``, NaN above a
    column's first bar.
    """
    row = ends + np.arange(1 - bars - lag, 1 - lag)[:, None]
    if not len(values):
        return np.full((bars, *values.shape[1:-1], len(ends)), np.nan)
    found, absent = values[np.maximum(row, 0), ..., columns], row < 0
    if values.ndim > 2:
        # Indices on both sides of the dots put the columns before what is between.
        found, absent = np.moveaxis(found, 1, -1), absent[:, None]
    return cast("FloatArray", np.where(absent, np.nan, found))


def first_rows(arrays: Sequence[FloatArray]) -> NDArray[np.intp]:
    """Return the first row of each column in which all arrays have a value, -1 where none has."""
    n_bars, n_symbols = arrays[0].shape
    if n_bars and not any(np.isnan(array[0]).any() for array in arrays):
        return np.zeros(n_symbols, np.intp)  # as in most panels
    first = np.full(n_symbols, -1, np.intp)
    waiting = np.arange(n_symbols)
    for row in range(n_bars):
        missing = np.isnan(arrays[0][row, waiting])
        for array in arrays[1:]:
            missing |= np.isnan(array[row, waiting])
        first[waiting[~missing]] = row
        waiting = waiting[missing]
        if not len(waiting):
            break
    return first
