"""Asking for facts: one request after the other, within the rate, files to the disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, Self, TypeVar

from technic.data_engine.interfaces.records import Failure
from technic.data_engine.interfaces.remote_provider import Endpoint
from technic.data_engine.interfaces.requests import AccountRefusedError
from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse
from technic.data_engine.network.clock import Clock
from technic.data_engine.network.fetch import Fetcher, FetchJob, FetchRules, FetchStats
from technic.data_engine.network.rate_limiter import Limiter
from technic.data_engine.network.run_async import run_async
from technic.data_engine.network.saved_file import SavedFile
from technic.errors import FactsError

__all__ = ["RULES", "Asker", "FactTransport"]

PER_MINUTE = 480.0
"""Requests over all hosts. SEC lets ten in within any second, and some are late on their way."""
RULES = FetchRules(max_concurrent=1, attempts=5, request_timeout_s=6 * 3_600.0, retry_floor=40)

T = TypeVar("T")


class FactTransport(Protocol):
    """Sends requests; answers that are files go to the disk."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send one request and read the whole answer."""
        ...

    async def save(self, request: HttpRequest, file: SavedFile) -> HttpResponse:
        """Send one request whose answer goes to a file."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *_: object) -> None: ...


@dataclass(slots=True)
class _ToFile:
    """A transport whose answers go to one file."""

    inner: FactTransport
    file: SavedFile

    async def send(self, request: HttpRequest) -> HttpResponse:
        return await self.inner.save(request, self.file)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None


@dataclass(slots=True)
class Asker:
    """Asks for one sync: all its requests share the rate, over all hosts, and the count."""

    open_transport: Callable[[], FactTransport]
    rules: FetchRules
    clock: Clock
    per_minute: float | None = PER_MINUTE
    stats: FetchStats = field(default_factory=FetchStats)
    _limiter: Limiter = field(init=False)

    def __post_init__(self) -> None:
        self._limiter = Limiter(self.per_minute, self.clock)

    def ask(self, endpoint: Endpoint[T], file: SavedFile | None = None) -> list[T] | Failure:
        """Ask an endpoint, all pages of it, or let its answer go to a file.

        Raises FactsError where nobody is answered any more.
        """
        pages: list[T] = []
        failed: list[Failure] = []

        async def ask() -> AccountRefusedError | None:
            async with self.open_transport() as transport:
                fetcher: Fetcher[str, T] = Fetcher(
                    transport if file is None else _ToFile(transport, file),
                    self._limiter,
                    self.rules,
                    on_page=lambda _, page: pages.append(page),
                    on_done=lambda _: None,
                    on_failed=lambda _, failure: failed.append(failure),
                    clock=self.clock,
                    stats=self.stats,
                )
                await fetcher.run([FetchJob(endpoint.label, endpoint)])
                return fetcher.refused

        refused = run_async(ask())
        if refused is not None:
            raise FactsError(str(refused)) from None
        return failed[0] if failed else pages
