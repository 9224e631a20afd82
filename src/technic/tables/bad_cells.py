"""Cells that hold what they should not: noted one by one, where that need not end the reading."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from technic.errors import InputFileError
from technic.tables.table_file import TableFile

__all__ = ["BadCells"]

MOST = 100_000
"""Rows; of a file that has more, nothing can be made."""


@dataclass(frozen=True, slots=True)
class BadCells:
    """What is wrong in which rows of ``file``: the first thing of each; rows count from 0."""

    file: TableFile
    rows: dict[int, tuple[str, str, str]] = field(default_factory=dict)

    def add(self, rows: Iterable[int], texts: Iterable[str], column: str, hint: str = "") -> None:
        """Note what is wrong with cells of one column; the error of the first where it is too much.

        ``texts``: what is said of each.
        """
        for row, text in zip(rows, texts, strict=True):
            self.rows.setdefault(row, (text, column, hint))
            if len(self.rows) > MOST:
                raise self.error(min(self.rows))

    def error(self, row: int) -> InputFileError:
        """Return the error about a row that was noted."""
        text, column, hint = self.rows[row]
        return self.file.error(text, row, column, hint)
