"""The bars between two days in one version of the table, to be read piece by piece."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from technic.data_engine.store._bar_table import BarTable
from technic.data_engine.store._files import DataFile
from technic.panel import LongBars

__all__ = ["BarWindow"]


@dataclass(frozen=True, slots=True)
class BarWindow:
    """A list of files: it pickles, and says the same wherever and whenever it is read.

    ``days``: first and last day as day numbers.
    """

    table: BarTable
    files: tuple[DataFile, ...]
    days: tuple[int, int]

    def read(self, symbols: Sequence[str]) -> LongBars:
        """Return the bars of ``symbols``, sorted by (symbol, session), as ``BarStore.read`` does.

        Only row groups that may hold one of them are read: few where ``symbols`` are neighbours
        in the alphabet. Raises StoreError, which names the file, when one is gone.
        """
        return self.table.read_files(self.files, symbols, self.days)

    def parts(self, symbols: Sequence[str]) -> Iterator[LongBars]:
        """Yield the same bars file by file: month after month, unless they were written apart."""
        yield from self.table.read_parts(self.files, symbols, self.days)
