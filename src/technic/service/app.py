"""create_app: the service as an ASGI application."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib import import_module
from threading import Thread
from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route

from technic.errors import TechnicError
from technic.service.access.limits import GuardMiddleware
from technic.service.agents.mount import PATH, AgentsApp
from technic.service.answers.examples import add_examples
from technic.service.answers.kept import HeldAnswersMiddleware
from technic.service.answers.refusals import add_refusals
from technic.service.pages import login, site
from technic.service.pages.files import page_files
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
    watches,
)
from technic.service.routes.studies import results as study_results
from technic.service.routes.studies import studies, symbol_hits, trials
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
    symbol_hits,
    symbols,
    studies,
    study_results,
    trials,
    expressions,
    setup_files,
    vocabulary,
    jobs,
    data,
    coverage,
    sync_plan,
    schedule,
    watches,
    login,
    site,
)
ABOUT = (
    "Scans of the US stock market as jobs: ranked, explained, with an account of every symbol. "
    "Every answer says as of which day it is, among how many symbols, and whether the market is "
    "simulated."
)
READS_RESULTS = "pyarrow.parquet"
"""What the first reader of a result would wait for: a fifth of a second."""


class _Application(FastAPI):
    """An application whose description has examples of its answers."""

    def openapi(self) -> dict[str, Any]:
        """Describe the routes; made once."""
        made = self.openapi_schema is None
        described = super().openapi()
        if made:
            add_examples(described)
        return described


def create_app(
    settings: ServiceSettings, clock: Callable[[], float] = time.time, *, warm: bool = False
) -> FastAPI:
    """Build the application; its parts open when it starts and end when it does.

    ``warm``: processes that scan start with it, not with the first scan, and what the first
    requests would have to make or import is there before them.
    """
    app = _Application(
        title="Technic",
        version=__version__,
        description=ABOUT,
        lifespan=_lifespan(settings, clock, warm),
        openapi_url=None,  # health.py serves it, to those with a key
        docs_url=None,
        redoc_url=None,
    )
    # built when imported; what is included would be built by its first request
    for module in ROUTERS:
        app.router.routes.extend(module.router.routes)
    app.mount("/static", page_files())
    app.state.agents = AgentsApp()
    app.router.routes.append(Route(PATH, app.state.agents, include_in_schema=False))
    add_refusals(app, site.no_page)
    _add_middleware(app, settings)
    return app


def _lifespan(
    settings: ServiceSettings, clock: Callable[[], float], warm: bool
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Return what opens the parts of an application, and ends them."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        try:
            service = open_service(settings, clock)
        except TechnicError as error:
            app.state.failure = error  # for whoever runs it: one sentence instead of a traceback
            raise
        app.state.service = service
        service.dispatcher.start(warm=warm)
        if warm:
            app.openapi()
            Thread(target=import_module, args=(READS_RESULTS,), daemon=True).start()
        if settings.schedule:
            service.clockwork.start()
        try:
            yield
        finally:
            await app.state.agents.close()
            service.clockwork.stop()
            service.dispatcher.stop()
            service.engine.dispose()

    return lifespan


def _add_middleware(app: FastAPI, settings: ServiceSettings) -> None:
    """Add what each request passes; the last one that is added looks first."""
    app.add_middleware(HeldAnswersMiddleware)
    if settings.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.origins,
            allow_methods=["GET", "POST", "PUT", "DELETE"],
            allow_headers=["Authorization", "Content-Type"],
            expose_headers=["Content-Disposition", "Retry-After"],
        )
    app.add_middleware(
        GuardMiddleware,
        hosts=settings.allowed_hosts,
        body_bytes=settings.body_bytes,
        upload_bytes=settings.upload_bytes,
    )
