"""Is it there, and is it ready."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from technic.service.answers.common import ERRORS
from technic.service.answers.kept import lasting_answer
from technic.service.requests.caller import Reader
from technic.service.state import service_of
from technic.version import __version__

router = APIRouter(tags=["health"])


@router.get("/health")
async def health() -> dict[str, str]:
    """Say that the service is there; needs no key."""
    return {"status": "ok"}


@router.get(
    "/openapi.json",
    response_model=dict[str, Any],
    responses={code: ERRORS[code] for code in (401, 403, 429)},
)
def openapi(request: Request, caller: Reader) -> Response:
    """Describe every route, as OpenAPI."""
    del caller
    return lasting_answer(request, "openapi", request.app.openapi)


@router.get("/ready", responses={code: ERRORS[code] for code in (401, 403, 429, 503)})
def ready(request: Request, caller: Reader) -> dict[str, object]:
    """Say whether the tables can be reached, and what runs and waits."""
    del caller
    service = service_of(request)
    try:
        with service.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        counts = {state: service.jobs.count(state) for state in ("queued", "running")}
    except SQLAlchemyError:
        raise HTTPException(503, "the database cannot be reached") from None
    return {"status": "ready", "technic": __version__, **counts}
