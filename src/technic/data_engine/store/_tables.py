"""The tables of a store by what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from technic.data_engine.interfaces.requests import FREQUENCIES, Frequency
from technic.data_engine.store._bar_table import BarTable
from technic.data_engine.store._corporate_actions import CorporateActionTable
from technic.data_engine.store._coverage_log import CoverageLog
from technic.data_engine.store._delta import DeltaFolder
from technic.data_engine.store._files import live_paths
from technic.data_engine.store._quarantine import Quarantine
from technic.data_engine.store._writer_lock import WriterLock
from technic.errors import ParameterError, StoreError

__all__ = ["StoreTables"]

LOCK_ATTEMPTS = 120
"""With the pauses of ``CommitRetry`` about a minute."""


@dataclass(frozen=True, slots=True)
class StoreTables:
    """Makes the tables of one folder when they are asked for; holds no state and no files open."""

    folder: DeltaFolder
    lock: WriterLock | None = field(default=None, repr=False, compare=False)
    """None in what only reads."""

    def bar_tables(self) -> list[BarTable]:
        """Return the table of daily bars and those of bars within the day."""
        within = [self._intraday(freq) for freq in FREQUENCIES if freq != "daily"]
        return [self._bars(), *within]

    @contextmanager
    def writing(self, *names: str) -> Iterator[None]:
        """Write some tables: one writer at a time, and the manifest when all is written.

        Waits for another writer for a while; then raises StoreError, which says who it is.
        """
        lock = self.lock
        if lock is None:
            raise StoreError(self.folder.url, "this view of the store is read-only")
        for attempt in range(LOCK_ATTEMPTS):
            if lock.try_acquire():
                break
            self.folder.retry.wait(attempt)
        else:
            raise self.busy()
        try:
            yield
            self.folder.seal(dict.fromkeys(names, live_paths))
        finally:
            lock.release()

    def busy(self) -> StoreError:
        """Say who is writing."""
        holder = "another process" if self.lock is None else self.lock.holder()
        return StoreError(
            self.folder.url, f"is being written by {holder}", "try again when it is done"
        )

    def _table_names(self) -> list[str]:
        small = ["coverage", "splits", "dividends", "problems"]
        return ["bars", *small, *(table.name for table in self.bar_tables()[1:])]

    def _bars(self) -> BarTable:
        return BarTable(self.folder, "bars")

    def _intraday(self, freq: Frequency) -> BarTable:
        allowed = [name for name in FREQUENCIES if name != "daily"]
        if freq not in allowed:
            raise ParameterError("freq", freq, ", ".join(allowed))
        return BarTable(self.folder, f"intraday_{freq}", timed=True)

    def _log(self) -> CoverageLog:
        return CoverageLog(self.folder)

    def _splits(self) -> CorporateActionTable:
        return CorporateActionTable(self.folder, "splits")

    def _dividends(self) -> CorporateActionTable:
        # A regular and a special dividend can share their ex-date.
        return CorporateActionTable(self.folder, "dividends", several_a_day=True)

    def _quarantine(self) -> Quarantine:
        return Quarantine(self.folder)
