"""The tools under ``/mcp`` of a service: with its keys, its limits, its rules on other sites."""

from __future__ import annotations

import asyncio
import json
from importlib.util import find_spec
from typing import Any

from fastapi import HTTPException, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from technic.service.requests.caller import known_caller, refuse_other_sites
from technic.service.state import Service, service_of
from technic.wording.counts import count_of
from technic.wording.install import install_command

__all__ = ["CALLER", "PATH", "AgentsApp"]

PATH = "/mcp"
CALLER = "technic.caller"
"""Where a request says who sent it."""
_NO_EXTRA = "agents need the package mcp where the service runs: {}"


class AgentsApp:
    """Admits callers and hands their requests to the tools, which open with the first of them."""

    def __init__(self) -> None:
        self._opening: asyncio.Task[None] | None = None
        self._ready: asyncio.Future[ASGIApp] | None = None
        self._end = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it in a sentence."""
        request = Request(scope, receive)
        try:
            scope[CALLER] = await self._admitted(request)
            app = await self._opened(service_of(request))
        except HTTPException as error:
            await _refuse(send, error)
            return
        # however it was mounted, the tools are at the one address
        await app({**scope, "path": PATH, "root_path": ""}, receive, send)

    async def close(self) -> None:
        """End what the first request opened."""
        self._end.set()
        if self._opening is not None:
            await self._opening

    async def _admitted(self, request: Request) -> Any:
        service = service_of(request)
        # a session of a browser is for pages alone: a key stands in the header
        if request.headers.get("authorization") is None and not service.settings.open:
            text = "a key is needed: Authorization: Bearer KEY"
            raise HTTPException(401, text, {"WWW-Authenticate": "Bearer"})
        caller = await known_caller(request, service)
        if caller is None:
            raise HTTPException(401, "this key is not known", {"WWW-Authenticate": "Bearer"})
        if request.headers.get("origin") not in service.settings.origins:
            refuse_other_sites(request)
        wait = service.limiter.wait(caller.identity)
        if wait:
            most = count_of(service.settings.requests_per_minute, "request")
            raise HTTPException(429, f"more than {most} a minute", {"Retry-After": str(wait)})
        if find_spec("mcp") is None:
            raise HTTPException(501, _NO_EXTRA.format(install_command(["mcp"])))
        return caller

    async def _opened(self, service: Service) -> ASGIApp:
        """Return the tools' application; the first caller opens it for all."""
        if self._ready is None:
            self._ready = asyncio.get_running_loop().create_future()
            self._opening = asyncio.create_task(self._run(service, self._ready))
            self._opening.add_done_callback(self._ended)
        return await asyncio.shield(self._ready)

    def _ended(self, opening: asyncio.Task[None]) -> None:
        """Tell those who wait where the tools could not be opened."""
        if self._ready is not None and not self._ready.done() and not opening.cancelled():
            self._ready.set_exception(opening.exception() or RuntimeError("the service ends"))

    async def _run(self, service: Service, ready: asyncio.Future[ASGIApp]) -> None:
        """Hold the tools open until the service ends: in one task, as their library wants it."""
        from mcp.server.transport_security import TransportSecuritySettings

        from technic.service.agents.server import agents_server

        server = agents_server(service)
        app = server.streamable_http_app(
            streamable_http_path=PATH,
            stateless_http=True,
            json_response=True,
            max_request_body_size=service.settings.body_bytes,
            # hosts and origins have been looked at by now
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )
        async with server.session_manager.run():
            ready.set_result(app)
            await self._end.wait()


async def _refuse(send: Send, error: HTTPException) -> None:
    body = json.dumps({"detail": error.detail}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    more = dict(error.headers or {})
    headers += [(name.lower().encode(), text.encode()) for name, text in more.items()]
    await send({"type": "http.response.start", "status": error.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": body})
