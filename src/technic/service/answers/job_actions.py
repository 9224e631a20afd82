"""What is done with a job of any kind, the same for each: cancelled, queued again, told."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from fastapi import HTTPException, Request
from fastapi.responses import StreamingResponse

from technic.service.answers.common import (
    JobAnswer,
    job_answer,
    job_of,
    latest_scan,
    latest_study,
    own_job,
)
from technic.service.answers.job_events import EVENTS, job_events, refuse_too_many
from technic.service.jobs.job import Job, JobKind
from technic.service.requests.caller import Caller
from technic.service.state import Service, service_of

__all__ = ["cancel_job", "job_stream", "one_job", "resume_job", "submit_job"]


def submit_job(
    service: Service,
    caller: Caller,
    kind: JobKind,
    body: Mapping[str, Any],
    behind: Job | None = None,
) -> JobAnswer:
    """Queue a job of a kind; 503 where too many of them wait.

    ``behind``: a job that this one belongs to; that one stays the latest.
    """
    job = service.jobs.submit(kind, body, caller.identity, service.settings.most_queued, behind)
    service.dispatcher.wake()
    return job_answer(service, job)


def one_job(request: Request, identity: str, kind: JobKind | None = None) -> JobAnswer:
    """Return a job; 404 where there is none of this kind. ``latest``: the last scan or study."""
    service = service_of(request)
    return job_answer(service, _meant(service, identity, kind))


def cancel_job(
    request: Request, caller: Caller, identity: str, kind: JobKind | None = None
) -> JobAnswer:
    """Cancel a job that waits or runs; 409 for any other."""
    service = service_of(request)
    job = own_job(service, caller, identity, kind)
    if not service.dispatcher.cancel(job.id):
        raise HTTPException(409, f"this {job.kind} is {job.state}")
    return job_answer(service, service.jobs.get(job.id))


def resume_job(
    request: Request, caller: Caller, identity: str, kind: JobKind | None = None
) -> JobAnswer:
    """Queue an interrupted, failed or cancelled job once more; 409 for any other."""
    service = service_of(request)
    job = own_job(service, caller, identity, kind)
    if not service.jobs.resume(job.id):
        raise HTTPException(409, f"this {job.kind} is {job.state}")
    service.dispatcher.wake()
    return job_answer(service, service.jobs.get(job.id))


async def job_stream(
    request: Request, identity: str, kind: JobKind | None = None
) -> StreamingResponse:
    """Tell the progress of a job as server-sent events; 503 where too many are told theirs."""
    service = service_of(request)
    job = await asyncio.to_thread(_meant, service, identity, kind)
    refuse_too_many(service)
    return StreamingResponse(job_events(request, service, job.id), media_type=EVENTS)


def _meant(service: Service, identity: str, kind: JobKind | None) -> Job:
    """Return the job that is read; only what is read may be named ``latest``."""
    if identity == "latest" and kind == "scan":
        identity = latest_scan(service)
    elif identity == "latest" and kind == "study":
        return latest_study(service)
    return job_of(service, identity, kind)
