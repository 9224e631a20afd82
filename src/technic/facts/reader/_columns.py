"""A table of facts as arrays, concept by concept, with the session that knew each row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from technic.errors import ParameterError
from technic.facts.concepts import Concept
from technic.facts.rows import FACT_SCHEMA, LISTED_AS
from technic.sessions import SessionCalendar
from technic.typing import BoolArray, FloatArray, IntArray

__all__ = ["ConceptRows", "FactColumns"]

VENDOR = "massive"
"""The source of rows that filings go before."""

NEW_YORK_LAGS = np.timedelta64(5, "h") + np.timedelta64(1, "us")
"""Taken from a UTC time it leaves the day of New York, of the end of a day the day that ends."""


@dataclass(frozen=True, slots=True, eq=False)
class ConceptRows:
    """Rows of one concept, all (n,).

    ``row``: place in the reader's table. ``company``, ``security``: codes, -1 unknown. ``end``,
    ``basis``: day numbers; ``basis`` is the day in whose shares a number is counted. ``known``:
    position of the first session at whose close it is known. ``tag``: code.
    """

    row: IntArray
    company: IntArray
    security: IntArray
    end: IntArray
    quarters: IntArray
    value: FloatArray
    known: IntArray
    known_at: IntArray
    basis: IntArray
    tag: IntArray

    def __len__(self) -> int:
        return len(self.row)

    def take(self, rows: IntArray | NDArray[np.bool_]) -> ConceptRows:
        """Return some of the rows."""
        return ConceptRows(*(getattr(self, name)[rows] for name in self.__slots__))


class FactColumns:
    """A table of facts, cut by concept; rows that no session of the calendar knows are left out."""

    def __init__(self, table: pa.Table, calendar: SessionCalendar) -> None:
        missing = [name for name in FACT_SCHEMA.names if name not in table.column_names]
        if missing:
            raise ParameterError("facts", f"without {', '.join(missing)}", "FACT_SCHEMA")
        self.table = table.unify_dictionaries().combine_chunks()
        table = self.table
        codes, self.concepts = coded(table["concept"])
        self._company, self.ciks = coded(table["cik"])
        self._security, self.symbols = coded(table["symbol"])
        self._tag, self.tags = coded(table["tag"])
        self.of_vendor: BoolArray = plain(
            pc.fill_null(pc.equal(table["source"].cast(pa.string()), VENDOR), False)
        ).astype(np.bool_)
        self.known_at = integers(table["known_at"], pa.int64())
        self._end = integers(table["period_end"], pa.int32())
        self._quarters = integers(table["quarters"], pa.int8())
        self._value = plain(table["value"])
        closes = calendar.closes.astype("datetime64[us]").astype(np.int64)
        self.known = np.searchsorted(closes, self.known_at, side="right").astype(np.int32)
        self._never = len(closes)
        self._order = np.argsort(codes, kind="stable")
        counts = np.bincount(codes + 1, minlength=len(self.concepts) + 1)
        self._bounds = np.cumsum(counts)

    def rows_of(self, concept: Concept) -> ConceptRows:
        """Return the rows of a concept, in the order of the table."""
        if concept.name not in self.concepts:
            return self._take(concept, np.empty(0, np.int64))
        at = self.concepts.index(concept.name)
        rows = self._order[self._bounds[at] : self._bounds[at + 1]]
        return self._take(concept, rows[self.known[rows] < self._never])

    def identities(self) -> tuple[IntArray, IntArray, IntArray, BoolArray]:
        """Return (security, company, known, listed) of every row with a symbol.

        ``listed``: whether the row is there to say who has the symbol; others only carry it.
        """
        said = np.flatnonzero((self._security >= 0) & (self.known < self._never))
        security, company, known = (
            array[said].astype(np.int64) for array in (self._security, self._company, self.known)
        )
        return security, company, known, self._is_of(LISTED_AS)[said]

    def _is_of(self, name: str) -> BoolArray:
        """Tell which rows of the table are of a concept."""
        found = np.zeros(len(self.table), np.bool_)
        if name in self.concepts:
            at = self.concepts.index(name)
            found[self._order[self._bounds[at] : self._bounds[at + 1]]] = True
        return found

    def _take(self, concept: Concept, rows: IntArray) -> ConceptRows:
        end = self._end[rows].astype(np.int64)
        known_at = self.known_at[rows]
        filed = (known_at.astype("datetime64[us]") - NEW_YORK_LAGS).astype("datetime64[D]")
        return ConceptRows(
            row=rows.astype(np.int64),
            company=self._company[rows].astype(np.int64),
            security=self._security[rows].astype(np.int64),
            end=end,
            quarters=self._quarters[rows].astype(np.int64),
            value=self._value[rows].astype(np.float64),
            known=self.known[rows].astype(np.int64),
            known_at=known_at.astype(np.int64),
            basis=end if concept.counted_on_end else filed.astype(np.int64),
            tag=self._tag[rows].astype(np.int64),
        )


def coded(column: pa.ChunkedArray) -> tuple[NDArray[np.int32], list[object]]:
    """Return each row's code, -1 for null, and what the codes stand for."""
    encoded = column.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return codes.astype(np.int32), encoded.dictionary.to_pylist()


def integers(column: pa.ChunkedArray, kind: pa.DataType) -> NDArray[np.generic]:
    """Return a column of times, days or numbers as integers."""
    return plain(column.cast(kind))


def plain(column: pa.ChunkedArray) -> NDArray[np.generic]:
    """Return a column as an array, of one chunk without a copy."""
    only = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    return np.asarray(only.to_numpy(zero_copy_only=False))
