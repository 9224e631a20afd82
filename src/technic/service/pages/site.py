"""The pages. They hold no data but what their head shows; the rest they ask of the API's routes."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from technic.service.answers.common import about_of
from technic.service.database.connect import AWAY
from technic.service.jobs.result_files import ABOUT
from technic.service.pages.files import missing_libraries, no_pages
from technic.service.pages.render import render
from technic.service.requests.caller import Caller, caller_of
from technic.service.state import Service, service_of
from technic.version import __version__
from technic.wording.counts import count_of

__all__ = ["no_page", "router"]

router = APIRouter(include_in_schema=False)
PAGES = {
    "market": "Market",
    "scan": "Scan",
    "study": "Study",
    "ledger": "Ledger",
    "watches": "Watches",
    "schedule": "Schedule",
    "data": "Data",
}

_STRANGER: dict[str, Any] = {
    "pages": {},
    "active": "",
    "csrf": "",
    "scope": "",
    "open": True,
    "version": __version__,
    "latest": None,
    "simulated": False,
}
"""The frame of a page for somebody who is not known."""


@router.get("/")
def begin(request: Request) -> Response:
    """Lead to the market, or where there is no result yet, to the data."""
    service = service_of(request)
    if caller_of(request, service) is None:
        return RedirectResponse("/login", 303)
    return RedirectResponse("/market" if service.finished.latest() else "/data", 303)


@router.get("/market")
@router.get("/scan")
@router.get("/study")
@router.get("/ledger")
@router.get("/watches")
@router.get("/schedule")
@router.get("/data")
def page(request: Request) -> Response:
    """Return one of the pages."""
    name = request.url.path.strip("/")
    return _page(request, name, PAGES[name])


@router.get("/symbols/{symbol}")
def symbol(request: Request, symbol: str) -> Response:
    """Return the page of a symbol."""
    return _page(request, "symbol", symbol[:24], symbol=symbol[:24])


def no_page(request: Request) -> Response:
    """Return the page of an address that has none; who has no key sees nothing of the service."""
    service = service_of(request)
    try:
        caller = caller_of(request, service)
        if caller is not None and service.limiter.wait(caller.identity):
            caller = None
        frame = _STRANGER if caller is None else _frame(service, caller, "")
    except AWAY:
        frame = _STRANGER
    content = render("no_page.html", title="No such page", script=None, **frame)
    return HTMLResponse(content, 404)


def _page(request: Request, name: str, title: str, **context: Any) -> Response:
    service = service_of(request)
    caller = caller_of(request, service)
    if caller is None:
        where = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?next={quote(where, safe='/')}", 303)
    wait = service.limiter.wait(caller.identity)
    if wait:
        text = f"more than {count_of(service.settings.requests_per_minute, 'request')} a minute"
        return Response(text, 429, {"Retry-After": str(wait)})
    missing = missing_libraries()
    if missing:
        name, title, context = "unavailable", "No pages", {"why": no_pages(missing)}
    context["script"] = None if missing else f"{name}.js"
    content = render(f"{name}.html", title=title, **_frame(service, caller, name), **context)
    return HTMLResponse(content, 503 if missing else 200)


def _frame(service: Service, caller: Caller, name: str) -> dict[str, Any]:
    """Return what every page shows: who is in, and of which day the latest result is."""
    return {
        "pages": PAGES,
        "active": name,
        "csrf": caller.csrf,
        "scope": caller.scope,
        "open": service.settings.open and not caller.csrf,
        "version": __version__,
        "latest": _latest(service),
        "simulated": service.settings.settings.source().simulated,
    }


def _latest(service: Service) -> dict[str, Any] | None:
    """Return day, size and origin of the latest result, None where there is none."""
    latest = service.finished.latest()
    folder = None if latest is None else service.settings.results / latest
    if folder is None or not (folder / ABOUT).is_file():
        return None
    document = about_of(folder)
    names = ("as_of", "universe", "rs_universe", "data")
    return {"id": folder.name, **{name: document[name] for name in names}}
