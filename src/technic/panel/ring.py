"""The last rows of arrays that grow by a row at a time, in memory that does not grow.

A row that comes is one of every column. A column that has none is held: its rows are set aside as
they are, what is written in the meantime is nobody's, and they return when the column goes on.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from technic.typing import FloatArray

__all__ = ["Ring"]


class Ring:
    """The last ``depth`` rows, each ``(*shape, n_columns)``, NaN to begin with."""

    def __init__(self, depth: int, shape: tuple[int, ...]) -> None:
        self.depth, self._newest = depth, depth - 1
        self._rows = np.full((depth, *shape), np.nan)
        self._held: FloatArray | None = None

    @property
    def nbytes(self) -> int:
        """Bytes that the rows take, those of held columns included."""
        return self._rows.nbytes + (0 if self._held is None else self._held.nbytes)

    def push(self, row: FloatArray) -> None:
        """Write a row below the others; the oldest goes."""
        self.next_row()[...] = row

    def next_row(self) -> FloatArray:
        """Return the row that comes below the others, for somebody to write to."""
        self._newest = (self._newest + 1) % self.depth
        row: FloatArray = self._rows[self._newest]
        return row

    def row(self, lag: int) -> FloatArray:
        """Return the row that came ``lag`` rows before the newest."""
        row: FloatArray = self._rows[self._newest - lag]
        return row

    def set(self, columns: NDArray[np.intp], rows: FloatArray) -> None:
        """Write the last rows of some columns, ``(depth, *shape, n_columns)``."""
        first, older = self._newest + 1, self.depth - self._newest - 1
        self._rows[first:][..., columns] = rows[:older]
        self._rows[:first][..., columns] = rows[older:]

    def hold(self, columns: NDArray[np.intp]) -> None:
        """Set the rows of some columns aside, as they are now."""
        if self._held is None:
            self._held = np.empty(self._rows.shape)
        first, older = self._newest + 1, self.depth - self._newest - 1
        self._held[:older][..., columns] = self._rows[first:][..., columns]
        self._held[older:][..., columns] = self._rows[:first][..., columns]

    def release(self, columns: NDArray[np.intp]) -> None:
        """Put the rows of columns that were held back, as the last ones."""
        assert self._held is not None
        self.set(columns, self._held[..., columns])
