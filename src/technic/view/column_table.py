"""ColumnTable: rows as arrays by column, of which a pandas frame is made when one is asked for.

A scan that prints a table or writes CSV or JSON needs no frame, and importing pandas takes longer
than scanning a market.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from technic.typing import BoolArray

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Column", "ColumnTable"]

Column = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class ColumnTable:
    """Columns by name, arrays ``(n_rows,)``; a text that is missing is None, a number NaN.

    As a frame, a name in it tells whether there is such a column, and the table of a name is that
    column; unlike a frame, nobody writes into it.
    """

    columns: Mapping[str, Column]
    _frame: pd.DataFrame | None = field(default=None, init=False, repr=False)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def __contains__(self, name: object) -> bool:
        return name in self.columns

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    @property
    def frame(self) -> pd.DataFrame:
        """The same as a pandas frame, made at the first use."""
        if self._frame is None:
            import pandas as pd

            object.__setattr__(self, "_frame", pd.DataFrame(dict(self.columns)))
        assert self._frame is not None
        return self._frame

    def take(self, rows: BoolArray | NDArray[np.intp] | slice) -> ColumnTable:
        """Return the rows that a mask, positions or a slice select."""
        return ColumnTable({name: values[rows] for name, values in self.columns.items()})

    def head(self, limit: int | None) -> ColumnTable:
        """Return the first rows, all where ``limit`` is None."""
        return self if limit is None else self.take(slice(0, limit))

    def select(self, names: Sequence[str]) -> ColumnTable:
        """Return some of the columns, in this order."""
        return ColumnTable({name: self.columns[name] for name in names})
