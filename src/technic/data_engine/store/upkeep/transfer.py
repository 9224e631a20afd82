"""Daily bars out of a store into one file, and back: columns symbol, date, open … volume.

A file may come from anywhere: what it holds is looked at row by row, and what it says of itself
is not believed. Files of other layouts are read as a scan reads them.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from technic.data_engine.providers.files.bar_folder import open_bars
from technic.data_engine.providers.files.file_notes import file_notes
from technic.data_engine.providers.files.file_paths import bar_paths
from technic.data_engine.row_checks.market_days import MarketDays
from technic.data_engine.row_checks.repeated_rows import row_order, without_repeats
from technic.data_engine.row_checks.session_check import DatedRows, check_days
from technic.data_engine.row_checks.value_check import odd_values
from technic.errors import InputFileError, ParameterError
from technic.panel import FIELDS, LongBars
from technic.sessions import SessionCalendar
from technic.tables.cell_text import bare_cell
from technic.tables.file_options import FileOptions
from technic.text.outside import could_be_symbol
from technic.typing import BoolArray, DateArray
from technic.universe import canonical
from technic.universe.symbols import without_exchange

__all__ = ["ImportReport", "answered_ranges", "read_file", "write_file"]

SCHEMA = pa.schema(
    [
        ("symbol", pa.string()),
        ("date", pa.date32()),
        *((name, pa.float64()) for name in FIELDS),
    ]
)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came of a file: bars stored, rows left out by reason, and what else is to be said."""

    bars: int
    refused: Mapping[str, int]
    notes: tuple[str, ...] = ()


def write_file(path: Path, bars: LongBars) -> None:
    """Write ``bars`` as ``.parquet`` or ``.csv``: the whole file is there, or none."""
    import pyarrow.csv
    import pyarrow.parquet

    _check_ending("path", path)
    names = pa.array(bars.symbols, pa.string())
    symbol = pa.DictionaryArray.from_arrays(pa.array(bars.column, pa.int32()), names)
    table = pa.table(
        [
            symbol.dictionary_decode(),
            pa.array(bars.session),
            *(pa.array(getattr(bars, name)) for name in FIELDS),
        ],
        schema=SCHEMA,
    )
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        if path.suffix.lower() == ".csv":
            pyarrow.csv.write_csv(table, part)
        else:
            pyarrow.parquet.write_table(table, part, compression="zstd")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def read_file(
    path: Path,
    final: np.datetime64,
    calendar: SessionCalendar | None = None,
    options: FileOptions | None = None,
) -> tuple[LongBars, dict[str, int], tuple[str, ...]]:
    """Read what ``write_file`` wrote, or prices as people have them: a file, or a folder of them.

    Returns the rows that can be bars, how many cannot, by reason, and sentences on what was found;
    ``final``: the last day that is over; ``calendar``: the sessions, weekdays unless given;
    ``options``: what the user says of the layout. Raises InputFileError for what holds no prices,
    where no row is left, and where the dates cannot be those of sessions.
    """
    table = _own_layout(path)
    notes: tuple[str, ...] = ()
    if table is None or options not in (None, FileOptions()):
        table, notes = _as_scans_read(path, options)
    table = _with_symbols(table)
    wrong = np.zeros(len(table), np.bool_)
    if calendar is not None:
        wrong, odd = _wrong_dates(path, table, MarketDays(calendar, final, final))
        notes += odd
    keep, refused = _sifted(table, final, wrong, calendar)
    bars, repeats = _each_day_once(_bars(table.filter(pa.array(keep))))
    refused |= repeats
    notes += tuple(f"{path.name}: {what}" for what in odd_values(bars))
    if not len(bars):
        counts = ", ".join(f"{count:,} {reason}" for reason, count in refused.items())
        raise InputFileError(str(path), f"has no row that can be a bar ({counts or 'no rows'})")
    return bars, refused, notes


def _own_layout(path: Path) -> pa.Table | None:
    """Return the table of a file as ``write_file`` writes it; None where it is another."""
    if path.suffix.lower() not in (".csv", ".parquet") or path.is_dir():
        return None
    try:
        table = _open(path)
        return table.select(SCHEMA.names).cast(SCHEMA)
    except (OSError, KeyError, pa.ArrowException):
        return None  # whoever reads all layouts says what is wrong with it


def _with_symbols(table: pa.Table) -> pa.Table:
    """Return the table with canonical symbols, and nothing where one can be none.

    One rule for what people write, wherever they write it (``AAPL.US``, ``NASDAQ:AAPL``).
    """
    column = table["symbol"].fill_null("").combine_chunks().dictionary_encode()
    texts = (bare_cell(text) for text in column.dictionary.to_pylist())
    known = [canonical(without_exchange(text)) if could_be_symbol(text) else "" for text in texts]
    names = pa.array(known, pa.string()).take(column.indices)
    return table.set_column(table.column_names.index("symbol"), "symbol", names)


def _as_scans_read(path: Path, options: FileOptions | None) -> tuple[pa.Table, tuple[str, ...]]:
    """Return the rows of files in a layout that a scan takes, and what is said of the files."""
    rows = open_bars(path, options=options)
    prices = rows.prices(np.ones(len(rows.day), np.bool_))
    symbol = pa.DictionaryArray.from_arrays(
        pa.array(rows.code, pa.int32()), pa.array(rows.symbols, pa.string())
    )
    table = pa.table(
        [symbol.dictionary_decode(), pa.array(rows.day), *(pa.array(prices[n]) for n in FIELDS)],
        schema=SCHEMA,
    )
    failed = tuple(f"{name}: {why.detail}" for name, why in rows.failures.items())
    return table, (*file_notes(path, bar_paths(path), rows.said), *rows.notes, *failed)


def _each_day_once(bars: LongBars) -> tuple[LongBars, dict[str, int]]:
    """Return the bars sorted by symbol and day, and how many went for another row of their day."""
    bars = bars.rows(np.argsort(row_order(bars), kind="stable"))
    kept, _, repeats = without_repeats(bars)
    out = len(bars) - len(kept) - repeats
    names = bars.symbols
    there = np.unique(kept.column)
    new = np.full(len(names), -1, np.int32)
    new[there] = np.arange(len(there), dtype=np.int32)
    kept = replace(kept, symbols=tuple(names[at] for at in there), column=new[kept.column])
    counts = {"that repeat another": repeats, "of symbols with two different rows for a day": out}
    return kept, {reason: count for reason, count in counts.items() if count}


def _wrong_dates(path: Path, table: Any, market: MarketDays) -> tuple[BoolArray, tuple[str, ...]]:
    """Mark the rows of symbols whose dates cannot be those of sessions, unless all are so.

    Returns what else is odd about the days, too.
    """
    names = table["symbol"].fill_null("").combine_chunks().dictionary_encode()
    code = names.indices.to_numpy().astype(np.int32)
    day = _days(table)
    dated = ~np.isnat(day)
    closes = table["close"].to_numpy().astype(np.float64)
    symbols = tuple(names.dictionary.to_pylist())
    rows = DatedRows(symbols, code[dated], day[dated], lambda: closes[dated])
    checked = check_days(rows, market)
    if checked.verdict is not None and checked.verdict.refused:
        raise InputFileError(str(path), checked.verdict.reason, hint=checked.verdict.advice)
    wrong: BoolArray = np.array([name in checked.alone for name in symbols], np.bool_)[code]
    odd = [str(checked.verdict)] if checked.verdict is not None and checked.verdict.warned else []
    return wrong, tuple(f"{path.name}: {what}" for what in (*odd, *checked.notes))


def _days(table: Any) -> DateArray:
    days = table["date"].combine_chunks().to_numpy(zero_copy_only=False)
    return np.asarray(days.astype("datetime64[D]"))


def _sifted(
    table: Any, final: np.datetime64, wrong_dates: BoolArray, calendar: SessionCalendar | None
) -> tuple[BoolArray, dict[str, int]]:
    """Mark the rows that can be bars; count the others by the first reason that applies."""
    names = table["symbol"].fill_null("").to_pylist()
    day = _days(table)
    values = [table[name].to_numpy().astype(np.float64) for name in FIELDS]
    known = ~np.isnat(day)
    if calendar is None:
        session, off = np.is_busday(np.where(known, day, final)), "of a weekend"
    else:
        session, off = np.isin(day, calendar.sessions), "on no session"
    reasons = {
        "without a symbol": ~np.array([bool(name.strip()) for name in names], bool),
        "without a date": ~known,
        "without a value": ~np.all([np.isfinite(value) for value in values], axis=0),
        "with a price or volume below zero": np.any([value < 0 for value in values], axis=0),
        "of a day that is not over": known & (day > final),
        "of symbols whose dates lie on no session": wrong_dates,
        off: known & ~session,
    }
    keep = np.ones(len(day), bool)
    refused = {}
    for reason, wrong in reasons.items():
        count = int(np.count_nonzero(wrong & keep))
        if count:
            refused[reason] = count
        keep &= ~wrong
    return keep, refused


def answered_ranges(bars: LongBars) -> tuple[list[str], DateArray, DateArray]:
    """Return symbol, first and last day of each stretch in which a symbol misses no day.

    Days are those on which any symbol of ``bars`` (sorted by symbol and session) has a bar.
    """
    days, place = np.unique(bars.session, return_inverse=True)
    begins = np.ones(len(place), bool)
    begins[1:] = (bars.column[1:] != bars.column[:-1]) | (place[1:] != place[:-1] + 1)
    at = np.flatnonzero(begins)
    ends = np.append(at[1:], len(place)) - 1
    names = [bars.symbols[column] for column in bars.column[at]]
    return names, days[place[at]], days[place[ends]]


def _open(path: Path) -> Any:
    import pyarrow.csv
    import pyarrow.parquet

    if path.suffix.lower() == ".parquet":
        return pyarrow.parquet.read_table(path)
    # A symbol may look like a number, a date or null (NA, TRUE): the types are given, not guessed.
    convert = pyarrow.csv.ConvertOptions(
        column_types={field.name: field.type for field in SCHEMA}, strings_can_be_null=False
    )
    return pyarrow.csv.read_csv(path, convert_options=convert)


def _bars(table: Any) -> LongBars:
    symbol = table["symbol"].combine_chunks().dictionary_encode()
    if isinstance(symbol, pa.ChunkedArray):
        symbol = symbol.combine_chunks()
    return LongBars(
        tuple(symbol.dictionary.to_pylist()),
        symbol.indices.to_numpy().astype(np.int32),
        table["date"].to_numpy().astype("datetime64[D]"),
        *(table[name].to_numpy().astype(np.float64) for name in FIELDS),
    )


def _check_ending(parameter: str, path: Path) -> None:
    if path.suffix.lower() not in (".csv", ".parquet"):
        raise ParameterError(parameter, str(path), "a name that ends in .parquet or .csv")
