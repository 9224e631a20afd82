"""What the tools ask of a service, on behalf of one caller."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import anyio
import anyio.to_thread
import numpy as np
from fastapi import HTTPException
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError

from technic.service.access.keys import Scope, reaches
from technic.service.agents.command import command_of
from technic.service.agents.fitting import cleaned
from technic.service.agents.mount import CALLER
from technic.service.answers.common import about_of, finished_scan, job_answer, job_of
from technic.service.answers.job_actions import submit_job
from technic.service.answers.job_events import refuse_too_many
from technic.service.jobs.job import ACTIVE, Job, JobKind
from technic.service.requests.caller import Caller
from technic.service.state import Service
from technic.sessions import load_calendar

__all__ = ["Asking", "Desk", "about_nothing", "about_scan", "desk_of", "job_part"]

_LOCAL = Caller("mcp", "admin")
"""Who asks over standard input: whoever started the process, and may do what they may."""
_POLL_S = 0.1
T = TypeVar("T")
Body = Callable[[Service, dict[str, Any]], dict[str, Any]]
Asking = Context[Service, Any]
"""What a tool is called with."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A service and who asks it; work that waits is done in threads."""

    service: Service
    caller: Caller

    async def do(self, work: Callable[..., T], *arguments: Any) -> T:
        """Return what ``work`` returns."""
        return await anyio.to_thread.run_sync(work, *arguments)

    def require(self, scope: Scope) -> None:
        """Refuse a key that may not do this."""
        if not reaches(self.caller.scope, scope):
            text = f"this key may {self.caller.scope}, {scope} is needed: technic keys add NAME"
            raise ToolError(f"{text} --scope {scope} makes one")

    async def submit(
        self, kind: JobKind, body: Body, asked: dict[str, Any], behind: Job | None = None
    ) -> str:
        """Queue a job; return its id. ``body``: checks what is asked."""
        self.require("run")

        def queue() -> str:
            whole = body(self.service, asked)
            return submit_job(self.service, self.caller, kind, whole, behind).id

        return await self.do(queue)

    async def settled(self, identity: str, seconds: float, kind: JobKind | None = None) -> Job:
        """Return a job once it has ended, or as it is when ``seconds`` are over."""
        service = self.service
        job = await self.do(job_of, service, identity, kind)
        if job.state not in ACTIVE or seconds <= 0:
            return job
        refuse_too_many(service)
        service.streams += 1
        try:
            until = time.monotonic() + seconds
            while job.state in ACTIVE and time.monotonic() < until:
                if service.dispatcher.ending:
                    break
                await anyio.sleep(_POLL_S)
                job = await self.do(job_of, service, identity)
        finally:
            service.streams -= 1
        return job

    async def folder(self, identity: str) -> Path:
        """Return the folder of a result; ``latest`` is the one that was finished last."""
        return await self.do(finished_scan, self.service, identity)

    def session_before(self, day: str) -> str:
        """Return the trading session before ``day``."""
        now = dt.datetime.fromtimestamp(self.service.clock(), dt.UTC).date()
        sessions = load_calendar(now, self.service.settings.settings.home).sessions
        at = int(np.searchsorted(sessions, np.datetime64(day, "D")))
        if at < 1:
            raise ToolError(f"there is no session before {day}")
        return str(sessions[at - 1])

    def last_session(self, day: str) -> str:
        """Return the last trading session up to ``day``."""
        return self.session_before(str(np.datetime64(day, "D") + 1))


def desk_of(asking: Asking) -> Desk:
    """Return the desk of a call: of the key that sent it, or of this process's own user."""
    context = asking.request_context
    request = context.request
    caller = _LOCAL if request is None else cast(Caller, request.scope[CALLER])
    return Desk(context.lifespan_context, caller)


def about_scan(service: Service, folder: Path) -> dict[str, Any]:
    """Say of which day a result is and what it came from."""
    document = about_of(folder)
    try:
        job: Job | None = service.jobs.get(folder.name)
    except KeyError:
        job = None
    kept = int(document["row_count"])
    asked: Mapping[str, Any] = {} if job is None else job.request.get("asked", {})
    about = {
        "as_of": document["as_of"],
        "data_until": document["data"]["last_session"],
        "computed_at": None if job is None else job_answer(service, job).finished_at,
        "provider": document["data"]["provider"],
        "simulated": document["data"]["simulated"],
        "universe": document["universe"]["size"],
        "rs_universe": document["rs_universe"],
        "left_out": document["universe"]["size"] - kept,
        "left_out_by": _by_stage(document["ledger"]),
        "command": command_of("scan", asked, as_of=document["as_of"]),
    }
    return cast(dict[str, Any], {**cleaned(about), "command": about["command"]})


def about_nothing(service: Service, command: str | None = None) -> dict[str, Any]:
    """Say what the latest result is of, for answers that are of no result; ``command``: theirs."""
    latest = service.finished.latest()
    try:
        about = None if latest is None else about_scan(service, finished_scan(service, latest))
    except HTTPException:  # it is no longer kept
        about = None
    if about is None:
        names = ("as_of", "data_until", "computed_at", "provider", "simulated")
        sizes = ("universe", "rs_universe", "left_out")
        about = {**dict.fromkeys((*names, *sizes)), "left_out_by": {}}
    return {**about, "command": command}


def job_part(service: Service, job: Job) -> dict[str, Any]:
    """Say how far a job is."""
    answer = job_answer(service, job)
    progress = answer.progress
    part = {
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "message": job.message,
        "place": job.place,
        "stage": progress.stage if progress else None,
        "done": progress.done if progress else None,
        "total": progress.total if progress else None,
    }
    return cast(dict[str, Any], cleaned(part, 300))


def _by_stage(ledger: Mapping[str, int]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for outcome, count in ledger.items():
        stage = outcome.partition(".")[0]
        if stage != "kept":
            counts[stage] = counts.get(stage, 0) + count
    return counts
