"""Running a saved scan again: the same day, the same universe, the same data where it still is.

What could not be fetched then is not there now either: those entries of the ledger are part of what
is given.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from technic.data_engine.data_version import DataVersion, data_version_of
from technic.data_engine.interfaces.provider import Provider
from technic.data_engine.interfaces.records import FetchResult, PriceBasis, Progress, StreamResult
from technic.data_engine.price_cache import PriceFrames
from technic.data_engine.sync.store_reader import StoreReader
from technic.errors import StoreError
from technic.result.saved import SavedScan
from technic.result.scan_result import ScanResult
from technic.scan.history import ScanProgress
from technic.scanner_core import run_scan
from technic.sessions import load_calendar, require_time
from technic.settings import Settings
from technic.typing import DateArray
from technic.universe import Universe
from technic.verification.sources import sources_of

__all__ = ["Rerun", "run_again"]


@dataclass(frozen=True, slots=True, eq=False)
class Rerun:
    """A scan run again; ``source``: what it read; ``note``: how that is not what was read then."""

    result: ScanResult
    source: Provider
    note: str = ""


def run_again(
    saved: SavedScan,
    *,
    settings: Settings,
    now: dt.datetime,
    price_cache: PriceFrames | None = None,
    provider: Provider | None = None,
    data: str | None = None,
    runner: str | None = None,
    progress: ScanProgress | None = None,
) -> Rerun:
    """Scan as ``saved`` was scanned.

    ``price_cache``, ``provider``: what the scan was given then, where it was. ``data``: where the
    files of prices are now. ``runner``: where the blocks run, local unless given. Raises
    UsageError for data that is not named or not there, StoreError for a store that is not there.
    """
    everybody: dict[str, Any] = {"universe": None, "symbols": (), "watchlist": None}
    narrowed = len(saved.listings) > len(saved.universe)
    config = replace(
        saved.config,
        **everybody,  # the saved listings are those of this config already
        setups=tuple(replace(setup, **everybody) for setup in saved.config.setups),
        as_of=saved.as_of,
        runner=runner or "local",
    )
    if narrowed:
        config = replace(config, symbols=saved.universe.symbols)
    calendar = load_calendar(require_time(now).date(), settings.home)
    *first, last = sources_of(
        saved, calendar, settings, price_cache=price_cache, provider=provider, data=data
    )
    why_not = ""
    for source in (*first, last):
        pinned = _pinned(source.provider, saved)
        try:
            result = run_scan(
                config,
                price_cache=price_cache,
                provider=pinned,
                settings=settings,
                now=now,
                progress=progress,
            )
        except StoreError as error:
            if source is last:
                raise
            why_not = f" ({error.reason})"
        else:
            break
    return Rerun(result, source.provider, source.note and source.note + why_not)


def _pinned(provider: Provider, saved: SavedScan) -> Provider:
    if isinstance(provider, StoreReader):
        return _PinnedStream(provider, saved)
    return _Pinned(provider, saved)


@dataclass(frozen=True, eq=False)
class _Pinned:
    """The provider of the re-run: bars of ``source``, listings and last session of then."""

    source: Provider
    saved: SavedScan

    @property
    def name(self) -> str:
        return self.saved.data.provider

    @property
    def local(self) -> bool:
        return self.source.local

    @property
    def simulated(self) -> bool:
        return self.saved.data.simulated

    @property
    def price_basis(self) -> PriceBasis:
        return self.source.price_basis

    @property
    def splits_known(self) -> bool:
        return getattr(self.source, "splits_known", True)

    def listings(self) -> Universe:
        return self.saved.listings

    def last_session(self) -> np.datetime64:
        return np.datetime64(self.saved.data.last_session, "D")

    def data_version(self) -> DataVersion:
        return data_version_of(self.source)

    def history(
        self, symbols: Sequence[str], sessions: DateArray, progress: Progress | None = None
    ) -> FetchResult:
        return self.source.history(symbols, sessions, progress)


@dataclass(frozen=True, eq=False)
class _PinnedStream(_Pinned):
    """The same over a store, where a market larger than memory is read in blocks."""

    source: StoreReader

    def stream(
        self,
        symbols: Sequence[str],
        sessions: DateArray,
        as_of: np.datetime64,
        progress: Progress | None = None,
        *,
        peers: Sequence[str] = (),
    ) -> StreamResult:
        return self.source.stream(symbols, sessions, as_of, progress, peers=peers)
