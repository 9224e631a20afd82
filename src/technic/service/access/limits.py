"""The ceilings of every request: its host, its size, the time it takes to come."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

__all__ = ["GuardMiddleware"]

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

HEALTH = "/health"
"""Platforms ask for it by names and addresses of their own; it tells nobody anything."""
BODY_S = 30.0
"""A body has to be there by then."""
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    b"connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    b"frame-ancestors 'none'"
)


class GuardMiddleware:
    """Refuses foreign hosts, bodies that are too large or too slow; adds the security headers."""

    def __init__(
        self, app: App, hosts: tuple[str, ...], body_bytes: int, upload_bytes: int
    ) -> None:
        self._app, self._hosts = app, frozenset(hosts)
        self._body, self._upload = body_bytes, upload_bytes

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        sent = _with_headers(send, tls=scope["scheme"] == "https")
        hosts = sum(name == b"host" for name, _ in scope["headers"])
        if hosts != 1 and (hosts, scope["http_version"]) != (0, "1.0"):
            await _refuse(sent, 400, "a request names one host")
            return
        host = headers.get(b"host", b"").decode("latin-1").lower()
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
        if name not in self._hosts and scope["path"] != HEALTH:
            text = "this host name is not served here; TECHNIC_SERVICE_HOSTS names those that are"
            await _refuse(sent, 400, text)
            return
        most = self._upload if scope["path"].startswith("/v1/uploads") else self._body
        length = headers.get(b"content-length", b"0").decode("latin-1")
        if not (length.isascii() and length.isdigit() and len(length) < 16) or int(length) > most:
            await _refuse(sent, 413, f"a request of at most {most:,} bytes is taken")
            return
        body = _BoundedBody(receive, most)
        answer = _Answer(sent, body)
        try:
            await self._app(scope, body, answer)
        except _BodyRefusedError:
            await answer.refuse()


class _BodyRefusedError(Exception):
    """A body that is not read to its end."""


class _Answer:
    """The answer of one request: the refusal of its body instead of whatever came of that."""

    def __init__(self, send: Send, body: _BoundedBody) -> None:
        self._send, self._body = send, body
        self._refused = False

    async def __call__(self, message: Message) -> None:
        if self._body.refusal is None:
            await self._send(message)
        elif not self._refused:
            await self.refuse()

    async def refuse(self) -> None:
        """Say why the body was not read."""
        if self._body.refusal is not None and not self._refused:
            self._refused = True
            await _refuse(self._send, *self._body.refusal)


class _BoundedBody:
    """The body of one request, counted and timed while it comes."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive, self._most, self._left = receive, most, most
        self._until = time.monotonic() + BODY_S
        self._whole = False
        self.refusal: tuple[int, str] | None = None

    async def __call__(self) -> Message:
        if self._whole:
            return await self._receive()
        left = max(0.01, self._until - time.monotonic())
        try:
            message = await asyncio.wait_for(self._receive(), left)
        except TimeoutError:
            self.refusal = 408, f"the request was not there after {BODY_S:g} s"
            raise _BodyRefusedError from None
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            self.refusal = 413, f"a request of at most {self._most:,} bytes is taken"
            raise _BodyRefusedError
        self._whole = message["type"] != "http.request" or not message.get("more_body")
        return message


def _with_headers(send: Send, *, tls: bool) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = {name.lower() for name, _ in message["headers"]}
            more = [*HEADERS, (b"content-security-policy", POLICY), (b"cache-control", b"no-store")]
            if tls:
                more.append((b"strict-transport-security", b"max-age=31536000"))
            message["headers"] = [*message["headers"], *(h for h in more if h[0] not in own)]
        await send(message)

    return sent


async def _refuse(send: Send, status: int, text: str) -> None:
    body = json.dumps({"detail": text}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if status in (408, 413):
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
