"""Daily bars in CSV and Parquet files, in the layouts that people have.

One long file with a symbol column, one file of a single symbol named after it, or a folder of
either kind. Columns go by their usual names in any case. A Parquet file is read in two steps, so
that prices are decoded only where they are wanted: first who and when, then the rows kept.
"""

from __future__ import annotations

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
from technic.typing import BoolArray, DateArray, FloatArray
from technic.universe import canonical

__all__ = ["BarRows", "bar_paths", "is_named_after", "open_one", "symbol_of"]

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
    they are asked for. ``fields``: what ``prices`` returns of a row. ``one_each``: each symbol has
    a file of its own. ``notes``: sentences on what could not be read.
    """

    symbols: tuple[str, ...]
    code: NDArray[np.int32]
    day: DateArray
    values: dict[str, FloatArray]
    parquet: tuple[TableFile, dict[str, str]] | None = None
    failures: dict[str, Failure] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    fields: tuple[str, ...] = FIELDS
    one_each: bool = False
    notes: tuple[str, ...] = ()

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


def bar_paths(path: Path) -> list[Path]:
    """Return the files that hold the bars: those of a folder, in order, else ``path`` itself."""
    if not path.is_dir():
        return [path]
    return sorted(
        each for each in path.iterdir()
        if each.name.lower().endswith(ENDINGS) and not each.name.startswith((".", "_"))
    )  # fmt: skip


def open_one(path: Path, adjust_by: str | None, *, volume: bool, prices: bool = False) -> BarRows:
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
    stem = _stem(path)
    return canonical(stem[:-3] if stem.lower().endswith(".us") else stem)


def is_named_after(path: Path, symbol: str) -> bool:
    """Tell whether a file has the name of a symbol, as it is written inside or without .US."""
    return symbol.upper() in (symbol_of(path).upper(), _stem(path).upper())


def _stem(path: Path) -> str:
    stem = path.name
    for ending in ENDINGS:
        stem = stem[: -len(ending)] if stem.lower().endswith(ending) else stem
    return stem


def _read(file: TableFile, columns: dict[str, str]) -> pa.Table:
    """Read numbers as numbers, and only where that fails as text: ``$1,234`` costs more."""
    try:
        return file.read(columns, _CSV_TYPES)
    except InputFileError as error:
        if file.format == "csv" and "conversion error to double" in str(error.__cause__):
            return file.read(columns, {name: _CSV_TYPES[name] for name in ("symbol", "date")})
        raise
