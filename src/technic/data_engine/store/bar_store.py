"""BarStore: raw bars, splits, dividends, and what is known to be answered, on Delta Lake.

1. A write commits the bars, then says in the coverage log that they were asked. Killed between
   the two, it leaves bars that will be asked again, never an answer without its bars.
2. A reader takes coverage first and bars after: what coverage promises is there.
3. What was written is replaced, never added to: writing the same days twice changes nothing.

4. Coverage names the version of the bars it relies on and hashes of their rows. A manifest,
   written last, holds a hash of each log file; each data file is named by its own.

Tables: ``bars``, ``coverage``, ``splits``, ``dividends``, ``problems`` and one for each intraday
frequency. The data version is the map of their versions.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from technic.data_engine.interfaces.coverage import Coverage
from technic.data_engine.interfaces.records import Dividends, Splits
from technic.data_engine.interfaces.requests import Frequency
from technic.data_engine.store._bar_table import BarTable
from technic.data_engine.store._bar_window import BarWindow
from technic.data_engine.store._blobs import local_path
from technic.data_engine.store._corporate_actions import CorporateActions, CorporateActionTable
from technic.data_engine.store._coverage_records import (
    WHOLE_TABLE,
    CoverageRecord,
    by_end,
    by_range,
    final_on,
)
from technic.data_engine.store._delta import REPAIR, CommitRetry, DeltaFolder
from technic.data_engine.store._files import check_presence, data_files
from technic.data_engine.store._hashes import DayHashes
from technic.data_engine.store._rows import as_days, in_cells, ordered, trading_days
from technic.data_engine.store._writer_lock import writer_lock
from technic.data_engine.store.upkeep.maintenance import StoreMaintenance
from technic.data_engine.store.upkeep.upgrade import needs_upgrade, upgrade
from technic.errors import ParameterError, StoreError
from technic.panel import LongBars
from technic.typing import DateArray

__all__ = ["BarStore"]

Final = np.datetime64 | Mapping[str, np.datetime64] | None
"""The last session that was over when ranges were asked, for all symbols or for each."""

UNREADABLE = re.compile(
    r"%[0-9A-Fa-f]{2}|[\\\x00-\x1f\x7f]" if os.sep == "/" else r"%[0-9A-Fa-f]{2}"
)
"""What the library below decodes once too often, or takes for a separator."""


@dataclass(frozen=True, slots=True)
class BarStore(StoreMaintenance):
    """The store under one URL; open it with ``BarStore.open``. Holds no state and no files open."""

    @classmethod
    def open(
        cls,
        url: str,
        storage_options: Mapping[str, str] | None = None,
        retry: CommitRetry | None = None,
    ) -> BarStore:
        """Open a folder or an object store's URL (``s3://bucket/prefix``); create it if absent.

        ``storage_options``: as object stores want them (``AWS_ENDPOINT_URL`` …), never shown.
        A store of an older schema version is upgraded. Raises StoreError when it cannot be
        reached or has a schema version unknown here.
        """
        store = cls.open_unchecked(url, storage_options, retry)
        folder, bars = store.folder, store._bars()
        if needs_upgrade(folder, bars.name):
            with store.writing():
                upgrade(store)
        if folder.load(bars.name) is None:
            with store.writing("bars"):
                folder.commit(bars.spec, lambda _: None)
        return store

    @classmethod
    def open_unchecked(
        cls,
        url: str,
        storage_options: Mapping[str, str] | None = None,
        retry: CommitRetry | None = None,
    ) -> BarStore:
        """Open what may be damaged, to ``verify`` and ``repair`` it; nothing is read yet."""
        local = local_path(url)
        if local is not None and local.exists() and not local.is_dir():
            raise StoreError(url, "is a file", "name a folder")
        if local is not None and UNREADABLE.search(str(local.absolute())):
            reason = "a path with % and two hexadecimal digits, a backslash or a control character"
            raise StoreError(url, f"has {reason}, which Delta Lake reads as another", "rename it")
        try:
            url.encode()
        except UnicodeEncodeError:
            reason = "has a path that is no text (UTF-8), which Delta Lake cannot open"
            raise StoreError(url, reason, "rename it") from None
        folder = DeltaFolder(url, dict(storage_options or {}), retry or CommitRetry())
        lock = writer_lock(folder)
        return cls(replace(folder, fence=lock.check), lock)

    @property
    def url(self) -> str:
        """Where the store is."""
        return self.folder.url

    def at_versions(self, versions: Mapping[str, int]) -> BarStore:
        """Return a read-only view of an earlier data version (``versions()`` of that time)."""
        return BarStore(self.folder.at_versions(versions))

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
        place = np.searchsorted(days, bars.session)
        held = np.append(days, np.datetime64("NaT"))[place]  # past the last day: none
        _refuse_strays(bars, held != bars.session, f"bars on {_shown(days)}")
        final = final_on(asked_at) if final is None else final
        if not len(days):
            return
        table = self._bars()
        rows = np.bincount(place, minlength=len(days)).tolist()
        with self.writing("bars", "coverage"):
            written = table.replace_days(bars, days)
            record = CoverageRecord(
                "bars",
                asked_at,
                final,
                sessions=days,
                rows=rows,
                version=written.version,
                content=written.content,
            )
            self._log().add([record])
            self._tidy(table, written, asked_at)

    def write_ranges(
        self,
        bars: LongBars,
        symbols: Sequence[str],
        first: np.datetime64,
        last: np.datetime64,
        asked_at: dt.datetime,
        final: Final = None,
    ) -> None:
        """Store symbols' ranges: ``bars`` become all there is of ``symbols`` from first to last.

        Symbols without a bar are covered too: asked, no bar. Each call rewrites the months it
        touches, so write many symbols at once. ``final`` as in ``write_days``, or each symbol's.
        """
        self._write_ranges(self._bars(), bars, symbols, (first, last), asked_at, final)

    def claim_days(
        self,
        sessions: DateArray,
        rows: Sequence[int],
        asked_at: dt.datetime,
        final: np.datetime64,
    ) -> None:
        """Cover whole-market days that were written before with an earlier ``final``."""
        version = self._written_version("bars")
        days = as_days("sessions", sessions)
        self._claim(
            [CoverageRecord("bars", asked_at, final, sessions=days, rows=rows, version=version)]
        )

    def claim_ranges(
        self,
        symbols: Sequence[str],
        days: tuple[DateArray, DateArray],
        asked_at: dt.datetime,
        final: np.datetime64,
        freq: Frequency = "daily",
    ) -> None:
        """Cover symbol i from the i-th of the first to the i-th of the last ``days``.

        Its range was written before, with an earlier ``final``.
        """
        topic = "bars" if freq == "daily" else self._intraday(freq).name
        version = self._written_version(topic)
        records = by_range(topic, asked_at, final, symbols, *days)
        self._claim([replace(record, version=version) for record in records])

    def _written_version(self, topic: str) -> int:
        table = self.folder.load(topic)
        return 0 if table is None else int(table.version())

    def _claim(self, records: Sequence[CoverageRecord]) -> None:
        with self.writing("coverage"):
            self._log().add(records)

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
        return self._trusted_coverage("bars")

    def write_splits(
        self,
        splits: Splits,
        first: np.datetime64,
        last: np.datetime64,
        asked_at: dt.datetime,
        symbols: Sequence[str] | None = None,
    ) -> None:
        """Make ``splits`` all there is of ``symbols`` (None: all) from ``first`` to ``last``."""
        actions = CorporateActions(splits.symbol, splits.session, splits.ratio)
        self._write_actions(self._splits(), actions, (first, last), asked_at, symbols)

    def splits(self) -> Splits:
        """Return all splits, sorted by (symbol, session)."""
        actions = self._splits().read()
        return Splits(actions.symbol, actions.session, actions.value)

    def write_dividends(
        self,
        dividends: Dividends,
        first: np.datetime64,
        last: np.datetime64,
        asked_at: dt.datetime,
        symbols: Sequence[str] | None = None,
    ) -> None:
        """Make ``dividends`` all there is of ``symbols`` (None: all) from ``first`` to ``last``."""
        actions = CorporateActions(dividends.symbol, dividends.session, dividends.amount)
        self._write_actions(self._dividends(), actions, (first, last), asked_at, symbols)

    def dividends(self) -> Dividends:
        """Return all dividends by (symbol, session); where there are any, the days asked."""
        actions = self._dividends().read()
        asked = self.actions_coverage("dividends").sessions if len(actions.symbol) else None
        return Dividends(actions.symbol, actions.session, actions.value, asked)

    def actions_coverage(self, topic: str) -> Coverage:
        """Return which days were asked for ``splits`` or ``dividends``; weekdays stand for all."""
        if topic not in ("splits", "dividends"):
            raise ParameterError("topic", topic, "splits, dividends")
        return self._trusted_coverage(topic)

    def write_intraday(
        self,
        freq: Frequency,
        bars: LongBars,
        symbols: Sequence[str],
        first: np.datetime64,
        last: np.datetime64,
        asked_at: dt.datetime,
        final: Final = None,
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
        return self._trusted_coverage(self._intraday(freq).name)

    def _trusted_coverage(self, topic: str) -> Coverage:
        """Return what is answered; StoreError where the data it relies on are not there."""
        coverage, relied_on = self._log().coverage(topic)
        if relied_on is not None and self.folder.pinned is None:
            table = self.folder.load(topic)
            if table is None or table.version() < relied_on:
                reason = f"table {topic} is older than what was answered from it"
                raise StoreError(self.url, reason, REPAIR)
            check_presence(self.folder, topic, data_files(table))
        return coverage

    def _write_ranges(
        self,
        table: BarTable,
        bars: LongBars,
        symbols: Sequence[str],
        days: tuple[np.datetime64, np.datetime64],
        asked_at: dt.datetime,
        final: Final,
    ) -> None:
        first, last = _range(days)
        names = sorted(set(symbols))
        bars = ordered(bars)
        outside = ~in_cells(bars, names, first, last)
        _refuse_strays(bars, outside, f"bars of the symbols asked, {first} to {last}")
        ends = by_end(names, final_on(asked_at) if final is None else final)
        if not names:
            return
        with self.writing(table.name, "coverage"):
            written = table.replace_ranges(bars, names, first, last)
            contents = [written.content] + [DayHashes.none()] * (len(ends) - 1)
            records = [
                CoverageRecord(
                    table.name,
                    asked_at,
                    end,
                    symbols=some,
                    first=first,
                    last=last,
                    version=written.version,
                    content=content,
                )
                for (end, some), content in zip(ends.items(), contents, strict=True)
            ]
            self._log().add(records)
            self._tidy(table, written, asked_at)

    def _write_actions(
        self,
        table: CorporateActionTable,
        actions: CorporateActions,
        days: tuple[np.datetime64, np.datetime64],
        asked_at: dt.datetime,
        symbols: Sequence[str] | None,
    ) -> None:
        first, last = _range(days)
        final = final_on(asked_at)
        with self.writing(table.name, "coverage"):
            version, content = table.replace(actions, symbols, first, last)
            if symbols is None or len(symbols):
                record = CoverageRecord(
                    table.name,
                    asked_at,
                    final,
                    symbols=symbols or (),
                    first=first,
                    last=last,
                    version=version,
                    content=DayHashes(np.array([WHOLE_TABLE]), np.array([content])),
                )
                self._log().add([record])


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
