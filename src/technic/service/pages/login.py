"""Logging in to the pages with a key, and out again."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from technic.service.access.sessions import SESSION_S, same_token
from technic.service.pages.render import render
from technic.service.requests.caller import COOKIE, caller_of, refuse_other_sites
from technic.service.state import service_of
from technic.version import __version__

router = APIRouter(include_in_schema=False)

_MOST_BYTES = 4_096
_NO_KEY = "no key is written so, or it was revoked: technic keys add NAME makes one"


@router.get("/login")
def form(request: Request, next: str = "/") -> Response:
    """Show the form; who is in already goes on."""
    if caller_of(request, service_of(request)) is not None:
        return RedirectResponse(_own_path(next), 303)
    return _form(next, None, 200)


@router.get("/login/state")
def state(request: Request) -> JSONResponse:
    """Say whether the browser is logged in: a link from another site comes without its cookie."""
    return JSONResponse({"in": caller_of(request, service_of(request)) is not None})


@router.post("/login")
async def log_in(request: Request) -> Response:
    """Begin a session for a key."""
    service = service_of(request)
    refuse_other_sites(request)
    fields = await _fields(request)
    address = request.client.host if request.client else "unknown"
    wait = service.log_ins.wait(address)
    if wait:
        return _form(fields.get("next", "/"), f"too many attempts; wait {wait} s", 429)
    key = service.keys.find(fields.get("key", "").strip())
    if key is None:
        return _form(fields.get("next", "/"), _NO_KEY, 401)
    cookie, _ = service.sessions.begin(key)
    response = RedirectResponse(_own_path(fields.get("next", "/")), 303)
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=int(SESSION_S),
        path="/",
        httponly=True,
        samesite="strict",
        secure=service.settings.secure_cookie or request.url.scheme == "https",
    )
    return response


@router.post("/logout")
async def log_out(request: Request) -> Response:
    """End the session of the browser."""
    service = service_of(request)
    refuse_other_sites(request)
    cookie = request.cookies.get(COOKIE, "")
    found = service.sessions.find(cookie)
    fields = await _fields(request)
    if found is not None:
        if not same_token(fields.get("csrf", ""), found[1]):
            raise HTTPException(403, "the page's token is missing; load the page again")
        service.sessions.end(cookie)
    response = RedirectResponse("/login", 303)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return response


def _form(next_: str, problem: str | None, status: int) -> HTMLResponse:
    context = {"next": _own_path(next_), "problem": problem, "version": __version__}
    return HTMLResponse(render("login.html", title="Log in", **context), status)


async def _fields(request: Request) -> dict[str, str]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            raise HTTPException(413, f"a form of at most {_MOST_BYTES:,} bytes is taken")
    try:
        fields = parse_qs(body.decode("utf-8"), max_num_fields=10)
    except ValueError:
        raise HTTPException(400, "this is no form") from None
    return {name: values[0] for name, values in fields.items()}


def _own_path(path: str) -> str:
    """Return a path of this service, "/" for whatever leads elsewhere."""
    parts = urlsplit(path) if path.isprintable() and "\\" not in path else None
    own = parts is not None and not parts.scheme and not parts.netloc
    return path if own and path.startswith("/") and not path.startswith("//") else "/"
