"""A column of days in a table file, however they are written.

Never guessed where two readings are possible: days written in numbers with the year last are read
as the US writes them only where no other reading of the column is possible.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from technic.tables.month_names import named_month_day
from technic.tables.table_file import TableFile
from technic.typing import DateArray

__all__ = ["days_of", "encoded"]

_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T ]\d{1,2}.*)?")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})(?:[T ,].*)?")
_YEARS = range(1900, 2200)
_EPOCH = dt.date(1970, 1, 1).toordinal()
_EPOCH_UNITS = {10: 1, 13: 1_000, 16: 1_000_000, 19: 1_000_000_000}
_MONTHS = 12


def days_of(file: TableFile, column: str, values: pa.ChunkedArray) -> DateArray:
    """Return the trading day of each row; a value that is no date is an error with its row."""
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
    texts, code = encoded(file, column, values)
    stripped = [text.strip() for text in texts]
    chosen = file.options.date_format
    if chosen is not None:
        days = [_formatted(text, chosen) for text in stripped]
    else:
        days = [_day(text, "") for text in stripped]
        if None in days and (order := _order(stripped)):
            days = [_day(text, order) for text in stripped]
    if None in days:
        at = days.index(None)
        row = int(np.flatnonzero(code == at)[0])
        raise file.error(f"{texts[at]!r} is no date", row, column, _way_out(stripped, chosen))
    return np.array(days, dtype=np.int64).view("datetime64[D]")[code]


def _order(texts: Sequence[str]) -> str:
    """Return ``%m/%d/%Y`` where that is the only reading of all days with the year last."""
    return "%m/%d/%Y" if _readings(texts) == ["%m/%d/%Y"] else ""


def _readings(texts: Sequence[str]) -> list[str]:
    """Return the formats that all numeric days with the year last can be read by."""
    found = [match for text in texts if (match := _YEAR_LAST.fullmatch(text))]
    if not found:
        return []
    parts = {match[2] for match in found}
    widths = {len(match[4]) for match in found}
    if len(parts) > 1 or len(widths) > 1:
        return []
    mark, year = parts.pop(), "%Y" if widths == {4} else "%y"
    first = max(int(match[1]) for match in found) <= _MONTHS
    second = max(int(match[3]) for match in found) <= _MONTHS
    month_first, day_first = (mark.join((*two, year)) for two in (("%m", "%d"), ("%d", "%m")))
    return [format_ for format_, fits in ((month_first, first), (day_first, second)) if fits]


def _way_out(texts: Sequence[str], chosen: str | None) -> str:
    """Say how to write dates, or by which format these can be read."""
    if chosen is not None:
        return f"it is not written as --date-format {chosen!r} says"
    readings = _readings(texts)
    if not readings:
        return "write dates as YYYY-MM-DD, or say how they are written: --date-format '%d.%m.%Y'"
    options = " or ".join(f"--date-format {format_!r}" for format_ in readings)
    if len(readings) > 1:
        return f"day and month cannot be told apart: say which, {options}"
    return f"write dates as YYYY-MM-DD, or say how they are written: {options}"


@lru_cache(maxsize=1 << 14)
def _day(text: str, order: str) -> int | None:
    """Return days since 1970 of 2024-03-08 (or with a time), 20240308, Mar 8, 2024, an epoch stamp.

    ``order``: ``%m/%d/%Y`` where 3/8/2024 is known to be in March.
    """
    try:
        if match := _YEAR_FIRST.fullmatch(text):
            day = dt.date(int(match[1]), int(match[2]), int(match[3]))
        elif order and (match := _YEAR_LAST.fullmatch(text)):
            day = dt.date(int(match[4]), int(match[1]), int(match[3]))
        elif text.isascii() and (match := _COMPACT.fullmatch(text)):
            day = dt.date(int(match[1]), int(match[2]), int(match[3]))
        elif text.isascii() and text.isdigit() and len(text) in _EPOCH_UNITS:
            seconds = int(text) // _EPOCH_UNITS[len(text)]
            day = dt.datetime.fromtimestamp(seconds, dt.UTC).date()
        elif (named := named_month_day(text)) is not None:
            day = named
        else:
            return None
    except (ValueError, OverflowError):
        return None
    return day.toordinal() - _EPOCH if day.year in _YEARS else None


@lru_cache(maxsize=1 << 14)
def _formatted(text: str, format_: str) -> int | None:
    """Return days since 1970 of a day written as the user says."""
    try:
        day = dt.datetime.strptime(text, format_).replace(tzinfo=dt.UTC).date()
    except (ValueError, OverflowError):
        return None
    return day.toordinal() - _EPOCH if day.year in _YEARS else None


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
        row = int(np.flatnonzero(np.asarray(array.is_null()))[0])
        raise file.error("has no value", row, column)
    if not pa.types.is_string(array.type.value_type):
        array = array.cast(pa.dictionary(pa.int32(), pa.string()))
    return array.dictionary.to_pylist(), np.asarray(array.indices.to_numpy(), dtype=np.int32)
