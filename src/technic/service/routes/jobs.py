"""Jobs of every kind."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import StreamingResponse

from technic.service.answers.common import ERRORS, JobAnswer, JobId, job_answer, job_of, own_job
from technic.service.answers.job_events import EVENTS, job_events, refuse_too_many
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
    service = service_of(request)
    return job_answer(service, job_of(service, identity))


@router.get(
    "/{identity}/events",
    response_class=StreamingResponse,
    responses={200: {"content": {EVENTS: {}}}},
)
async def events(request: Request, caller: Reader, identity: JobId) -> StreamingResponse:
    """Tell a job's progress as server-sent events, until it ends: the event is its state."""
    del caller
    service = service_of(request)
    found = await asyncio.to_thread(job_of, service, identity)
    refuse_too_many(service)
    return StreamingResponse(job_events(request, service, found.id), media_type=EVENTS)


@router.delete("/{identity}")
def cancel(request: Request, caller: Runner, identity: JobId) -> JobAnswer:
    """Cancel a job that waits or runs."""
    service = service_of(request)
    found = own_job(service, caller, identity)
    if not service.dispatcher.cancel(found.id):
        raise HTTPException(409, f"this job is {found.state}")
    return job_answer(service, service.jobs.get(found.id))


@router.post("/{identity}/resume", status_code=202)
def resume(request: Request, caller: Runner, identity: JobId) -> JobAnswer:
    """Queue an interrupted, failed or cancelled job once more; bars that arrived are there."""
    service = service_of(request)
    found = own_job(service, caller, identity)
    if not service.jobs.resume(found.id):
        raise HTTPException(409, f"this {found.kind} is {found.state}")
    service.dispatcher.wake()
    return job_answer(service, service.jobs.get(found.id))
