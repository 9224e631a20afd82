from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine

from technic.service.jobs.job import Progress
from technic.service.jobs.job_table import LEASE_S, JobTable, QueueFullError

Opened = Callable[[], Engine]


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        """The time now."""
        return self.now


def test_jobs_are_taken_in_their_order_and_told_their_place(opened: Opened) -> None:
    """Jobs are taken in their order and told their place."""
    clock = Clock()
    table = JobTable(opened(), "here", clock)
    first, second = (table.submit("scan", {"n": n}, "me", 10) for n in range(2))
    clock.now += 1
    third = table.submit("scan", {"n": 2}, "me", 10)
    assert table.get(third.id).place == 2
    claimed = table.claim("scan")
    assert claimed is not None
    assert claimed.id in (first.id, second.id)
    assert claimed.state == "running"
    assert table.get(third.id).place == 2
    other = table.submit("sync", {}, "me", 10)
    listed = {job.id: job.place for job in table.latest(10)}
    waits = ({first.id, second.id} - {claimed.id}).pop()
    assert listed == {claimed.id: None, waits: 1, third.id: 2, other.id: 0}


def test_a_full_queue_takes_no_more(opened: Opened) -> None:
    """A full queue takes no more."""
    table = JobTable(opened(), "here", Clock())
    table.submit("scan", {}, "me", 1)
    with pytest.raises(QueueFullError, match="1 jobs are waiting"):
        table.submit("scan", {}, "me", 1)
    table.submit("sync", {}, "me", 1)


def test_what_a_killed_service_left_is_interrupted_and_resumed(opened: Opened) -> None:
    """What a killed service left is interrupted and resumed."""
    clock = Clock()
    table = JobTable(opened(), "here", clock)
    job = table.submit("scan", {}, "me", 10)
    table.claim("scan")
    table.keep_alive(job.id, Progress("fetch", 3, 9))
    again = JobTable(opened(), "here", clock)
    assert again.interrupt_lost() == 1
    lost = again.get(job.id)
    assert (lost.state, lost.progress) == ("interrupted", Progress("fetch", 3, 9))
    assert "resume" in str(lost.message)
    assert again.resume(job.id)
    resumed = again.get(job.id)
    assert (resumed.state, resumed.attempt, resumed.progress) == ("queued", 2, None)


def test_another_service_is_not_taken_for_dead_before_its_lease_is_over(opened: Opened) -> None:
    """Another service is not taken for dead before its lease is over."""
    clock = Clock()
    theirs = JobTable(opened(), "there", clock)
    job = theirs.submit("scan", {}, "me", 10)
    theirs.claim("scan")
    ours = JobTable(opened(), "here", clock)
    clock.now += LEASE_S - 1
    assert ours.interrupt_lost() == 0
    clock.now += 2
    assert ours.interrupt_lost() == 1
    assert not theirs.finish(job.id, "done"), "it was settled by somebody else"


def test_a_settled_job_stays_as_it_is(opened: Opened) -> None:
    """A settled job stays as it is."""
    table = JobTable(opened(), "here", Clock())
    job = table.submit("scan", {}, "me", 10)
    table.claim("scan")
    assert table.finish(job.id, "done", outcome={"kept": 3})
    assert not table.finish(job.id, "failed", "late")
    assert not table.cancel_queued(job.id)
    assert not table.resume(job.id)
    assert table.get(job.id).outcome == {"kept": 3}


def test_a_waiting_job_is_cancelled(opened: Opened) -> None:
    """A waiting job is cancelled."""
    table = JobTable(opened(), "here", Clock())
    job = table.submit("scan", {}, "me", 10)
    assert table.cancel_queued(job.id)
    assert table.claim("scan") is None
    assert table.get(job.id).state == "cancelled"


def together(count: int, work: Callable[[int], None]) -> None:
    """Have ``count`` threads do something at the same moment."""
    barrier = Barrier(count)

    def run(number: int) -> None:
        barrier.wait(30.0)
        work(number)

    threads = [Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60.0)
    assert not any(thread.is_alive() for thread in threads)


def test_the_last_place_of_a_queue_is_taken_once(opened: Opened) -> None:
    """Requests come side by side, and from services that share a database."""
    tables = [JobTable(opened(), f"service-{n}", Clock()) for n in range(6)]
    taken: list[str] = []
    refused: list[QueueFullError] = []

    def submit(number: int) -> None:
        try:
            taken.append(tables[number].submit("scan", {}, "me", 2).id)
        except QueueFullError as error:
            refused.append(error)

    together(6, submit)
    assert (len(taken), len(refused)) == (2, 4)
    assert tables[0].count("queued") == 2


def test_every_job_is_claimed_once(opened: Opened) -> None:
    """However many slots and services look for one at the same moment."""
    tables = [JobTable(opened(), f"service-{n}", Clock()) for n in range(4)]
    asked = {tables[0].submit("scan", {"n": n}, "me", 100).id for n in range(12)}
    claimed: list[str] = []

    def claim(number: int) -> None:
        for _ in range(12):
            if (job := tables[number].claim("scan")) is not None:
                claimed.append(job.id)

    together(4, claim)
    assert sorted(claimed) == sorted(asked)


def test_what_another_service_left_is_interrupted_while_this_one_runs(opened: Opened) -> None:
    """A container that comes anew has another name; its own jobs are never taken for lost."""
    clock = Clock()
    gone, here = JobTable(opened(), "gone", clock), JobTable(opened(), "here", clock)
    lost, own = gone.submit("scan", {}, "me", 10), here.submit("sync", {}, "me", 10)
    gone.claim("scan")
    here.claim("sync")
    assert here.interrupt_silent() == 0
    clock.now += LEASE_S + 1
    assert here.interrupt_silent() == 1
    assert (here.get(lost.id).state, here.get(own.id).state) == ("interrupted", "running")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("nul \0 in it", "nul  in it"),
        ("half a pair \ud800", "half a pair ?"),
        ("Öl, 石油, 🛢 and 'quotes' %s {x}", "Öl, 石油, 🛢 and 'quotes' %s {x}"),
        ("x" * 20_000, "x" * 20_000),
    ],
    ids=["nul", "surrogate", "letters", "long"],
)
def test_any_message_and_outcome_can_be_kept(opened: Opened, said: str, kept: str) -> None:
    """What a vendor or a file says may hold anything; databases differ in what they take."""
    table = JobTable(opened(), "here", Clock())
    job = table.submit("scan", {"where": said}, "me", 10)
    table.claim("scan")
    table.keep_alive(job.id, Progress("a stage of a name that is much too long for it", 1, 2))
    assert table.finish(job.id, "failed", said, {"detail": said})
    found = table.get(job.id)
    assert found.message == kept
    assert (found.request, found.outcome) == ({"where": said}, {"detail": said})
