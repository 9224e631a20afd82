"""StoredProvider: a vendor and a store together, as the provider that a scan sees.

What the store has costs nothing; what it lacks is synced first. Splits come from the store, so a
scan of a past day adjusts by what was in force then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from technic.data_engine.interfaces.records import (
    Failure,
    FetchResult,
    PriceBasis,
    Progress,
    StreamResult,
)
from technic.data_engine.interfaces.requests import Frequency
from technic.data_engine.network.run_async import run_async
from technic.data_engine.store import BarStore
from technic.data_engine.store.bar_source import StoredBars
from technic.data_engine.sync.fallback import Readable, readable
from technic.data_engine.sync.late_sessions import ENOUGH
from technic.data_engine.sync.listings import VendorListings
from technic.data_engine.sync.publication import last_askable
from technic.data_engine.sync.syncer import Syncer, SyncReport
from technic.errors import ParameterError, StoreError
from technic.panel import LongBars
from technic.panel.long_bars import concatenated
from technic.typing import DateArray
from technic.universe import Universe

__all__ = ["StoreVersion", "StoredProvider", "read_history", "stream_history"]


@dataclass(frozen=True, slots=True)
class StoreVersion:
    """The versions of a store's tables that bars were read from."""

    provider: str
    store: BarStore
    versions: Mapping[str, int]

    def provenance(self) -> dict[str, object]:
        """Return each table's version and its identity: another store has other numbers."""
        tables = {}
        for name, version in self.versions.items():
            table = self.store.folder.load(name)
            tables[name] = {"version": version, "id": str(table.metadata().id) if table else ""}
        known = {"kind": "store", "provider": self.provider, "store": self.store.url}
        return {**known, "tables": tables}


@dataclass(slots=True)
class StoredProvider:
    """Answers a scan from the store, after filling its gaps from the vendor.

    ``listings_folder``: where the vendor's listings of the day are kept, so that they are asked
    for once a day; None: asked every time. ``ask_listings``: else what was listed before, or the
    symbols of the store, is taken without asking anybody. ``last_report``: what the latest sync
    came to. ``read_from``: the data version that the latest history was read from.
    """

    syncer: Syncer
    listings_folder: Path | None = None
    ask_listings: bool = True
    last_report: SyncReport | None = None
    read_from: Mapping[str, int] | None = None
    _listings_note: str = ""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was taken as it was known before, since the vendor could not be asked."""
        trouble = getattr(self.syncer.now, "trouble", "")
        stopped = f"{trouble}: it is scanned as of its last answer" if trouble else ""
        return tuple(note for note in (stopped, self._listings_note) if note)

    @property
    def name(self) -> str:
        """Name of the vendor."""
        return self.syncer.remote.name

    @property
    def simulated(self) -> bool:
        """Whether the vendor's market is made up."""
        return self.syncer.remote.simulated

    @property
    def local(self) -> bool:
        """What the store lacks is asked for."""
        return False

    @property
    def price_basis(self) -> PriceBasis:
        """How the vendor's prices are adjusted."""
        return self.syncer.remote.price_basis

    def last_session(self) -> np.datetime64:
        """The last session that is over and that the vendor gives out."""
        syncer = self.syncer
        return last_askable(syncer.now(), syncer.calendar, syncer.remote.capabilities)

    def listings(self) -> Universe:
        """What the vendor lists today; else what it listed before, or the symbols of the store."""
        listings = VendorListings(self.syncer, self.listings_folder)
        last = self.last_session()
        universe = listings.today(last) if self.ask_listings else listings.known(last)
        self._listings_note = listings.note
        return universe

    def sync(
        self,
        symbols: Sequence[str],
        sessions: DateArray,
        progress: Progress | None = None,
        *,
        freq: Frequency = "daily",
        dividends: bool = False,
    ) -> SyncReport:
        """Fill the store's gaps, with ``dividends`` or without; Ctrl-C keeps what has arrived."""
        if freq != "daily" and not self.syncer.remote.capabilities.intraday:
            raise ParameterError("freq", freq, "daily", f"{self.name} has no bars within the day")
        syncing = self.syncer.run(symbols, sessions, progress, freq=freq, dividends=dividends)
        self.last_report = run_async(syncing)
        return self.last_report

    def complete_until(self, symbols: Sequence[str], sessions: DateArray) -> np.datetime64:
        """Return the last of ``sessions`` that is answered for nearly all; else the first of them.

        Nobody is asked.
        """
        gaps = self.syncer.store.coverage().missing(symbols, sessions)
        missing = gaps.sizes @ gaps.missing if gaps.groups else np.zeros(len(sessions), np.int64)
        complete = np.flatnonzero(missing <= (1 - ENOUGH) * len(symbols))
        return np.datetime64(sessions[complete[-1] if len(complete) else 0], "D")

    def data_version(self) -> StoreVersion:
        """Return the versions of the store's tables that the latest history was read from."""
        versions = self.syncer.store.versions() if self.read_from is None else self.read_from
        return StoreVersion(self.name, self.syncer.store, versions)

    def history(
        self,
        symbols: Sequence[str],
        sessions: DateArray,
        progress: Progress | None = None,
        *,
        freq: Frequency = "daily",
    ) -> FetchResult:
        """Bars of ``symbols`` from the store; each symbol has bars or a reason why not.

        Within the day ``bars.session`` holds the time (UTC) at which a bar begins.
        """
        report, read = self._brought(symbols, sessions, progress, freq)
        store = self._pinned()
        fetched = read_history(store, self.name, symbols, sessions, read.failures, freq=freq)
        own = read.without(fetched.bars.symbols)
        fetched = replace(fetched, failures={**fetched.failures, **own}, notes=read.notes)
        return fetched if report is None else _with_counts(fetched, report)

    def held(self, symbols: Sequence[str], sessions: DateArray) -> FetchResult:
        """Do what ``history`` does, but from the store alone: nobody is asked.

        The version is the one that the latest history was read from.
        """
        versions = self.syncer.store.versions() if self.read_from is None else self.read_from
        store = self.syncer.store.at_versions(versions)
        return read_history(store, self.name, symbols, sessions, {})

    def stream(
        self,
        symbols: Sequence[str],
        sessions: DateArray,
        as_of: np.datetime64,
        progress: Progress | None = None,
        *,
        peers: Sequence[str] = (),
    ) -> StreamResult:
        """Fill the store's gaps and leave the bars there, to be read block by block.

        Where nobody is asked for but peers, nothing is filled: also splits are those stored.
        """
        report, read = None, Readable({}, {}, self.notes)
        if symbols:
            report, read = self._brought(symbols, sessions, progress, "daily")
        store, everybody = self._pinned(), (*symbols, *peers)
        held: tuple[str, ...] = ()
        if read.quarantined:
            held = store.read(tuple(read.quarantined), sessions[0], sessions[-1]).symbols
        failures = {**read.failures, **read.without(held)}
        found = stream_history(store, self.name, everybody, sessions, as_of, failures)
        account = replace(found.account, notes=read.notes)
        account = account if report is None else _with_counts(account, report)
        return replace(found, account=account)

    def _brought(
        self,
        symbols: Sequence[str],
        sessions: DateArray,
        progress: Progress | None,
        freq: Frequency,
    ) -> tuple[SyncReport | None, Readable]:
        """Fill the store's gaps as far as that can be done; no report where it cannot be written.

        Raises StoreError where it cannot be read either.
        """
        try:
            report = self.sync(symbols, sessions, progress, freq=freq)
        except StoreError as error:
            failures, behind = self.syncer.gaps(symbols, sessions, freq, str(error))
            read = readable(self.name, failures, behind, len(symbols))
            return None, replace(read, notes=(*self.notes, *read.notes))
        read = readable(self.name, report.failures, report.behind, report.asked)
        return report, replace(read, notes=(*self.notes, *read.notes, *report.notes))

    def _pinned(self) -> BarStore:
        """One version for bars and splits, whoever writes meanwhile; a saved result names it."""
        self.read_from = self.syncer.store.versions()
        return self.syncer.store.at_versions(self.read_from)


def _with_counts(fetched: FetchResult, report: SyncReport) -> FetchResult:
    """Say what a sync took."""
    return replace(
        fetched,
        requests=report.stats.requests,
        requests_by_kind=report.requests_by_kind,
        retries=report.stats.retries,
        bytes=report.stats.bytes,
        from_store=report.from_store,
    )


def _absent(name: str, sessions: DateArray) -> Failure:
    """Why a symbol that was answered has no bars."""
    return Failure("no_data", f"{name} has no bars from {sessions[0]} to {sessions[-1]}")


def read_history(
    store: BarStore,
    name: str,
    symbols: Sequence[str],
    sessions: DateArray,
    failures: Mapping[str, Failure],
    *,
    freq: Frequency = "daily",
) -> FetchResult:
    """Bars of ``symbols`` as the store of the vendor ``name`` has them; nothing is asked for.

    ``failures``: symbols that are not read, and why. Others without a bar are ``no_data``.
    """
    answered = [symbol for symbol in symbols if symbol not in failures]
    first, last = sessions[0], sessions[-1]
    if freq == "daily":
        bars = store.read(answered, first, last)
    else:
        bars = store.read_intraday(freq, answered, first, last)
    found = dict(failures)
    there = set(bars.symbols)
    for symbol in answered:
        if symbol not in there:
            found[symbol] = _absent(name, sessions)
    return _account(store, bars, found)


def stream_history(
    store: BarStore,
    name: str,
    symbols: Sequence[str],
    sessions: DateArray,
    as_of: np.datetime64,
    failures: Mapping[str, Failure],
) -> StreamResult:
    """As ``read_history``, but the bars stay in the store, to be read block by block."""
    answered = [symbol for symbol in symbols if symbol not in failures]
    bars = StoredBars.open(store, answered, sessions, as_of)
    account = _account(store, concatenated([]), failures)
    return StreamResult(bars, account, _absent(name, sessions))


def _account(store: BarStore, bars: LongBars, failures: Mapping[str, Failure]) -> FetchResult:
    """Return ``bars`` with the corporate actions of the store and the days asked for these."""
    asked = store.actions_coverage("splits").sessions
    return FetchResult(bars, store.splits(), failures, store.dividends(), splits_asked=asked)
