"""Watches: kept, paused, tested, run, and the log of what they found and sent.

They are those of ``technic watch`` in the same TECHNIC_HOME. Whatever scans or sends is a job of a
worker.
"""

from __future__ import annotations

import os
from pathlib import Path as Folder
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Path, Query, Request

from technic.errors import ParameterError
from technic.service.answers.common import ERRORS, JobAnswer
from technic.service.answers.job_actions import submit_job
from technic.service.answers.watch_answer import (
    LogAnswer,
    WatchAnswer,
    WatchesAnswer,
    log_answer,
    watch_answer,
    watches_page,
)
from technic.service.requests.caller import Reader, Runner
from technic.service.requests.watch_body import WatchContent, asked_watch
from technic.service.state import Service, service_of
from technic.watches.database import Database, open_watches
from technic.watches.watch_table import KeptWatch, WatchTable

router = APIRouter(prefix="/v1", tags=["watches"], responses=ERRORS)

Name = Annotated[
    str, Path(max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", examples=["dips"])
]
Entries = Annotated[int, Query(ge=1, le=500, description="Newest entries of each kind.")]


@router.get("/watches")
def watches(
    request: Request,
    caller: Reader,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> WatchesAnswer:
    """List the watches: what each asks, the last session it was judged on, why it cannot run."""
    del caller
    service = service_of(request)
    with open_watches(_home(service)) as database:
        return watches_page(service, database, limit, offset)


@router.get("/watches/{name}")
def watch(request: Request, caller: Reader, name: Name) -> WatchAnswer:
    """Return one watch; its targets without what is secret in them."""
    del caller
    with open_watches(_home(service_of(request))) as database:
        return watch_answer(_there(database, name))


@router.put("/watches/{name}")
def add(
    request: Request, caller: Runner, name: Name, asked: WatchContent, replace: bool = True
) -> WatchAnswer:
    """Keep a watch, in the place of the one of that name; what cannot be watched is refused.

    ``replace=false``: 409 where there is one. Nothing is judged yet. Another condition begins
    anew; other rules or targets go on.
    """
    del caller
    service = service_of(request)
    with open_watches(_home(service)) as database:
        table = WatchTable(database)
        before = table.find(name)
        if before is not None and not replace:
            raise HTTPException(409, f"there is a watch {name} already")
        targets = () if before is None else before.watch.targets
        kept = asked_watch(name, asked, targets, service.settings.settings, os.environ)
        table.add(kept, service.clock(), replace=replace)
        return watch_answer(_there(database, name))


@router.delete("/watches/{name}", status_code=204)
def remove(request: Request, caller: Runner, name: Name) -> None:
    """Remove a watch and what it had to send; its log stays."""
    del caller
    with open_watches(_home(service_of(request))) as database:
        _there(database, name)
        WatchTable(database).remove(name)


@router.post("/watches/{name}/pause")
def pause(request: Request, caller: Runner, name: Name) -> WatchAnswer:
    """Judge a watch no more until it is resumed, and send nothing of it meanwhile."""
    del caller
    return _changed(request, name, "pause")


@router.post("/watches/{name}/resume")
def resume(request: Request, caller: Runner, name: Name) -> WatchAnswer:
    """Judge a paused watch again; it begins anew, what happened meanwhile is no news."""
    del caller
    return _changed(request, name, "resume")


@router.post("/watches/{name}/test", status_code=202)
def test(request: Request, caller: Runner, name: Name) -> JobAnswer:
    """Queue a message that says it is a test, for each target; the job says which took it."""
    service = service_of(request)
    with open_watches(_home(service)) as database:
        if not _there(database, name).watch.targets:
            raise HTTPException(409, f"the watch {name} has no target")
    return submit_job(service, caller, "watch", {"asked": {"test": name}, "test": name})


@router.get("/watches/{name}/log")
def log_of_one(request: Request, caller: Reader, name: Name, limit: Entries = 50) -> LogAnswer:
    """Return what one watch judged, found and sent; of one that was removed too."""
    del caller
    with open_watches(_home(service_of(request))) as database:
        try:
            return log_answer(database, name, limit)
        except ParameterError as error:
            raise HTTPException(404, f"there is no watch {name}, and was none") from error


@router.get("/watch-log")
def log(request: Request, caller: Reader, limit: Entries = 50) -> LogAnswer:
    """Return what all watches judged, found and sent: silence and no match differ here."""
    del caller
    with open_watches(_home(service_of(request))) as database:
        return log_answer(database, None, limit)


@router.post("/watch-runs", status_code=202)
def run(request: Request, caller: Runner) -> JobAnswer:
    """Queue a run: each watch is judged on every session it has not judged, what waits is sent.

    The schedule does this after each sync; a run that finds nothing new does nothing.
    """
    return submit_job(service_of(request), caller, "watch", {"asked": {}})


def _home(service: Service) -> Folder:
    return service.settings.settings.home


def _there(database: Database, name: str) -> KeptWatch:
    """Return a watch; 404 for a name that none has."""
    found = WatchTable(database).find(name)
    if found is None:
        raise HTTPException(404, f"there is no watch {name}")
    return found


def _changed(request: Request, name: str, what: Literal["pause", "resume"]) -> WatchAnswer:
    with open_watches(_home(service_of(request))) as database:
        _there(database, name)
        table = WatchTable(database)
        (table.pause if what == "pause" else table.resume)(name)
        return watch_answer(_there(database, name))
