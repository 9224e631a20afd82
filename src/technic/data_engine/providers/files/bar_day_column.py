"""The days of a price file's rows: in a column, or in its name; bars within days are refused."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from technic.data_engine.providers.files.file_names import NamedFile
from technic.errors import InputFileError
from technic.panel import PRICES
from technic.tables.arrow_arrays import from_mask, to_numpy
from technic.tables.bad_cells import BadCells
from technic.tables.column_names import PRICES as PRICE_NAMES
from technic.tables.day_column import days_of
from technic.tables.table_file import TableFile, plain_name
from technic.typing import DateArray
from technic.wording.counts import count_of

__all__ = ["NO_DAYS", "REQUIRED", "refuse_times", "row_days"]

REQUIRED: tuple[str, ...] = ("date", *PRICES)
NO_DAYS = ("indexlevel0", "unnamed0", "index", "t")
"""Names that may be those of columns of days, where there is no better one."""
LONGEST_DAY = 10
"""Characters of a date without a time, such as 2024-03-08."""
SAMPLE = 10_000
"""Rows in which bars within days are looked for."""


def row_days(
    file: TableFile,
    columns: Mapping[str, str],
    table: pa.Table,
    named: NamedFile,
    bad: BadCells | None = None,
) -> DateArray:
    """Return the day of each row; without a column of days that of the file's name.

    What is no date is an error, or noted in ``bad`` and NaT. Raises InputFileError for bars within
    days, and for a file of several days without a column of them.
    """
    if "date" in columns:
        day = days_of(file, columns["date"], table["date"], bad)
        _refuse_bars_within_days(file, columns["date"], table["date"], day)
        return day
    if len(table["symbol"].unique()) < len(table):
        file.match(PRICE_NAMES, required=REQUIRED)
    return np.full(len(table), np.datetime64(named.day, "D"))


def _refuse_bars_within_days(
    file: TableFile, column: str, values: pa.ChunkedArray, day: DateArray
) -> None:
    """Refuse bars of minutes or hours: a scan is of days."""
    if pa.types.is_date(values.type):
        return
    first = "" if pa.types.is_timestamp(values.type) else values[0].as_py()
    is_text = isinstance(first, str) and bool(first)
    if is_text and len(first.strip()) <= LONGEST_DAY and not first.isdigit():
        return
    known = ~np.isnat(day[:SAMPLE])
    sample = values.slice(0, SAMPLE)
    if pa.types.is_timestamp(values.type):
        stamps = len(np.unique(to_numpy(sample)[known]))
    else:
        stamps = len(sample.filter(from_mask(known)).unique())
    days = len(np.unique(day[:SAMPLE][known]))
    if days and stamps >= 2 * days:
        raise _within_days(file, column, day)


def refuse_times(file: TableFile, day: DateArray) -> None:
    """Refuse bars within days whose time has a column of its own."""
    time = next((name for name in file.header if plain_name(name) == "time"), None)
    if time is not None:
        raise _within_days(file, time, day)


def _within_days(file: TableFile, column: str, day: DateArray) -> InputFileError:
    days, counts = np.unique(day, return_counts=True)
    most = int(counts.argmax())
    reason = f"holds bars within days ({count_of(int(counts[most]), 'row')} on {days[most]})"
    hint = "a scan is of daily bars: make them first, docs/your-files.md says how"
    return InputFileError(str(file.path), reason, column=column, hint=hint)
