"""What answers have in common: jobs as JSON, results found, errors documented."""

from __future__ import annotations

import datetime as dt
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import HTTPException
from fastapi import Path as PathParameter
from pydantic import BaseModel, Field

from technic.service.access.keys import reaches
from technic.service.jobs.job import Job, JobState
from technic.service.jobs.result_files import ABOUT
from technic.service.requests.caller import Caller
from technic.service.state import Service

__all__ = [
    "ERRORS",
    "JobAnswer",
    "JobId",
    "Problem",
    "ResultId",
    "about_of",
    "finished_scan",
    "job_answer",
    "job_of",
    "latest_scan",
    "latest_study",
    "own_job",
]

_ID = re.compile(r"[0-9a-f]{32}")
ResultId = Annotated[str, PathParameter(description="A scan's id, or latest.", examples=["latest"])]
JobId = Annotated[
    str,
    PathParameter(description="A job's id.", examples=["4b1f0c6e6d9a4f0e9f3b2a7c5d8e1f60"]),
]


class Problem(BaseModel):
    """Why a request was refused, in one sentence."""

    detail: str


ERRORS: dict[int | str, dict[str, Any]] = {
    code: {"model": Problem, "description": text}
    for code, text in (
        (400, "The request cannot be read, or names another host"),
        (401, "No valid key"),
        (403, "The key may not do this, or the request came from another site"),
        (404, "There is no such thing"),
        (408, "The request did not come in time"),
        (409, "Not in this state"),
        (413, "The request is too large"),
        (422, "What is asked for cannot be done as asked"),
        (429, "Too many requests"),
        (431, "The address and the headers are too long"),
        (503, "Busy; try again"),
    )
}


class ProgressAnswer(BaseModel):
    """How far a job is."""

    stage: str
    done: int
    total: int


class JobAnswer(BaseModel):
    """A job: what was asked, how far it is, what it came to."""

    id: str
    kind: str
    state: JobState
    request: dict[str, Any]
    created_at: str
    started_at: str | None
    finished_at: str | None
    attempt: int
    place: int | None = Field(description="Jobs ahead of it while it waits.")
    progress: ProgressAnswer | None
    message: str | None
    outcome: dict[str, Any] | None


def job_answer(service: Service, job: Job) -> JobAnswer:
    """Return a job as JSON has it, with the newest progress."""
    progress = service.dispatcher.progress(job.id) if job.state == "running" else None
    progress = progress or job.progress
    shown = None
    if progress is not None and job.state != "done":
        shown = ProgressAnswer(stage=progress.stage, done=progress.done, total=progress.total)
    return JobAnswer(
        id=job.id,
        kind=job.kind,
        state=job.state,
        request=job.request.get("asked", {}),
        created_at=_time(job.created_at) or "",
        started_at=_time(job.started_at),
        finished_at=_time(job.finished_at),
        attempt=job.attempt,
        place=job.place,
        progress=shown,
        message=job.message,
        outcome=job.outcome,
    )


def job_of(service: Service, identity: str, kind: str | None = None) -> Job:
    """Return a job by its id; 404 where there is none."""
    if _ID.fullmatch(identity):
        try:
            job = service.jobs.get(identity)
        except KeyError:
            pass
        else:
            if kind is None or job.kind == kind:
                return job
    raise HTTPException(404, f"there is no {kind or 'job'} of this id")


def own_job(service: Service, caller: Caller, identity: str, kind: str | None = None) -> Job:
    """Return a job that ``caller`` may change: its own, or any with an admin's key; else 403."""
    job = job_of(service, identity, kind)
    if job.asked_by != caller.identity and not reaches(caller.scope, "admin"):
        raise HTTPException(403, f"this {job.kind} is another key's; an admin's key may change it")
    return job


def finished_scan(service: Service, identity: str) -> Path:
    """Return the folder of a result; ``latest`` is the one that was finished last."""
    if identity == "latest":
        identity = latest_scan(service)
    if not service.finished.holds(identity):
        job = job_of(service, identity, "scan")
        if job.state != "done":
            reason = f": {job.message}" if job.message else ""
            raise HTTPException(409, f"this scan is {job.state}{reason}")
        service.finished.add(job.id)
    folder = service.settings.results / identity
    if not (folder / ABOUT).is_file():
        raise HTTPException(404, "this result is no longer kept; scan again")
    return folder


def latest_scan(service: Service) -> str:
    """Return the id of the scan that was finished last; 404 where there is none."""
    latest = service.finished.latest()
    if latest is None:
        raise HTTPException(404, "no scan is done yet: POST /v1/scans starts one")
    return latest


def latest_study(service: Service) -> Job:
    """Return the study that was asked for last of those that are done; 404 where there is none."""
    done = service.jobs.latest(1, "study", ["done"])
    if not done:
        raise HTTPException(404, "no study is done yet: POST /v1/studies starts one")
    return done[0]


def about_of(folder: Path) -> dict[str, Any]:
    """Return what the summary says beside its rows."""
    return _about(folder / ABOUT, (folder / ABOUT).stat().st_mtime_ns)


def _json(path: Path, _: int) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


_about = lru_cache(maxsize=16)(_json)


def _time(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat(timespec="milliseconds")
