"""Which rows of a file of listings are of securities that are gone: delisted, inactive."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from technic.tables.day_column import days_of_some
from technic.tables.table_file import MISSING, TableFile, plain_name
from technic.typing import BoolArray, DateArray

__all__ = ["delisting_days", "gone_by"]

_GONE = {
    "status": ("delisted", "inactive"),
    "listingstatus": ("delisted", "inactive"),
    "active": ("false", "no", "n", "f", "0"),
    "isactive": ("false", "no", "n", "f", "0"),
    "isactivelytrading": ("false", "no", "n", "f", "0"),
    "isdelisted": ("true", "yes", "y", "t", "1"),
}
"""What says so in a column of that name; other words say nothing."""


LONGEST = 64
"""Letters of a status or a day."""


def gone_by(
    file: TableFile, found: Mapping[str, str], table: pa.Table, day: np.datetime64 | None
) -> BoolArray:
    """Tell which listings had ended on ``day`` (None: ever), shape ``(n,)``.

    A day of delisting decides where there is one: who goes later was still listed.
    """
    gone = np.zeros(len(table), dtype=np.bool_)
    for name in ("status", "is_delisted"):
        if name in found:
            gone |= np.isin(np.char.lower(_texts(table[name])), _GONE[plain_name(found[name])])
    if "delisted_on" in found:
        dated, days = _delisted_on(file, found["delisted_on"], table)
        gone = np.where(dated, (days <= day) if day is not None else dated, gone)
    return gone


def delisting_days(file: TableFile, column: str, table: pa.Table) -> DateArray:
    """Return the days on which listings end, one for each that has one."""
    dated, days = _delisted_on(file, column, table)
    return days[dated]


def _delisted_on(file: TableFile, column: str, table: pa.Table) -> tuple[BoolArray, DateArray]:
    """Tell which listings have a day of delisting, and which day that is."""
    texts = _texts(table["delisted_on"])
    dated = ~np.isin(texts, MISSING)
    return dated, days_of_some(file, column, pa.chunked_array([texts]), dated)


def _texts(values: pa.ChunkedArray) -> NDArray[np.str_]:
    """Return text, flags and days as text without blanks around it, "" where there is none."""
    texts = pc.utf8_trim_whitespace(values.cast(pa.string()).fill_null(""))
    short = pc.utf8_slice_codeunits(texts, 0, LONGEST)  # each row of numpy's is as wide as any
    return np.array(short.to_pylist(), dtype=str)
