"""The ceilings of a connection before a request is one: the size of its head, the time it takes.

The parser that uvicorn has from httptools is fast and bounds neither, so it is done here.
"""

from __future__ import annotations

import asyncio
import json

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

__all__ = ["HEAD_BYTES", "HEAD_S", "IDLE_S", "BoundedProtocol"]

HEAD_BYTES = 32 * 1024
"""Address and headers of a request together."""
HEAD_S = 15.0
"""A head has to be there by then, counted from its first byte, or from the connection."""
IDLE_S = 15
"""A connection is kept so long for a next request."""
MOST_WAITING = 16
"""Requests of one connection that wait for the answer to the one before."""


class _RefusedError(Exception):
    """A head that is not read to its end; the parser makes a bad request of it."""


class BoundedProtocol(HttpToolsProtocol):
    """Uvicorn's protocol, with a ceiling on each thing that a client could send without end."""

    _deadline: asyncio.TimerHandle | None = None
    _in_head = True
    _began = False
    _headers = _fed = 0  # bytes of this head: in whole headers, and as they came
    _too_large = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head."""
        super().connection_made(transport)
        self._wait(HEAD_S)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._wait(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what has come; of a head it is counted from the second packet on."""
        if self.transport.is_closing():
            return
        self._began = False
        super().data_received(data)
        if self._in_head and not self._began and not self.transport.is_closing():
            self._fed += len(data)
            if self._fed > HEAD_BYTES:
                self._too_large = True
                self.send_400_response("")

    def on_message_begin(self) -> None:
        """Begin a head: its bytes and its time are counted from here."""
        super().on_message_begin()
        self._headers, self._fed = 0, 0
        self._in_head = self._began = True
        self._wait(HEAD_S)

    def on_url(self, url: bytes) -> None:
        """Take a part of the address."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; what comes after the body changes nothing that was judged before."""
        self._count(len(name) + len(value))
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin the request."""
        self._in_head = False
        if len(self.pipeline) >= MOST_WAITING:
            raise _RefusedError
        self._wait(None)
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """Wait for the next request; what is left of the last one has to come by then, too."""
        another = bool(self.pipeline)
        super().on_response_complete()
        self._unset_keepalive_if_required()
        if not another and not self.transport.is_closing():
            self._wait(IDLE_S)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request, and end the connection."""
        if not self._too_large:
            super().send_400_response(msg)
            return
        said = f"a head of at most {HEAD_BYTES:,} bytes is taken"
        text = json.dumps({"detail": said}).encode()  # as all that is refused
        head = b"content-type: application/json\r\nconnection: close\r\n"
        length = b"content-length: %d\r\n\r\n" % len(text)
        self.transport.write(STATUS_LINE[431] + head + length + text)
        self.transport.close()

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: an upgrade is not made, and the request is answered as any other."""

    def _count(self, size: int) -> None:
        self._headers += size
        if self._headers > HEAD_BYTES:
            self._too_large = True
            raise _RefusedError

    def _wait(self, seconds: float | None) -> None:
        """End the connection unless the next step comes within ``seconds``; None: no matter."""
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self._end)

    def _end(self) -> None:
        """End the connection, but not within an answer: after that it is waited for again."""
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()
