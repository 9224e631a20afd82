"""The last rows of arrays that grow by a row at a time, in memory that does not grow.

A row is written twice, a ring's length apart, so the rows that are kept always lie in one piece:
kernels read them as they read a panel. A row that comes is one of every column. A column that has
none is held: its rows are set aside as they are, what is written in the meantime is nobody's, and
they return when the column goes on.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from technic.typing import FloatArray

__all__ = ["Ring"]


class Ring:
    """The last ``depth`` rows, each ``(*shape, n_columns)``, NaN to begin with.

    ``last(bars)`` is a view, ``(bars, *shape, n_columns)``, oldest first; it stands until the next
    row is pushed.
    """

    def __init__(self, depth: int, shape: tuple[int, ...]) -> None:
        self.depth, self._newest = depth, depth - 1
        self._rows = np.full((2 * depth, *shape), np.nan)
        self._held: FloatArray | None = None

    @property
    def nbytes(self) -> int:
        """Bytes that the rows take, those of held columns included."""
        return self._rows.nbytes + (0 if self._held is None else self._held.nbytes)

    def push(self, row: FloatArray) -> None:
        """Write a row below the others; the oldest goes."""
        self._newest = (self._newest + 1) % self.depth
        self._rows[self._newest] = row
        self._rows[self._newest + self.depth] = row

    def last(self, bars: int, lag: int = 0) -> FloatArray:
        """Return the ``bars`` rows that end ``lag`` rows before the newest."""
        stop = self._newest + self.depth + 1 - lag
        view: FloatArray = self._rows[stop - bars : stop]
        return view

    def set(self, columns: NDArray[np.intp], rows: FloatArray) -> None:
        """Write the last rows of some columns, ``(depth, *shape, n_columns)``."""
        first, depth = self._newest + 1, self.depth
        self._rows[first : first + depth][..., columns] = rows
        self._rows[first + depth :][..., columns] = rows[: depth - first]
        self._rows[:first][..., columns] = rows[depth - first :]

    def hold(self, columns: NDArray[np.intp]) -> None:
        """Set the rows of some columns aside, as they are now."""
        if self._held is None:
            self._held = np.empty(self._rows[: self.depth].shape)
        self._held[..., columns] = self.last(self.depth)[..., columns]

    def release(self, columns: NDArray[np.intp]) -> None:
        """Put the rows of columns that were held back, as the last ones."""
        assert self._held is not None
        self.set(columns, self._held[..., columns])
