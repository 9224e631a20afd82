"""What keeps a store sound and moves it: hashes, inspection, files in and out, compaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from technic.data_engine.interfaces.records import Progress
from technic.data_engine.store._bar_table import MOST_LOOSE_FILES, BarTable, Written
from technic.data_engine.store._coverage_records import by_range, final_on
from technic.data_engine.store._hashes import content_hashes
from technic.data_engine.store._quarantine import Problem
from technic.data_engine.store._rows import ordered
from technic.data_engine.store._tables import StoreTables
from technic.data_engine.store.upkeep.inspect import StoreStats, count_files
from technic.data_engine.store.upkeep.repair import repair
from technic.data_engine.store.upkeep.transfer import (
    ImportReport,
    answered_ranges,
    read_file,
    write_file,
)
from technic.data_engine.store.upkeep.vacuum import VacuumReport, vacuum_table
from technic.data_engine.store.upkeep.verify import inspect
from technic.errors import StoreError
from technic.sessions import SessionCalendar
from technic.tables.file_options import FileOptions

__all__ = ["StoreMaintenance"]

KEPT_DAYS = 7
VERSIONS_BETWEEN_VACUUMS = 10
ALL_DAYS = (np.datetime64("0001-01-01", "D"), np.datetime64("9999-12-31", "D"))


@dataclass(frozen=True, slots=True)
class StoreMaintenance(StoreTables):
    """The part of a store that its keeper uses."""

    def last_asked(self) -> dt.datetime | None:
        """Return when something was asked of the vendor last; None where nothing was."""
        return self._log().last_asked()

    def record_problem(self, symbol: str, reason: str, failed_at: dt.datetime) -> None:
        """Count a failure of a symbol: nobody should ask for it for a day, then 2, 4 … 64 days."""
        self.record_problems({symbol: reason}, failed_at)

    def record_problems(self, reasons: Mapping[str, str], failed_at: dt.datetime) -> None:
        """Count a failure of each symbol, in one commit."""
        with self.writing("problems"):
            self._quarantine().record(reasons, failed_at)

    def quarantined(self, now: dt.datetime) -> dict[str, Problem]:
        """Return the symbols that should not be asked for at ``now``, and why."""
        held = self._quarantine().problems()
        return {symbol: problem for symbol, problem in held.items() if problem.until > now}

    def clear(self, *symbols: str) -> None:
        """Forget the failures of symbols that work again."""
        with self.writing("problems"):
            self._quarantine().clear(symbols)

    def versions(self) -> dict[str, int]:
        """Return the data version: each table that was written, and its version."""
        found = {name: self.folder.load(name) for name in self._table_names()}
        return {name: table.version() for name, table in found.items() if table is not None}

    def content_hash(
        self, symbols: Sequence[str] | None, first: np.datetime64, last: np.datetime64
    ) -> dict[str, str]:
        """Return a hash of each symbol's bars; equal bars have equal hashes in any store."""
        return content_hashes(self._bars().read(symbols, first, last))

    def verify(self, progress: Progress | None = None) -> list[str]:
        """Return what is wrong, one sentence each; ``progress``: bytes read, bytes in all.

        Every byte is compared with its hash, then bars are looked at (sorted, in their month, one
        a cell) and coverage is compared with the bars that are there. Raises StoreError while
        somebody writes.
        """
        with self._undisturbed():
            return [damage.text for damage in inspect(self, progress).damages]

    def repair(self, progress: Progress | None = None) -> list[str]:
        """Drop what is broken, so that the next sync asks for it again; return what that was.

        Nothing else is lost, but for earlier versions of a table whose log is damaged.
        """
        with self._undisturbed():
            found = inspect(self, progress)
            if found.damages:
                repair(self, found)
            return [damage.text for damage in found.damages]

    @contextmanager
    def _undisturbed(self) -> Iterator[None]:
        """Keep writers out; a disk that cannot be written has none."""
        try:
            held = self.lock is not None and self.lock.try_acquire()
        except StoreError:
            yield
            return
        if not held or self.lock is None:
            raise self.busy()
        try:
            yield
        finally:
            self.lock.release()

    def stats(self) -> StoreStats:
        """Return what the store holds."""
        files, coverage = count_files(self._bars()), self._log().coverage("bars")[0]
        symbols, first, last = self._bars().extent()
        return StoreStats(
            bars=sum(file.rows for file in files),
            symbols=symbols,
            first=first,
            last=last,
            market_days=len(coverage.sessions),
            ranges=len(coverage.first),
            splits=len(self._splits().read().symbol),
            dividends=len(self._dividends().read().symbol),
            quarantined=len(self._quarantine().problems()),
            bar_files=len(files),
            bar_bytes=sum(file.size for file in files),
            coverage_files=len(count_files(self._log())),
            versions=self.versions(),
        )

    def last_day(self) -> np.datetime64 | None:
        """Return the last day that has daily bars, None while there are none; no bar is read."""
        return self._bars().last_day()

    def export_to(self, path: Path) -> int:
        """Write all daily bars, raw as they are, to ``.parquet`` or ``.csv``; return how many.

        Splits and dividends are not in the file.
        """
        bars = self._bars().read(None, *ALL_DAYS)
        write_file(path, bars)
        return len(bars)

    def import_from(
        self,
        path: Path,
        asked_at: dt.datetime,
        calendar: SessionCalendar | None = None,
        options: FileOptions | None = None,
    ) -> ImportReport:
        """Store the bars of a file as ``export_to`` writes it, or of prices that a scan can read.

        Each symbol's bars replace what the store has of it between its first and its last day in
        the file. What the file says of itself is not believed: a symbol counts as answered at
        ``asked_at`` on the days it has, as far as no day of the file lies between them. Rows that
        cannot be bars are left out and counted. ``calendar``: the sessions that they have to be of;
        weekdays, unless given. ``options``: what the user says of the layout. Raises
        InputFileError where none are left, and where the dates cannot be those of sessions;
        nothing is stored then.
        """
        final = final_on(asked_at)
        bars, refused, notes = read_file(path, final, calendar, options)
        bars = ordered(bars)
        starts = np.searchsorted(bars.column, np.arange(len(bars.symbols) + 1))
        first, last = bars.session[starts[:-1]], bars.session[starts[1:] - 1]
        with self.writing("bars", "coverage"):
            written = self._bars().replace_ranges(bars, bars.symbols, first, last)
            symbols, begins, ends = answered_ranges(bars)
            records = by_range("bars", asked_at, final, symbols, begins, ends)
            version, content = written.version, written.content
            records[0] = replace(records[0], content=content)
            self._log().add([replace(record, version=version) for record in records])
        return ImportReport(len(bars), refused, notes)

    def compact(self) -> None:
        """Rewrite months of several files as one each, and the coverage log as one file."""
        tables = self.bar_tables()
        with self.writing(*(table.name for table in tables), "coverage"):
            for table in tables:
                table.compact()
            self._log().compact()

    def vacuum(self, keep_days: int = KEPT_DAYS, now: dt.datetime | None = None) -> VacuumReport:
        """Delete what only data versions need that are older than ``keep_days`` days at ``now``.

        Those can no longer be read afterwards; 0 keeps the current version alone. A version's age
        is the time its answers were asked; readers hold no lock, so keep a day while others read.
        """
        before = (now or dt.datetime.now(dt.UTC)) - dt.timedelta(days=keep_days)
        with self.writing():
            return self._vacuum(before if keep_days else None)

    def _vacuum(self, before: dt.datetime | None) -> VacuumReport:
        """Delete versions older than ``before``; None: all but the current ones."""
        oldest = {} if before is None else self._log().versions_at(before)
        total = VacuumReport()
        for name in self._table_names():
            table = self.folder.load(name)
            if table is not None:
                # Nobody reads an earlier version of the problems.
                current = before is None or name == "problems"
                first = table.version() if current else oldest.get(name, 0)
                total += vacuum_table(self.folder, name, first)
        return total

    def _tidy(self, table: BarTable, written: Written, asked_at: dt.datetime) -> None:
        """After a write: few files, and no old versions without end."""
        if written.loose > MOST_LOOSE_FILES:
            table.compact()
        if written.version % VERSIONS_BETWEEN_VACUUMS == 0:
            self._vacuum(asked_at - dt.timedelta(days=KEPT_DAYS))
