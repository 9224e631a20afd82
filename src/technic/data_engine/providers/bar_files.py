"""Daily bars in CSV and Parquet files, in the layouts that people have.

One long file with a symbol column, one file of a single symbol named after it, or a folder of
either kind. Columns go by their usual names in any case. A Parquet file is read in two steps, so
that prices are decoded only where they are wanted: first who and when, then the rows kept.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from technic.aliases import BoolArray, DateArray, FloatArray
from technic.data_engine.providers.base import Failure
from technic.errors import InputFileError
from technic.panel import FIELDS
from technic.universe import canonical
from technic.universe.table_file import MISSING, TableFile

__all__ = ["BarRows", "open_bars"]

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
    "adj_close": ("adjclose", "adjustedclose", "adjcloseprice", "closeadj"),
}  # fmt: skip
REQUIRED = ("date", *FIELDS)
ENDINGS = (".csv", ".csv.gz", ".txt", ".parquet", ".pq")
MAX_SYMBOL_LENGTH = 24
_CSV_TYPES = {
    "symbol": pa.dictionary(pa.int32(), pa.string()),
    "date": pa.dictionary(pa.int32(), pa.string()),
    **dict.fromkeys(FIELDS, pa.float64()),
}
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_YEAR_LAST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: .*)?")
_YEARS = range(1900, 2200)
_EPOCH = dt.date(1970, 1, 1).toordinal()
_EPOCH_UNITS = {10: 1, 13: 1_000, 16: 1_000_000, 19: 1_000_000_000}


@dataclass(frozen=True, slots=True)
class BarRows:
    """Rows of bars, any order: ``symbols[code[i]]`` had one on ``day[i]``.

    ``failures``: symbols whose file could not be read. ``unused``: price columns that are there
    and not read. Prices are in memory, or fetched from ``parquet`` where they are asked for.
    """

    symbols: tuple[str, ...]
    code: NDArray[np.int32]
    day: DateArray
    values: dict[str, FloatArray]
    parquet: tuple[TableFile, dict[str, str]] | None = None
    failures: dict[str, Failure] = field(default_factory=dict)
    unused: tuple[str, ...] = ()

    def prices(self, keep: BoolArray) -> dict[str, FloatArray]:
        """Return open, high, low, close and volume of the rows of a mask, in their order."""
        if self.parquet is None:
            return {name: self.values[name][keep] for name in FIELDS}
        file, columns = self.parquet
        out = {name: np.empty(np.count_nonzero(keep), dtype=np.float64) for name in FIELDS}
        at = 0
        for start, table in file.row_groups({name: columns[name] for name in FIELDS}, keep):
            inside = keep[start : start + len(table)]
            count = int(np.count_nonzero(inside))
            for name in FIELDS:
                values = _numbers(file, columns[name], table[name], start)
                out[name][at : at + count] = values if count == len(values) else values[inside]
            at += count
        return out


def open_bars(path: Path) -> BarRows:
    """Read who has bars when; InputFileError when the files are no price files.

    In a folder of one file per symbol, a file that cannot be read is a failure of its symbol.
    """
    if not path.is_dir():
        rows = _open_one(path)
        if rows.parquet is None and not rows.symbols:
            raise InputFileError(str(path), "has a header but no rows")
        return rows
    paths = sorted(
        each for each in path.iterdir()
        if each.name.lower().endswith(ENDINGS) and not each.name.startswith((".", "_"))
    )  # fmt: skip
    if not paths:
        hint = "name a file, or a folder with one file per symbol"
        raise InputFileError(str(path), "holds no CSV or Parquet file", hint=hint)
    return _joined(path, paths, [_try_open(each) for each in paths])


def _open_one(path: Path, *, prices: bool = False) -> BarRows:
    """Read one file; ``prices`` takes a Parquet file's prices into memory at once."""
    file = TableFile.open(path)
    columns = file.match(NAMES, required=REQUIRED)
    unused = (columns.pop("adj_close"),) if "adj_close" in columns else ()
    lazy = file.format == "parquet" and not prices
    wanted = {ours: theirs for ours, theirs in columns.items() if not lazy or ours not in FIELDS}
    table = _read(file, wanted)
    if not len(table):
        raise InputFileError(str(path), "has a header but no rows")
    day = _days(file, columns["date"], table["date"])
    if "symbol" in columns:
        symbols, code = _symbols(file, columns["symbol"], table["symbol"])
    else:
        symbols, code = (symbol_of(path),), np.zeros(len(table), dtype=np.int32)
        if len(np.unique(day)) < len(day) // 2:
            file.match(NAMES, required=("symbol", *REQUIRED))
    values = {} if lazy else {
        name: _numbers(file, columns[name], table[name]) for name in FIELDS
    }  # fmt: skip
    return BarRows(symbols, code, day, values, (file, columns) if lazy else None, {}, unused)


def symbol_of(path: Path) -> str:
    """Return the canonical symbol after which a file is named (``aapl.us.txt`` is AAPL)."""
    stem = path.name
    for ending in ENDINGS:
        stem = stem[: -len(ending)] if stem.lower().endswith(ending) else stem
    return canonical(stem[:-3] if stem.lower().endswith(".us") else stem)


def _try_open(path: Path) -> BarRows | InputFileError:
    try:
        return _open_one(path, prices=True)
    except InputFileError as error:
        return error


def _joined(folder: Path, paths: Sequence[Path], read: list[BarRows | InputFileError]) -> BarRows:
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
    failures = {symbol_of(path): Failure("unreadable_file", str(e)) for path, e in bad.items()}
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
        values={name: np.concatenate([rows.values[name] for rows in good]) for name in FIELDS},
        failures={symbol: why for symbol, why in failures.items() if symbol not in place},
        unused=tuple(dict.fromkeys(name for rows in good for name in rows.unused)),
    )  # fmt: skip


def _read(file: TableFile, columns: dict[str, str]) -> pa.Table:
    """Read numbers as numbers, and only where that fails as text: ``$1,234`` costs more."""
    try:
        return file.read(columns, _CSV_TYPES)
    except InputFileError as error:
        if file.format == "csv" and "conversion error to double" in str(error.__cause__):
            return file.read(columns, {name: _CSV_TYPES[name] for name in ("symbol", "date")})
        raise


def _symbols(
    file: TableFile, column: str, values: pa.ChunkedArray
) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    texts, code = _encoded(file, column, values)
    place: dict[str, int] = {}
    new_code = np.empty(len(texts), dtype=np.int32)
    for old, text in enumerate(texts):
        if not text.strip() or len(text.strip()) > MAX_SYMBOL_LENGTH or not text.isprintable():
            row = int(np.flatnonzero(code == old)[0])
            what = f"{text[:MAX_SYMBOL_LENGTH]!r} is no symbol" if text.strip() else "has no symbol"
            raise file.error(what, row, column)
        new_code[old] = place.setdefault(canonical(text), len(place))
    return tuple(place), new_code[code]


def _encoded(
    file: TableFile, column: str, values: pa.ChunkedArray
) -> tuple[list[str], NDArray[np.int32]]:
    """Return the distinct texts of a column and which of them each row has."""
    if not pa.types.is_dictionary(values.type):
        if not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
            raise file.error(f"holds {values.type}, not text", column=column)
        values = values.dictionary_encode()
    array = values.unify_dictionaries().combine_chunks()
    if array.null_count:
        row = int(np.flatnonzero(np.asarray(array.is_null()))[0])
        raise file.error("has no value", row, column)
    if not pa.types.is_string(array.type.value_type):
        array = array.cast(pa.dictionary(pa.int32(), pa.string()))
    return array.dictionary.to_pylist(), np.asarray(array.indices.to_numpy(), dtype=np.int32)


def _days(file: TableFile, column: str, values: pa.ChunkedArray) -> DateArray:
    kind = values.type
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        if values.null_count:
            row = int(np.flatnonzero(np.asarray(values.combine_chunks().is_null()))[0])
            raise file.error("has no date", row, column)
        # a time with a zone means the date that a clock there shows
        local = pc.local_timestamp(values) if pa.types.is_timestamp(kind) and kind.tz else values
        return np.asarray(local.to_numpy(), dtype="datetime64[D]")
    if pa.types.is_integer(kind):
        values = values.cast(pa.string())
    texts, code = _encoded(file, column, values)
    days = [_day(text.strip()) for text in texts]
    if None in days:
        at = days.index(None)
        row = int(np.flatnonzero(code == at)[0])
        raise file.error(f"{texts[at]!r} is no date", row, column, "write dates as YYYY-MM-DD")
    return np.array(days, dtype=np.int64).view("datetime64[D]")[code]


@lru_cache(maxsize=1 << 14)
def _day(text: str) -> int | None:
    """Return days since 1970 of 2024-03-08 (or with a time), 20240308, 3/8/2024, an epoch stamp."""
    try:
        if match := _YEAR_FIRST.fullmatch(text):
            day = dt.date(int(match[1]), int(match[2]), int(match[3]))
        elif match := _YEAR_LAST.fullmatch(text):
            day = dt.date(int(match[3]), int(match[1]), int(match[2]))
        elif text.isascii() and text.isdigit() and len(text) == 8:
            day = dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
        elif text.isascii() and text.isdigit() and len(text) in _EPOCH_UNITS:
            seconds = int(text) // _EPOCH_UNITS[len(text)]
            day = dt.datetime.fromtimestamp(seconds, dt.UTC).date()
        else:
            return None
    except (ValueError, OverflowError):
        return None
    return day.toordinal() - _EPOCH if day.year in _YEARS else None


def _numbers(file: TableFile, column: str, values: pa.ChunkedArray, start: int = 0) -> FloatArray:
    """Return float64, NaN where a value is missing; ``start``: place of the first row."""
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _parsed(file, column, values.cast(pa.string()), start)
    number = pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)
    if not (number or pa.types.is_null(kind)):
        raise file.error(f"holds {kind}, not numbers", column=column)
    if kind != pa.float64():
        values = values.cast(pa.float64(), safe=False)
    return np.asarray(values.to_numpy(), dtype=np.float64)


def _parsed(file: TableFile, column: str, values: pa.ChunkedArray, start: int) -> FloatArray:
    bare = pc.replace_substring_regex(values, r"^\s*\$|,|\s", "")
    bare = pc.if_else(pc.is_in(bare, pa.array(MISSING)), pa.scalar(None, pa.string()), bare)
    try:
        numbers = bare.cast(pa.float64())
    except pa.ArrowInvalid:
        for row, text in enumerate(bare.to_pylist()):
            if text is not None and not _is_number(text):
                raise file.error(f"{text!r} is no number", start + row, column) from None
        raise
    return np.asarray(numbers.to_numpy(), dtype=np.float64)


def _is_number(text: str) -> bool:
    try:
        pa.scalar(text).cast(pa.float64())
    except pa.ArrowInvalid:
        return False
    return True
