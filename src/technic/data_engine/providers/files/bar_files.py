"""Daily bars in CSV and Parquet files, in the layouts that people have.

One long file with a symbol column, one file of a single symbol named after it, or a folder of
either kind. Columns go by their usual names in any case. A Parquet file is read in two steps, so
that prices are decoded only where they are wanted: first who and when, then the rows kept.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from technic.data_engine.interfaces.records import Failure
from technic.data_engine.providers.files.bar_columns import symbols_of
from technic.data_engine.providers.files.file_names import NamedFile, name_files
from technic.data_engine.providers.files.file_paths import bar_paths
from technic.errors import InputFileError
from technic.panel import FIELDS, PRICES
from technic.tables.column_names import PRICES as PRICE_NAMES
from technic.tables.day_column import days_of
from technic.tables.file_options import FileOptions
from technic.tables.number_column import decimal_mark, numbers_of
from technic.tables.table_file import TableFile, plain_name
from technic.typing import BoolArray, DateArray, FloatArray

__all__ = ["BarRows", "open_bars"]

logger = logging.getLogger(__name__)

LONGEST_DAY = 10
"""Characters of a date without a time, such as 2024-03-08."""
SAMPLE = 10_000
"""Rows in which bars within days are looked for."""
_DOUBT = (
    "the file's name is taken for its symbol and may not be one; rename it, or "
    "--symbol-from 'REGEX' says what of a name is the symbol"
)
REQUIRED = ("date", *PRICES)
_CSV_TYPES = {
    "symbol": pa.dictionary(pa.int32(), pa.string()),
    "date": pa.dictionary(pa.int32(), pa.string()),
    **dict.fromkeys((*FIELDS, "adj_close", "tick_volume"), pa.float64()),
}


@dataclass(frozen=True, slots=True)
class BarRows:
    """Rows of bars, any order: ``symbols[code[i]]`` had one on ``day[i]``.

    ``failures``: symbols whose file could not be read. ``unused``: price columns that are there
    and not read. Prices are in memory, or fetched from ``parquet`` where they are asked for.
    ``fields``: what ``prices`` returns of a row. ``said``: of which file what is to be said, with
    an example.
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

    def prices(self, keep: BoolArray) -> dict[str, FloatArray]:
        """Return the ``fields`` of the rows of a mask, in their order."""
        if self.parquet is None:
            return {name: self.values[name][keep] for name in self.fields}
        file, columns = self.parquet
        out = {name: np.empty(np.count_nonzero(keep), dtype=np.float64) for name in self.fields}
        at = 0
        for start, table in file.row_groups({name: columns[name] for name in self.fields}, keep):
            inside = keep[start : start + len(table)]
            count = int(np.count_nonzero(inside))
            for name in self.fields:
                values = numbers_of(file, columns[name], table[name], start)
                out[name][at : at + count] = values if count == len(values) else values[inside]
            at += count
        return out


@dataclass(frozen=True, slots=True)
class Reading:
    """How files are read: by which column prices are adjusted, with volume or not, what is said."""

    adjust_by: str | None = None
    volume: bool = True
    options: FileOptions = field(default_factory=FileOptions)


def open_bars(
    path: Path,
    adjust_by: str | None = None,
    *,
    volume: bool = True,
    options: FileOptions | None = None,
) -> BarRows:
    """Read who has bars when; InputFileError when the files are no price files.

    ``adjust_by``: the column of adjusted closes to read as ``adj_close``. ``volume``: False reads
    prices alone. ``options``: what the user says about the files. In a folder of one file per
    symbol, a file that cannot be read is a failure of its symbol.
    """
    reading = Reading(adjust_by, volume, options or FileOptions())
    paths = bar_paths(path)
    if not paths:
        hint = "name a file, or a folder with one file per symbol"
        raise InputFileError(str(path), "holds no CSV or Parquet file", hint=hint)
    root = path if path.is_dir() else path.parent
    named = name_files(paths, root, reading.options.symbol_from)
    if not path.is_dir():
        return open_one(path, named[path], reading)
    return _concat(path, named, [_try_open(each, named[each], reading) for each in paths])


def open_one(path: Path, named: NamedFile, reading: Reading, *, prices: bool = False) -> BarRows:
    """Read one file; ``prices`` takes a Parquet file's prices into memory at once.

    Lines that are no rows of prices (footers, dividends between bars) are left out and said.
    """
    file = TableFile.open(path, reading.options)
    try:
        return _rows_of(file, named, reading, prices=prices)
    except InputFileError:
        columns = file.match(PRICE_NAMES, required=())
        rows_alone = file.without_remarks(columns, inside=True)
        if rows_alone is None:
            raise
    rows = _rows_of(rows_alone, named, reading, prices=prices)
    what = "lines that are no rows of prices are left out, such as"
    return replace(rows, said=(*rows.said, (path.name, what, repr(rows_alone.remarks[0][:60]))))


def _rows_of(file: TableFile, named: NamedFile, reading: Reading, *, prices: bool) -> BarRows:
    columns, unused, fields = _match(file, reading.adjust_by, volume=reading.volume)
    said = [(file.path.name, note, "") for note in file.notes]
    if tick := columns.pop("tick_volume", None):
        said += _use_tick_volume(file, columns, tick)
    lazy = file.format == "parquet" and not prices and not file.pairs
    wanted = {ours: theirs for ours, theirs in columns.items() if not lazy or ours not in fields}
    table = _read(file, wanted)
    if not len(table):
        raise InputFileError(str(file.path), "has a header but no rows")
    day = days_of(file, columns["date"], table["date"])
    _refuse_bars_within_days(file, columns["date"], table["date"], day)
    if "symbol" in columns:
        symbols, code = symbols_of(file, columns["symbol"], table["symbol"])
    else:
        symbols, code = (named.symbol,), np.zeros(len(table), dtype=np.int32)
        if len(np.unique(day)) < len(day) // 2:
            _refuse_times(file, day)
            file.match(PRICE_NAMES, required=("symbol", *REQUIRED))
        if named.doubtful:
            said.append((file.path.name, _DOUBT, ""))
    values = {}
    if not lazy:
        mark = decimal_mark([table[name] for name in fields])
        values = {name: numbers_of(file, columns[name], table[name], mark=mark) for name in fields}
    parquet = (file, columns) if lazy else None
    return BarRows(symbols, code, day, values, parquet, {}, unused, fields, tuple(said))


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


def _refuse_bars_within_days(
    file: TableFile, column: str, values: pa.ChunkedArray, day: DateArray
) -> None:
    """Refuse bars of minutes or hours: a scan is of days."""
    first = values[0].as_py()
    if isinstance(first, dt.date) and not isinstance(first, dt.datetime):
        return
    if isinstance(first, str) and len(first.strip()) <= LONGEST_DAY and not first.isdigit():
        return
    sample = values.slice(0, SAMPLE)
    stamps = len(pc.unique(sample))
    days = len(np.unique(day[:SAMPLE]))
    if stamps >= 2 * days:
        raise _within_days(file, column, day)


def _refuse_times(file: TableFile, day: DateArray) -> None:
    """Refuse bars within days whose time has a column of its own."""
    time = next((name for name in file.header if plain_name(name) == "time"), None)
    if time is not None:
        raise _within_days(file, time, day)


def _within_days(file: TableFile, column: str, day: DateArray) -> InputFileError:
    days, counts = np.unique(day, return_counts=True)
    most = int(counts.argmax())
    reason = f"holds bars within days ({counts[most]:,} rows on {days[most]})"
    hint = "a scan is of daily bars: make them first, docs/your-files.md says how"
    return InputFileError(str(file.path), reason, column=column, hint=hint)


def _match(
    file: TableFile, adjust_by: str | None, *, volume: bool
) -> tuple[dict[str, str], tuple[str, ...], tuple[str, ...]]:
    """Return the columns to read, price columns that are not read, and the fields of a row."""
    columns = file.match(PRICE_NAMES, required=REQUIRED, strict=(*REQUIRED, "volume"))
    unused: tuple[str, ...] = ()
    fields: tuple[str, ...] = FIELDS if volume else PRICES
    if not volume:
        columns.pop("volume", None)
        columns.pop("tick_volume", None)
    elif "volume" not in columns and "tick_volume" not in columns:
        there = ", ".join(map(repr, file.header))
        hint = f"its columns are {there}; --columns-map volume=NAME says which it is, --no-volume "
        raise InputFileError(
            str(file.path), "has no column for volume", hint=f"{hint}scans prices alone"
        )
    if adjust_by is not None:
        columns["adj_close"] = _adjusted_column(file, columns, adjust_by)
        fields = (*fields, "adj_close")
    elif "adj_close" in columns:
        unused = (columns.pop("adj_close"),)
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


def _try_open(path: Path, named: NamedFile, reading: Reading) -> BarRows | InputFileError:
    try:
        return open_one(path, named, reading, prices=True)
    except InputFileError as error:
        return error


def _concat(
    folder: Path, named: Mapping[Path, NamedFile], read: list[BarRows | InputFileError]
) -> BarRows:
    """Put the files of a folder together; a symbol may have rows in several of them."""
    good = [rows for rows in read if isinstance(rows, BarRows)]
    bad = {
        path: rows
        for path, rows in zip(named, read, strict=True)
        if isinstance(rows, InputFileError)
    }
    pairs = zip(named.values(), read, strict=True)
    named_inside = any(
        isinstance(rows, BarRows) and rows.symbols != (name.symbol,) for name, rows in pairs
    )
    if bad and (named_inside or not good):
        raise next(iter(bad.values()))
    failures = {named[path].symbol: _unreadable(error) for path, error in bad.items()}
    for error in bad.values():
        logger.warning("%s", error)
    place: dict[str, int] = {}
    for rows in good:
        for symbol in rows.symbols:
            place.setdefault(symbol, len(place))
    logger.debug("%s: %d files, %d symbols", folder, len(named), len(place))
    return BarRows(
        symbols=tuple(place),
        code=np.concatenate([
            np.array([place[symbol] for symbol in rows.symbols], dtype=np.int32)[rows.code]
            for rows in good
        ]),
        day=np.concatenate([rows.day for rows in good]),
        values={
            name: np.concatenate([rows.values[name] for rows in good]) for name in good[0].fields
        },
        failures={symbol: why for symbol, why in failures.items() if symbol not in place},
        unused=tuple(dict.fromkeys(name for rows in good for name in rows.unused)),
        fields=good[0].fields,
        said=tuple(note for rows in good for note in rows.said),
    )  # fmt: skip


def _unreadable(error: InputFileError) -> Failure:
    """Say what is wrong inside a symbol's file; where the file is, is no part of the answer."""
    inside = InputFileError("its file", error.reason, error.row, error.column, error.hint)
    return Failure("unreadable_file", str(inside))


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
