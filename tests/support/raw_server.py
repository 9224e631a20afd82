"""A server that sends whatever bytes it is told to, HTTP or not, and keeps what it was asked."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

__all__ = ["RawServer", "raw_server"]

Sent = tuple[bytes, Iterator[bytes], bool]
"""A head, the pieces of a body, and whether the connection stays open after them."""


@dataclass
class RawServer:
    """``url``, and the head of every request that came."""

    url: str = ""
    asked: list[str] = field(default_factory=list)


@asynccontextmanager
async def raw_server(answer: Callable[[str], Sent]) -> AsyncIterator[RawServer]:
    """Serve ``answer(path)`` to each request."""
    server = RawServer()
    serving: set[asyncio.Task[None] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.current_task())
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            asked = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            server.asked.append(asked)
            start, pieces, waits = answer(asked.split(" ")[1])
            writer.write(start)
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            if waits:
                await reader.read()  # until the client has had enough
        writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = listener.sockets[0].getsockname()
    server.url = f"http://{host}:{port}"
    try:
        yield server
    finally:
        listener.close()
        await asyncio.gather(*(task for task in serving if task is not None))
