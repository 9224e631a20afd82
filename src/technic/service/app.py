"""create_app: the service as an ASGI application."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from technic.errors import ExpressionError, TechnicError, UsageError
from technic.service.access.limits import GuardMiddleware
from technic.service.database.connect import AWAY, AWAY_SAID
from technic.service.jobs.job_table import QueueFullError
from technic.service.pages import login, site
from technic.service.routes import (
    coverage,
    data,
    drawings,
    expressions,
    grid,
    health,
    jobs,
    ledger,
    market,
    metrics,
    rating_history,
    results,
    scans,
    schedule,
    setup_files,
    symbols,
    sync_plan,
    vocabulary,
)
from technic.service.service_settings import ServiceSettings
from technic.service.state import open_service
from technic.version import __version__

__all__ = ["create_app"]

logger = logging.getLogger(__name__)

ROUTERS = (
    health,
    metrics,
    scans,
    results,
    grid,
    market,
    drawings,
    ledger,
    rating_history,
    symbols,
    expressions,
    setup_files,
    vocabulary,
    jobs,
    data,
    coverage,
    sync_plan,
    schedule,
    login,
    site,
)
ABOUT = (
    "Scans of the US stock market as jobs: ranked, explained, with an account of every symbol. "
    "Every answer says as of which day it is, among how many symbols, and whether the market is "
    "simulated."
)


def create_app(settings: ServiceSettings, clock: Callable[[], float] = time.time) -> FastAPI:
    """Build the application; its parts open when it starts and end when it does."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        try:
            service = open_service(settings, clock)
        except TechnicError as error:
            app.state.failure = error  # for whoever runs it: one sentence instead of a traceback
            raise
        app.state.service = service
        service.dispatcher.start()
        if settings.schedule:
            service.clockwork.start()
        try:
            yield
        finally:
            service.clockwork.stop()
            service.dispatcher.stop()
            service.engine.dispose()

    app = FastAPI(
        title="Technic",
        version=__version__,
        description=ABOUT,
        lifespan=lifespan,
        openapi_url=None,  # health.py serves it, to those with a key
        docs_url=None,
        redoc_url=None,
    )
    for module in ROUTERS:
        app.include_router(module.router)
    for path, files in site.STATIC_FILES.items():
        app.mount(path, files)
    app.add_exception_handler(ExpressionError, _expression_refused)
    app.add_exception_handler(QueueFullError, _busy)
    app.add_exception_handler(UsageError, _refused)
    app.add_exception_handler(TechnicError, _failed)
    for kind in AWAY:
        app.add_exception_handler(kind, _database_away)
    app.add_middleware(
        GuardMiddleware,
        hosts=settings.allowed_hosts,
        body_bytes=settings.body_bytes,
        upload_bytes=settings.upload_bytes,
    )
    return app


async def _refused(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, 422)


async def _expression_refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ExpressionError)
    place = None if error.place is None else list(error.place)
    content = {"detail": str(error), "expression": error.text, "place": place}
    return JSONResponse(content, 422)


async def _busy(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, 503, {"Retry-After": "10"})


async def _database_away(_: Request, error: Exception) -> JSONResponse:
    logger.warning("a request found the database away: %s", type(error).__name__)
    return JSONResponse({"detail": AWAY_SAID}, 503, {"Retry-After": "5"})


async def _failed(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, 500)
