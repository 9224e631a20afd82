"""A made-up market in a store: raw bars with splits, holes, a late listing, and nobody to ask."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.made_up_market import NOW, SESSIONS, SYMBOLS
from support.vendor import Vendor, syncer
from technic import ScanConfig, ScanResult, run_scan
from technic.data_engine.interfaces.provider import Provider
from technic.data_engine.interfaces.records import FetchResult, Progress, Splits
from technic.data_engine.store import BarStore, _data_writer
from technic.data_engine.sync.store_provider import StoredProvider
from technic.panel import LongBars
from technic.settings import Settings
from technic.testing import make_bars
from technic.typing import DateArray
from technic.universe import Universe, universe_of

ASKED = dt.datetime(2024, 3, 8, 23, tzinfo=dt.UTC)
IN_BLOCKS = "0.0005"
"""GiB: not quite what the market takes, so that it is read in blocks, in as few as can be."""
SILENT = ["AA", "CC", "ZZ"]
"""Symbols that are listed and have no bar, before, between and after the others."""
SPLITS = [("BN", "2023-05-01", 4.0), ("BN", "2024-01-16", 2.0), ("DK", "2024-02-20", 0.1)]


def raw_bars() -> LongBars:
    """Bars as they traded: before a split a price is as many times as high."""
    bars = make_bars(SYMBOLS, SESSIONS)
    factor = np.ones(len(bars))
    for symbol, day, ratio in SPLITS:
        own = (bars.column == SYMBOLS.index(symbol)) & (bars.session < np.datetime64(day))
        factor[own] *= ratio
    prices = {name: getattr(bars, name) * factor for name in ("open", "high", "low", "close")}
    bars = replace(bars, volume=bars.volume / factor, **prices)
    late = (bars.column == SYMBOLS.index("CM")) & (bars.session < SESSIONS[-90])
    hole = (bars.column == SYMBOLS.index("EP")) & (bars.session == SESSIONS[-40])
    early = (bars.column == SYMBOLS.index("AL")) & (bars.session > SESSIONS[-30])
    return bars.rows(~(late | hole | early))


def splits() -> Splits:
    """The splits behind ``raw_bars``."""
    symbols = np.array([symbol for symbol, _, _ in SPLITS], dtype=object)
    days = np.array([day for _, day, _ in SPLITS], dtype="datetime64[D]")
    return Splits(symbols, days, np.array([ratio for _, _, ratio in SPLITS]))


def fill(folder: Path, patch: pytest.MonkeyPatch) -> Path:
    """Write the market into a store in ``folder``: several files a month, several row groups."""
    patch.setattr(_data_writer, "ROW_GROUP_ROWS", 64)
    store = BarStore.open(str(folder))
    bars = raw_bars()
    for days in (SESSIONS[:-6], SESSIONS[-6:-3], SESSIONS[-3:]):
        own = np.isin(bars.session, days)
        store.write_days(bars.rows(own), days, ASKED, SESSIONS[-1])
    store.write_splits(splits(), SESSIONS[0], SESSIONS[-1], ASKED)
    return folder


def stored(folder: Path) -> StoredProvider:
    """The provider over that store; what it lacks nobody has."""
    return StoredProvider(syncer(Vendor(make_bars([], SESSIONS[:0])), folder, NOW))


def listed() -> Universe:
    """Every symbol, those without bars included, not in alphabetical order."""
    return universe_of([*SYMBOLS[::2], *SILENT, *SYMBOLS[1::2]], "made-up listings")


class Listing(StoredProvider):
    """A stored provider that lists the made-up market."""

    def listings(self) -> Universe:
        """All symbols."""
        return listed()


class Gathered:
    """The same, of which all bars can only be had at once, sorted row by row.

    ``asked``: the symbols that are shown, all where there are none; peers count in no statistic.
    """

    def __init__(self, inner: StoredProvider, asked: tuple[str, ...]) -> None:
        self.inner, self.asked = inner, asked
        self.name, self.simulated = inner.name, inner.simulated
        self.price_basis, self.local = inner.price_basis, True  # there is nobody to ask
        self.last_session = inner.last_session
        self.listings, self.data_version = inner.listings, inner.data_version

    def history(
        self, symbols: Sequence[str], sessions: DateArray, progress: Progress | None = None
    ) -> FetchResult:
        """All bars, and of the store's count the symbols that are shown."""
        answer = self.inner.history(symbols, sessions, progress)
        peers = [symbol for symbol in symbols if self.asked and symbol not in self.asked]
        return replace(answer, from_store=answer.from_store - len(peers))


def scan_stored(
    folder: Path, config: ScanConfig | None = None, memory: str | None = None, **options: object
) -> ScanResult:
    """Scan the store in ``folder`` with so much memory (GiB); None: by gathering all bars first."""
    provider: Provider = Listing(stored(folder).syncer)
    config = config or ScanConfig()
    if memory is None:
        provider = Gathered(provider, config.symbols)
    settings = Settings(home=folder / "home", panel_memory=memory)
    return run_scan(config, provider=provider, settings=settings, now=NOW, **options)
