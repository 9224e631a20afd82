"""A table in a file: what it holds and, where it is broken, at which line.

CSV, Parquet, Excel, packed or not. Column names are matched as ``column_names`` lists them or as
the user maps them. CSV values are read as what the caller asks for; a file that is not what its
name says is refused in one sentence.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import pyarrow as pa

from technic.errors import InputFileError
from technic.tables.cell_text import MISSING
from technic.tables.column_names import KNOWN, plain_name
from technic.tables.csv_layout import CsvLayout, csv_problem, find_layout
from technic.tables.file_options import FileOptions
from technic.tables.messages import sentence
from technic.tables.packed_file import unpacked
from technic.tables.remarks import remark_lines
from technic.tables.text_file import HEAD_BYTES, as_utf8, foreign, is_utf8, not_utf8, raw_head
from technic.tables.two_level import Pairs, long_table, pairs_of_flat_names, pairs_of_names
from technic.typing import BoolArray
from technic.wording.counts import count_of

__all__ = ["MISSING", "TableFile", "plain_name"]

FOOTER = b"\nFile Creation Time"
"""How the last line of a Nasdaq Trader directory begins."""
CALLED_PACKED = (".gz", ".bz2", ".zst", ".lz4", ".br")
"""Endings by which pyarrow unpacks, whatever a file holds; a browser may have unpacked it."""
COLUMNS_SHOWN = 12
LINE_OF_NAMES = 3
"""Names in one value from which it is a line of names."""
_UNREADABLE = (OSError, pa.ArrowException, UnicodeDecodeError)
"""What pyarrow raises for a Parquet file that is cut off or damaged."""


@dataclass(frozen=True, slots=True)
class TableFile:
    """An opened table file: its format and the names of its columns, in order.

    ``content``: what a packed file holds, in memory. ``pairs``: field and symbol of each column
    that has two names; the header then is that of the long table. ``remarks``: lines left out.
    """

    path: Path
    format: Literal["csv", "parquet"]
    header: tuple[str, ...]
    delimiter: str = ","
    header_line: int = 1
    options: FileOptions = field(default_factory=FileOptions)
    content: bytes | None = field(default=None, repr=False)
    pairs: Pairs = ()
    notes: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @classmethod
    def open(cls, path: Path, options: FileOptions | None = None) -> TableFile:
        """Look at a file and read its header; InputFileError when it is no table."""
        options = options or FileOptions()
        head = raw_head(path)
        content = unpacked(path, head)
        if content is None and not _is_plain(path):
            content = path.read_bytes()
        content = as_utf8(path, head if content is None else content[:HEAD_BYTES], content)
        if content is not None:
            head = content[:HEAD_BYTES]
        elif len(head) < HEAD_BYTES:
            content = head  # a small file is read once
        if not head.strip():
            raise InputFileError(str(path), "is empty")
        if head.startswith(b"PAR1"):
            return _open_parquet(path, content, options)
        if what := foreign(head):
            raise InputFileError(str(path), what, hint="save it as CSV (UTF-8) or Parquet")
        if b"\0" in head or path.suffix.lower() in (".parquet", ".pq"):
            reason = f"is neither {'Parquet' if path.suffix.lower() != '.csv' else 'CSV'} nor text"
            raise InputFileError(str(path), reason, hint="give a CSV (UTF-8) or Parquet file")
        layout = find_layout(path, head, len(head) < HEAD_BYTES, options.columns.values())
        notes = (layout.note,) if layout.note else ()
        return cls(
            path, "csv", layout.header, layout.delimiter, layout.header_line, options, content,
            layout.pairs, notes,
        )  # fmt: skip

    def match(
        self,
        names: Mapping[str, Sequence[str]],
        required: Sequence[str],
        *,
        strict: Sequence[str] = (),
    ) -> dict[str, str]:
        """Map our names to the file's columns; ``names`` lists the spellings, best first.

        What the user maps comes before any spelling; of ``strict`` it must be there. Raises
        InputFileError when a required column is missing or a name fits two columns.
        """
        plain: dict[str, list[str]] = {}
        two = {"t", "T"} <= {*self.header}  # Polygon's time and ticker
        for name in self.header:
            word = "ticker" if two and name == "T" else plain_name(name)
            plain.setdefault(word, []).append(name)
        found: dict[str, str] = {}
        for ours, spellings in names.items():
            mapped = self.options.columns.get(ours)
            columns = next((plain[word] for word in spellings if word in plain), [])
            if mapped is not None and not self.pairs:
                own = [mapped] if mapped in self.header else plain.get(plain_name(mapped), [])
                if ours in strict and not own:
                    raise self.error(
                        f"has no column {mapped!r}",
                        hint=f"{self._columns_there()}; --columns-map says otherwise",
                    )
                columns = own or columns
            if len(columns) > 1:
                raise self.error(
                    f"has {count_of(len(columns), 'column')} for {ours}: {', '.join(columns)}",
                    hint="leave one of them",
                )
            if columns:
                found[ours] = columns[0]
        missing = [ours for ours in required if ours not in found]
        if missing:
            self._refuse_one_column()
            way_out = ",".join(f"{ours}=NAME" for ours in missing)
            raise self.error(
                f"has no column for {', '.join(missing)}",
                hint=f"{self._columns_there()}; --columns-map {way_out} says which it is",
            )
        return found

    def _refuse_one_column(self) -> None:
        """Name what keeps a line of names from being one: blanks between them, or quotes."""
        words = re.split(r"[\s,;:^~!/#]+", self.header[0]) if len(self.header) == 1 else []
        if sum(plain_name(word) in KNOWN for word in words) >= LINE_OF_NAMES:
            marks = re.sub(r"[\w\s]", "", self.header[0])
            how = "blanks part its columns"
            if any(mark in marks for mark in ",;"):
                how = "each line stands in quotes"
            elif marks:
                how = f"{max(marks, key=marks.count)!r} parts its columns"
            raise self.error(f"has one column: {how}", hint="save it as CSV, commas between values")

    def _columns_there(self) -> str:
        shown = ", ".join(map(repr, self.header[:COLUMNS_SHOWN])) or "none"
        return f"its columns are {shown}{' ...' if len(self.header) > COLUMNS_SHOWN else ''}"

    def read(
        self,
        columns: Mapping[str, str],
        types: Mapping[str, pa.DataType] | None = None,
        *,
        footers: bool = True,
    ) -> pa.Table:
        """Return the columns that ``match`` found, under our names.

        ``types``: what a CSV column is read as, text where it is not named. Parquet columns come in
        their own types, text as a dictionary. ``footers``: lines after the last row that are none
        are left out. Raises InputFileError, with the row where it can be found, when the file is
        broken.
        """
        try:
            if self.format == "csv":
                return self._read_csv(columns, types or {})
            return self._read_parquet(columns)
        except (pa.ArrowException, UnicodeDecodeError) as error:
            problem = self._explained(error)
            ended = self.without_remarks(columns, inside=False) if footers else None
            if ended is not None:
                return ended.read(columns, types)
            raise problem from error
        except OSError as error:
            raise self.error(sentence(error)) from error

    def without_remarks(self, columns: Mapping[str, str], *, inside: bool) -> TableFile | None:
        """Return the file without the lines that are no rows; None where there are none.

        ``columns``: as ``match`` found them. ``inside``: those between rows, too. Lines keep their
        numbers.
        """
        if self.format != "csv" or self.remarks:
            return None
        data = self._bytes()
        lines = data.split(b"\n")
        date = columns.get("date")
        day_at = 0 if self.pairs else self.header.index(date) if date in self.header else None
        layout = CsvLayout(self.header, self.delimiter, self.header_line, self.pairs)
        texts = [line.decode("utf-8", "replace") for line in lines]
        found = remark_lines(texts, layout, day_at, inside=inside)
        if not found:
            return None
        content = b"\n".join(b"" if at in found else line for at, line in enumerate(lines))
        return replace(self, content=content, remarks=tuple(found[at] for at in sorted(found)))

    def holds_text(self, names: Sequence[str]) -> bool:
        """Tell whether one of some columns of a Parquet file is of text."""
        import pyarrow.parquet as pq

        schema = pq.read_schema(self._source())
        kinds = [schema.field(name).type for name in names if name in schema.names]
        return not all(map(pa.types.is_primitive, kinds))

    def row_groups(
        self, columns: Mapping[str, str], wanted: BoolArray
    ) -> Iterator[tuple[int, pa.Table]]:
        """Yield (first row, rows) of each part of a Parquet file that has a wanted row.

        ``wanted``: one value per row of the file.
        """
        import pyarrow.parquet as pq

        names = list(columns.values())
        try:
            with pq.ParquetFile(self._source()) as parquet:
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
        row = None if index is None or self.pairs else self.line_of(index)
        return InputFileError(str(self.path), reason, row, column, hint)

    def line_of(self, index: int) -> int:
        """Return the line of data row ``index``; in Parquet, which has no lines, its number."""
        if self.format == "parquet":
            return index + 1
        return next((line for at, line, _ in self._rows() if at == index), index + 2)

    def _rows(self) -> Iterator[tuple[int, int, list[str]]]:
        """Yield (index, line, values) of each data row, the slow way, for messages."""
        with self._stream() as stream:
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
                raise InputFileError(str(self.path), csv_problem(error), line) from error

    def _source(self) -> Path | pa.BufferReader:
        """What pyarrow reads from."""
        return self.path if self.content is None else pa.BufferReader(self.content)

    def _stream(self) -> io.BufferedIOBase:
        return self.path.open("rb") if self.content is None else io.BytesIO(self.content)

    def _bytes(self) -> bytes:
        with self._stream() as stream:
            return stream.read()

    def _read_csv(self, columns: Mapping[str, str], types: Mapping[str, pa.DataType]) -> pa.Table:
        from pyarrow import csv as pacsv

        if self.pairs:
            names = [str(at) for at in range(len(self.pairs))]
            kinds = {
                name: types.get("date" if pair is None else pair[0], pa.string())
                for name, pair in zip(names, self.pairs, strict=True)
            }
            wanted = names
        else:
            names = [str(at) for at in range(len(self.header))]
            place = {name: str(at) for at, name in enumerate(self.header)}
            wanted = [place[theirs] for theirs in columns.values()]
            kinds = {
                place[theirs]: types.get(ours, pa.string()) for ours, theirs in columns.items()
            }
        table = pacsv.read_csv(
            self._without_footer() if self.delimiter == "|" else self._source(),
            pacsv.ReadOptions(column_names=names, skip_rows=self.header_line),
            pacsv.ParseOptions(delimiter=self.delimiter),
            pacsv.ConvertOptions(
                include_columns=wanted,
                column_types=kinds,
                null_values=list(MISSING),
                strings_can_be_null=False,
            ),
        )
        if self.pairs:
            long = long_table(table, self.pairs, list(columns.values()))
            return long.rename_columns(list(columns))
        return table.rename_columns(list(columns))

    def _read_parquet(self, columns: Mapping[str, str]) -> pa.Table:
        import pyarrow.parquet as pq

        names = list(columns.values())
        if self.pairs:
            with pq.ParquetFile(self._source()) as parquet:
                table = long_table(parquet.read(), self.pairs, names)
            return table.rename_columns(list(columns))
        schema = pq.read_schema(self._source())
        texts = [name for name in names if _is_text(schema.field(name).type)]
        with pq.ParquetFile(self._source(), read_dictionary=texts) as parquet:
            table = parquet.read(columns=names).select(names).rename_columns(list(columns))
            return self._validated(table, columns)

    def _without_footer(self) -> io.BytesIO:
        """Return a symbol directory without its last line, which has columns of its own."""
        data = self._bytes()
        return io.BytesIO(data[: data.find(FOOTER)] if FOOTER in data else data)

    def _explained(self, error: Exception) -> InputFileError:
        """Find the row behind an error of pyarrow, which rarely names it."""
        if self.format == "csv":
            with self._stream() as stream:
                for number, line in enumerate(stream, 1):
                    if not is_utf8(line):
                        return not_utf8(self.path, number)
            width = len(self.pairs) or len(self.header)
            for _, line_number, row in self._rows():
                if len(row) != width:
                    reason = f"has {count_of(len(row), 'value')} where the header has {width}"
                    return InputFileError(str(self.path), reason, line_number)
        return self.error(f"cannot be read as {self.format.title()}: {sentence(error)}")


def _is_plain(path: Path) -> bool:
    """Tell a path that pyarrow opens as it is: of bytes that are text, not called packed."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return path.suffix.lower() not in CALLED_PACKED


def _is_text(kind: pa.DataType) -> bool:
    """Tell a type of which Parquet may keep each text once."""
    return any(
        tell(kind)
        for tell in (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary,
                     pa.types.is_large_binary, pa.types.is_dictionary)
    )  # fmt: skip


def _open_parquet(path: Path, content: bytes | None, options: FileOptions) -> TableFile:
    import pyarrow.parquet as pq

    try:
        source = path if content is None else pa.BufferReader(content)
        names = tuple(pq.read_schema(source).names)
    except _UNREADABLE as error:
        reason = f"cannot be read as Parquet, it may be cut off: {sentence(error)}"
        raise InputFileError(str(path), reason) from error
    pairs = pairs_of_names(names) or pairs_of_flat_names(names)
    if pairs.count(None) != 1:
        return TableFile(path, "parquet", names, options=options, content=content)
    fields = dict.fromkeys(pair[0] for pair in pairs if pair is not None and pair[0])
    header = ("symbol", "date", *fields)
    return TableFile(path, "parquet", header, options=options, content=content, pairs=pairs)
