"""Studies as jobs: submitted, followed, cancelled, resumed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Query, Request
from fastapi.responses import StreamingResponse

from technic.scan.flat_config import FLAT_KEYS
from technic.service.answers.common import ERRORS, job_answer
from technic.service.answers.job_actions import (
    cancel_job,
    job_stream,
    one_job,
    resume_job,
    submit_job,
)
from technic.service.answers.job_events import EVENTS
from technic.service.answers.study_answer import StudyAnswer, StudyId, study_answer
from technic.service.requests.caller import Reader, Runner
from technic.service.requests.job_bodies import study_body
from technic.service.requests.plain_body import PlainObject
from technic.service.state import service_of
from technic.service.studies.question import STUDY_KEYS

router = APIRouter(prefix="/v1/studies", tags=["studies"], responses=ERRORS)

EXAMPLES = {
    "setup": {
        "summary": "What a setup was worth in two years",
        "value": {"setup": ["trend_template"], "from": "2024-06-03", "to": "2026-05-29"},
    },
    "expression": {
        "summary": "A condition, judged over a week",
        "value": {"where": "rsi(close, 14) < 30", "horizon": 5, "hold": 5},
    },
}
_KEYS = (
    f"Keys of a study: {', '.join(STUDY_KEYS)}. Of a scan: "
    f"{', '.join(name for name in FLAT_KEYS if name != 'as_of')}."
)


@router.post("", status_code=202)
def submit(
    request: Request,
    caller: Runner,
    asked: Annotated[PlainObject, Body(openapi_examples=EXAMPLES, description=_KEYS)],
) -> StudyAnswer:
    """Queue a study; what cannot be asked for is refused now, in one sentence.

    Without ``setup`` and ``where`` it is over all setups that come with Technic. Each study is
    written into the ledger of trials as soon as its hits are judged.
    """
    service = service_of(request)
    job = submit_job(service, caller, "study", study_body(service, asked))
    return study_answer(service, job)


@router.get("")
def latest(
    request: Request, caller: Reader, limit: Annotated[int, Query(ge=1, le=200)] = 20
) -> list[StudyAnswer]:
    """List the studies that were asked for last, with their verdicts."""
    del caller
    service = service_of(request)
    jobs = service.jobs.latest(limit, "study")
    return [study_answer(service, job_answer(service, job)) for job in jobs]


@router.get("/{identity}")
def state(request: Request, caller: Reader, identity: StudyId) -> StudyAnswer:
    """Say how far a study is, or what it came to."""
    del caller
    return study_answer(service_of(request), one_job(request, identity, "study"))


@router.delete("/{identity}")
def cancel(request: Request, caller: Runner, identity: str) -> StudyAnswer:
    """Cancel a study that waits or runs; one whose trial is written stays counted."""
    return study_answer(service_of(request), cancel_job(request, caller, identity, "study"))


@router.post("/{identity}/resume", status_code=202)
def resume(request: Request, caller: Runner, identity: str) -> StudyAnswer:
    """Queue an interrupted, failed or cancelled study once more: it runs from its beginning.

    It is one more trial where the first attempt came as far as the ledger.
    """
    return study_answer(service_of(request), resume_job(request, caller, identity, "study"))


@router.get(
    "/{identity}/events",
    response_class=StreamingResponse,
    responses={200: {"content": {EVENTS: {}}}},
)
async def events(request: Request, caller: Reader, identity: StudyId) -> StreamingResponse:
    """Tell the study's progress as server-sent events, until it ends: the event is its state."""
    del caller
    return await job_stream(request, identity, "study")
