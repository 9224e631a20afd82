"""Lists of jobs, which every page asks for: of many who ask at once one reads the table."""

from __future__ import annotations

from fastapi import Response
from pydantic import TypeAdapter

from technic.service.answers.common import JobAnswer, job_answer
from technic.service.jobs.job import JobKind, JobState
from technic.service.state import Service

__all__ = ["job_list"]

_ANSWERS = TypeAdapter(list[JobAnswer])


async def job_list(
    service: Service, limit: int, kind: JobKind | None, state: JobState | None = None
) -> Response:
    """Return the jobs that were asked for last, the latest first.

    Whoever was told of a change gets a list that has it: lists are shared between two changes.
    """

    def make() -> bytes:
        jobs = service.jobs.latest(limit, kind, () if state is None else (state,))
        return _ANSWERS.dump_json([job_answer(service, job) for job in jobs])

    name = "jobs", limit, kind, state, service.jobs.changes
    return Response(await service.once.do(name, make), media_type="application/json")
