"""Files that are packed: ``.gz``, a zip with one table in it, an Excel workbook with one sheet.

What they unpack to has a ceiling, since a file of a megabyte can hold a terabyte.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from technic.errors import InputFileError, MissingExtraError
from technic.tables.column_names import KNOWN, plain_name
from technic.tables.messages import sentence

__all__ = ["ZIP", "unpacked"]

ZIP = b"PK\x03\x04"
GZIP = b"\x1f\x8b"
MAX_UNPACKED = 2 << 30
"""Bytes that one packed file may hold."""
MAX_CELLS = 50_000_000
"""Cells of a sheet."""
TABLES = (".csv", ".txt", ".tsv", ".parquet", ".pq")
_README = re.compile(r"(?i)(?:^|/)_?(?:read[-_ ]?me|licen[cs]e|terms|disclaimer|copyright)[^/]*$")
"""Texts that come along with a table."""
HEADER_ROWS = 60
NAMES_OF_A_TABLE = 2


def unpacked(path: Path, head: bytes) -> bytes | None:
    """Return the text or Parquet inside a packed file, None where the file is not packed."""
    if head.startswith(GZIP):
        return _gunzipped(path)
    if not head.startswith(ZIP):
        return None
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > MAX_UNPACKED:
                raise _too_large(path)
            if any(member.filename == "xl/workbook.xml" for member in members):
                return _workbook(path)
            return _only_table(path, archive, members)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        reason = f"is a zip or Excel file that cannot be read: {sentence(error)}"
        raise InputFileError(str(path), reason, hint="save it as CSV (UTF-8) or Parquet") from error


def _gunzipped(path: Path) -> bytes:
    try:
        with path.open("rb") as file, pa.input_stream(file, compression="gzip") as stream:
            data = bytes(stream.read(MAX_UNPACKED + 1))
    except (OSError, pa.ArrowException) as error:
        raise InputFileError(str(path), f"cannot be read: {sentence(error)}") from error
    if len(data) > MAX_UNPACKED:
        raise _too_large(path)
    return data


def _too_large(path: Path) -> InputFileError:
    reason = f"unpacks to more than {MAX_UNPACKED >> 30} GiB"
    return InputFileError(str(path), reason, hint="unpack it, or save it as Parquet")


def _only_table(path: Path, archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> bytes:
    files = [
        member
        for member in members
        if not member.is_dir() and not member.filename.rpartition("/")[2].startswith(".")
        and not member.filename.startswith("__MACOSX/")
    ]  # fmt: skip
    tables = [
        member for member in files
        if member.filename.lower().endswith(TABLES) and not _README.search(member.filename)
    ]  # fmt: skip
    if len(tables) != 1:
        reason = f"is a zip or Excel file: a zip with {len(tables)} CSV or Parquet files in it"
        hint = "unpack it into a folder and name that" if tables else "give CSV (UTF-8) or Parquet"
        raise InputFileError(str(path), reason, hint=hint)
    return archive.read(tables[0])


def _workbook(path: Path) -> bytes:
    """Return the one sheet that holds a table, as CSV."""
    try:
        import openpyxl
    except ModuleNotFoundError as error:
        raise MissingExtraError("reading an Excel file", "openpyxl", "xlsx") from error
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            sheets = [sheet for sheet in book.worksheets if _holds_a_table(sheet)]
            if len(sheets) > 1:
                names = ", ".join(repr(sheet.title) for sheet in sheets)
                reason = f"has {len(sheets)} sheets that hold a table: {names}"
                raise InputFileError(str(path), reason, hint="save one of them as CSV")
            sheet = sheets[0] if sheets else book.worksheets[0]
            text = io.StringIO()
            writer = csv.writer(text, lineterminator="\n")
            cells = 0
            for row in sheet.iter_rows(values_only=True):
                cells += len(row)
                if cells > MAX_CELLS:
                    raise _too_large(path)
                writer.writerow([_text(value) for value in row])
        finally:
            book.close()
    except (KeyError, ValueError, TypeError, IndexError, AttributeError, SyntaxError) as error:
        # openpyxl answers a damaged workbook with whatever its parts raise
        reason = f"is a zip or Excel file that cannot be read: {sentence(error)}"
        raise InputFileError(str(path), reason, hint="save it as CSV (UTF-8)") from error
    return text.getvalue().encode()


def _holds_a_table(sheet: object) -> bool:
    """Tell whether a sheet has a line of column names among its first rows."""
    rows: Iterator[tuple[object, ...]] = sheet.iter_rows(max_row=HEADER_ROWS, values_only=True)  # type: ignore[attr-defined]
    return any(
        len({plain_name(cell) for cell in row if isinstance(cell, str)} & KNOWN) >= NAMES_OF_A_TABLE
        for row in rows
    )


def _text(value: object) -> str:
    """Write a cell as a CSV file would have it."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.isoformat(" ") if value.time() != dt.time() else value.date().isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1 << 53:
        return str(int(value))
    return str(value)
