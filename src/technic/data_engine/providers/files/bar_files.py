"""Daily bars in CSV and Parquet files, in the layouts that people have.

One long file with a symbol column, one file of a single symbol named after it, or a folder of
either kind. Columns go by their usual names in any case. A Parquet file is read in two steps, so
that prices are decoded only where they are wanted: first who and when, then the rows kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from technic.data_engine.interfaces.records import Failure
from technic.data_engine.providers.files.bar_columns import doubted_symbols, symbols_of
from technic.data_engine.providers.files.bar_day_column import (
    NO_DAYS,
    REQUIRED,
    refuse_times,
    row_days,
)
from technic.data_engine.providers.files.file_names import NamedFile
from technic.errors import InputFileError
from technic.panel import FIELDS, PRICES
from technic.tables.bad_cells import BadCells
from technic.tables.column_names import PRICES as PRICE_NAMES
from technic.tables.column_units import unit_of_name
from technic.tables.file_options import UNITS, FileOptions
from technic.tables.number_column import decimal_mark, numbers_of
from technic.tables.table_file import TableFile, plain_name
from technic.typing import BoolArray, DateArray, FloatArray

__all__ = ["BarRows", "Reading", "open_one", "unreadable"]

_DOUBT = (
    "the file's name is taken for its symbol and may not be one; rename it, or "
    '--symbol-from "REGEX" says what of a name is the symbol'
)
_CSV_TYPES = {
    "symbol": pa.dictionary(pa.int32(), pa.string()),
    "date": pa.dictionary(pa.int32(), pa.string()),
    **dict.fromkeys((*FIELDS, "adj_close", "tick_volume"), pa.float64()),
}


@dataclass(frozen=True, slots=True)
class BarRows:
    """Rows of bars, any order: ``symbols[code[i]]`` had one on ``day[i]``.

    ``failures``: symbols whose file could not be read. ``unused``: price columns that are there
    and that prices are not adjusted by. Prices are in memory, or fetched from ``parquet`` where
    they are asked for. ``fields``: what ``prices`` returns of a row. ``said``: of which file what
    is to be said, with an example. ``one_each``: each symbol has a file of its own. ``notes``:
    sentences on what could not be read. ``volume_unit``: what volumes in ``parquet`` are times.
    """

    symbols: tuple[str, ...]
    code: NDArray[np.int32]
    day: DateArray
    values: dict[str, FloatArray]
    parquet: tuple[TableFile, dict[str, str]] | None = None
    failures: dict[str, Failure] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    fields: tuple[str, ...] = FIELDS
    said: tuple[tuple[str, str, str], ...] = ()
    one_each: bool = False
    notes: tuple[str, ...] = ()
    volume_unit: float = 1.0

    def prices(self, keep: BoolArray) -> dict[str, FloatArray]:
        """Return the ``fields`` of the rows of a mask, in their order."""
        return self._values(keep, self.fields)

    def adjusted_closes(self, keep: BoolArray) -> FloatArray | None:
        """Return the adjusted closes of the rows of a mask; None where there is no such column."""
        known = self.values if self.parquet is None else self.parquet[1]
        return self._values(keep, ("adj_close",))["adj_close"] if "adj_close" in known else None

    def _values(self, keep: BoolArray, fields: tuple[str, ...]) -> dict[str, FloatArray]:
        if self.parquet is None:
            return {name: self.values[name][keep] for name in fields}
        file, columns = self.parquet
        out = {name: np.empty(np.count_nonzero(keep), dtype=np.float64) for name in fields}
        at = 0
        for start, table in file.row_groups({name: columns[name] for name in fields}, keep):
            inside = keep[start : start + len(table)]
            count = int(np.count_nonzero(inside))
            for name in fields:
                values = numbers_of(file, columns[name], table[name], start)
                out[name][at : at + count] = values if count == len(values) else values[inside]
            at += count
        if "volume" in out:
            out["volume"] = _in_shares(out["volume"], self.volume_unit)
        return out


@dataclass(frozen=True, slots=True)
class Reading:
    """How files are read: by which column prices are adjusted, with volume or not, what is said."""

    adjust_by: str | None = None
    volume: bool = True
    options: FileOptions = field(default_factory=FileOptions)


def open_one(path: Path, named: NamedFile, reading: Reading, *, prices: bool = False) -> BarRows:
    """Read one file; ``prices`` takes a Parquet file's prices into memory at once.

    Lines that are no rows of prices (footers, dividends between bars) are left out and said. Of a
    file of many symbols those with a cell that cannot be read fail alone, if they are not half.
    """
    file = TableFile.open(path, reading.options)
    said: tuple[tuple[str, str, str], ...] = ()
    try:
        return _rows_of(file, named, reading, prices=prices)
    except InputFileError as error:
        problem = error
        rows_alone = file.without_remarks(file.match(PRICE_NAMES, required=()), inside=True)
    if rows_alone is not None:
        file = rows_alone
        what = "lines that are no rows of prices are left out, such as"
        said = ((path.name, what, repr(rows_alone.remarks[0][:60])),)
        try:
            rows = _rows_of(file, named, reading, prices=prices)
            return replace(rows, said=(*rows.said, *said))
        except InputFileError as error:
            problem = error
    bad = BadCells(file)
    rows = _without(_rows_of(file, named, reading, prices=True, bad=bad), bad, problem)
    return replace(rows, said=(*rows.said, *said))


def _without(rows: BarRows, bad: BadCells, problem: InputFileError) -> BarRows:
    """Return the rows of the symbols that have no bad cell; ``problem`` where most have one."""
    where = np.fromiter(sorted(bad.rows), np.intp, len(bad.rows))
    columns, first = np.unique(rows.code[where], return_index=True)
    if not len(columns) or 2 * len(columns) >= len(rows.symbols):
        raise problem
    failures = {
        rows.symbols[column]: unreadable(bad.error(int(where[at])))
        for column, at in zip(columns.tolist(), first.tolist(), strict=True)
    }
    keep = ~np.isin(rows.code, columns)
    values = {name: column[keep] for name, column in rows.values.items()}
    return replace(rows, code=rows.code[keep], day=rows.day[keep], values=values, failures=failures)


def unreadable(error: InputFileError) -> Failure:
    """Say what is wrong inside a symbol's file; where the file is, is no part of the answer."""
    inside = InputFileError("its file", error.reason, error.row, error.column, error.hint)
    return Failure("unreadable_file", str(inside))


def _rows_of(
    file: TableFile,
    named: NamedFile,
    reading: Reading,
    *,
    prices: bool,
    bad: BadCells | None = None,
) -> BarRows:
    columns, unused, fields = _match(file, reading, named)
    said = [(file.path.name, note, "") for note in file.notes]
    if tick := columns.pop("tick_volume", None):
        said += _use_tick_volume(file, columns, tick)
    numbers = tuple(name for name in (*fields, "adj_close") if name in columns)
    numbers = tuple(dict.fromkeys(numbers))
    lazy = file.format == "parquet" and not prices and not file.pairs
    lazy = lazy and not file.holds_text([columns[name] for name in numbers])
    wanted = {ours: theirs for ours, theirs in columns.items() if not lazy or ours not in numbers}
    table = _read(file, wanted)
    if not len(table):
        raise InputFileError(str(file.path), "has a header but no rows")
    day = row_days(file, columns, table, named, bad)
    if "symbol" in columns:
        symbols, code = symbols_of(file, columns["symbol"], table["symbol"])
        said += doubted_symbols(file, columns["symbol"], symbols)
    else:
        symbols, code = (named.symbol,), np.zeros(len(table), dtype=np.int32)
        if len(np.unique(day)) < len(day) // 2:
            refuse_times(file, day)
            file.match(PRICE_NAMES, required=("symbol", *REQUIRED))
        if named.doubtful:
            said.append((file.path.name, _DOUBT, ""))
    unit = unit_of_name(columns["volume"]) if "volume" in columns else None
    if unit is not None:
        said.append((file.path.name, f"column {columns['volume']!r} is taken in {unit}", ""))
    times = UNITS[unit or "dollars"]
    values = {}
    if not lazy:
        mark = decimal_mark([table[name] for name in numbers])
        values = {
            name: numbers_of(file, columns[name], table[name], mark=mark, bad=bad)
            for name in numbers
        }
        if "volume" in values:
            values["volume"] = _in_shares(values["volume"], times)
    parquet = (file, columns) if lazy else None
    return BarRows(
        symbols, code, day, values, parquet, {}, unused, fields, tuple(said), volume_unit=times
    )


def _in_shares(volume: FloatArray, times: float) -> FloatArray:
    """Return volume in single shares, without what multiplying leaves behind the point."""
    return volume if times == 1.0 else np.round(volume * times, 6)


def _use_tick_volume(
    file: TableFile, columns: dict[str, str], tick: str
) -> list[tuple[str, str, str]]:
    """Let counts of price changes stand for volume where there is none; say so."""
    volume = columns.get("volume")
    if volume is not None:
        table = _read(file, {"volume": volume})
        counts = numbers_of(file, volume, table["volume"])
        if np.any(counts > 0):
            return []
    columns["volume"] = tick
    missing = f"column {volume!r} is zero on every row" if volume else "there is no volume"
    what = f"{missing}; {tick!r} is taken for it, which counts price changes, not shares"
    return [(file.path.name, what, "")]


def _match(
    file: TableFile, reading: Reading, named: NamedFile
) -> tuple[dict[str, str], tuple[str, ...], tuple[str, ...]]:
    """Return the columns to read, price columns that are not read, and the fields of a row.

    A file of many symbols that is named after a day needs no column of days.
    """
    adjust_by, volume = reading.adjust_by, reading.volume
    names, required = PRICE_NAMES, REQUIRED
    there = file.match(PRICE_NAMES, required=()) if named.day else {}
    if "symbol" in there and plain_name(there.get("date", "")) in ("", *NO_DAYS):
        names = {ours: theirs for ours, theirs in names.items() if ours != "date"}
        required = REQUIRED[1:]
    columns = file.match(names, required=required, strict=(*required, "volume"))
    unused: tuple[str, ...] = ()
    fields: tuple[str, ...] = FIELDS if volume else PRICES
    if not volume:
        columns.pop("volume", None)
        columns.pop("tick_volume", None)
    elif "volume" not in columns and "tick_volume" not in columns:
        shown = ", ".join(map(repr, file.header))
        hint = f"its columns are {shown}; --columns-map volume=NAME says which it is, --no-volume "
        raise InputFileError(
            str(file.path), "has no column for volume", hint=f"{hint}scans prices alone"
        )
    if adjust_by is not None:
        columns["adj_close"] = _adjusted_column(file, columns, adjust_by)
        fields = (*fields, "adj_close")
    elif "adj_close" in columns:
        unused = (columns["adj_close"],)
    return columns, unused, fields


def _adjusted_column(file: TableFile, columns: dict[str, str], adjust_by: str) -> str:
    """Return the file's own name of the column of adjusted closes, found as all columns are."""
    found = file.match({"adj_close": (plain_name(adjust_by),)}, required=()).get("adj_close")
    others = [theirs for ours, theirs in columns.items() if ours != "adj_close"]
    if found is None or found in others:
        there = ", ".join(map(repr, file.header)) or "none"
        reason = f"has no column of adjusted closes {adjust_by!r}"
        raise InputFileError(str(file.path), reason, hint=f"its columns are {there}")
    return found


def _read(file: TableFile, columns: dict[str, str]) -> pa.Table:
    """Read numbers as numbers, and only where that fails as text: ``$1,234`` costs more."""
    try:
        return file.read(columns, _CSV_TYPES, footers=False)
    except InputFileError as error:
        if file.format == "csv" and "conversion error to double" in str(error.__cause__):
            return file.read(
                columns, {name: _CSV_TYPES[name] for name in ("symbol", "date")}, footers=False
            )
        raise
