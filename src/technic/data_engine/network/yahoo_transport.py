"""Requests through yfinance's session, which has the cookies and the handshake Yahoo wants."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from importlib import import_module
from typing import Protocol, Self

from technic.data_engine.interfaces.ceilings import MAX_ANSWER_BYTES, shown_bytes
from technic.data_engine.interfaces.requests import BadAnswerError, UnavailableError
from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse
from technic.errors import MissingExtraError

__all__ = ["YahooTransport"]

TIMEOUT_S = 20


class _Response(Protocol):
    """What of a response is used; yfinance's may be one of two libraries'."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes


class _Session(Protocol):
    def get(self, url: str, params: Mapping[str, str], timeout: int) -> _Response: ...


class YahooTransport:
    """A transport whose requests run in threads; ``session`` is yfinance's unless given."""

    def __init__(self, session: _Session | None = None) -> None:
        self._session = session

    async def __aenter__(self) -> Self:
        if self._session is None:
            try:
                self._session = import_module("yfinance.data").YfData()
            except ImportError:
                raise MissingExtraError("--provider yahoo", "yfinance", "yahoo") from None
        return self

    async def __aexit__(self, *_: object) -> None:
        self._session = None

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send one request; what the session or the network objects to is a passing fault."""
        if self._session is None:
            raise RuntimeError("the transport is not open: use 'async with'")
        errors = import_module("yfinance.exceptions")
        try:
            response = await asyncio.to_thread(
                self._session.get, request.url, request.params, TIMEOUT_S
            )
        except errors.YFRateLimitError:
            return HttpResponse(429, {}, b"")
        except (OSError, errors.YFException) as error:  # both its network libraries raise OSError
            name = type(error).__name__
            raise UnavailableError(f"{request.shown}: connection failed ({name})") from error
        if len(response.content) > MAX_ANSWER_BYTES:
            raise BadAnswerError(f"{request.shown}: more than {shown_bytes(MAX_ANSWER_BYTES)}")
        headers = {name.lower(): value for name, value in response.headers.items()}
        return HttpResponse(response.status_code, headers, response.content)
