"""The market that a benchmark asks: the loopback provider in a process of its own, or a vendor."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from technic.bench.config import BenchConfig
from technic.data_engine.interfaces.remote_provider import RemoteProvider
from technic.data_engine.interfaces.transport import TransportFactory
from technic.data_engine.network.aiohttp_transport import AiohttpTransport
from technic.data_engine.network.run_async import run_async
from technic.data_engine.open_provider import market_clock, open_remote, transport_factory
from technic.data_engine.providers.vendors.loopback import UNLIMITED, LoopbackProvider, MarketClock
from technic.data_engine.store import BarStore
from technic.data_engine.sync.store_provider import StoredProvider
from technic.data_engine.sync.syncer import Syncer
from technic.errors import NothingToScanError, ParameterError
from technic.sessions import SessionCalendar
from technic.settings import Settings
from technic.typing import DateArray
from technic.universe import Universe, load_universe

__all__ = ["BenchMarket", "open_market"]

RESET_TIMEOUT_S = 10.0
SERVER_ERRORS_AMONG_FAULTS = 0.2
"""The rest of the injected faults are refusals for too many requests."""


def nothing() -> None:
    """Do nothing: a vendor counts on, and its plan's limit spaces the requests of every way."""


@dataclass(frozen=True, slots=True)
class BenchMarket:
    """Who is asked, for whom, for which sessions, and what time it is there.

    ``begin``: called before each way, so that the simulated vendor meets it as it met the one
    before: nothing of its rate limit used, the same faults ahead.
    """

    remote: RemoteProvider
    universe: Universe
    calendar: SessionCalendar
    sessions: DateArray
    now: Callable[[], dt.datetime]
    open_transport: TransportFactory
    begin: Callable[[], None] = nothing

    def save_listings(self, path: Path) -> str:
        """Write the listings down, so that a scan need not ask for them again."""
        self.universe.frame.to_parquet(path, index=False)
        return str(path)

    def provider(self, store: BarStore, config: BenchConfig) -> StoredProvider:
        """Return the vendor with an empty store of its own."""
        rules, connect = config.fetch_rules(), self.open_transport
        return StoredProvider(Syncer(self.remote, store, self.calendar, self.now, rules, connect))


@contextmanager
def open_market(
    config: BenchConfig, settings: Settings, calendar: SessionCalendar, store: BarStore
) -> Iterator[BenchMarket]:
    """Open what ``config`` names; the loopback provider is started here and ended again.

    Raises ParameterError for a vendor that cannot be asked for one symbol.
    """
    if config.provider == "loopback":
        with _loopback(config) as url:
            plan = dataclasses.replace(UNLIMITED, requests_per_minute=config.requests_per_minute)
            served = LoopbackProvider(base_url=url, plan=plan)
            market = _listed(served, config, calendar, MarketClock(url), store, AiohttpTransport)
            yield dataclasses.replace(market, begin=partial(_reset, url))
        return
    remote = open_remote(config.provider, settings)
    if "symbol_range" not in remote.capabilities.kinds:
        raise ParameterError(
            "provider", config.provider, "one that can be asked for a single symbol's history"
        )
    clock = market_clock(config.provider, settings)
    yield _listed(remote, config, calendar, clock, store, transport_factory(remote, settings))


def _listed(
    remote: RemoteProvider,
    config: BenchConfig,
    calendar: SessionCalendar,
    now: Callable[[], dt.datetime],
    store: BarStore,
    connect: TransportFactory,
) -> BenchMarket:
    """Ask for the listings, once, before anything is timed; take every n-th if fewer are wanted."""
    asking = Syncer(remote, store, calendar, now, config.fetch_rules(), connect)
    if config.universe is not None:
        listed = load_universe(config.universe)
    else:
        endpoint = remote.listings()
        if endpoint is None:
            hint = f"{remote.name} lists nothing"
            raise ParameterError("universe", None, "a file of listings", hint)
        listed = run_async(asking.ask_listings(endpoint))
    if not len(listed):
        raise NothingToScanError(f"{listed.source} lists no symbols")
    if len(listed) > config.symbols:
        every = np.linspace(0, len(listed) - 1, config.symbols).round().astype(np.intp)
        listed = listed.take(every)
    last = StoredProvider(asking).last_session()
    sessions = calendar.last(config.sessions, last)
    return BenchMarket(remote, listed, calendar, sessions, now, connect)


def _reset(url: str) -> None:
    """Have the loopback provider forget what it was asked; what asks for that is not counted."""
    with urllib.request.urlopen(f"{url}/loopback/reset", timeout=RESET_TIMEOUT_S) as answer:
        answer.read()


@contextmanager
def _loopback(config: BenchConfig) -> Iterator[str]:
    """Serve the simulated market from a process of its own; yields its URL."""
    command = [sys.executable, "-m", "technic.loopback", "--while-stdin"]
    command += ["--size", str(config.symbols), "--prepare", str(config.sessions)]
    command += ["--latency-ms", str(config.latency_ms)]
    if config.requests_per_minute is not None:
        command += ["--requests-per-minute", str(config.requests_per_minute)]
    if config.faults_pct:
        share = config.faults_pct / 100
        errors = share * SERVER_ERRORS_AMONG_FAULTS
        command += ["--fault", f"throttled={share - errors:.6f}"]
        command += ["--fault", f"server_error={errors:.6f}"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            yield json.loads(server.stdout.readline())["url"]
        finally:
            server.stdin.close()
