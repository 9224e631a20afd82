"""A column of days in a table file, however they are written.

Never guessed where two readings are possible: days written in numbers with the year last are read
as the US writes them only where no other reading of the column is possible.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from technic.tables.arrow_arrays import from_numbers, to_mask, to_numpy
from technic.tables.bad_cells import BadCells
from technic.tables.cell_text import bare_cell
from technic.tables.day_text import (
    YEARS,
    day_number,
    formatted_day,
    readings,
    serial_days,
    strange_year,
)
from technic.tables.table_file import TableFile
from technic.typing import BoolArray, DateArray

__all__ = ["days_of", "days_of_some", "encoded"]

FIRST, END = (np.datetime64(f"{year}-01-01") for year in (YEARS.start, YEARS.stop))
STRANGE = f"its year is none from {YEARS[0]} to {YEARS[-1]}"
LONGEST = 20


def days_of(
    file: TableFile, column: str, values: pa.ChunkedArray, bad: BadCells | None = None
) -> DateArray:
    """Return the trading day of each row.

    A value that is no date is an error with its row, or noted in ``bad`` and NaT.
    """
    noted = BadCells(file) if bad is None else bad
    kind = values.type
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        days = to_numpy(_local(values)).astype("datetime64[D]")
        rows = np.flatnonzero(np.isnat(days)).tolist()
        noted.add(rows, ("has no date" for _ in rows), column)
        with np.errstate(invalid="ignore"):
            strange = ((days < FIRST) | (days >= END)).nonzero()[0].tolist()
        noted.add(strange, (f"{str(days[row])[:LONGEST]} is no date" for row in strange), column,
                  STRANGE)  # fmt: skip
    else:
        days = _of_text(noted, column, values)
    if bad is None and noted.rows:
        raise noted.error(min(noted.rows))
    return days


def _local(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return times as a clock shows them: one with a zone means the date that a clock there has."""
    if not (pa.types.is_timestamp(values.type) and values.type.tz):
        return values
    import pyarrow.compute as pc  # a tenth of what pandas takes to import

    return pc.local_timestamp(values)


def _of_text(bad: BadCells, column: str, values: pa.ChunkedArray) -> DateArray:
    if pa.types.is_floating(values.type):
        values = _whole(values)
    if pa.types.is_integer(values.type):
        values = values.cast(pa.string())
    texts, code = encoded(bad.file, column, values)
    bare = [bare_cell(text) for text in texts]
    chosen = bad.file.options.date_format
    days = _days(bare, chosen)
    if None in days:
        way_out = _way_out(bare, chosen)
        for at in [at for at, day in enumerate(days) if day is None]:
            rows = np.flatnonzero(code == at).tolist()
            hint = STRANGE if chosen is None and strange_year(bare[at]) else way_out
            bad.add(rows, (f"{texts[at]!r} is no date" for _ in rows), column, hint)
    nat = np.iinfo(np.int64).min
    known = np.array([nat if day is None else day for day in days], dtype=np.int64)
    return known.view("datetime64[D]")[code]


def days_of_some(
    file: TableFile, column: str, values: pa.ChunkedArray, there: BoolArray
) -> DateArray:
    """Return the day of each row that is ``there``, NaT for all others, whatever they hold."""
    days = np.full(len(values), np.datetime64("NaT"), "datetime64[D]")
    places = np.flatnonzero(there)
    if len(places):
        filled = values.take(from_numbers(np.where(there, np.arange(len(values)), places[0])))
        days[there] = days_of(file, column, filled)[there]
    return days


def _whole(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return floats that are whole numbers as such: stamps that a gap made floats once."""
    try:
        return values.cast(pa.int64())
    except pa.ArrowInvalid:
        return values


def _days(texts: Sequence[str], chosen: str | None) -> Sequence[int | None]:
    """Return days since 1970, None for what is none; ``chosen``: the format that the user names."""
    if chosen is not None:
        return [formatted_day(text, chosen) for text in texts]
    days = [day_number(text, "") for text in texts]
    if None not in days:
        return days
    if readings(texts) == ["%m/%d/%Y"]:
        return [day_number(text, "%m/%d/%Y") for text in texts]
    return serial_days(texts) or days


def _way_out(texts: Sequence[str], chosen: str | None) -> str:
    """Say how to write dates, or by which format these can be read."""
    if chosen is not None:
        return f'it is not written as --date-format "{chosen}" says'
    formats = readings(texts)
    if not formats:
        return 'write dates as YYYY-MM-DD, or say how they are written: --date-format "%d.%m.%Y"'
    options = " or ".join(f'--date-format "{format_}"' for format_ in formats)
    if len(formats) > 1:
        return f"day and month cannot be told apart: say which, {options}"
    return f"write dates as YYYY-MM-DD, or say how they are written: {options}"


def encoded(
    file: TableFile, column: str, values: pa.ChunkedArray
) -> tuple[list[str], NDArray[np.int32]]:
    """Return the distinct texts of a column and which of them each row has."""
    if not pa.types.is_dictionary(values.type):
        if not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
            raise file.error(f"holds {values.type}, not text", column=column)
        values = values.dictionary_encode()
    array = values.unify_dictionaries().combine_chunks()
    if array.null_count:
        row = int(np.flatnonzero(to_mask(array.is_null()))[0])
        raise file.error("has no value", row, column)
    kind = array.type.value_type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        try:
            array = array.cast(pa.dictionary(pa.int32(), pa.string()))
        except pa.ArrowInvalid as error:
            raise file.error("is not UTF-8 text", column=column) from error
    return array.dictionary.to_pylist(), to_numpy(array.indices).astype(np.int32)
