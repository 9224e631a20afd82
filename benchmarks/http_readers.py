"""Many readers who ask at the same moment, each over a connection that is open already.

Plain sockets: what an HTTP client costs, 0.4 ms a request, would be counted as waiting.
"""

from __future__ import annotations

import itertools
import selectors
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

__all__ = ["at_once", "without_pause"]

PATIENCE_S = 300.0


@dataclass(slots=True)
class _Reader:
    """One connection: when it asked, and what is still to come of the answer."""

    connection: socket.socket
    request: bytes
    began: float = 0.0
    head: bytearray = field(default_factory=bytearray)
    left: int | None = None

    def ask(self) -> None:
        self.began = time.perf_counter()
        self.connection.setblocking(True)
        self.connection.sendall(self.request)
        self.connection.setblocking(False)

    def ask_next(self, request: bytes) -> None:
        self.request, self.left = request, None
        self.head.clear()
        self.ask()

    def read(self) -> bool:
        """Take what has come; tell whether the answer is whole."""
        part = self.connection.recv(1 << 20)
        if not part:
            raise SystemExit("the service closed a connection before it answered")
        if self.left is not None:
            self.left -= len(part)
            return self.left == 0
        self.head += part
        head, end, body = bytes(self.head).partition(b"\r\n\r\n")
        if not end:
            return False
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"not answered: {head.splitlines()[0]!r}")
        lines = (line.partition(b":") for line in head.lower().splitlines())
        length = next(value for name, _, value in lines if name == b"content-length")
        self.left = int(length) - len(body)
        return self.left == 0


def at_once(base: str, paths: Sequence[str], count: int) -> list[float]:
    """Ask ``count`` times at once, for ``paths`` in turn; seconds that each answer took."""
    asked = itertools.islice(itertools.cycle(paths), count)
    readers = [_Reader(_connected(base), _request(base, path)) for path in asked]
    waited = []
    with selectors.DefaultSelector() as waiting:
        for one in readers:
            one.ask()
            waiting.register(one.connection, selectors.EVENT_READ, one)
        until = time.monotonic() + PATIENCE_S
        while waiting.get_map():
            if time.monotonic() > until:
                raise SystemExit(f"{len(waiting.get_map())} of {count} were not answered")
            for key, _ in waiting.select(1.0):
                if key.data.read():
                    waited.append(time.perf_counter() - key.data.began)
                    waiting.unregister(key.data.connection)
    for one in readers:
        one.connection.close()
    return waited


def without_pause(
    base: str, paths: Sequence[Sequence[str]], going_on: Callable[[], bool]
) -> list[float]:
    """Each reader asks for its own ``paths`` in turn, the next as soon as it has the one before.

    As long as ``going_on``; then all wait for their last answer. Seconds that each answer took.
    """
    own = [itertools.cycle([_request(base, path) for path in one]) for one in paths]
    readers = [_Reader(_connected(base), next(one)) for one in own]
    waited = []
    with selectors.DefaultSelector() as waiting:
        for one, more in zip(readers, own, strict=True):
            one.ask()
            waiting.register(one.connection, selectors.EVENT_READ, (one, more))
        until = time.monotonic() + PATIENCE_S
        while waiting.get_map():
            if time.monotonic() > until:
                raise SystemExit(f"{len(waiting.get_map())} of {len(readers)} were not answered")
            for key, _ in waiting.select(1.0):
                one, more = key.data
                if not one.read():
                    continue
                waited.append(time.perf_counter() - one.began)
                if going_on():
                    one.ask_next(next(more))
                else:
                    waiting.unregister(one.connection)
    for one in readers:
        one.connection.close()
    return waited


def _connected(base: str) -> socket.socket:
    address = urlsplit(base)
    assert address.hostname is not None
    return socket.create_connection((address.hostname, address.port), PATIENCE_S)


def _request(base: str, path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {urlsplit(base).netloc}\r\n\r\n".encode()
