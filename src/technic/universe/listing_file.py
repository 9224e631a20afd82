"""A file of listings: who is listed on which day, and what is said of it.

A universe file is CSV or Parquet with a header; its columns go by their usual names in any case.
The symbol directories of Nasdaq Trader (``nasdaqlisted.txt``, ``otherlisted.txt``) are such files
too. Symbols become canonical; two rows for one symbol are an error unless they are the same, or of
different days: in a column ``as_of`` or ``date``, or by when they were listed.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from technic.errors import InputFileError
from technic.tables.day_column import days_of_some
from technic.tables.file_options import FileOptions
from technic.tables.table_file import TableFile
from technic.typing import BoolArray, DateArray
from technic.universe.listing_columns import listing_columns, listing_rows
from technic.universe.listing_spans import ListingSpans
from technic.universe.listings import Universe
from technic.wording.counts import count_of

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["Listed", "ListingFile"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class ListingFile:
    """The rows of a file, read once.

    ``frame``: what they say, in the columns of a universe, row numbers those of the file;
    ``spans``: from when to when each is a listing; ``nameless``: rows without a symbol.
    ``days``: the day that each row is of, None for a file without such a column; ``complete``: the
    days of which the file has all listings, None where a day has those rows alone that are new.
    ``written``: the day on which the file was last written.
    """

    file: TableFile
    frame: pd.DataFrame
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
        frame, nameless = listing_rows(file, found, table)
        days, named = None, ~nameless
        if "as_of" in found:
            days = days_of_some(file, found["as_of"], table["as_of"], named)
        return cls(
            file=file,
            frame=frame,
            spans=ListingSpans.of(file, found, table),
            nameless=nameless,
            days=days,
            complete=None if days is None else _complete_days(frame["symbol"][named], days[named]),
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
        frame, unknown = self.frame[there], None
        if self.days is not None and self.complete is None:
            frame, unknown, of_day = _known_on(frame, self.days[there], day)
        frame = _each_once(self.file, frame)
        rows = frame.index.to_numpy(np.intp)
        universe = Universe.of_checked(frame, self.file.path.name, of_day)
        return Listed(universe, rows, np.isin(rows, unknown) if unknown is not None else None)

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


def _complete_days(symbols: pd.Series[str], days: DateArray) -> DateArray | None:
    """Return the days of a file where each has all listings; None where it has those that are new.

    Listings stay: where more than half of the symbols of each day stand again under the next, a day
    has them all. The days of rows that were changed repeat few.
    """
    import pandas as pd

    every = np.unique(days)
    if len(every) < 2:
        return None
    codes = pd.factorize(symbols)[0]
    order = np.argsort(days, kind="stable")
    starts = np.searchsorted(days[order], every)
    before: NDArray[np.intp] | None = None
    for own in np.split(codes[order], starts[1:]):
        here = np.unique(own)
        if before is not None and 2 * np.isin(before, here).sum() <= len(before):
            return None
        before = here
    return every


def _known_on(
    frame: pd.DataFrame, days: DateArray, day: np.datetime64 | None
) -> tuple[pd.DataFrame, NDArray[np.intp] | None, np.datetime64]:
    """Return each symbol's rows as they were known on ``day``, and the latest of their days.

    Rows keep their numbers in the file. A market cap of a later day is not known on it, unless the
    whole file is of later days: then there is no other. Between them the rows whose market cap that
    is, None where there are none.
    """
    import pandas as pd

    past = days <= (days.max() if day is None else day)
    last = pd.Series(days[past]).groupby(frame["symbol"].to_numpy(object)[past]).max()
    first = pd.Series(days).groupby(frame["symbol"].to_numpy(object)).min()
    chosen = frame["symbol"].map(last.combine_first(first)).to_numpy("datetime64[D]") == days
    taken = frame[chosen].copy()
    own, unknown = days[chosen], None
    if past.any():
        if "market_cap" in taken.columns:
            taken.loc[~past[chosen], "market_cap"] = np.nan
            unknown = taken.index.to_numpy(np.intp)[~past[chosen]]
        own = days[chosen & past]
    return taken, unknown, own.max()


def _each_once(file: TableFile, frame: pd.DataFrame) -> pd.DataFrame:
    """Drop rows that repeat another one; two different rows for a symbol are an error."""
    if not frame["symbol"].duplicated().any():
        return frame
    distinct = frame.drop_duplicates()
    twice = distinct["symbol"].duplicated().to_numpy()
    if twice.any():
        symbol = distinct["symbol"].to_numpy(object)[twice][0]
        rows = distinct.index[distinct["symbol"] == symbol]
        raise file.error(
            f"{symbol} has another row, {file.line_of(int(rows[0]))}, that says something else",
            int(rows[1]),
            hint="keep one row for each symbol, or add a column as_of with the day of each",
        )
    logger.warning("%s: left out %d rows that repeat one", file.path, len(frame) - len(distinct))
    return distinct
