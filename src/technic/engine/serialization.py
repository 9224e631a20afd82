"""What travels between processes: bars that need no copy, and rows as one array for each task."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from technic.engine.blocks import BlockOutcome
from technic.errors import RunnerError
from technic.panel import BarPanel
from technic.panel.bar_panel import FIELDS
from technic.scan.block_rows import concat_rows
from technic.typing import DateArray

__all__ = ["BARS", "StoredPanel", "bar_bytes", "deserialize", "serialize"]

BARS = (*FIELDS, "session")


@dataclass(frozen=True, slots=True, eq=False)
class StoredPanel:
    """A panel as arrays alone: read where they lie, and unpickled without touching each symbol.

    ``names``: the symbols. ``arrays``: those of a BarPanel, by name, the bars in C order; only
    such arrays travel without a copy.
    """

    names: NDArray[np.str_]
    sessions: DateArray
    arrays: dict[str, NDArray[Any]]

    @classmethod
    def of(cls, panel: BarPanel) -> StoredPanel:
        """Arrange a panel for travel; bars that lie in C order already are not copied."""
        arrays = {name: np.ascontiguousarray(getattr(panel, name)) for name in BARS}
        arrays |= {"length": panel.length, "left_out": panel.left_out}
        return cls(np.array(panel.symbols, dtype=np.str_), panel.sessions, arrays)

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols in the order of their columns."""
        return tuple(self.names.tolist())

    @property
    def n_symbols(self) -> int:
        """Columns."""
        return len(self.names)

    def take(self, columns: slice, /) -> BarPanel:
        """Return these columns, as views."""
        arrays = {
            name: values[:, columns] if name in BARS else values[columns]
            for name, values in self.arrays.items()
        }
        return BarPanel(tuple(self.names[columns].tolist()), self.sessions, **arrays)

    def require_views(self) -> None:
        """Raise RunnerError unless the bars are read where they lie, in memory that others own."""
        for name in BARS:
            array = self.arrays[name]
            owner = array
            while isinstance(owner.base, np.ndarray):
                owner = owner.base
            if array.size and (owner.flags.owndata or array.flags.writeable):
                raise RunnerError("ray", f"a worker holds a copy of {name} instead of a view")


def bar_bytes(panel: BarPanel) -> int:
    """Return the bytes of a panel's bars."""
    return sum(getattr(panel, name).nbytes for name in BARS)


def serialize(outcome: BlockOutcome) -> bytes:
    """Put the rows of a task together, their columns into one array: many small ones travel slowly.

    The bytes hold everything: what is read from them lies in no shared memory, which may end first.
    """
    rows = outcome.rows if len(outcome.rows) < 2 else [concat_rows(outcome.rows)]
    matrices = [
        (replace(one, columns={}), tuple(one.columns), np.array(list(one.columns.values())))
        for one in rows
    ]
    return pickle.dumps((matrices, replace(outcome, rows=[])), protocol=5)


def deserialize(data: bytes) -> BlockOutcome:
    """Return what ``serialize`` was given, the rows of its blocks together."""
    matrices, rest = pickle.loads(data)
    outcome: BlockOutcome = rest
    outcome.rows = [
        replace(one, columns=dict(zip(names, matrix, strict=True)))
        for one, names, matrix in matrices
    ]
    return outcome
