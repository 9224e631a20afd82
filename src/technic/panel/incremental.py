"""Packing bars that come month after month, without holding more than the panel itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from technic.panel.bar_panel import FIELDS, BarPanel
from technic.panel.long_bars import LongBars
from technic.typing import BoolArray, DateArray, IntArray, SessionArray

__all__ = ["packed_incrementally"]

T = TypeVar("T", bound=np.generic)


def packed_incrementally(
    symbols: Sequence[str], parts: Iterable[LongBars], sessions: DateArray
) -> BarPanel | None:
    """Return the panel that ``BarPanel.from_long`` makes of all parts together.

    ``symbols``: all that may come, in the order of the columns; those without a row are left out.
    Each part is sorted by (symbol, session) and no symbol goes back in time from one part to the
    next; None where that is not so, and from_long has to sort.
    """
    columns = _Columns(symbols, sessions)
    if not all(columns.add(part) for part in parts):
        return None
    return columns.panel()


class _Columns:
    """Columns while they are filled from the top.

    Kept from part to part: column i has its bars in rows 0 to ``length[i] - 1``, oldest first, and
    nothing (NaN, session -1) below; ``latest[i]`` is the session of its last bar, -1 before the
    first; ``left_out[i]`` counts its rows that were no bars. Since a part's bars of a symbol are
    later than ``latest``, they go directly below, and what is there never moves.
    """

    def __init__(self, symbols: Sequence[str], sessions: DateArray) -> None:
        shape = (len(sessions), len(symbols))
        self._symbols, self._sessions = tuple(symbols), sessions
        self._at = {symbol: i for i, symbol in enumerate(symbols)}
        self._place = _places(sessions)
        self._arrays = {name: np.full(shape, np.nan) for name in FIELDS}
        self._session: SessionArray = np.full(shape, -1, dtype=np.int32)
        self._length = np.zeros(len(symbols), dtype=np.int64)
        self._left_out = np.zeros(len(symbols), dtype=np.int64)
        self._latest = np.full(len(symbols), -1, dtype=np.int64)

    def add(self, part: LongBars) -> bool:
        """Put the bars below those that are there; False where they do not follow them."""
        n = len(self._symbols)
        own = np.fromiter(map(self._at.__getitem__, part.symbols), np.int64, len(part.symbols))
        column, position = own[part.column], self._positions(part.session)
        inside = position > -2
        whole = part.complete() & (position >= 0)
        self._left_out += np.bincount(column[inside & ~whole], minlength=n)
        kept: slice | NDArray[np.intp] = slice(None) if whole.all() else np.flatnonzero(whole)
        column, position = column[kept], position[kept]
        # One number that grows with (column, session): a step that does not grow is a part out of
        # order, or a bar that comes twice.
        if np.any(np.diff(column * len(self._sessions) + position) <= 0):
            return False
        count = np.bincount(column, minlength=n)
        first = np.cumsum(count) - count
        new = np.flatnonzero(count)
        if np.any(position[first[new]] <= self._latest[new]):
            return False
        self._latest[new] = position[first[new] + count[new] - 1]
        # Sorted, so that a column's bars stand together from ``first`` on: the k-th of them goes to
        # row ``length + k``. Columns without a bar in this part repeat 0 times.
        cell = (np.arange(len(column)) - np.repeat(first - self._length, count)) * n + column
        for name, array in self._arrays.items():
            array.reshape(-1)[cell] = getattr(part, name)[kept]
        self._session.reshape(-1)[cell] = position
        self._length += count
        return True

    def panel(self) -> BarPanel:
        """Return what is there; the columns are spent."""
        there = (self._length > 0) | (self._left_out > 0)
        n_bars = int(self._length.max(initial=0))
        arrays = {name: _pressed(array, n_bars, there) for name, array in self._arrays.items()}
        return BarPanel(
            symbols=tuple(self._symbols[i] for i in np.flatnonzero(there)),
            sessions=self._sessions,
            session=_pressed(self._session, n_bars, there),
            length=self._length[there],
            left_out=self._left_out[there],
            **arrays,
        )

    def _positions(self, days: DateArray) -> IntArray:
        """Position of each day among the sessions; -1 for no session, -2 outside the window."""
        if not len(self._sessions):
            return np.full(len(days), -2, dtype=np.int64)
        number = (days - self._sessions[0]).astype(np.int64)
        outside = (number < 0) | (number >= len(self._place))
        return np.where(outside, -2, self._place[np.where(outside, 0, number)])


def _places(sessions: DateArray) -> IntArray:
    """Position among the sessions of each day from the first to the last; -1: it is none."""
    if not len(sessions):
        return np.empty(0, dtype=np.int64)
    number = (sessions - sessions[0]).astype(np.int64)
    place = np.full(int(number[-1]) + 1, -1, dtype=np.int64)
    place[number] = np.arange(len(sessions))
    return place


def _pressed(array: NDArray[T], n_bars: int, keep: BoolArray) -> NDArray[T]:
    """Return the first rows with the columns kept, moved together where they are."""
    if keep.all():
        return array[:n_bars]
    # In place: row r is written from r * width on, before r * n_symbols, where its own values
    # begin, so nothing is overwritten that is still to be read.
    picked = np.flatnonzero(keep)
    flat, width = array.reshape(-1), len(picked)
    for row in range(n_bars):
        flat[row * width : (row + 1) * width] = array[row, picked]
    return flat[: n_bars * width].reshape(n_bars, width)
