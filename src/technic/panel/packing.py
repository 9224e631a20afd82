"""From rows, symbol after symbol, to the packed columns of a panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from technic.typing import BoolArray, DateArray

__all__ = ["Packing", "positions"]

T = TypeVar("T", bound=np.generic)

WIDEST_TABLE = 16
"""Days that a table of positions may have for each session; times within days have more."""
TURNED_TOGETHER = 256
"""Symbols whose rows are turned into columns together: one by one, each cell misses the cache."""


def positions(day: DateArray, sessions: DateArray) -> tuple[NDArray[np.int32], BoolArray]:
    """Return where each day is among ``sessions``, -1 where it is none, and which lie within them.

    ``day``: ``(n,)``; ``sessions``: ascending. A day that is not known (NaT) is nowhere.
    """
    if not len(sessions):
        return np.full(len(day), -1, dtype=np.int32), np.zeros(len(day), dtype=np.bool_)
    day = day.astype(sessions.dtype, copy=False)
    inside: BoolArray = (day >= sessions[0]) & (day <= sessions[-1])
    place = (sessions - sessions[0]).astype(np.int64)
    if place[-1] < WIDEST_TABLE * len(sessions):
        table = np.full(int(place[-1]) + 1, -1, dtype=np.int32)
        table[place] = np.arange(len(sessions))
        position = table.take((day - sessions[0]).view(np.int64), mode="clip")
    else:
        found = np.searchsorted(sessions, day)
        position = np.where(sessions.take(found, mode="clip") == day, found, -1).astype(np.int32)
    if not inside.all():
        position[~inside] = -1
    return position, inside


@dataclass(frozen=True, slots=True)
class Packing:
    """Where rows that come symbol after symbol stand among packed columns.

    ``shape``: ``(n_symbols, n_bars)``; ``place``: of each row in it, None where no symbol has fewer
    bars than the others.
    """

    shape: tuple[int, int]
    place: NDArray[np.intp] | None

    @classmethod
    def of(cls, length: NDArray[np.intp]) -> Packing:
        """Pack so many rows of each symbol."""
        shape, count = (len(length), int(length.max(initial=0))), int(length.sum())
        if count == shape[0] * shape[1]:
            return cls(shape, None)
        moved = np.arange(shape[0]) * shape[1] - (np.cumsum(length) - length)
        return cls(shape, np.arange(count) + np.repeat(moved, length))

    def packed(self, values: NDArray[T], fill: float) -> NDArray[T]:
        """Return ``(n_bars, n_symbols)``, in C order, ``fill`` where a symbol has no bar."""
        n_symbols, n_bars = self.shape
        if self.place is not None:
            held = np.full(n_symbols * n_bars, fill, dtype=values.dtype)
            held[self.place] = values
            values = held
        by_symbol = values.reshape(self.shape)
        out = np.empty((n_bars, n_symbols), dtype=values.dtype)
        for first in range(0, n_symbols, TURNED_TOGETHER):
            some = slice(first, first + TURNED_TOGETHER)
            out[:, some] = by_symbol[some].T
        return out
