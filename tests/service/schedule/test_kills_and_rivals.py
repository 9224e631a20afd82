"""Kills at every step boundary, two services on one database, and whatever clocks may do."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import SQLAlchemyError

from support.schedules import World, seconds
from technic.service.database.connect import open_database
from technic.service.database.tables import JOBS, SCHEDULE_RUNS

SESSIONS = ("2026-11-25", "2026-11-27")
MOMENTS = {"2026-11-25": "2026-11-26 01:00", "2026-11-27": "2026-11-27 22:00"}


class Kill(BaseException):
    """The service is gone, without a word."""


class Killer:
    """Ends a service at a boundary: before the commit of a number, or right after it.

    Commits that changed nothing are no boundaries. Only while it is ``armed``, so that it hits the
    schedule and not the workers of the test.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine, self.commits, self.armed = engine, 0, False
        self.before = self.after = -1
        self.changed = False
        event.listen(engine, "before_cursor_execute", self._execute)
        event.listen(engine, "commit", self._commit)
        event.listen(engine, "begin", self._begin)

    def _execute(self, *told: Any) -> None:
        self.changed = self.changed or told[2].startswith(("INSERT", "UPDATE"))

    def _commit(self, _: Any) -> None:
        changed, self.changed = self.changed, False
        if not self.armed or not changed:
            return
        if self.commits == self.before:
            self.before = -1
            raise Kill
        self.commits += 1

    def _begin(self, _: Any) -> None:
        if self.armed and self.commits == self.after + 1 and self.after >= 0:
            self.after = -1
            raise Kill


def carry_on(world: World, killer: Killer) -> None:
    """Two sessions from their close to the end, whatever is killed on the way."""
    for session in SESSIONS:
        world.now = seconds(MOMENTS[session])
        for _ in range(6):
            killer.armed = True
            try:
                world.scheduler.tick()
            except Kill:
                world.restart()
            killer.armed = False
            finish_what_waits(world, session)


def finish_what_waits(world: World, session: str) -> None:
    """The workers: every job that is queued ends well."""
    with world.engine.begin() as connection:
        waiting = connection.execute(select(JOBS).where(JOBS.c.state == "queued")).all()
    for job in waiting:
        outcome = {"complete_until": session} if job.kind == "sync" else {"kept": 1}
        world.end(job.id, "done", "", outcome)


def assert_each_once(world: World) -> None:
    """Each session has one sync and one job of each scan, and all of them are done."""
    with world.engine.begin() as connection:
        jobs = connection.execute(select(JOBS)).all()
        runs = connection.execute(select(SCHEDULE_RUNS)).all()
    assert sorted((run.session, run.state) for run in runs) == [(s, "done") for s in SESSIONS]
    scans = [json.loads(job.request) for job in jobs if job.kind == "scan"]
    counts = Counter((one["config"]["as_of"], json.dumps(one["asked"])) for one in scans)
    assert set(counts.values()) == {1}
    assert len(counts) == 2 * len(SESSIONS)
    assert sum(job.kind == "sync" for job in jobs) == len(SESSIONS)
    for run in world.runs.recent(10, world.provider):
        assert [scan.state for scan in world.runs.scans(run)] == ["done", "done"]


def boundaries(tmp_path: Path) -> int:
    """Count the changes of a whole life without a kill."""
    engine = open_database("sqlite://")
    world = World(engine, tmp_path)
    killer = Killer(engine)
    carry_on(world, killer)
    assert_each_once(world)
    return killer.commits


def test_a_kill_at_every_boundary_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    """Before each commit, and between it and the next transaction."""
    count = boundaries(tmp_path)
    assert count == 5 * len(SESSIONS)  # begin, queue, two results, the end
    engine = open_database("sqlite://")
    killer = Killer(engine)
    for number in range(count):
        for where in ("before", "after"):
            with engine.begin() as connection:
                for table in (JOBS, SCHEDULE_RUNS):
                    connection.execute(table.delete())
            world = World(engine, tmp_path)
            killer.commits = 0
            setattr(killer, where, number)
            carry_on(world, killer)
            assert getattr(killer, where) == -1 or number == count - 1  # it was killed
            assert_each_once(world)


def test_two_services_on_one_database_queue_each_job_once(
    opened: Callable[[], Engine], tmp_path: Path
) -> None:
    """Both look at the same moment, many times over."""
    world = World(opened(), tmp_path)
    rivals = [world.service(opened()) for _ in range(2)]
    for session in SESSIONS:
        world.now = seconds(MOMENTS[session])
        for _ in range(8):
            barrier = threading.Barrier(len(rivals))
            problems: list[BaseException] = []

            def look(number: int, barrier: threading.Barrier, problems: list[Any]) -> None:
                barrier.wait()
                try:
                    rivals[number].tick()
                except (SQLAlchemyError, AssertionError) as error:
                    problems.append(error)

            threads = [
                threading.Thread(target=look, args=(number, barrier, problems)) for number in (0, 1)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert problems == []
            finish_what_waits(world, session)
    assert_each_once(world)


DUE = {
    session: seconds(text)
    for session, text in {
        "2026-11-23": "2026-11-24 01:00",
        "2026-11-24": "2026-11-25 01:00",
        "2026-11-25": "2026-11-26 01:00",
        "2026-11-27": "2026-11-27 22:00",
        "2026-11-30": "2026-12-01 01:00",
        "2026-12-01": "2026-12-02 01:00",
    }.items()
}
"""Written down by hand: closes of New York, 13:00 on the 27th, and four hours."""
BEGIN, END = seconds("2026-11-24 01:00"), seconds("2026-12-02 20:00")
ACTIONS = st.one_of(
    st.tuples(st.just("jump"), st.floats(BEGIN, END)),
    st.tuples(st.just("pass"), st.floats(0, 40_000)),
    st.tuples(st.just("restart"), st.none()),
    st.tuples(
        st.just("sync"), st.sampled_from(["done", "late", "failed", "interrupted", "cancelled"])
    ),
    st.tuples(st.just("scans"), st.sampled_from(["done", "failed", "interrupted"])),
)


@pytest.fixture(scope="module")
def memory() -> Engine:
    """Tables in memory, shared: each example has a provider of its own."""
    return open_database("sqlite://")


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(actions=st.lists(ACTIONS, max_size=20))
def test_whatever_happens_each_session_runs_once_and_never_early(
    memory: Engine, tmp_path: Path, actions: list[tuple[str, Any]]
) -> None:
    """For any restarts, clock jumps and endings of jobs."""
    world = World(memory, tmp_path, now=BEGIN)
    seen: set[str] = set()
    for what, value in actions:
        act(world, what, value)
        world.scheduler.tick()
        runs = world.runs.recent(100, world.provider)
        assert len({run.session for run in runs}) == len(runs)
        for run in runs:
            new = {run.sync_job} | {one.job for one in world.runs.scans(run)}
            if new - seen - {None}:  # queued just now
                assert world.now >= DUE[run.session]
            seen |= {one for one in new if one}
            scans = [one.name for one in world.runs.scans(run)]
            assert scans in ([], ["a", "b"])
            assert 1 <= run.attempt <= world.attempts
            assert run.message or run.state in ("syncing", "scanning", "done")
    in_peace(world)


def act(world: World, what: str, value: Any) -> None:
    """Let something happen; jobs end only where there are some."""
    run = world.runs.latest(world.provider)
    if what == "jump":
        world.now = value
    elif what == "pass":
        world.now = min(world.now + value, END)
    elif what == "restart":
        world.restart()
    elif run is not None and what == "sync" and run.state == "syncing":
        late = {"late": "2026-11-20", "done": "2026-12-31"}
        world.end_sync("done" if value in late else value, late.get(value, ""), "no")
    elif run is not None and what == "scans" and run.state == "scanning":
        world.end_scans(value)


def in_peace(world: World) -> None:
    """Once nothing goes wrong any more the last session's run comes to its end."""
    world.now = END
    for _ in range(30):
        world.scheduler.tick()
        run = world.runs.latest(world.provider)
        assert run is not None
        if run.state == "syncing":
            world.end_sync("done", "2026-12-31")
        elif run.state == "scanning":
            world.end_scans()
        elif run.state == "waiting":
            world.now = max(world.now, run.retry_at or 0.0)
        elif run.session >= "2026-12-01":  # waits may last until the next one
            return
    raise AssertionError(run)
