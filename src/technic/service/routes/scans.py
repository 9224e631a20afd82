"""Scans as jobs: submitted, followed, cancelled, resumed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Query, Request, Response
from fastapi.responses import StreamingResponse

from technic.scan.flat_config import FLAT_KEYS
from technic.service.answers.common import ERRORS, JobAnswer, JobId, ResultId
from technic.service.answers.job_actions import (
    cancel_job,
    job_stream,
    one_job,
    resume_job,
    submit_job,
)
from technic.service.answers.job_events import EVENTS
from technic.service.answers.job_list import job_list
from technic.service.requests.caller import Reader, Runner
from technic.service.requests.job_bodies import scan_body
from technic.service.requests.plain_body import PlainObject
from technic.service.state import service_of

router = APIRouter(prefix="/v1/scans", tags=["scans"], responses=ERRORS)

EXAMPLES = {
    "defaults": {"summary": "Everything as technic scan does it", "value": {}},
    "expression": {
        "summary": "A condition, a filter, an order",
        "value": {"where": "close > sma(close, 50)", "min_price": 5, "sort": "rs_rating:desc"},
    },
    "setup": {"summary": "A setup by its name", "value": {"setup": ["trend_template"]}},
}


@router.post("", status_code=202)
def submit(
    request: Request,
    caller: Runner,
    asked: Annotated[
        PlainObject,
        Body(openapi_examples=EXAMPLES, description=f"Keys: {', '.join(FLAT_KEYS)}."),
    ],
) -> JobAnswer:
    """Queue a scan; what cannot be asked for is refused now, in one sentence."""
    service = service_of(request)
    return submit_job(service, caller, "scan", scan_body(service, asked))


@router.get("", response_model=list[JobAnswer])
async def latest(
    request: Request, caller: Reader, limit: Annotated[int, Query(ge=1, le=200)] = 20
) -> Response:
    """List the scans that were asked for last."""
    del caller
    return await job_list(service_of(request), limit, "scan")


@router.get("/{identity}")
def state(request: Request, caller: Reader, identity: ResultId) -> JobAnswer:
    """Say how far a scan is, or what it came to."""
    del caller
    return one_job(request, identity, "scan")


@router.delete("/{identity}")
def cancel(request: Request, caller: Runner, identity: JobId) -> JobAnswer:
    """Cancel a scan that waits or runs."""
    return cancel_job(request, caller, identity, "scan")


@router.post("/{identity}/resume", status_code=202)
def resume(request: Request, caller: Runner, identity: JobId) -> JobAnswer:
    """Queue an interrupted, failed or cancelled scan once more; bars that arrived are there."""
    return resume_job(request, caller, identity, "scan")


@router.get(
    "/{identity}/events",
    response_class=StreamingResponse,
    responses={200: {"content": {EVENTS: {}}}},
)
async def events(request: Request, caller: Reader, identity: ResultId) -> StreamingResponse:
    """Tell the scan's progress as server-sent events, until it ends: the event is its state."""
    del caller
    return await job_stream(request, identity, "scan")
