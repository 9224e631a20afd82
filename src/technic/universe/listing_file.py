"""A file of listings: who is listed on which day, and what is said of it.

A universe file is CSV or Parquet with a header; its columns go by their usual names in any case.
The symbol directories of Nasdaq Trader (``nasdaqlisted.txt``, ``otherlisted.txt``) are such files
too. Symbols become canonical; two rows for one symbol are an error unless they are the same, or of
different days: in a column ``as_of`` or ``date``, or by when they were listed.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from technic.errors import InputFileError
from technic.tables.day_column import days_of_some
from technic.tables.file_options import FileOptions
from technic.tables.table_file import TableFile
from technic.typing import BoolArray, DateArray
from technic.universe.listing_columns import listing_columns, listing_rows
from technic.universe.listing_spans import ListingSpans
from technic.universe.listings import Column, Universe
from technic.wording.counts import count_of

__all__ = ["Listed", "ListingFile"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class ListingFile:
    """The rows of a file, read once.

    ``columns``: what they say, as a universe has it, a value for each row of the file; ``spans``:
    from when to when each is a listing; ``nameless``: rows without a symbol.
    ``days``: the day that each row is of, None for a file without such a column; ``complete``: the
    days of which the file has all listings, None where a day has those rows alone that are new.
    ``written``: the day on which the file was last written.
    """

    file: TableFile
    columns: Mapping[str, Column]
    spans: ListingSpans
    nameless: BoolArray
    days: DateArray | None
    complete: DateArray | None
    written: np.datetime64

    @classmethod
    def open(cls, path: str | Path, options: FileOptions | None = None) -> ListingFile:
        """Read a CSV or Parquet file. Only a symbol column is needed.

        Raises InputFileError, with row and column where there is one, for a file that is no table,
        a column of symbols that are none, what is no day, and a market cap that is no amount.
        """
        file = TableFile.open(Path(path), options)
        found = listing_columns(file)
        table = file.read(found)
        if not len(table):
            raise InputFileError(str(path), "has a header but no rows")
        columns, nameless = listing_rows(file, found, table)
        days, complete, named = None, None, ~nameless
        if "as_of" in found:
            days = days_of_some(file, found["as_of"], table["as_of"], named)
            complete = _complete_days(columns["symbol"][named], days[named])
        return cls(
            file=file,
            columns=columns,
            spans=ListingSpans.of(file, found, table),
            nameless=nameless,
            days=days,
            complete=complete,
            written=np.datetime64(int(file.path.stat().st_mtime), "s").astype("datetime64[D]"),
        )

    @property
    def changes(self) -> DateArray:
        """The days, ascending, on which what `on` answers may change."""
        rows = np.empty(0, "datetime64[D]") if self.days is None else self.days[~self.nameless]
        return np.unique(np.concatenate([rows, self.spans.changes]))

    @property
    def known_from(self) -> np.datetime64 | None:
        """The day from which the file says who was listed and who left; None where it does not."""
        if self.complete is not None:
            return np.datetime64(self.complete[0], "D")
        return None if np.isnat(self.spans.known_from) else self.spans.known_from

    def on(self, day: np.datetime64 | None) -> Universe:
        """Return who is listed on ``day``, and what is known of each; None: the latest.

        Of a file with a column of days, every one of which has all listings of that day (more than
        half of the symbols of each day stand again under the next), the latest day is taken that is
        not after ``day``, else the first. Of another file with such a column the latest row of each
        symbol is taken that is not after ``day``; where it has none, its first row, of which the
        market cap is unknown then unless the whole file is of later days. ``Universe.day`` is the
        latest day taken, for a file without such a column the day on which it was last written.
        Raises InputFileError for two different rows of one symbol and day, and where nobody is
        listed.
        """
        return self.listed(day).universe

    def listed(self, day: np.datetime64 | None) -> Listed:
        """Return who is listed on ``day``, as `on`, and which rows that are."""
        still, begun = self.spans.hold(day)
        there = still & begun & ~self.nameless
        of_day = self.written
        if self.complete is not None:
            past = self.complete if day is None else self.complete[self.complete <= day]
            of_day = np.datetime64((past if len(past) else self.complete[:1])[-1], "D")
            there &= self.days == of_day
        if not there.any():
            yet = "" if day is None else f", not listed yet on {day}"
            raise self.file.error(
                f"lists no symbol: {count_of(len(there), 'row')}, each delisted{yet} or without one"
            )
        rows, later = np.flatnonzero(there), None
        if self.days is not None and self.complete is None:
            chosen, later, of_day = _known_on(self.columns["symbol"][rows], self.days[rows], day)
            rows = rows[chosen]
        columns = {name: values[rows] for name, values in self.columns.items()}
        if later is not None and "market_cap" in columns:
            columns["market_cap"][later] = np.nan
        stay = _each_once(self.file, rows, columns)
        if stay is not None:
            rows, columns = rows[stay], {name: values[stay] for name, values in columns.items()}
            later = None if later is None else later[stay]
        universe = Universe.of_checked(columns, self.file.path.name, of_day)
        return Listed(universe, rows, later if "market_cap" in columns else None)

    def log_left_out(self, day: np.datetime64 | None) -> None:
        """Log how many rows are no listings on a day, and why."""
        still, begun = self.spans.hold(day)
        named = ~self.nameless
        by = "" if day is None else f" by {day}"
        reasons = {
            f"delisted{by}": named & ~still,
            f"not listed yet on {day}": named & still & ~begun,
            "without a symbol": self.nameless,
        }
        counts = {what: int(rows.sum()) for what, rows in reasons.items() if rows.any()}
        if counts:
            why = ", ".join(f"{count} {what}" for what, count in counts.items())
            out, rows = sum(counts.values()), len(still)
            logger.warning("%s: left out %d of %d rows: %s", self.file.path, out, rows, why)


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """Who is listed on a day; ``rows``: their numbers in the file, in the order of the universe.

    ``later``: of which rows the market cap is left out, since they are of a later day; None: of
    none.
    """

    universe: Universe
    rows: NDArray[np.intp]
    later: BoolArray | None


def _complete_days(symbols: NDArray[np.object_], days: DateArray) -> DateArray | None:
    """Return the days of a file where each has all listings; None where it has those that are new.

    Listings stay: where more than half of the symbols of each day stand again under the next, a day
    has them all. The days of rows that were changed repeat few.
    """
    every = np.unique(days)
    if len(every) < 2:
        return None
    codes = _codes(symbols)
    order = np.argsort(days, kind="stable")
    starts = np.searchsorted(days[order], every)
    before: NDArray[np.intp] | None = None
    for own in np.split(codes[order], starts[1:]):
        here = np.unique(own)
        if before is not None and 2 * np.isin(before, here).sum() <= len(before):
            return None
        before = here
    return every


def _codes(symbols: NDArray[np.object_]) -> NDArray[np.intp]:
    """Return a number for each symbol, the same for the same, in the order in which they come."""
    numbers: dict[str, int] = {}
    found = (numbers.setdefault(symbol, len(numbers)) for symbol in symbols.tolist())
    return np.fromiter(found, dtype=np.intp, count=len(symbols))


def _known_on(
    symbols: NDArray[np.object_], days: DateArray, day: np.datetime64 | None
) -> tuple[NDArray[np.intp], BoolArray | None, np.datetime64]:
    """Return which rows were known of each symbol on ``day``, and the latest of their days.

    A market cap of a later day is not known on it, unless the whole file is of later days: then
    there is no other. Between them, which of those rows are of a later day, None where none is to
    be left out.
    """
    code, number = _codes(symbols), days.astype("datetime64[D]").astype(np.int64)
    past = days <= (days.max() if day is None else day)
    latest = np.iinfo(np.int64)
    last = np.full(code.max() + 1, latest.min)
    first = np.full(code.max() + 1, latest.max)
    np.maximum.at(last, code[past], number[past])
    np.minimum.at(first, code, number)
    of_symbol = np.where(last == latest.min, first, last)
    chosen = np.flatnonzero(of_symbol[code] == number)
    own = days[chosen]
    if not past.any():
        return chosen, None, own.max()
    return chosen, ~past[chosen], own[past[chosen]].max()


def _each_once(
    file: TableFile, rows: NDArray[np.intp], columns: Mapping[str, Column]
) -> NDArray[np.intp] | None:
    """Return which rows to keep where some repeat another one, None where none does.

    ``rows``: their numbers in the file. Two different rows for a symbol are an error.
    """
    symbols = columns["symbol"].tolist()
    if len(set(symbols)) == len(symbols):
        return None
    first: dict[tuple[object, ...], int] = {}
    for place, said in enumerate(zip(*map(_comparable, columns.values()), strict=True)):
        first.setdefault(said, place)
    stay = [*first.values()]
    seen: dict[str, int] = {}
    for place in stay:
        other = seen.setdefault(symbols[place], place)
        if other != place:
            raise file.error(
                f"{symbols[place]} has another row, {file.line_of(int(rows[other]))}, that says "
                "something else",
                int(rows[place]),
                hint="keep one row for each symbol, or add a column as_of with the day of each",
            )
    logger.warning("%s: left out %d rows that repeat one", file.path, len(rows) - len(stay))
    return np.array(stay, dtype=np.intp)


def _comparable(values: Column) -> Sequence[object]:
    """Return values of which all that are unknown are equal, which NaN is not."""
    return [None if value != value else value for value in values.tolist()]
