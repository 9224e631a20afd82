"""Runs in the tables. Each change and the jobs that it queues are one transaction.

A change is made only by whoever saw the run's step before it: of two services, or of one that was
killed and its successor, one alone gets through, so that no job is queued twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, select, update
from sqlalchemy.exc import IntegrityError

from technic.service.database.connect import reading
from technic.service.database.tables import SCHEDULE_RUNS, SCHEDULED_SCANS
from technic.service.jobs.job_table import JobTable
from technic.service.schedule.run import Run, RunState, ScanOfRun, ScanState
from technic.service.schedule.timetable import Due

__all__ = ["ASKED_BY", "QueuedScan", "RunTable"]

ASKED_BY = "schedule"
"""Who a job of the schedule was asked by; no key has this name."""
_PINNED_RUNS = 30
"""Runs in which the last results of each name are looked for."""


@dataclass(frozen=True, slots=True)
class QueuedScan:
    """A scan to be queued; ``request`` is None where it cannot be, which ``message`` explains."""

    name: str
    request: Mapping[str, Any] | None
    message: str | None = None


class RunTable:
    """The runs of a database; ``clock``: seconds since 1970."""

    def __init__(self, engine: Engine, jobs: JobTable, clock: Callable[[], float]) -> None:
        self._engine, self._jobs, self._clock = engine, jobs, clock

    def begin(self, provider: str, due: Due, missed: int, sync: Mapping[str, Any] | None) -> bool:
        """Begin a session's run with its sync, or without one; False where it has a run."""
        values: dict[str, Any] = {
            "provider": provider,
            "session": due.session,
            "state": "waiting" if sync is None else "syncing",
            "due_at": due.due_at.timestamp(),
            "attempt": 0 if sync is None else 1,
            "missed": missed,
            "step": 1,
            "retry_at": self._clock() if sync is None else None,
            "created_at": self._clock(),
        }
        try:
            with self._engine.begin() as connection:
                connection.execute(SCHEDULE_RUNS.insert().values(**values))
                if sync is not None:
                    job = self._jobs.queue(connection, "sync", sync, ASKED_BY)
                    self._set(connection, provider, due.session, {"sync_job": job})
        except IntegrityError:  # another service was first
            return False
        return True

    def sync_again(self, run: Run, sync: Mapping[str, Any]) -> bool:
        """Queue the next attempt of a run's sync."""
        with self._engine.begin() as connection:
            values = {"state": "syncing", "attempt": run.attempt + 1, "retry_at": None}
            if not self._step(connection, run, values):
                return False
            job = self._jobs.queue(connection, "sync", sync, ASKED_BY)
            self._set(connection, run.provider, run.session, {"sync_job": job})
        return True

    def wait(self, run: Run, until: float, why: str) -> bool:
        """Let a run wait for its next attempt."""
        values = {"state": "waiting", "retry_at": until, "message": why}
        with self._engine.begin() as connection:
            return self._step(connection, run, values)

    def scan(self, run: Run, scans: Sequence[QueuedScan]) -> bool:
        """Queue a run's scans, in their order; one that cannot be is failed at once."""
        with self._engine.begin() as connection:
            values = {"state": "scanning", "message": None, "retry_at": None}
            if not self._step(connection, run, values):
                return False
            for position, scan in enumerate(scans):
                job = None
                if scan.request is not None:
                    job = self._jobs.queue(connection, "scan", scan.request, ASKED_BY)
                row = {
                    "provider": run.provider,
                    "session": run.session,
                    "name": scan.name,
                    "position": position,
                    "state": "failed" if job is None else "queued",
                    "job": job,
                    "message": scan.message,
                }
                connection.execute(SCHEDULED_SCANS.insert().values(**row))
        return True

    def settle(self, run: Run, state: RunState, message: str | None) -> bool:
        """End a run."""
        values = {
            "state": state,
            "message": message,
            "retry_at": None,
            "finished_at": self._clock(),
        }
        with self._engine.begin() as connection:
            return self._step(connection, run, values)

    def settle_scan(self, run: Run, scan: ScanOfRun) -> bool:
        """Write what became of a queued scan; False where that is written."""
        of_run = _of(SCHEDULED_SCANS, run.provider, run.session)
        row = (*of_run, SCHEDULED_SCANS.c.name == scan.name, SCHEDULED_SCANS.c.state == "queued")
        values = {
            "state": scan.state,
            "kept": scan.kept,
            "message": scan.message,
            "before_job": scan.before_job,
            "before_session": scan.before_session,
            "changes": None if scan.changes is None else json.dumps(scan.changes),
        }
        with self._engine.begin() as connection:
            changed = connection.execute(update(SCHEDULED_SCANS).where(*row).values(**values))
        return changed.rowcount == 1

    def latest(self, provider: str) -> Run | None:
        """Return the run of a provider's latest session."""
        return next(iter(self.recent(1, provider)), None)

    def recent(self, most: int, provider: str | None = None) -> list[Run]:
        """Return runs, the latest session first."""
        order = (SCHEDULE_RUNS.c.session.desc(), SCHEDULE_RUNS.c.provider)
        query = select(SCHEDULE_RUNS).order_by(*order).limit(most)
        if provider is not None:
            query = query.where(SCHEDULE_RUNS.c.provider == provider)
        with reading(self._engine) as connection:
            return [Run(**row._mapping) for row in connection.execute(query)]

    def of_session(self, provider: str, session: str) -> Run | None:
        """Return the run of a session."""
        query = select(SCHEDULE_RUNS).where(*_of(SCHEDULE_RUNS, provider, session))
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return None if row is None else Run(**row._mapping)

    def scans(self, run: Run) -> list[ScanOfRun]:
        """Return the scans of a run in their order."""
        of_run = _of(SCHEDULED_SCANS, run.provider, run.session)
        query = select(SCHEDULED_SCANS).where(*of_run).order_by(SCHEDULED_SCANS.c.position)
        with reading(self._engine) as connection:
            return [_scan(row) for row in connection.execute(query)]

    def before(self, run: Run, name: str) -> tuple[str, str] | None:
        """Return job and session of the last result of a name before a run's session."""
        table = SCHEDULED_SCANS.c
        query = (
            select(table.job, table.session)
            .where(table.provider == run.provider, table.name == name, table.state == "done")
            .where(table.session < run.session)
            .order_by(table.session.desc())
            .limit(1)
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return None if row is None else (str(row.job), str(row.session))

    def pinned(self) -> frozenset[str]:
        """Return the jobs whose results are compared next: they are kept longer than others."""
        table = SCHEDULED_SCANS.c
        query = (
            select(table.provider, table.name, table.job)
            .where(table.state == "done")
            .order_by(table.session.desc())
            .limit(_PINNED_RUNS * 50)
        )
        last: dict[tuple[str, str], str] = {}
        with reading(self._engine) as connection:
            for row in connection.execute(query):
                last.setdefault((row.provider, row.name), str(row.job))
        return frozenset(last.values())

    def _step(self, connection: Connection, run: Run, values: Mapping[str, Any]) -> bool:
        """Change a run that nobody has changed since it was read; its attempt is ``run``'s."""
        seen = (*_of(SCHEDULE_RUNS, run.provider, run.session), SCHEDULE_RUNS.c.step == run.step)
        changed = {"attempt": run.attempt, **values, "step": run.step + 1}
        change = update(SCHEDULE_RUNS).where(*seen).values(**changed)
        return connection.execute(change).rowcount == 1

    @staticmethod
    def _set(
        connection: Connection, provider: str, session: str, values: Mapping[str, Any]
    ) -> None:
        of_run = _of(SCHEDULE_RUNS, provider, session)
        connection.execute(update(SCHEDULE_RUNS).where(*of_run).values(**values))


def _of(table: Any, provider: str, session: str) -> tuple[Any, Any]:
    return table.c.provider == provider, table.c.session == session


def _scan(row: Row[Any]) -> ScanOfRun:
    state: ScanState = row.state
    return ScanOfRun(
        name=row.name,
        state=state,
        job=row.job,
        kept=row.kept,
        message=row.message,
        before_job=row.before_job,
        before_session=row.before_session,
        changes=None if row.changes is None else json.loads(row.changes),
    )
