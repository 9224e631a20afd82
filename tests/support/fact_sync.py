"""A sync of facts from the simulated market, in one process and without waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from support.loopback import small
from support.vendor import CALENDAR
from technic.data_engine.network.function_transport import FunctionTransport
from technic.facts.store import FactStore
from technic.facts.sync.hosts import FactHosts
from technic.facts.sync.journal import SyncFolder
from technic.facts.sync.plan import FEEDS
from technic.facts.sync.run import FactSync, SyncReport
from technic.loopback import Loopback

__all__ = ["HOST", "AskedMarket"]

HOST = "http://127.0.0.1"


class JumpingClock:
    """A clock that is where somebody waits for it to be: for one who asks after the other.

    A sync runs an event loop for each thing that it asks, which one clock has to outlive.
    """

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        """The moment that was last waited for."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Jump ahead."""
        self.now += max(seconds, 0.0)
        await asyncio.sleep(0)


class AskedMarket:
    """The simulated market and who syncs from it; ``log`` has the path of each request.

    ``fault(path, nth)`` goes before each request is answered, and may raise.
    """

    def __init__(
        self, home: Path, size: int = 30, n_sessions: int = 200, **options: object
    ) -> None:
        self.clock = JumpingClock()
        self.loopback: Loopback = small(
            size, n_sessions, clock=self.clock.monotonic, options=dict(options)
        )
        self.home = home
        self.store, self.folder = FactStore(home), SyncFolder(home)
        self.log: list[str] = []
        self.fault: Callable[[str, int], None] = lambda _path, _nth: None

    def sync(self, feeds=FEEDS, hosts: FactHosts | None = None, **options: object) -> SyncReport:
        """Run one sync."""
        sync = FactSync(
            hosts or FactHosts.loopback(HOST),
            self.store,
            self.folder,
            CALENDAR,
            lambda: self.loopback.world.now,
            open_transport=self.transport,
            clock=self.clock,
            **options,
        )
        self.last = sync
        return sync.run(feeds)

    def transport(self) -> FunctionTransport:
        """A transport that notes what is asked."""
        asked = self.loopback.transport(clock=self.clock)

        async def send(request):
            path = request.url.removeprefix(HOST)
            self.log.append(path)
            self.fault(path, self.log.count(path))
            return await asked.send(request)

        return FunctionTransport(send)

    def rows(self, *concepts: str) -> list[dict[str, object]]:
        """What is stored."""
        return self.store.rows(concepts=concepts).to_pylist()
