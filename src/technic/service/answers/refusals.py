"""What a refused request is told: one sentence under ``detail``, whoever refused it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match

from technic.errors import ExpressionError, TechnicError, UsageError
from technic.service.database.connect import AWAY, AWAY_SAID
from technic.service.jobs.job_table import QueueFullError
from technic.text.outside import clean

__all__ = ["add_refusals"]

logger = logging.getLogger(__name__)

_MOST_PROBLEMS = 3
_NAMED = 60
_NO_PAGES = ("v1", "mcp", "static")
"""First parts of addresses that programs ask for."""


def add_refusals(app: FastAPI, no_page: Callable[[Request], Response]) -> None:
    """Have every error of the tree, and those of the framework, answered in the same form.

    ``no_page``: what a browser gets that opens an address without a page.
    """

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 404 and _opens_a_page(request):
            return await run_in_threadpool(no_page, request)
        return _http(request, error)

    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(ExpressionError, _expression)
    app.add_exception_handler(QueueFullError, _busy)
    app.add_exception_handler(UsageError, _usage)
    app.add_exception_handler(TechnicError, _failed)
    for kind in AWAY:
        app.add_exception_handler(kind, _no_database)
    app.add_exception_handler(FileNotFoundError, _no_file)
    app.add_exception_handler(OSError, _no_disk)


async def _unreadable(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    problems = [_sentence(one) for one in error.errors()]
    return _said("; ".join(problems[:_MOST_PROBLEMS]), 422)


def _sentence(problem: dict[str, Any]) -> str:
    """Return what is wrong with one part of a request, without the part: it may be anything."""
    where, *names = problem["loc"]
    if problem["type"] == "json_invalid":
        return f"the body is no JSON: {problem['ctx']['error']}, at character {names[0]}"
    name = ".".join(str(part)[:_NAMED] for part in names)
    text = str(problem["msg"]).removeprefix("Value error, ")
    first, blank, rest = text.partition(" ")
    plain = first.lower() if first[1:].islower() else first  # NaN and JSON are written so
    return clean(f"{name or 'the ' + str(where)}: {plain}{blank}{rest}")


def _opens_a_page(request: Request) -> bool:
    """Tell whether somebody opens an address in a browser, which is none of the API's."""
    parts = request.url.path.split("/", 2)
    return (
        request.method == "GET"
        and parts[1] not in _NO_PAGES
        and "text/html" in request.headers.get("accept", "").lower()
    )


def _http(request: Request, error: HTTPException) -> JSONResponse:
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(_allowed(request))
    return _said(str(error.detail), error.status_code, headers)


def _allowed(request: Request) -> list[str]:
    """Return every method of a path: the framework names those of its first route alone."""
    routes = request.app.routes
    here = [one for one in routes if one.matches(request.scope)[0] is not Match.NONE]
    same = [one for one in routes if here and _path(one) == _path(here[0])]
    return sorted({method for one in same for method in getattr(one, "methods", None) or ()})


def _path(route: BaseRoute) -> str:
    return str(getattr(route, "path", ""))


async def _expression(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ExpressionError)
    place = None if error.place is None else list(error.place)
    return _said(str(error), 422, expression=error.text, place=place)


async def _busy(_: Request, error: Exception) -> JSONResponse:
    return _said(str(error), 503, {"Retry-After": "10"})


async def _usage(_: Request, error: Exception) -> JSONResponse:
    return _said(str(error), 422)


async def _failed(_: Request, error: Exception) -> JSONResponse:
    logger.error("a request failed: %s", error)
    return _said(str(error), 500)


async def _no_database(_: Request, error: Exception) -> JSONResponse:
    logger.warning("a request found the database away: %s", type(error).__name__)
    return _said(AWAY_SAID, 503, {"Retry-After": "5"})


async def _no_file(_: Request, error: Exception) -> JSONResponse:
    """Answer for a file that went between a look and a read: results are dropped in time."""
    del error
    return _said("this is no longer kept; scan again", 404)


async def _no_disk(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, OSError)
    reason = error.strerror or type(error).__name__
    logger.error("files of the service: %s", reason)
    return _said(f"the service cannot use its disk: {reason}", 503, {"Retry-After": "60"})


def _said(
    text: str, status: int, headers: Mapping[str, str] | None = None, **more: object
) -> JSONResponse:
    """Answer with a sentence; half characters, which no JSON may hold, are shown as escapes."""
    content = {"detail": text, **more}
    plain = {
        name: value.encode("utf-8", "backslashreplace").decode()
        if isinstance(value, str)
        else value
        for name, value in content.items()
    }
    return JSONResponse(plain, status, dict(headers or {}))
