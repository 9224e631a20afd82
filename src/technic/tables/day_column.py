"""A column of days in a table file, however they are written."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from technic.tables.table_file import TableFile
from technic.typing import DateArray

__all__ = ["days_of", "encoded"]

_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_YEAR_LAST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: .*)?")
_YEARS = range(1900, 2200)
_EPOCH = dt.date(1970, 1, 1).toordinal()
_EPOCH_UNITS = {10: 1, 13: 1_000, 16: 1_000_000, 19: 1_000_000_000}


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
