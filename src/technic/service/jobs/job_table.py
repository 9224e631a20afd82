"""Jobs in the tables: submitted, claimed, kept alive, finished, found again after a kill."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    and_,
    func,
    select,
    update,
)

from technic.errors import UsageError
from technic.service.database.connect import hold, reading
from technic.service.database.tables import JOBS
from technic.service.jobs.job import ACTIVE, Job, JobKind, JobState, Progress

__all__ = ["LEASE_S", "JobTable", "QueueFullError"]

LEASE_S = 30.0
"""A job whose service has not been heard of for so long runs no more."""
_INTERRUPTED = "the service ended while it ran; resume it"
_SUBMIT_LOCK = 0x7EC401D
_STAGE = 32
_BEHIND_S = 0.001


class QueueFullError(UsageError):
    """No more jobs are taken for now."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most

    def __str__(self) -> str:
        return f"{self.most} jobs are waiting already; try again when some are done"


class JobTable:
    """The jobs of a database. ``owner``: who claims them here; ``clock``: seconds since 1970.

    ``changes`` counts what was asked for and settled here: while it stays, so do lists of jobs, and
    which scan was done last.
    """

    def __init__(self, engine: Engine, owner: str, clock: Callable[[], float]) -> None:
        self._engine, self._owner, self.clock = engine, owner, clock
        self.changes = 0

    def submit(
        self,
        kind: JobKind,
        request: Mapping[str, Any],
        asked_by: str,
        most: int,
        behind: Job | None = None,
    ) -> Job:
        """Queue a job; QueueFullError where ``most`` of its kind are waiting.

        ``behind``: a job that this one belongs to, and that stays the later one in lists.
        """
        with self._engine.begin() as connection:
            hold(connection, _SUBMIT_LOCK)  # else two could both find the last place free
            waiting = select(func.count()).where(JOBS.c.kind == kind, JOBS.c.state == "queued")
            if int(connection.execute(waiting).scalar_one()) >= most:
                raise QueueFullError(most)
            at = None if behind is None else behind.created_at - _BEHIND_S
            identity = self.queue(connection, kind, request, asked_by, at)
        self.changes += 1
        return self.get(identity)

    def queue(
        self,
        connection: Connection,
        kind: JobKind,
        request: Mapping[str, Any],
        asked_by: str,
        at: float | None = None,
    ) -> str:
        """Queue a job as part of a transaction, however many wait; return its id.

        ``at``: when it counts as asked for; now unless given.
        """
        identity = uuid.uuid4().hex
        connection.execute(
            JOBS.insert().values(
                id=identity,
                kind=kind,
                state="queued",
                request=json.dumps(request),
                asked_by=asked_by[:100],
                created_at=self.clock() if at is None else at,
                attempt=1,
            )
        )
        return identity

    def get(self, identity: str) -> Job:
        """Return a job; KeyError where there is none."""
        with reading(self._engine) as connection:
            row = connection.execute(select(JOBS).where(JOBS.c.id == identity)).first()
            if row is None:
                raise KeyError(identity)
            places = _places(connection, [row])
        return _job(row, places.get(identity))

    def latest(
        self,
        most: int,
        kind: JobKind | None = None,
        states: Sequence[JobState] = (),
    ) -> list[Job]:
        """Return the jobs that were asked for last, the latest first."""
        query: Select[Any] = select(JOBS).order_by(JOBS.c.created_at.desc(), JOBS.c.id)
        if kind is not None:
            query = query.where(JOBS.c.kind == kind)
        if states:
            query = query.where(JOBS.c.state.in_(states))
        with reading(self._engine) as connection:
            rows = connection.execute(query.limit(most)).all()
            places = _places(connection, rows)
        return [_job(row, places.get(row.id)) for row in rows]

    def count(self, state: JobState) -> int:
        """Return how many jobs are in a state."""
        with reading(self._engine) as connection:
            query = select(func.count()).where(JOBS.c.state == state)
            return int(connection.execute(query).scalar_one())

    def claim(self, kind: JobKind) -> Job | None:
        """Take the job of this kind that waits longest, as running; None where none waits."""
        now = self.clock()
        oldest = (
            select(JOBS.c.id)
            .where(JOBS.c.kind == kind, JOBS.c.state == "queued")
            .order_by(JOBS.c.created_at, JOBS.c.id)
            .limit(1)
        )
        with self._engine.begin() as connection:
            identity = connection.execute(oldest.with_for_update(skip_locked=True)).scalar()
            if identity is None:
                return None
            connection.execute(
                update(JOBS)
                .where(JOBS.c.id == identity)
                .values(state="running", owner=self._owner, started_at=now, heartbeat_at=now)
            )
        return self.get(str(identity))

    def keep_alive(self, identity: str, progress: Progress | None) -> None:
        """Say that a job runs, and how far it is."""
        values: dict[str, object] = {"heartbeat_at": self.clock()}
        if progress is not None:
            values |= {
                "stage": progress.stage[:_STAGE],
                "done": progress.done,
                "total": progress.total,
            }
        self._change(identity, ("running",), values)

    def finish(
        self,
        identity: str,
        state: JobState,
        message: str | None = None,
        outcome: Mapping[str, Any] | None = None,
    ) -> bool:
        """Settle a running job; False where it is not running any more."""
        settled = self._change(
            identity,
            ("running",),
            {
                "state": state,
                "message": None if message is None else _storable(message),
                "outcome": None if outcome is None else json.dumps(outcome),
                "finished_at": self.clock(),
                "owner": None,
            },
        )
        self.changes += settled
        return settled

    def cancel_queued(self, identity: str) -> bool:
        """Cancel a job that has not begun; False where it is not queued."""
        values = {"state": "cancelled", "finished_at": self.clock()}
        cancelled = self._change(identity, ("queued",), values)
        self.changes += cancelled
        return cancelled

    def resume(self, identity: str) -> bool:
        """Queue an interrupted, failed or cancelled job once more; False for any other."""
        values = {
            "state": "queued",
            "attempt": JOBS.c.attempt + 1,
            "started_at": None,
            "finished_at": None,
            "message": None,
            "stage": None,
            "done": None,
            "total": None,
        }
        resumed = self._change(identity, ("interrupted", "failed", "cancelled"), values)
        self.changes += resumed
        return resumed

    def interrupt_lost(self) -> int:
        """Mark as interrupted what a service of this name left running, or one that fell silent."""
        return self._interrupt(JOBS.c.owner == self._owner) + self.interrupt_silent()

    def _interrupt(self, which: ColumnElement[bool]) -> int:
        lost = update(JOBS).where(JOBS.c.state == "running", which)
        values = {"state": "interrupted", "message": _INTERRUPTED, "owner": None}
        with self._engine.begin() as connection:
            return int(connection.execute(lost.values(**values)).rowcount)

    def interrupt_silent(self) -> int:
        """Mark as interrupted what other services left running and were not heard of since."""
        silent = JOBS.c.heartbeat_at < self.clock() - LEASE_S
        return self._interrupt(and_(JOBS.c.owner != self._owner, silent))

    def forget(self, identity: str) -> None:
        """Delete a job that is neither waiting nor running."""
        with self._engine.begin() as connection:
            gone = JOBS.delete().where(JOBS.c.id == identity, JOBS.c.state.not_in(ACTIVE))
            connection.execute(gone)
        self.changes += 1

    def forget_beyond(self, kind: JobKind, most: int) -> None:
        """Delete the settled jobs of a kind but for the latest ``most``."""
        order = (JOBS.c.created_at.desc(), JOBS.c.id)
        with self._engine.begin() as connection:
            latest = select(JOBS.c.id).where(JOBS.c.kind == kind).order_by(*order).limit(most)
            kept = [row.id for row in connection.execute(latest)]
            gone = JOBS.delete().where(
                JOBS.c.kind == kind, JOBS.c.state.not_in(ACTIVE), JOBS.c.id.not_in(kept)
            )
            self.changes += bool(connection.execute(gone).rowcount)

    def _change(
        self, identity: str, states: Sequence[JobState], values: Mapping[str, object]
    ) -> bool:
        change = update(JOBS).where(JOBS.c.id == identity, JOBS.c.state.in_(states))
        with self._engine.begin() as connection:
            return connection.execute(change.values(**values)).rowcount == 1


def _places(connection: Connection, rows: Sequence[Row[Any]]) -> dict[str, int]:
    """Return how many jobs are ahead of each of ``rows`` that waits, by its id."""
    waiting = [row for row in rows if row.state == "queued"]
    if not waiting:
        return {}
    query = select(JOBS.c.kind, JOBS.c.state, JOBS.c.created_at).where(JOBS.c.state.in_(ACTIVE))
    active = connection.execute(query).all()
    return {
        row.id: sum(
            one.kind == row.kind and (one.state == "running" or one.created_at < row.created_at)
            for one in active
        )
        for row in waiting
    }


def _storable(text: str) -> str:
    """Return a text that every database takes: no NUL, nothing that is no character."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _job(row: Row[Any], place: int | None = None) -> Job:
    progress = None if row.total is None else Progress(row.stage, row.done, row.total)
    return Job(
        id=row.id,
        kind=row.kind,
        state=row.state,
        request=json.loads(row.request),
        asked_by=row.asked_by,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        attempt=row.attempt,
        progress=progress,
        message=row.message,
        outcome=None if row.outcome is None else json.loads(row.outcome),
        place=place,
    )
