"""The pages. They hold no data but what their head shows; the rest they ask of the API's routes."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from technic.service.answers.common import about_of
from technic.service.jobs.result_files import ABOUT
from technic.service.pages.render import STATIC, VENDOR, chart_style, missing_libraries, render
from technic.service.requests.caller import Caller, caller_of
from technic.service.state import Service, service_of
from technic.version import __version__
from technic.wording.counts import count_of

__all__ = ["STATIC_FILES", "router"]

router = APIRouter(include_in_schema=False)
PAGES = {
    "market": "Market",
    "scan": "Scan",
    "ledger": "Ledger",
    "schedule": "Schedule",
    "data": "Data",
}


class _Files(StaticFiles):
    """Files that a browser keeps, and asks about each time whether they are still the same."""

    async def check_config(self) -> None:
        """Take a folder that is missing for an empty one."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file, to be asked about again; none is there where nobody fetched any."""
        if self.directory is None or not Path(self.directory).is_dir():
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "no-cache"
        return response


STATIC_FILES = {
    "/static": _Files(directory=STATIC),
    "/vendor": _Files(directory=VENDOR, check_dir=False),
}
"""Paths of the files that every browser may have."""


@router.get("/")
def begin(request: Request) -> Response:
    """Lead to the market, or where there is no result yet, to the data."""
    service = service_of(request)
    done = service.jobs.latest(1, "scan", ["done"])
    return RedirectResponse("/market" if done else "/data", 303)


@router.get("/charts.css")
def charts() -> Response:
    """Return the style sheet of drawings; like every static file, without a key."""
    return Response(chart_style(), media_type="text/css", headers={"cache-control": "no-cache"})


@router.get("/market")
@router.get("/scan")
@router.get("/ledger")
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
        name, title, context = "unavailable", "No pages", {"missing": missing}
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
        "simulated": service.settings.settings.source()[0] in ("demo", "loopback"),
    }


def _latest(service: Service) -> dict[str, Any] | None:
    """Return day, size and origin of the latest result, None where there is none."""
    done = service.jobs.latest(1, "scan", ["done"])
    folder = service.settings.results / done[0].id if done else None
    if folder is None or not (folder / ABOUT).is_file():
        return None
    document = about_of(folder)
    names = ("as_of", "universe", "rs_universe", "data")
    return {"id": folder.name, **{name: document[name] for name in names}}
