"""Jobs of every kind."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from technic.service.answers.common import ERRORS, JobAnswer, JobId
from technic.service.answers.job_actions import (
    cancel_job,
    job_stream,
    one_job,
    resume_job,
)
from technic.service.answers.job_events import EVENTS
from technic.service.answers.job_list import job_list
from technic.service.jobs.job import JobKind, JobState
from technic.service.requests.caller import Reader, Runner
from technic.service.state import service_of

router = APIRouter(prefix="/v1/jobs", tags=["jobs"], responses=ERRORS)


@router.get("", response_model=list[JobAnswer])
async def latest(
    request: Request,
    caller: Reader,
    kind: JobKind | None = None,
    state: JobState | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """List jobs, the latest first."""
    del caller
    return await job_list(service_of(request), limit, kind, state)


@router.get("/{identity}")
def job(request: Request, caller: Reader, identity: JobId) -> JobAnswer:
    """Return one job."""
    del caller
    return one_job(request, identity)


@router.get(
    "/{identity}/events",
    response_class=StreamingResponse,
    responses={200: {"content": {EVENTS: {}}}},
)
async def events(request: Request, caller: Reader, identity: JobId) -> StreamingResponse:
    """Tell a job's progress as server-sent events, until it ends: the event is its state."""
    del caller
    return await job_stream(request, identity)


@router.delete("/{identity}")
def cancel(request: Request, caller: Runner, identity: JobId) -> JobAnswer:
    """Cancel a job that waits or runs."""
    return cancel_job(request, caller, identity)


@router.post("/{identity}/resume", status_code=202)
def resume(request: Request, caller: Runner, identity: JobId) -> JobAnswer:
    """Queue an interrupted, failed or cancelled job once more; bars that arrived are there."""
    return resume_job(request, caller, identity)
