"""From when to when each row of a file of listings is one: what is delisted, and not listed yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from technic.tables.arrow_arrays import from_texts
from technic.tables.day_column import days_of_some
from technic.tables.table_file import MISSING, TableFile, plain_name
from technic.typing import BoolArray, DateArray

__all__ = ["SPAN_COLUMNS", "ListingSpans"]

SPAN_COLUMNS = ("status", "is_delisted", "delisted_on", "listed_on", "first_seen", "last_seen")
_SAYS = {
    "status": (("delisted", "inactive"), ("active",)),
    "listingstatus": (("delisted", "inactive"), ("active",)),
    "active": (("false", "no", "n", "f", "0"), ("true", "yes", "y", "t", "1")),
    "isactive": (("false", "no", "n", "f", "0"), ("true", "yes", "y", "t", "1")),
    "isactivelytrading": (("false", "no", "n", "f", "0"), ("true", "yes", "y", "t", "1")),
    "isdelisted": (("true", "yes", "y", "t", "1"), ("false", "no", "n", "f", "0")),
}
"""What says in a column of that name that a row is gone, and that it is not; other words say
nothing."""
LONGEST = 64
"""Letters of a status or a day."""
_UNKNOWN = np.datetime64("NaT", "D")


@dataclass(frozen=True, slots=True, eq=False)
class ListingSpans:
    """When each row is a listing, ``(n_rows,)`` each.

    ``begins``: its first day, NaT where it is listed from the beginning; ``ends``: the first day on
    which it is not listed any more, NaT where it is not known to end; ``gone``: whether it has
    ended on a day that nobody says. ``known_from``: the day from which the file says who left, NaT
    where it does not.
    """

    begins: DateArray
    ends: DateArray
    gone: BoolArray
    known_from: np.datetime64

    @classmethod
    def of(cls, file: TableFile, found: Mapping[str, str], table: pa.Table) -> ListingSpans:
        """Read them from the columns that say so.

        A day of delisting decides before a word: who goes later was still listed. Who was seen last
        on a day has gone by the next, unless that is the last day on which the file saw anybody, or
        it says that the row is not gone. Who was seen first on the first of all days was listed
        before it for all that is known.
        """
        gone, lives = np.zeros((2, len(table)), dtype=np.bool_)
        for name in ("status", "is_delisted"):
            if name in found:
                texts = np.char.lower(_texts(table[name]))
                over, open_ = _SAYS.get(plain_name(found[name]), _SAYS[name.replace("_", "")])
                gone |= np.isin(texts, over)
                lives |= np.isin(texts, open_)
        days = {
            name: _days(file, found[name], table[name])
            if name in found
            else np.full(len(table), _UNKNOWN)
            for name in SPAN_COLUMNS[2:]
        }
        first, last = days["first_seen"], days["last_seen"]
        since = first == _first(first)
        until = lives | (last == _last(last))
        begins = np.where(since, _UNKNOWN, first)
        begins = np.where(np.isnat(days["listed_on"]), begins, days["listed_on"])
        ends = np.where(until, _UNKNOWN, last + 1)
        ends = np.where(np.isnat(days["delisted_on"]), ends, days["delisted_on"])
        known_from = _first(np.array([_first(first), _first(ends)]))
        if np.isnat(_first(ends)):
            known_from = _UNKNOWN
        return cls(begins, ends, gone & np.isnat(ends), known_from)

    def hold(self, day: np.datetime64 | None) -> tuple[BoolArray, BoolArray]:
        """Tell which rows are listings on ``day`` as far as their end goes, and as their beginning.

        None: which have neither ended nor will, whenever they began.
        """
        if day is None:
            return ~self.gone & np.isnat(self.ends), np.ones(len(self.gone), np.bool_)
        still = ~self.gone & (np.isnat(self.ends) | (day < self.ends))
        return still, np.isnat(self.begins) | (self.begins <= day)

    @property
    def changes(self) -> DateArray:
        """The days, ascending, on which a listing begins or has ended."""
        return np.unique(np.concatenate([_known(self.begins), _known(self.ends)]))


def _known(days: DateArray) -> DateArray:
    return days[~np.isnat(days)]


def _first(days: DateArray) -> np.datetime64:
    """Return the first day, NaT where there is none."""
    return np.datetime64(np.fmin.reduce(days, initial=_UNKNOWN), "D")


def _last(days: DateArray) -> np.datetime64:
    """Return the last day, NaT where there is none."""
    return np.datetime64(np.fmax.reduce(days, initial=_UNKNOWN), "D")


def _days(file: TableFile, column: str, values: pa.ChunkedArray) -> DateArray:
    """Return the day of each row, NaT where there is none."""
    texts = _texts(values)
    dated = ~np.isin(texts, MISSING)
    days = days_of_some(file, column, pa.chunked_array([from_texts(texts.tolist())]), dated)
    return np.where(dated, days, _UNKNOWN)


def _texts(values: pa.ChunkedArray) -> NDArray[np.str_]:
    """Return text, flags and days as text without blanks around it, "" where there is none."""
    import pyarrow.compute as pc

    texts = pc.utf8_trim_whitespace(values.cast(pa.string()))
    short = pc.utf8_slice_codeunits(texts, 0, LONGEST)  # each row of numpy's is as wide as any
    return np.array([text or "" for text in short.to_pylist()], dtype=str)
