"""One table of bars: replace exactly the cells that were asked, read back what is there.

Rows that no file overlaps are added as a file of their own, which is the daily append. Everything
else is merged with its month in memory, and the month is replaced: so each month stays sorted by
(symbol, session), and nothing is ever added to cells that hold bars already.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from technic.data_engine.store._arrow import bar_schema, from_batches, to_tables
from technic.data_engine.store._delta import Change, DeltaFolder, TableSpec
from technic.data_engine.store._files import DataFile, data_files, read_batches, read_each
from technic.data_engine.store._hashes import DayHashes, day_hashes
from technic.data_engine.store._rows import concat, in_cells, trading_days
from technic.panel import FIELDS, LongBars
from technic.typing import BoolArray, DateArray

if TYPE_CHECKING:
    from deltalake import DeltaTable

__all__ = ["MOST_LOOSE_FILES", "BarTable", "Written"]

MOST_LOOSE_FILES = 30
"""Files beyond one a month; above it a write rewrites the months that have several."""
ANY_DAY = (-(1 << 31), (1 << 31) - 1)


@dataclass(frozen=True, slots=True)
class Written:
    """The version of a table that holds what was written, and a hash of each day it touched.

    ``loose``: files of the table beyond one a month.
    """

    version: int
    content: DayHashes
    loose: int


@dataclass(frozen=True, slots=True)
class BarTable:
    """Bars by day, or (``timed``) bars within the day, whose ``session`` is a UTC time."""

    folder: DeltaFolder
    name: str
    timed: bool = False

    @property
    def spec(self) -> TableSpec:
        """The table's definition."""
        return TableSpec(self.name, bar_schema(self.timed), ("month",))

    @property
    def columns(self) -> list[str]:
        """Columns inside the files; the month is in their path."""
        return ["session", "symbol", *(["time"] if self.timed else []), *FIELDS]

    def replace_days(self, bars: LongBars, sessions: DateArray) -> Written:
        """Make ``bars`` (ordered, within ``sessions``) all there is on these days."""

        def covered(held: LongBars) -> BoolArray:
            return np.isin(trading_days(held.session), sessions)

        return self._replace(bars, sessions, covered)

    def replace_ranges(
        self,
        bars: LongBars,
        symbols: Sequence[str],
        first: DateArray | np.datetime64,
        last: DateArray | np.datetime64,
    ) -> Written:
        """Make ``bars`` (ordered) all there is of ``symbols`` from ``first`` to ``last``.

        The days are the same for all symbols, or each symbol has its own.
        """

        def covered(held: LongBars) -> BoolArray:
            return in_cells(held, symbols, first, last)

        outer = np.array([np.min(first), np.max(last)], "datetime64[D]")
        return self._replace(bars, outer, covered, span=True)

    def read(
        self, symbols: Sequence[str] | None, first: np.datetime64, last: np.datetime64
    ) -> LongBars:
        """Return the bars of ``symbols`` (None: all) on days from ``first`` to ``last``."""
        files, days = self.files(first, last)
        return self.read_files(files, symbols, days)

    def files(
        self, first: np.datetime64, last: np.datetime64
    ) -> tuple[list[DataFile], tuple[int, int]]:
        """Return the files that hold days from ``first`` to ``last``, and these as numbers."""
        table = self.folder.load(self.name)
        low, high = _number(first), _number(last)
        held = [] if table is None else data_files(table)
        return [file for file in held if file.first <= high and file.last >= low], (low, high)

    def extent(self) -> tuple[int, np.datetime64 | None, np.datetime64 | None]:
        """Return the number of symbols, and the first and last day that have bars."""
        table = self.folder.load(self.name)
        files = [] if table is None else data_files(table)
        if not files:
            return 0, None, None
        names: set[str] = set()
        for batch in read_batches(self.folder, self.name, files, ["symbol"]):
            names.update(batch.column("symbol").unique().to_pylist())
        first, last = min(file.first for file in files), max(file.last for file in files)
        return len(names), np.datetime64(first, "D"), np.datetime64(last, "D")

    def last_day(self) -> np.datetime64 | None:
        """Return the last day that has bars; no bar is read for it."""
        table = self.folder.load(self.name)
        files = [] if table is None else data_files(table)
        return np.datetime64(max(file.last for file in files), "D") if files else None

    def compact(self) -> int:
        """Rewrite months of several files as one each; return how many months that were."""
        done = 0

        def change(table: DeltaTable) -> Change | None:
            nonlocal done
            files = data_files(table)
            counts = Counter(file.month for file in files)
            crowded = sorted(month for month, count in counts.items() if count > 1)
            done = len(crowded)
            if not crowded:
                return None
            several = [file for file in files if counts[file.month] > 1]
            return Change(to_tables(self._checked(several), self.timed), tuple(several))

        if self.folder.load(self.name) is not None:
            self.folder.commit(self.spec, change)
        return done

    def read_files(
        self,
        files: Sequence[DataFile],
        symbols: Sequence[str] | None = None,
        days: tuple[int, int] = ANY_DAY,
    ) -> LongBars:
        """Return the bars of some of the table's files; ``days`` are day numbers."""
        batches = read_batches(self.folder, self.name, files, self.columns, symbols)
        return from_batches(batches, symbols, days, self.timed)

    def read_parts(
        self, files: Sequence[DataFile], symbols: Sequence[str], days: tuple[int, int]
    ) -> Iterator[LongBars]:
        """Yield the bars of one file after the other, each as ``read_files`` would."""
        for batches in read_each(self.folder, self.name, files, self.columns, symbols):
            yield from_batches(batches, symbols, days, self.timed)

    def _replace(
        self,
        bars: LongBars,
        days: DateArray,
        covered: Callable[[LongBars], BoolArray],
        span: bool = False,
    ) -> Written:
        """Commit ``bars`` in place of the rows that ``covered`` marks.

        ``days``: those that may hold marked rows; with ``span`` all from the first to the last.
        """
        wanted = _numbers(days)
        content, loose = DayHashes.none(), 0

        def change(table: DeltaTable) -> Change | None:
            nonlocal content, loose
            files = data_files(table)
            touched = {file.month for file in files if _overlaps(file, wanted, span)}
            replaced = tuple(file for file in files if file.month in touched)
            held = self._checked(replaced)
            gone = covered(held)
            merged = concat([held.rows(~gone), bars]) if touched else bars
            content = day_hashes(merged, trading_days(held.session))
            if not (len(bars) or gone.any()):
                return None
            parts = to_tables(merged, self.timed)
            months = [*parts, *(file.month for file in files if file.month not in touched)]
            loose = len(months) - len(set(months))
            return Change(parts, replaced)

        version = self.folder.commit(self.spec, change)
        return Written(version, content, loose)

    def _checked(self, files: Sequence[DataFile]) -> LongBars:
        """Return the bars of files that are rewritten: damage must not get a new, right hash."""
        batches = read_batches(self.folder, self.name, files, self.columns, checked=True)
        return from_batches(batches, None, ANY_DAY, self.timed)


def _overlaps(file: DataFile, days: list[int], span: bool) -> bool:
    if span:
        return file.first <= days[-1] and file.last >= days[0]
    return any(file.first <= day <= file.last for day in days)


def _number(day: np.datetime64) -> int:
    return int(day.astype("datetime64[D]").astype(np.int64))


def _numbers(days: DateArray) -> list[int]:
    numbers: list[int] = days.astype("datetime64[D]").astype(np.int64).tolist()
    return numbers
