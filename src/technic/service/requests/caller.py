"""Who calls: a key in the header, a session's cookie, or anybody where the service is open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request, Security
from fastapi.security import HTTPBearer
from starlette.requests import HTTPConnection

from technic.service.access.keys import Scope, reaches
from technic.service.access.sessions import same_token
from technic.service.state import Service, service_of
from technic.wording.counts import count_of

__all__ = [
    "COOKIE",
    "CSRF_HEADER",
    "Admin",
    "Caller",
    "Reader",
    "Runner",
    "caller_of",
    "known_caller",
    "refuse_other_sites",
]

COOKIE = "technic_session"
CSRF_HEADER = "x-csrf-token"
_SAFE = ("GET", "HEAD", "OPTIONS")
_Described = Annotated[
    object, Security(HTTPBearer(auto_error=False, description="A key of yours."))
]
"""Has OpenAPI say that a route needs a key; who calls is found out here."""


@dataclass(frozen=True, slots=True)
class Caller:
    """``identity``: what limits and jobs know the caller by; ``csrf``: of a session, else empty."""

    identity: str
    scope: Scope
    csrf: str = ""


def held_caller(connection: HTTPConnection, service: Service) -> Caller | None:
    """Return who calls where that is known without reading a table."""
    header = connection.headers.get("authorization")
    if header is not None:
        scheme, _, text = header.partition(" ")
        key = service.keys.find_held(text.strip()) if scheme.lower() == "bearer" else None
        return None if key is None else Caller(key.prefix, key.scope)
    cookie = connection.cookies.get(COOKIE, "")
    session = service.sessions.find_held(cookie)
    if session is not None:
        return Caller(session[0].prefix, session[0].scope, session[1])
    return Caller("open", "admin") if service.settings.open and not cookie else None


async def known_caller(connection: HTTPConnection, service: Service) -> Caller | None:
    """Return who calls, None where no valid key is given; of many at once one reads the tables."""
    caller = held_caller(connection, service)
    if caller is not None:
        return caller
    given = connection.headers.get("authorization"), connection.cookies.get(COOKIE, "")
    return await service.once.do(given, lambda: caller_of(connection, service))


def caller_of(connection: HTTPConnection, service: Service) -> Caller | None:
    """Return who calls, None where no valid key is given."""
    held = held_caller(connection, service)
    if held is not None:
        return held
    header = connection.headers.get("authorization")
    if header is not None:
        scheme, _, text = header.partition(" ")
        key = service.keys.find(text.strip()) if scheme.lower() == "bearer" else None
        return None if key is None else Caller(key.prefix, key.scope)
    session = service.sessions.find(connection.cookies.get(COOKIE, ""))
    if session is not None:
        return Caller(session[0].prefix, session[0].scope, session[1])
    return Caller("open", "admin") if service.settings.open else None


def _require(scope: Scope) -> Callable[[Request, _Described], Awaitable[Caller]]:
    async def require(request: Request, described: _Described) -> Caller:
        del described
        service = service_of(request)
        caller = await known_caller(request, service)
        if caller is None:
            raise HTTPException(
                401, "a key is needed: Authorization: Bearer KEY", {"WWW-Authenticate": "Bearer"}
            )
        if not reaches(caller.scope, scope):
            raise HTTPException(403, f"this key may {caller.scope}, {scope} is needed")
        if request.method not in _SAFE:
            _refuse_foreign(request, caller, service.settings.origins)
        wait = service.limiter.wait(caller.identity)
        if wait:
            text = f"more than {count_of(service.settings.requests_per_minute, 'request')} a minute"
            raise HTTPException(429, text, {"Retry-After": str(wait)})
        return caller

    return require


def refuse_other_sites(request: Request) -> None:
    """Refuse what another site has a browser send: it names another origin."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host", ""):
        raise HTTPException(403, "this came from another site")
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise HTTPException(403, "this came from another site")


def _refuse_foreign(request: Request, caller: Caller, origins: tuple[str, ...]) -> None:
    """Refuse what another site has a browser send, also where it lacks the session's token.

    ``origins``: sites whose scripts may ask; a session is never theirs.
    """
    if caller.csrf or request.headers.get("origin") not in origins:
        refuse_other_sites(request)
    if caller.csrf and not same_token(request.headers.get(CSRF_HEADER, ""), caller.csrf):
        raise HTTPException(403, "the page's token is missing; load the page again")


Reader = Annotated[Caller, Depends(_require("read"))]
"""Anybody who may look."""
Runner = Annotated[Caller, Depends(_require("run"))]
"""Anybody who may run scans."""
Admin = Annotated[Caller, Depends(_require("admin"))]
"""Anybody who may sync, upload and delete."""
