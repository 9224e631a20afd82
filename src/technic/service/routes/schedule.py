"""The schedule: what ran and what came of it, what is next and when."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Request

from technic.service.answers.common import ERRORS
from technic.service.answers.schedule_answer import (
    RunAnswer,
    ScheduleAnswer,
    run_answer,
    schedule_answer,
)
from technic.service.requests.caller import Reader
from technic.service.state import service_of

router = APIRouter(prefix="/v1/schedule", tags=["schedule"], responses=ERRORS)

Session = Annotated[str, Path(pattern=r"^\d{4}-\d{2}-\d{2}$", examples=["2026-11-27"])]


@router.get("")
def schedule(
    request: Request, caller: Reader, limit: Annotated[int, Query(ge=0, le=100)] = 10
) -> ScheduleAnswer:
    """Say what is next and when, which scans are configured, and what the last runs came to."""
    del caller
    return schedule_answer(service_of(request), limit)


@router.get("/{session}")
def run(request: Request, caller: Reader, session: Session) -> RunAnswer:
    """Return the run of a session, with the symbols that entered, left and moved."""
    del caller
    service = service_of(request)
    provider, _ = service.settings.settings.source()
    found = service.runs.of_session(provider, session)
    if found is None:
        raise HTTPException(404, f"there was no run of {session}")
    return run_answer(service, found, symbols=True)
