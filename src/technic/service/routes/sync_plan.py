"""The plan of the next sync: its requests, none of them made."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, HTTPException, Request

from technic.errors import TechnicError
from technic.scan.config_json import config_to_json
from technic.scan.flat_config import flat_config
from technic.service.answers.ask_worker import ask_sync_worker
from technic.service.answers.common import ERRORS
from technic.service.requests.caller import Reader
from technic.service.schedule.bar_source import open_bar_source
from technic.service.state import service_of

router = APIRouter(prefix="/v1/data", tags=["data"], responses=ERRORS)


@router.get("/plan")
def plan(request: Request, caller: Reader, at: Literal["now", "next"] = "now") -> dict[str, Any]:
    """Return the fewest requests that a sync would make, and why there are no fewer.

    ``at``: of a sync now, or once the next session is there. Nobody is asked for it, so listings
    are those of the last sync. The answer comes within half a minute, or is 503 while a sync runs.
    """
    del caller
    service = service_of(request)
    settings = service.settings.settings
    provider, _ = settings.source()
    if provider in ("demo", "files"):
        raise HTTPException(404, f"nothing to sync: {provider} needs no store")
    session, now = None, None
    if at == "next":
        try:
            source = open_bar_source(settings, service.clock)
        except TechnicError as error:
            raise HTTPException(404, str(error)) from None
        due = source.timetable.next(source.now)
        if due is None:
            raise HTTPException(404, "the calendar of sessions has ended")
        session, now = due.session, due.due_at.isoformat()
    if service.jobs.latest(1, "sync", ["running"]):
        raise HTTPException(503, "a sync is running; its plan is made", {"Retry-After": "10"})
    config = config_to_json(flat_config({}, settings))
    return {"session": session, **ask_sync_worker(service, kind="plan", config=config, now=now)}
