"""A transport without a socket: a plain function answers, in tests and for local providers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Self

from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse

__all__ = ["FunctionTransport"]


@dataclass(slots=True)
class FunctionTransport:
    """A transport whose requests go to ``answer``, a function or a coroutine function."""

    answer: Callable[[HttpRequest], HttpResponse | Awaitable[HttpResponse]]

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Call the function; await what it returns if that is awaitable."""
        response = self.answer(request)
        return response if isinstance(response, HttpResponse) else await response

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None
