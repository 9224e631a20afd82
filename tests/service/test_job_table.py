from __future__ import annotations

from pathlib import Path

import pytest

from technic.service.database.connect import open_database
from technic.service.jobs.job import Progress
from technic.service.jobs.job_table import LEASE_S, JobTable, QueueFullError


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        """The time now."""
        return self.now


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database of its own."""
    return f"sqlite:///{tmp_path / 'jobs.db'}"


def test_jobs_are_taken_in_their_order_and_told_their_place(url: str) -> None:
    """Jobs are taken in their order and told their place."""
    clock = Clock()
    table = JobTable(open_database(url), "here", clock)
    first, second = (table.submit("scan", {"n": n}, "me", 10) for n in range(2))
    clock.now += 1
    third = table.submit("scan", {"n": 2}, "me", 10)
    assert table.get(third.id).place == 2
    claimed = table.claim("scan")
    assert claimed is not None
    assert claimed.id in (first.id, second.id)
    assert claimed.state == "running"
    assert table.get(third.id).place == 2
    assert table.claim("sync") is None


def test_a_full_queue_takes_no_more(url: str) -> None:
    """A full queue takes no more."""
    table = JobTable(open_database(url), "here", Clock())
    table.submit("scan", {}, "me", 1)
    with pytest.raises(QueueFullError, match="1 jobs are waiting"):
        table.submit("scan", {}, "me", 1)
    table.submit("sync", {}, "me", 1)


def test_what_a_killed_service_left_is_interrupted_and_resumed(url: str) -> None:
    """What a killed service left is interrupted and resumed."""
    clock = Clock()
    table = JobTable(open_database(url), "here", clock)
    job = table.submit("scan", {}, "me", 10)
    table.claim("scan")
    table.keep_alive(job.id, Progress("fetch", 3, 9))
    again = JobTable(open_database(url), "here", clock)
    assert again.interrupt_lost() == 1
    lost = again.get(job.id)
    assert (lost.state, lost.progress) == ("interrupted", Progress("fetch", 3, 9))
    assert "resume" in str(lost.message)
    assert again.resume(job.id)
    resumed = again.get(job.id)
    assert (resumed.state, resumed.attempt, resumed.progress) == ("queued", 2, None)


def test_another_service_is_not_taken_for_dead_before_its_lease_is_over(url: str) -> None:
    """Another service is not taken for dead before its lease is over."""
    clock = Clock()
    theirs = JobTable(open_database(url), "there", clock)
    job = theirs.submit("scan", {}, "me", 10)
    theirs.claim("scan")
    ours = JobTable(open_database(url), "here", clock)
    clock.now += LEASE_S - 1
    assert ours.interrupt_lost() == 0
    clock.now += 2
    assert ours.interrupt_lost() == 1
    assert not theirs.finish(job.id, "done"), "it was settled by somebody else"


def test_a_settled_job_stays_as_it_is(url: str) -> None:
    """A settled job stays as it is."""
    table = JobTable(open_database(url), "here", Clock())
    job = table.submit("scan", {}, "me", 10)
    table.claim("scan")
    assert table.finish(job.id, "done", outcome={"kept": 3})
    assert not table.finish(job.id, "failed", "late")
    assert not table.cancel_queued(job.id)
    assert not table.resume(job.id)
    assert table.get(job.id).outcome == {"kept": 3}


def test_a_waiting_job_is_cancelled(url: str) -> None:
    """A waiting job is cancelled."""
    table = JobTable(open_database(url), "here", Clock())
    job = table.submit("scan", {}, "me", 10)
    assert table.cancel_queued(job.id)
    assert table.claim("scan") is None
    assert table.get(job.id).state == "cancelled"
