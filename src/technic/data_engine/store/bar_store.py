"""BarStore: raw bars, splits, dividends, and what is known to be answered, on Delta Lake.

1. A write commits the bars, then says in the coverage log that they were asked. Killed between
   the two, it leaves bars that will be asked again, never an answer without its bars.
2. A reader takes coverage first and bars after: what coverage promises is there.
3. What was written is replaced, never added to: writing the same days twice changes nothing.

Tables: ``bars``, ``coverage``, ``splits``, ``dividends``, ``problems`` and one for each intraday
frequency. The data version is the map of their versions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from technic.data_engine.interfaces.coverage import Coverage
from technic.data_engine.interfaces.records import Dividends, Splits
from technic.data_engine.interfaces.requests import FREQUENCIES, Frequency
from technic.data_engine.store._bar_table import MOST_LOOSE_FILES, BarTable
from technic.data_engine.store._bar_window import BarWindow
from technic.data_engine.store._corporate_actions import Facts, FactTable
from technic.data_engine.store._coverage_log import Answered, CoverageLog, by_range, final_on
from technic.data_engine.store._delta import CommitRetry, DeltaFolder, local_path
from technic.data_engine.store._hashes import content_hashes
from technic.data_engine.store._inspect import (
    StoreStats,
    count_files,
    verify_bars,
    verify_coverage,
)
from technic.data_engine.store._quarantine import Problem, Quarantine
from technic.data_engine.store._rows import as_days, in_cells, ordered, trading_days
from technic.data_engine.store._transfer import read_file, write_file
from technic.errors import ParameterError, StoreError
from technic.panel import LongBars
from technic.typing import DateArray

__all__ = ["BarStore"]

ALL_DAYS = (np.datetime64("0001-01-01", "D"), np.datetime64("9999-12-31", "D"))


@dataclass(frozen=True, slots=True)
class BarStore:
    """The store under one URL; open it with ``BarStore.open``. Holds no state and no files open."""

    folder: DeltaFolder

    @classmethod
    def open(
        cls,
        url: str,
        storage_options: Mapping[str, str] | None = None,
        retry: CommitRetry | None = None,
    ) -> BarStore:
        """Open a folder or an object store's URL (``s3://bucket/prefix``); create it if absent.

        ``storage_options``: as object stores want them (``AWS_ENDPOINT_URL`` …), never shown.
        Raises StoreError when it cannot be reached or has a schema version unknown here.
        """
        local = local_path(url)
        if local is not None and local.exists() and not local.is_dir():
            raise StoreError(url, "is a file", "name a folder")
        folder = DeltaFolder(url, dict(storage_options or {}), retry or CommitRetry())
        bars = BarTable(folder, "bars")
        if folder.load(bars.name) is None:
            folder.commit(bars.spec, lambda _: None)
        return cls(folder)

    @property
    def url(self) -> str:
        """Where the store is."""
        return self.folder.url

    def at(self, versions: Mapping[str, int]) -> BarStore:
        """Return a read-only view of an earlier data version (``versions()`` of that time)."""
        return BarStore(self.folder.at(versions))

    def write_days(
        self,
        bars: LongBars,
        sessions: DateArray,
        asked_at: dt.datetime,
        final: np.datetime64 | None = None,
    ) -> None:
        """Store whole-market days: ``bars`` become all there is on exactly these sessions.

        ``final``: the last session that was over at ``asked_at``; without it 16:00 in New York
        decides. Later sessions are stored and not covered. Raises ParameterError for a bar on
        another day, or two of one symbol on one day.
        """
        days = as_days("sessions", sessions)
        bars = ordered(bars)
        _refuse_strays(bars, ~np.isin(bars.session, days), f"bars on {_shown(days)}")
        final = final_on(asked_at) if final is None else final
        if not len(days):
            return
        table = self._bars()
        table.replace_days(bars, days)
        rows = np.bincount(np.searchsorted(days, bars.session), minlength=len(days)).tolist()
        self._log().add([Answered("bars", asked_at, final, sessions=days, rows=rows)])
        table.compact(MOST_LOOSE_FILES)

    def write_ranges(
        self,
        bars: LongBars,
        symbols: Sequence[str],
        first: np.datetime64,
        last: np.datetime64,
        asked_at: dt.datetime,
        final: np.datetime64 | None = None,
    ) -> None:
        """Store symbols' ranges: ``bars`` become all there is of ``symbols`` from first to last.

        Symbols without a bar are covered too: asked, no bar. Each call rewrites the months it
        touches, so write many symbols at once. ``final`` as in ``write_days``.
        """
        self._write_ranges(self._bars(), bars, symbols, (first, last), asked_at, final)

    def read(
        self, symbols: Sequence[str] | None, first: np.datetime64, last: np.datetime64
    ) -> LongBars:
        """Return bars from ``first`` to ``last``, sorted by (symbol, session).

        ``symbols``: those asked for, in that order; None for all, in alphabetical order. Symbols
        without a bar are left out.
        """
        return self._bars().read(symbols, first, last)

    def window(self, first: np.datetime64, last: np.datetime64) -> BarWindow:
        """Return the daily bars from ``first`` to ``last`` as they are now, to be read in parts."""
        files, days = self._bars().files(first, last)
        local = local_path(self.folder.url)  # workers may stand in another folder
        url = self.folder.url if local is None else str(local.absolute())
        folder = DeltaFolder(url, self.folder.options)
        return BarWindow(BarTable(folder, "bars"), tuple(files), days)

    def coverage(self) -> Coverage:
        """Return which whole-market days and which symbols' ranges of daily bars are answered."""
        return self._log().coverage("bars")

    def write_splits(
        self,
        splits: Splits,
        first: np.datetime64,
        last: np.datetime64,
        asked_at: dt.datetime,
        symbols: Sequence[str] | None = None,
    ) -> None:
        """Make ``splits`` all there is of ``symbols`` (None: all) from ``first`` to ``last``."""
        facts = Facts(splits.symbol, splits.session, splits.ratio)
        self._write_facts(self._splits(), facts, (first, last), asked_at, symbols)

    def splits(self) -> Splits:
        """Return all splits, sorted by (symbol, session)."""
        facts = self._splits().read()
        return Splits(facts.symbol, facts.session, facts.value)

    def write_dividends(
        self,
        dividends: Dividends,
        first: np.datetime64,
        last: np.datetime64,
        asked_at: dt.datetime,
        symbols: Sequence[str] | None = None,
    ) -> None:
        """Make ``dividends`` all there is of ``symbols`` (None: all) from ``first`` to ``last``."""
        facts = Facts(dividends.symbol, dividends.session, dividends.amount)
        self._write_facts(self._dividends(), facts, (first, last), asked_at, symbols)

    def dividends(self) -> Dividends:
        """Return all dividends, sorted by (symbol, session)."""
        facts = self._dividends().read()
        return Dividends(facts.symbol, facts.session, facts.value)

    def actions_coverage(self, topic: str) -> Coverage:
        """Return which days were asked for ``splits`` or ``dividends``; weekdays stand for all."""
        if topic not in ("splits", "dividends"):
            raise ParameterError("topic", topic, "splits, dividends")
        return self._log().coverage(topic)

    def record_problem(self, symbol: str, reason: str, at: dt.datetime) -> None:
        """Count a failure of a symbol: nobody should ask for it for a day, then 2, 4 … 64 days."""
        self.record_problems({symbol: reason}, at)

    def record_problems(self, reasons: Mapping[str, str], at: dt.datetime) -> None:
        """Count a failure of each symbol, in one commit."""
        self._quarantine().record(reasons, at)

    def quarantined(self, now: dt.datetime) -> dict[str, Problem]:
        """Return the symbols that should not be asked for at ``now``, and why."""
        held = self._quarantine().all()
        return {symbol: problem for symbol, problem in held.items() if problem.until > now}

    def clear(self, *symbols: str) -> None:
        """Forget the failures of symbols that work again."""
        self._quarantine().clear(symbols)

    def write_intraday(
        self,
        freq: Frequency,
        bars: LongBars,
        symbols: Sequence[str],
        first: np.datetime64,
        last: np.datetime64,
        asked_at: dt.datetime,
        final: np.datetime64 | None = None,
    ) -> None:
        """Store bars within the day; ``bars.session`` holds UTC times, first and last are days."""
        if bars.session.dtype == np.dtype("datetime64[D]") and len(bars):
            raise ParameterError("bars.session", str(bars.session.dtype), "UTC times")
        self._write_ranges(self._intraday(freq), bars, symbols, (first, last), asked_at, final)

    def read_intraday(
        self,
        freq: Frequency,
        symbols: Sequence[str] | None,
        first: np.datetime64,
        last: np.datetime64,
    ) -> LongBars:
        """Return bars within the day on sessions from ``first`` to ``last``; times are UTC."""
        return self._intraday(freq).read(symbols, first, last)

    def intraday_coverage(self, freq: Frequency) -> Coverage:
        """Return which symbols' days are answered at a frequency within the day."""
        return self._log().coverage(self._intraday(freq).name)

    def versions(self) -> dict[str, int]:
        """Return the data version: each table that was written, and its version."""
        found = {name: self.folder.load(name) for name in self._table_names()}
        return {name: table.version() for name, table in found.items() if table is not None}

    def content_hash(
        self, symbols: Sequence[str] | None, first: np.datetime64, last: np.datetime64
    ) -> dict[str, str]:
        """Return a hash of each symbol's bars; equal bars have equal hashes in any store."""
        return content_hashes(self.read(symbols, first, last))

    def verify(self) -> list[str]:
        """Return what is wrong, one sentence each.

        Looked for: files that cannot be read or are not sorted, rows in the wrong month, cells
        with two bars, days that are covered and have no bars.
        """
        problems: list[str] = []
        for table in self.bar_tables():
            found, days = verify_bars(table)
            problems += found
            if not table.timed:
                problems += verify_coverage(self._log(), days)
        return problems

    def stats(self) -> StoreStats:
        """Return what the store holds."""
        files, coverage = count_files(self._bars()), self.coverage()
        symbols, first, last = self._bars().extent()
        return StoreStats(
            bars=sum(file.rows for file in files),
            symbols=symbols,
            first=first,
            last=last,
            market_days=len(coverage.sessions),
            ranges=len(coverage.first),
            splits=len(self.splits().symbol),
            dividends=len(self.dividends().symbol),
            quarantined=len(self._quarantine().all()),
            bar_files=len(files),
            bar_bytes=sum(file.size for file in files),
            coverage_files=len(count_files(self._log())),
            versions=self.versions(),
        )

    def export_to(self, path: Path) -> int:
        """Write all daily bars, raw as they are, to ``.parquet`` or ``.csv``; return how many.

        Splits and dividends are not in the file.
        """
        answered = self._log().records("bars")
        bars = self.read(None, *ALL_DAYS)
        write_file(path, bars, answered)
        return len(bars)

    def import_from(self, path: Path, asked_at: dt.datetime) -> int:
        """Store the bars of a file as ``export_to`` writes it; return how many.

        Each symbol's bars replace what the store has of it between its first and its last day in
        the file. The file's coverage is taken over; without it those ranges count as answered at
        ``asked_at``.
        """
        final = final_on(asked_at)
        bars, answered = read_file(path)
        bars = ordered(bars)
        if not len(bars):
            return 0
        starts = np.searchsorted(bars.column, np.arange(len(bars.symbols) + 1))
        first, last = bars.session[starts[:-1]], bars.session[starts[1:] - 1]
        table, log = self._bars(), self._log()
        table.replace_ranges(bars, bars.symbols, first, last)
        if answered:
            log.add_records(answered)
        else:
            log.add(by_range("bars", asked_at, final, bars.symbols, first, last))
        return len(bars)

    def compact(self) -> None:
        """Rewrite months of several files as one each, and the coverage log as one file."""
        for table in self.bar_tables():
            table.compact()
        self._log().compact()

    def vacuum(self, keep_days: int = 7) -> int:
        """Delete files that no version of the last ``keep_days`` days uses; return how many.

        Earlier data versions can no longer be read afterwards. Files that a writer at work has
        not committed yet are young, so keep at least a day while others write.
        """
        gone = 0
        for name in self._table_names():
            table = self.folder.load(name)
            if table is not None:
                with self.folder.translated(name):
                    gone += len(
                        table.vacuum(
                            retention_hours=24 * keep_days,
                            dry_run=False,
                            enforce_retention_duration=False,
                        )
                    )
        return gone

    def bar_tables(self) -> list[BarTable]:
        """Return the table of daily bars and those of bars within the day."""
        within = [self._intraday(freq) for freq in FREQUENCIES if freq != "daily"]
        return [self._bars(), *within]

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

    def _splits(self) -> FactTable:
        return FactTable(self.folder, "splits")

    def _dividends(self) -> FactTable:
        # A regular and a special dividend can share their ex-date.
        return FactTable(self.folder, "dividends", many=True)

    def _quarantine(self) -> Quarantine:
        return Quarantine(self.folder)

    def _write_ranges(
        self,
        table: BarTable,
        bars: LongBars,
        symbols: Sequence[str],
        days: tuple[np.datetime64, np.datetime64],
        asked_at: dt.datetime,
        final: np.datetime64 | None,
    ) -> None:
        first, last = _range(days)
        names = sorted(set(symbols))
        bars = ordered(bars)
        outside = ~in_cells(bars, names, first, last)
        _refuse_strays(bars, outside, f"bars of the symbols asked, {first} to {last}")
        final = final_on(asked_at) if final is None else final
        if not names:
            return
        table.replace_ranges(bars, names, first, last)
        answered = Answered(_topic(table), asked_at, final, symbols=names, first=first, last=last)
        self._log().add([answered])
        table.compact(MOST_LOOSE_FILES)

    def _write_facts(
        self,
        table: FactTable,
        facts: Facts,
        days: tuple[np.datetime64, np.datetime64],
        asked_at: dt.datetime,
        symbols: Sequence[str] | None,
    ) -> None:
        first, last = _range(days)
        final = final_on(asked_at)
        table.replace(facts, symbols, first, last)
        if symbols is None or len(symbols):
            own = tuple(symbols or ())
            answered = Answered(table.name, asked_at, final, symbols=own, first=first, last=last)
            self._log().add([answered])


def _topic(table: BarTable) -> str:
    return table.name


def _range(days: tuple[np.datetime64, np.datetime64]) -> tuple[np.datetime64, np.datetime64]:
    first, last = (day.astype("datetime64[D]") for day in days)
    if not first <= last:
        raise ParameterError("first", str(first), f"a day up to last, {last}")
    return first, last


def _refuse_strays(
    bars: LongBars, stray: np.ndarray[tuple[int], np.dtype[np.bool_]], allowed: str
) -> None:
    if stray.any():
        at = int(np.argmax(stray))
        raise ParameterError(
            "bars", f"{bars.symbols[bars.column[at]]} {trading_days(bars.session)[at]}", allowed
        )


def _shown(days: DateArray) -> str:
    return f"{days[0]} to {days[-1]}, only sessions asked" if len(days) else "no day"
