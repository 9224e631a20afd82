"""Daily bars in CSV and Parquet files, in the layouts that people have.

One long file with a symbol column, one file of a single symbol named after it, or a folder of
either kind. Columns go by their usual names in any case. A Parquet file is read in two steps, so
that prices are decoded only where they are wanted: first who and when, then the rows kept.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from technic.data_engine.interfaces.records import Failure
from technic.data_engine.providers.files.bar_columns import numbers_of, symbols_of
from technic.errors import InputFileError
from technic.panel import FIELDS, PRICES
from technic.tables.day_column import days_of
from technic.tables.table_file import TableFile, plain_name
from technic.text.outside import clean
from technic.typing import BoolArray, DateArray, FloatArray
from technic.universe import canonical

__all__ = ["BarRows", "bar_paths", "open_bars"]

logger = logging.getLogger(__name__)

NAMES = {
    "symbol": ("symbol", "ticker", "tickersymbol", "cqssymbol", "sym", "code", "name"),
    "date": ("date", "datetime", "timestamp", "session", "tradingday", "tradedate", "day", "time",
             "windowstart", "indexlevel0"),
    "open": ("open", "openprice", "o"),
    "high": ("high", "highprice", "h"),
    "low": ("low", "lowprice", "l"),
    "close": ("close", "closeprice", "closelast", "last", "c"),
    "volume": ("volume", "vol", "v", "sharevolume"),
    "adj_close": ("adjclose", "adjustedclose", "adjcloseprice", "adjustedcloseprice", "closeadj",
                  "closeadjusted"),
}  # fmt: skip
REQUIRED = ("date", *PRICES)
ENDINGS = (".csv", ".csv.gz", ".txt", ".parquet", ".pq")
_CSV_TYPES = {
    "symbol": pa.dictionary(pa.int32(), pa.string()),
    "date": pa.dictionary(pa.int32(), pa.string()),
    **dict.fromkeys((*FIELDS, "adj_close"), pa.float64()),
}


@dataclass(frozen=True, slots=True)
class BarRows:
    """Rows of bars, any order: ``symbols[code[i]]`` had one on ``day[i]``.

    ``failures``: symbols whose file could not be read. ``unused``: price columns that are there
    and that prices are not adjusted by. Prices are in memory, or fetched from ``parquet`` where
    they are asked for. ``fields``: what ``prices`` returns of a row.
    """

    symbols: tuple[str, ...]
    code: NDArray[np.int32]
    day: DateArray
    values: dict[str, FloatArray]
    parquet: tuple[TableFile, dict[str, str]] | None = None
    failures: dict[str, Failure] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    fields: tuple[str, ...] = FIELDS

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
        return out


def open_bars(path: Path, adjust_by: str | None = None, *, volume: bool = True) -> BarRows:
    """Read who has bars when; InputFileError when the files are no price files.

    ``adjust_by``: the column of adjusted closes to read as ``adj_close``. ``volume``: False reads
    prices alone. In a folder of one file
    per symbol, a file that cannot be read is a failure of its symbol.
    """
    if not path.is_dir():
        rows = _open_one(path, adjust_by, volume=volume)
        if rows.parquet is None and not rows.symbols:
            raise InputFileError(str(path), "has a header but no rows")
        return rows
    paths = bar_paths(path)
    if not paths:
        hint = "name a file, or a folder with one file per symbol"
        raise InputFileError(str(path), "holds no CSV or Parquet file", hint=hint)
    return _concat(path, paths, [_try_open(each, adjust_by, volume=volume) for each in paths])


def bar_paths(path: Path) -> list[Path]:
    """Return the files that hold the bars: those of a folder, in order, else ``path`` itself."""
    if not path.is_dir():
        return [path]
    return sorted(
        each for each in path.iterdir()
        if each.name.lower().endswith(ENDINGS) and not each.name.startswith((".", "_"))
    )  # fmt: skip


def _open_one(path: Path, adjust_by: str | None, *, volume: bool, prices: bool = False) -> BarRows:
    """Read one file; ``prices`` takes a Parquet file's prices into memory at once."""
    file = TableFile.open(path)
    columns, unused, fields = _match(file, adjust_by, volume=volume)
    lazy = file.format == "parquet" and not prices
    numbers = tuple(name for name in (*fields, "adj_close") if name in columns)
    numbers = tuple(dict.fromkeys(numbers))
    wanted = {ours: theirs for ours, theirs in columns.items() if not lazy or ours not in numbers}
    table = _read(file, wanted)
    if not len(table):
        raise InputFileError(str(path), "has a header but no rows")
    day = days_of(file, columns["date"], table["date"])
    if "symbol" in columns:
        symbols, code = symbols_of(file, columns["symbol"], table["symbol"])
    else:
        symbols, code = (symbol_of(path),), np.zeros(len(table), dtype=np.int32)
        if len(np.unique(day)) < len(day) // 2:
            file.match(NAMES, required=("symbol", *REQUIRED))
    values = {} if lazy else {
        name: numbers_of(file, columns[name], table[name]) for name in numbers
    }  # fmt: skip
    parquet = (file, columns) if lazy else None
    return BarRows(symbols, code, day, values, parquet, {}, unused, fields)


def _match(
    file: TableFile, adjust_by: str | None, *, volume: bool
) -> tuple[dict[str, str], tuple[str, ...], tuple[str, ...]]:
    """Return the columns to read, price columns that are not read, and the fields of a row."""
    columns = file.match(NAMES, required=REQUIRED)
    unused: tuple[str, ...] = ()
    fields: tuple[str, ...] = FIELDS if volume else PRICES
    if not volume:
        columns.pop("volume", None)
    elif "volume" not in columns:
        there = ", ".join(map(repr, file.header))
        hint = f"its columns are {there}; --no-volume scans prices alone"
        raise InputFileError(str(file.path), "has no column for volume", hint=hint)
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


def symbol_of(path: Path) -> str:
    """Return the canonical symbol after which a file is named (``aapl.us.txt`` is AAPL)."""
    stem = path.name
    for ending in ENDINGS:
        stem = stem[: -len(ending)] if stem.lower().endswith(ending) else stem
    return canonical(clean(stem[:-3] if stem.lower().endswith(".us") else stem) or "?")


def _try_open(path: Path, adjust_by: str | None, *, volume: bool) -> BarRows | InputFileError:
    try:
        return _open_one(path, adjust_by, volume=volume, prices=True)
    except InputFileError as error:
        return error


def _concat(folder: Path, paths: Sequence[Path], read: list[BarRows | InputFileError]) -> BarRows:
    """Put the files of a folder together; a symbol may have rows in several of them."""
    good = [rows for rows in read if isinstance(rows, BarRows)]
    bad = {
        path: rows
        for path, rows in zip(paths, read, strict=True)
        if isinstance(rows, InputFileError)
    }
    named_inside = any(rows.symbols != (symbol_of(path),) for path, rows in
                       zip(paths, read, strict=True) if isinstance(rows, BarRows))  # fmt: skip
    if bad and (named_inside or not good):
        raise next(iter(bad.values()))
    failures = {symbol_of(path): _unreadable(error) for path, error in bad.items()}
    for error in bad.values():
        logger.warning("%s", error)
    place: dict[str, int] = {}
    for rows in good:
        for symbol in rows.symbols:
            place.setdefault(symbol, len(place))
    logger.debug("%s: %d files, %d symbols", folder, len(paths), len(place))
    return BarRows(
        symbols=tuple(place),
        code=np.concatenate([
            np.array([place[symbol] for symbol in rows.symbols], dtype=np.int32)[rows.code]
            for rows in good
        ]),
        day=np.concatenate([rows.day for rows in good]),
        values=_concat_values(good),
        failures={symbol: why for symbol, why in failures.items() if symbol not in place},
        unused=tuple(dict.fromkeys(name for rows in good for name in rows.unused)),
        fields=good[0].fields,
    )  # fmt: skip


def _concat_values(parts: Sequence[BarRows]) -> dict[str, FloatArray]:
    """Put the numbers of files together; those without adjusted closes have NaN."""
    there = any("adj_close" in rows.values for rows in parts)
    names = dict.fromkeys((*parts[0].fields, "adj_close") if there else parts[0].fields)
    return {
        name: np.concatenate([
            rows.values[name] if name in rows.values else np.full(len(rows.day), np.nan)
            for rows in parts
        ])
        for name in names
    }  # fmt: skip


def _unreadable(error: InputFileError) -> Failure:
    """Say what is wrong inside a symbol's file; where the file is, is no part of the answer."""
    inside = InputFileError("its file", error.reason, error.row, error.column, error.hint)
    return Failure("unreadable_file", str(inside))


def _read(file: TableFile, columns: dict[str, str]) -> pa.Table:
    """Read numbers as numbers, and only where that fails as text: ``$1,234`` costs more."""
    try:
        return file.read(columns, _CSV_TYPES)
    except InputFileError as error:
        if file.format == "csv" and "conversion error to double" in str(error.__cause__):
            return file.read(columns, {name: _CSV_TYPES[name] for name in ("symbol", "date")})
        raise
