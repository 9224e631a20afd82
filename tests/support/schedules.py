"""A schedule on a clock that stands still: jobs end as a test says, and nobody works."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from technic.data_engine.interfaces.requests import Capabilities
from technic.data_engine.providers.vendors.polygon import PAID
from technic.service.database.tables import JOBS
from technic.service.jobs.job_table import JobTable
from technic.service.schedule.bar_source import BarSource
from technic.service.schedule.run import Run
from technic.service.schedule.run_table import RunTable
from technic.service.schedule.scheduled_scans import ScheduledScan
from technic.service.schedule.scheduler import Scheduler
from technic.service.schedule.timetable import Timetable
from technic.sessions import build_calendar
from technic.settings import Settings

CALENDAR = build_calendar(2027)
TWO = (ScheduledScan("a", {"min_price": 5}), ScheduledScan("b", {"where": "close > 1"}))
_NUMBERS = itertools.count()


def seconds(text: str) -> float:
    """A time in UTC as seconds since 1970."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp()


@dataclass
class World:
    """A database, a clock and a vendor; ``restart`` is a service that starts on them.

    ``files_end``: what a look at files finds. ``asked``: sync jobs and scan jobs by session, as the
    clock showed when they were queued.
    """

    engine: Engine
    home: Path
    now: float = 0.0
    plan: Capabilities = PAID
    syncs: bool = True
    scans: Sequence[ScheduledScan] = TWO
    attempts: int = 4
    files_end: str = ""
    provider: str = field(default_factory=lambda: f"loopback{next(_NUMBERS)}")

    def __post_init__(self) -> None:
        self.jobs = JobTable(self.engine, "here", lambda: self.now)
        self.runs = RunTable(self.engine, self.jobs, lambda: self.now)
        self.restart()

    def restart(self) -> None:
        """Begin anew with what the database has."""
        self.scheduler = self.service(self.engine)

    def service(self, engine: Engine) -> Scheduler:
        """A schedule of one more service."""
        jobs = JobTable(engine, "here", lambda: self.now)
        return Scheduler(
            runs=RunTable(engine, jobs, lambda: self.now),
            jobs=jobs,
            settings=Settings(home=self.home, provider="loopback"),
            results=self.home,
            clock=lambda: self.now,
            bar_source=self.bar_source,
            scans=lambda: self.scans,
            complete_until=lambda: self.files_end,
            attempts=self.attempts,
            wake=lambda: None,
        )

    def bar_source(self) -> BarSource:
        """The vendor, at the time of the clock."""
        now = dt.datetime.fromtimestamp(self.now, dt.UTC)
        return BarSource(self.provider, self.syncs, Timetable(CALENDAR, self.plan), now)

    def at(self, text: str) -> Run | None:
        """Set the clock, look once, and return the latest run."""
        self.now = seconds(text)
        return self.look()

    def look(self) -> Run | None:
        """Look once, and return the latest run."""
        self.scheduler.tick()
        return self.runs.latest(self.provider)

    def queued(self, kind: str | None = None) -> list[Any]:
        """All jobs that the schedule asked for, the oldest first."""
        query = select(JOBS).order_by(JOBS.c.created_at, JOBS.c.kind.desc(), JOBS.c.id)
        with self.engine.begin() as connection:
            rows = connection.execute(query).all()
        own = self.own_jobs()
        return [row for row in rows if row.id in own and kind in (None, row.kind)]

    def own_jobs(self) -> set[str]:
        """Jobs that the runs of this world have named; those of syncs before the last are not."""
        found: set[str] = set()
        for run in self.runs.recent(1_000, self.provider):
            found |= {one.job for one in self.runs.scans(run) if one.job}
            found |= {run.sync_job} if run.sync_job else set()
        return found

    def end_sync(self, state: str = "done", complete: str = "", message: str = "") -> None:
        """Settle the sync of the latest run."""
        run = self.runs.latest(self.provider)
        assert run is not None
        assert run.sync_job is not None
        self.end(run.sync_job, state, message, {"complete_until": complete} if complete else None)

    def end_scans(self, state: str = "done", kept: int = 3) -> list[str]:
        """Settle the scans of the latest run that wait; return their jobs."""
        run = self.runs.latest(self.provider)
        assert run is not None
        jobs = [one.job for one in self.runs.scans(run) if one.state == "queued" and one.job]
        for job in jobs:
            self.end(job, state, "" if state == "done" else "broken", {"kept": kept})
        return jobs

    def end(
        self, job: str, state: str, message: str = "", outcome: dict[str, Any] | None = None
    ) -> None:
        """Settle a job, as whoever works would."""
        with self.engine.begin() as connection:
            change = JOBS.update().where(JOBS.c.id == job, JOBS.c.state.in_(("queued", "running")))
            connection.execute(change.values(state="running"))
        self.jobs.finish(job, state, message or None, outcome)  # type: ignore[arg-type]
