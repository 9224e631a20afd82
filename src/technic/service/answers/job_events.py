"""The progress of a job as server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from fastapi import Request

from technic.service.answers.common import job_answer
from technic.service.database.connect import AWAY
from technic.service.jobs.job import ACTIVE
from technic.service.state import Service

__all__ = ["EVENTS", "job_events"]

EVENTS = "text/event-stream"
_POLL_S = 0.2
_STREAM_S = 15 * 60.0
"""A stream of events ends by then; a reader that wants more opens it again."""


async def job_events(request: Request, service: Service, identity: str) -> AsyncIterator[str]:
    """Yield the state of a job whenever it has changed, until it ends: the event is its state."""
    last = ""
    for _ in range(int(_STREAM_S / _POLL_S)):
        try:
            job = await asyncio.to_thread(service.jobs.get, identity)
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
