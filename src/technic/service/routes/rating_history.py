"""The history of a symbol's rating: what scans said of it, session by session."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, HTTPException, Query, Request
from fastapi import Path as InPath

from technic.service.answers.ask_worker import ask_worker
from technic.service.answers.common import ERRORS, about_of, finished_scan
from technic.service.jobs.job import Job
from technic.service.jobs.rating_history import rating_of, replayed_days
from technic.service.jobs.result_files import ABOUT
from technic.service.requests.caller import Reader, Runner
from technic.service.state import Service, service_of
from technic.sessions import load_calendar
from technic.universe import require_symbol

router = APIRouter(prefix="/v1/symbols", tags=["symbols"], responses=ERRORS)

MOST_SCANS = 100
"""Kept results that are looked into, the latest ones."""
MOST_SESSIONS = 60

Symbol = Annotated[str, InPath(max_length=24, examples=["AAPL"])]
Result = Annotated[str, Query(alias="scan", max_length=32, description="A scan's id, or latest.")]
Sessions = Annotated[int, Query(ge=1, le=MOST_SESSIONS, description="Up to the day of the scan.")]


@router.get("/{symbol}/history")
def history(
    request: Request,
    caller: Reader,
    symbol: Symbol,
    scan: Result = "latest",
    sessions: Sessions = 20,
) -> dict[str, Any]:
    """Return what scans said of a symbol: rating, RS, signal, row of the table or outcome.

    Of each kept result one of ``days``, and of each session that was scanned again for ``scan``;
    oldest first. ``compared``: asked the same as ``scan``, one for each session. ``missing``: the
    last ``sessions`` without one, the latest first. As-of rule: no bar after ``as_of``.
    """
    del caller
    service = service_of(request)
    return _history(service, finished_scan(service, scan), symbol, sessions)


@router.post("/{symbol}/history/replay")
def replay(
    request: Request,
    caller: Runner,
    symbol: Symbol,
    scan: Result = "latest",
    sessions: Sessions = 20,
) -> dict[str, Any]:
    """Scan the latest of the missing sessions, as ``scan`` was asked; then answer as the history.

    One scan for each request, for all symbols: the next symbol finds it there. Its ratings are
    those of a scan as of that session, bit by bit; no result is kept of it.
    """
    del caller
    service = service_of(request)
    folder = finished_scan(service, scan)
    before = _history(service, folder, symbol, sessions)
    if before["missing"]:
        ask_worker(service, folder, kind="replay", day=before["missing"][0])
        return _history(service, folder, symbol, sessions)
    return before


def _history(service: Service, folder: Path, symbol: str, sessions: int) -> dict[str, Any]:
    symbol = require_symbol(symbol)
    about = about_of(folder)
    own = rating_of(folder, about["as_of"], symbol)
    if own is None:
        raise HTTPException(
            404,
            f"{symbol} is not in this scan's universe, or no ratings are kept with it; scan again",
        )
    found = [*_replayed(folder, about["as_of"], symbol), *_kept(service, folder, symbol)]
    latest: dict[str, dict[str, Any]] = {}
    for one in found:  # the scan itself before its replays, these before other scans
        if one.pop("same") and one["as_of"] not in latest:
            latest[one["as_of"]] = one
    for one in found:
        one["compared"] = latest.get(one["as_of"]) is one
    calendar = load_calendar(dt.date.fromisoformat(about["as_of"]), service.settings.settings.home)
    wanted = calendar.last(sessions, np.datetime64(about["as_of"], "D"))
    return {
        **{name: about[name] for name in ("as_of", "universe", "rs_universe", "data")},
        "symbol": symbol,
        "id": folder.name,
        "days": sorted(found, key=lambda one: (one["as_of"], one["compared"])),
        "missing": [str(day) for day in wanted[::-1] if str(day) not in latest],
    }


def _replayed(folder: Path, as_of: str, symbol: str) -> Iterator[dict[str, Any]]:
    """Yield what the scan said, and scans of earlier sessions that were made for it."""
    for day in sorted(replayed_days(folder), reverse=True):
        row = rating_of(folder, day, symbol)
        if row is not None:
            own = day == as_of
            yield {
                **row,
                "as_of": day,
                "id": folder.name if own else None,
                "replayed": not own,
                "same": True,
            }


def _kept(service: Service, folder: Path, symbol: str) -> Iterator[dict[str, Any]]:
    """Yield what the other kept results say, the latest first."""
    jobs = service.jobs.latest(MOST_SCANS, "scan", ["done"])
    asked = next((_asked(job) for job in jobs if job.id == folder.name), None)
    for job in jobs:
        other = service.settings.results / job.id
        if job.id == folder.name or not (other / ABOUT).is_file():
            continue
        day = str(about_of(other)["as_of"])
        row = rating_of(other, day, symbol)
        if row is not None:
            same = asked is not None and _asked(job) == asked
            yield {**row, "as_of": day, "id": job.id, "replayed": False, "same": same}


def _asked(job: Job) -> str:
    """Return what a scan asked for, whatever the day."""
    config = {name: value for name, value in job.request["config"].items() if name != "as_of"}
    return json.dumps(config, sort_keys=True)
