"""A table in a CSV or Parquet file: what it holds and, where it is broken, at which line.

Column names are matched without regard to case, blanks and punctuation. CSV values are read as
what the caller asks for; a file that is not what its name says is refused in one sentence.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa

from technic.errors import InputFileError
from technic.tables.text_file import (
    FOREIGN,
    first_line,
    head_of,
    is_utf8,
    not_utf8,
    open_binary,
    sentence,
)
from technic.typing import BoolArray
from technic.wording.counts import count_of

__all__ = ["MISSING", "TableFile", "plain_name"]

DELIMITERS = ",;\t|"
FOOTER = b"\nFile Creation Time"
"""How the last line of a Nasdaq Trader directory begins."""
MISSING = ("", "NaN", "nan", "NULL", "null", "None", "NA", "N/A", "n/a", "-", "--")
"""What stands for "no value" in text files; never applied to symbols (NA and TRUE are tickers)."""
_UNREADABLE = (OSError, pa.ArrowException, UnicodeDecodeError)
"""What pyarrow raises for a Parquet file that is cut off or damaged."""


@dataclass(frozen=True, slots=True)
class TableFile:
    """An opened table file: its format and the names of its columns, in order."""

    path: Path
    format: Literal["csv", "parquet"]
    header: tuple[str, ...]
    delimiter: str = ","
    header_line: int = 1

    @classmethod
    def open(cls, path: Path) -> TableFile:
        """Look at a file and read its header; InputFileError when it is no CSV or Parquet."""
        head = head_of(path)
        if head.startswith(b"PAR1"):
            return cls(path, "parquet", _parquet_header(path))
        for magic, what in FOREIGN.items():
            if head.startswith(magic):
                raise InputFileError(str(path), what, hint="save it as CSV (UTF-8) or Parquet")
        if b"\0" in head or path.suffix.lower() in (".parquet", ".pq"):
            reason = f"is neither {'Parquet' if path.suffix.lower() != '.csv' else 'CSV'} nor text"
            raise InputFileError(str(path), reason, hint="give a CSV (UTF-8) or Parquet file")
        line, number = first_line(path, head)
        delimiter = max(DELIMITERS, key=line.count)
        try:
            header = tuple(name.strip() for name in next(csv.reader([line], delimiter=delimiter)))
        except csv.Error as error:
            raise InputFileError(str(path), _csv_problem(error), number) from error
        return cls(path, "csv", header, delimiter, number)

    def match(self, names: Mapping[str, Sequence[str]], required: Sequence[str]) -> dict[str, str]:
        """Map our names to the file's columns; ``names`` lists the spellings, best first.

        Raises InputFileError when a required column is missing or a name fits two columns.
        """
        plain: dict[str, list[str]] = {}
        for name in self.header:
            plain.setdefault(plain_name(name), []).append(name)
        found: dict[str, str] = {}
        for ours, spellings in names.items():
            columns = next((plain[word] for word in spellings if word in plain), [])
            if len(columns) > 1:
                raise InputFileError(
                    str(self.path),
                    f"has {count_of(len(columns), 'column')} for {ours}: {', '.join(columns)}",
                    hint="leave one of them",
                )  # fmt: skip
            if columns:
                found[ours] = columns[0]
        missing = [ours for ours in required if ours not in found]
        if missing:
            columns_there = ", ".join(map(repr, self.header[:12])) or "none"
            raise InputFileError(
                str(self.path),
                f"has no column for {', '.join(missing)}",
                hint=f"its columns are {columns_there}",
            )
        return found

    def read(
        self, columns: Mapping[str, str], types: Mapping[str, pa.DataType] | None = None
    ) -> pa.Table:
        """Return the columns that ``match`` found, under our names.

        ``types``: what a CSV column is read as, text where it is not named. Parquet columns come in
        their own types, text as a dictionary. Raises InputFileError, with the row where it can be
        found, when the file is broken.
        """
        try:
            if self.format == "csv":
                return self._read_csv(columns, types or {})
            import pyarrow.parquet as pq

            names = list(columns.values())
            with pq.ParquetFile(self.path, read_dictionary=names) as parquet:
                table = parquet.read(columns=names).select(names).rename_columns(list(columns))
                return self._validated(table, columns)
        except (pa.ArrowException, UnicodeDecodeError) as error:
            raise self._explained(error) from error
        except OSError as error:
            raise self.error(sentence(error)) from error

    def row_groups(
        self, columns: Mapping[str, str], wanted: BoolArray
    ) -> Iterator[tuple[int, pa.Table]]:
        """Yield (first row, rows) of each part of a Parquet file that has a wanted row.

        ``wanted``: one value per row of the file.
        """
        import pyarrow.parquet as pq

        names = list(columns.values())
        try:
            with pq.ParquetFile(self.path) as parquet:
                start = 0
                for group in range(parquet.num_row_groups):
                    stop = start + parquet.metadata.row_group(group).num_rows
                    if wanted[start:stop].any():
                        table = parquet.read_row_group(group, columns=names)
                        table = table.select(names).rename_columns(list(columns))
                        yield start, self._validated(table, columns)
                    start = stop
        except _UNREADABLE as error:
            raise self.error(f"cannot be read as Parquet: {sentence(error)}") from error

    def _validated(self, table: pa.Table, columns: Mapping[str, str]) -> pa.Table:
        """Return a Parquet table whose text is sound; damaged codes would point anywhere."""
        for ours, theirs in columns.items():
            if not pa.types.is_primitive(table[ours].type):
                try:
                    table[ours].validate(full=True)
                except pa.ArrowInvalid as error:
                    raise self.error(f"is damaged: {sentence(error)}", column=theirs) from error
        return table

    def error(
        self, reason: str, index: int | None = None, column: str | None = None, hint: str = ""
    ) -> InputFileError:
        """Return the error that says ``reason`` about row ``index`` of the data (from 0)."""
        row = None if index is None else self.line_of(index)
        return InputFileError(str(self.path), reason, row, column, hint)

    def line_of(self, index: int) -> int:
        """Return the line of data row ``index``; in Parquet, which has no lines, its number."""
        if self.format == "parquet":
            return index + 1
        return next((line for at, line, _ in self._rows() if at == index), index + 2)

    def _rows(self) -> Iterator[tuple[int, int, list[str]]]:
        """Yield (index, line, values) of each data row, the slow way, for messages."""
        with open_binary(self.path) as stream:
            lines = (line.decode("utf-8", "replace") for line in stream)
            for _ in range(self.header_line):
                next(lines, "")
            reader = csv.reader(lines, delimiter=self.delimiter)
            filled = (row for row in reader if row)
            try:
                for index, row in enumerate(filled):
                    yield index, self.header_line + reader.line_num, row
            except csv.Error as error:
                line = self.header_line + reader.line_num
                raise InputFileError(str(self.path), _csv_problem(error), line) from error

    def _read_csv(self, columns: Mapping[str, str], types: Mapping[str, pa.DataType]) -> pa.Table:
        from pyarrow import csv as pacsv

        place = {name: str(at) for at, name in enumerate(self.header)}
        wanted = {ours: place[theirs] for ours, theirs in columns.items()}
        table = pacsv.read_csv(
            self._without_footer() if self.delimiter == "|" else self.path,
            pacsv.ReadOptions(
                column_names=[str(at) for at in range(len(self.header))],
                skip_rows=self.header_line,
            ),
            pacsv.ParseOptions(delimiter=self.delimiter),
            pacsv.ConvertOptions(
                include_columns=list(wanted.values()),
                column_types={wanted[ours]: types.get(ours, pa.string()) for ours in wanted},
                null_values=list(MISSING),
                strings_can_be_null=False,
            ),
        )
        return table.rename_columns(list(columns))

    def _without_footer(self) -> io.BytesIO:
        """Return a symbol directory without its last line, which has columns of its own."""
        with open_binary(self.path) as stream:
            data = stream.read()
        return io.BytesIO(data[: data.find(FOOTER)] if FOOTER in data else data)

    def _explained(self, error: Exception) -> InputFileError:
        """Find the row behind an error of pyarrow, which rarely names it."""
        if self.format == "csv":
            with open_binary(self.path) as stream:
                for number, line in enumerate(stream, 1):
                    if not is_utf8(line):
                        return not_utf8(self.path, number)
            for _, line_number, row in self._rows():
                if len(row) != len(self.header):
                    reason = (
                        f"has {count_of(len(row), 'value')} where the header has {len(self.header)}"
                    )
                    return InputFileError(str(self.path), reason, line_number)
        return self.error(f"cannot be read as {self.format.title()}: {sentence(error)}")


def _parquet_header(path: Path) -> tuple[str, ...]:
    import pyarrow.parquet as pq

    try:
        return tuple(pq.read_schema(path).names)
    except _UNREADABLE as error:
        reason = f"cannot be read as Parquet, it may be cut off: {sentence(error)}"
        raise InputFileError(str(path), reason) from error


def _csv_problem(error: csv.Error) -> str:
    return f"cannot be read as CSV: {sentence(error).partition(' - ')[0]}"


def plain_name(name: str) -> str:
    """Return a column's name without what is not compared: case, blanks and punctuation."""
    return "".join(letter for letter in name.lower() if letter.isalnum())
