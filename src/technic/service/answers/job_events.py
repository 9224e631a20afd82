"""The progress of a job as server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from fastapi import HTTPException, Request

from technic.service.answers.common import job_answer
from technic.service.database.connect import AWAY
from technic.service.jobs.job import ACTIVE
from technic.service.state import Service

__all__ = ["EVENTS", "MOST_STREAMS", "job_events", "refuse_too_many"]

MOST_STREAMS = 300
"""Streams of events at a time: a reader that is turned away looks at the job itself."""
EVENTS = "text/event-stream"
_POLL_S = 0.2
_STREAM_S = 15 * 60.0
"""A stream of events ends by then; a reader that wants more opens it again."""


def refuse_too_many(service: Service) -> None:
    """Raise 503 where as many streams are open as there may be."""
    if service.streams >= MOST_STREAMS:
        text = f"{MOST_STREAMS} readers follow jobs already; GET the job itself now and then"
        raise HTTPException(503, text, {"Retry-After": "10"})


async def job_events(request: Request, service: Service, identity: str) -> AsyncIterator[str]:
    """Yield the state of a job whenever it has changed, until it ends: the event is its state."""
    service.streams += 1
    try:
        async for text in _changes(request, service, identity):
            yield text
    finally:
        service.streams -= 1


async def _changes(request: Request, service: Service, identity: str) -> AsyncIterator[str]:
    last = ""
    for _ in range(int(_STREAM_S / _POLL_S)):
        try:
            job = await service.once.do(("job", identity), lambda: service.jobs.get(identity))
        except AWAY:
            return  # a reader opens the stream again, as after any break
        answer = job_answer(service, job)
        text = json.dumps(answer.model_dump())
        if text != last:
            last = text
            yield f"event: {job.state}\ndata: {text}\n\n"
        if job.state not in ACTIVE or (service.dispatcher.ending and job.state == "queued"):
            return
        if await request.is_disconnected():
            return
        await asyncio.sleep(_POLL_S)
