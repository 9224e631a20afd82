"""The loopback provider behind a socket of this machine: latency, bandwidth, broken connections.

Waiting never blocks: a thousand answers under way cost no more than one. One request takes about
a quarter of a millisecond of processor time beyond making the answer.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from aiohttp import web

from technic.data_engine.interfaces.transport import HttpRequest
from technic.errors import ParameterError
from technic.loopback.arrivals import Stats
from technic.loopback.core import Answer, Loopback
from technic.loopback.world import World

__all__ = ["LoopbackServer", "Wiring", "serve"]

HOST = "127.0.0.1"
KEPT_ALIVE_S = 75.0
SMALLEST_ZIPPED = 1_000
KEPT_ZIPPED = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """How far away the server seems to be.

    ``latency_s``: from the arrival of a request to the first byte of the answer.
    ``bytes_per_s``: of the line that all answers share, None for no limit. ``zipped``: compress
    answers for clients that ask for it.
    """

    latency_s: float = 0.0
    bytes_per_s: float | None = None
    zipped: bool = False

    def __post_init__(self) -> None:
        if not self.latency_s >= 0:
            raise ParameterError("latency_s", self.latency_s, "seconds from 0")
        if self.bytes_per_s is not None and not self.bytes_per_s > 0:
            raise ParameterError("bytes_per_s", self.bytes_per_s, "bytes above 0, or None")


class Line:
    """Answers requests from a socket: how an answer travels is decided here."""

    def __init__(self, loopback: Loopback, wiring: Wiring) -> None:
        self._loopback, self._wiring = loopback, wiring
        self._free_at = 0.0
        self._zipped: dict[bytes, bytes] = {}

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        loop = asyncio.get_running_loop()
        arrived = loop.time()
        asked = HttpRequest(
            f"http://{HOST}{request.raw_path}",
            headers=request.headers,
            method=request.method,
            body=await request.read(),
        )
        own = "loopback" in request.path
        answer = (self._loopback.refusal(asked) if own else None) or self._loopback.answer(asked)
        body, headers = answer.response.body, dict(answer.response.headers)
        if self._wiring.zipped and "gzip" in request.headers.get("Accept-Encoding", ""):
            body = self._compressed(body, headers)
        if not request.path.startswith("/loopback/"):
            ready = self._ready_at(arrived + self._wiring.latency_s + answer.delay_s, len(body))
            await asyncio.sleep(max(ready - loop.time(), 0.0))
        if answer.travel != "whole":
            await self._break(request, answer, body, headers)
        return web.Response(body=body, status=answer.response.status, headers=headers)

    def _ready_at(self, earliest: float, size: int) -> float:
        """Return when the last byte is through the line that everybody shares."""
        if self._wiring.bytes_per_s is None:
            return earliest
        self._free_at = max(self._free_at, earliest) + size / self._wiring.bytes_per_s
        return self._free_at

    def _compressed(self, body: bytes, headers: dict[str, str]) -> bytes:
        if len(body) < SMALLEST_ZIPPED:
            return body
        headers["content-encoding"] = "gzip"
        zipped = self._zipped.pop(body, None) or gzip.compress(body, compresslevel=1, mtime=0)
        self._zipped[body] = zipped
        while len(self._zipped) > KEPT_ZIPPED:
            del self._zipped[next(iter(self._zipped))]
        return zipped

    async def _break(
        self, request: web.BaseRequest, answer: Answer, body: bytes, headers: Mapping[str, str]
    ) -> None:
        """Never answer, or cut the connection; ends when the client has gone."""
        if answer.travel == "reset_within":
            headers = {**headers, "content-length": str(len(body))}
            partial = web.StreamResponse(status=answer.response.status, headers=headers)
            await partial.prepare(request)
            await partial.write(body[: len(body) // 2])
        if answer.travel != "never" and request.transport is not None:
            _cut(request.transport)
        await asyncio.Event().wait()  # cancelled as soon as the connection is gone


def _cut(transport: asyncio.Transport) -> None:
    """Reset the connection instead of closing it in good order."""
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def serve(
    loopback: Loopback,
    wiring: Wiring,
    port: int,
    ready: Callable[[str], None],
    stop: asyncio.Event,
) -> None:
    """Serve on ``port`` (0: any free one) until ``stop`` is set; ``ready`` gets the URL."""
    line = Line(loopback, wiring)
    server = web.Server(
        line.answer, access_log=None, handler_cancellation=True, keepalive_timeout=KEPT_ALIVE_S
    )
    runner = web.ServerRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, HOST, port, backlog=1024)
        await site.start()
        host, bound = runner.addresses[0][:2]
        ready(f"http://{host}:{bound}")
        await stop.wait()
    finally:
        await runner.cleanup()


class LoopbackServer:
    """A server in a thread of its own, for as long as the ``with`` block lasts.

    ``url`` is its address; ``world``, ``stats`` and ``loopback`` are the ones it serves, to be
    changed and read between requests.
    """

    def __init__(self, loopback: Loopback, wiring: Wiring | None = None, *, port: int = 0) -> None:
        self.loopback, self._wiring, self._port = loopback, wiring or Wiring(), port
        self.url = ""
        self._ready = threading.Event()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._error: OSError | None = None

    @property
    def world(self) -> World:
        """The market that is served."""
        return self.loopback.world

    @property
    def stats(self) -> Stats:
        """What was counted since the start or the last reset."""
        return self.loopback.stats

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run, name="loopback", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._error is not None:
            self._thread.join()
            raise self._error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as error:
            self._error = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        await serve(self.loopback, self._wiring, self._port, self._announce, self._stop)

    def _announce(self, url: str) -> None:
        self.url = url
        self._ready.set()
