"""The seam to the network: a request goes in, status, headers and bytes come out.

Providers build requests and read responses; only a ``Transport`` opens sockets, so tests put a
plain function in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import urlencode, urlsplit, urlunsplit

__all__ = ["HttpRequest", "HttpResponse", "Transport", "TransportFactory"]

SHOWN = 200
"""Characters of a path in a message."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request; ``repr`` and ``shown`` never hold a secret: headers are left out."""

    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    method: str = "GET"
    body: bytes = field(default=b"", repr=False)

    @property
    def full_url(self) -> str:
        """The URL with its query; may hold a key, so it is never logged."""
        scheme, host, path, query, _ = urlsplit(self.url)
        query = "&".join(part for part in (query, urlencode(self.params)) if part)
        return urlunsplit((scheme, host, path, query, ""))

    @property
    def shown(self) -> str:
        """The path, for messages: no query and no headers."""
        path = urlsplit(self.url).path
        return f"{self.method} {path if len(path) <= SHOWN else path[: SHOWN - 1] + '…'}"


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What came back; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        """Media type without parameters, lower case; empty when not given."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Transport(Protocol):
    """Sends requests; raises UnavailableError or BadAnswerError when no full answer came."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send one request and read the whole answer."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


TransportFactory = Callable[[], Transport]
"""Makes the transport of one run; nothing is connected before it is entered with ``async with``."""
