"""A transport without a socket: a plain function answers, in tests and for local providers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Self

from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse
from technic.data_engine.network.saved_file import SavedFile

__all__ = ["FunctionTransport"]


@dataclass(slots=True)
class FunctionTransport:
    """A transport whose requests go to ``answer``, a function or a coroutine function."""

    answer: Callable[[HttpRequest], HttpResponse | Awaitable[HttpResponse]]

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Call the function; await what it returns if that is awaitable."""
        response = self.answer(request)
        return response if isinstance(response, HttpResponse) else await response

    async def save(self, request: HttpRequest, file: SavedFile) -> HttpResponse:
        """Call the function; what it answers goes to the file, unless it is a refusal."""
        response = await self.send(replace(request, headers={**request.headers, **file.headers}))
        if response.status not in (200, 206):
            return response
        headers = {"content-length": str(len(response.body)), **response.headers}
        with file.receive(response.status, headers) as take:
            take(response.body)
        return HttpResponse(response.status, response.headers, b"")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None
