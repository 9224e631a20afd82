"""The schedule as JSON: what comes next, what ran, what changed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import BaseModel, Field

from technic.errors import TechnicError
from technic.service.answers.common import JobAnswer, job_answer
from technic.service.schedule.bar_source import open_bar_source
from technic.service.schedule.clockwork import configured_scans
from technic.service.schedule.run import Run, ScanOfRun
from technic.service.schedule.timetable import Due, new_york_text
from technic.service.state import Service

__all__ = ["RunAnswer", "ScheduleAnswer", "run_answer", "schedule_answer"]


class MomentAnswer(BaseModel):
    """A moment, in UTC and as New York's clocks show it."""

    utc: str = Field(examples=["2026-11-27T22:00:00+00:00"])
    new_york: str = Field(examples=["2026-11-27 17:00 EST"])


class NextAnswer(BaseModel):
    """The next session: its close, and when its run begins."""

    session: str
    closes: MomentAnswer
    due: MomentAnswer


class ConfiguredScan(BaseModel):
    """A scan that is configured, with the keys of ``technic scan``."""

    name: str
    keys: dict[str, Any]


class ScanAnswer(BaseModel):
    """A scan of a run.

    ``before``: the result that it is compared with; ``counts``: of symbols that entered, left,
    moved and stayed; ``changes``: the first hundred of each; None where ``problem`` or nothing.
    """

    name: str
    state: str
    job: str | None
    kept: int | None
    message: str | None
    before: str | None
    before_session: str | None
    counts: dict[str, int] | None
    problem: str | None
    warnings: list[str]
    changes: dict[str, list[dict[str, Any]]] | None


class RunAnswer(BaseModel):
    """The run of a session: ``missed`` sessions before it had none; ``sync``: its last one."""

    provider: str
    session: str
    state: str
    message: str | None
    due: MomentAnswer
    began: MomentAnswer
    ended: MomentAnswer | None
    retry: MomentAnswer | None
    attempt: int
    attempts: int = Field(description="Attempts that are made at most.")
    missed: int
    sync: JobAnswer | None
    scans: list[ScanAnswer]


class ScheduleAnswer(BaseModel):
    """The schedule.

    ``on``: the service was started with it. ``trouble``: why it cannot run now, or None.
    """

    on: bool
    trouble: str | None
    provider: str
    simulated: bool
    syncs: bool
    now: MomentAnswer
    next: NextAnswer | None
    scans: list[ConfiguredScan]
    runs: list[RunAnswer]


def schedule_answer(service: Service, most: int) -> ScheduleAnswer:
    """Return the schedule and its last runs, without the symbols that changed."""
    settings = service.settings
    named = settings.settings.source()
    trouble = service.clockwork.trouble or None
    now, due, syncs = dt.datetime.fromtimestamp(service.clock(), dt.UTC), None, False
    scans: list[ConfiguredScan] = []
    try:
        source = open_bar_source(settings.settings, service.clock)
        now, due, syncs = source.now, source.timetable.next(source.now), source.syncs
    except TechnicError as error:
        trouble = trouble or str(error)
    try:
        scans = [
            ConfiguredScan(name=scan.name, keys=dict(scan.keys))
            for scan in configured_scans(settings)
        ]
    except TechnicError as error:
        trouble = trouble or str(error)
    return ScheduleAnswer(
        on=settings.schedule,
        trouble=trouble,
        provider=named.provider,
        simulated=named.simulated,
        syncs=syncs,
        now=_moment(now),
        next=None if due is None else _next(due),
        scans=scans,
        runs=[run_answer(service, run) for run in service.runs.recent(most)],
    )


def run_answer(service: Service, run: Run, *, symbols: bool = False) -> RunAnswer:
    """Return a run; with the ``symbols`` that changed, or their counts alone."""
    sync = None
    if run.sync_job is not None:
        try:
            sync = job_answer(service, service.jobs.get(run.sync_job))
        except KeyError:
            sync = None
    return RunAnswer(
        provider=run.provider,
        session=run.session,
        state=run.state,
        message=run.message,
        due=_at(run.due_at),
        began=_at(run.created_at),
        ended=None if run.finished_at is None else _at(run.finished_at),
        retry=None if run.retry_at is None else _at(run.retry_at),
        attempt=run.attempt,
        attempts=service.settings.schedule_attempts,
        missed=run.missed,
        sync=sync,
        scans=[_scan(one, symbols=symbols) for one in service.runs.scans(run)],
    )


def _scan(scan: ScanOfRun, *, symbols: bool) -> ScanAnswer:
    changes = scan.changes or {}
    lists: dict[str, list[dict[str, Any]]] = {
        name: changes[name] for name in ("entered", "left", "moved") if name in changes
    }
    return ScanAnswer(
        name=scan.name,
        state=scan.state,
        job=scan.job,
        kept=scan.kept,
        message=scan.message,
        before=scan.before_job,
        before_session=scan.before_session,
        counts=changes.get("counts"),
        problem=changes.get("problem"),
        warnings=changes.get("warnings", []),
        changes=lists if symbols and lists else None,
    )


def _next(due: Due) -> NextAnswer:
    return NextAnswer(session=due.session, closes=_moment(due.closes_at), due=_moment(due.due_at))


def _at(seconds: float) -> MomentAnswer:
    return _moment(dt.datetime.fromtimestamp(seconds, dt.UTC))


def _moment(moment: dt.datetime) -> MomentAnswer:
    return MomentAnswer(
        utc=moment.astimezone(dt.UTC).isoformat(timespec="seconds"), new_york=new_york_text(moment)
    )
