"""When the schedule runs the watches: by a clock that stands still, with jobs that end as told."""

from __future__ import annotations

from support.schedules import World, seconds
from technic.service.jobs.job import Job
from technic.service.schedule.clockwork import both
from technic.service.schedule.watch_runs import WatchRuns
from technic.settings import Settings
from technic.watches.database import open_watches
from technic.watches.judging.event import Event
from technic.watches.judging.transitions import Place
from technic.watches.outbox import Judgment, Outbox
from technic.watches.watch import Watch
from technic.watches.watch_table import WatchTable

CLOSED = "2026-03-04 23:00"


def watching(world: World) -> WatchRuns:
    """The runs of the watches in a world, with one watch there."""
    with open_watches(world.home) as database:
        WatchTable(database).add(
            Watch(name="a", where="close > 1", targets=("json://one.example/",)), world.now
        )
    settings = Settings(home=world.home, provider=world.provider)
    return WatchRuns(
        runs=world.runs,
        jobs=world.jobs,
        settings=settings,
        clock=lambda: world.now,
        wake=lambda: None,
    )


def jobs(world: World) -> list[Job]:
    """Every run of the watches, the latest first."""
    return world.jobs.latest(100, "watch")


def end(world: World) -> None:
    """Settle the run that waits."""
    world.jobs.claim("watch")
    world.jobs.finish(jobs(world)[0].id, "done")


def test_each_sync_that_ends_has_the_watches_run_once(world: World) -> None:
    """Watches run after each attempt of a sync, a failed one too, and not while it runs."""
    world.now = seconds(CLOSED)
    watches = watching(world)
    look = both(world.scheduler.tick, watches.tick)
    look()
    look()
    end(world)  # the first one there is: nobody knows what was missed
    assert len(jobs(world)) == 1
    world.now += 1
    world.end_sync("failed", message="no answer")
    for _ in range(3):
        look()
        world.now += 1
    assert len(jobs(world)) == 2
    end(world)
    world.now += 301
    look()  # the next attempt runs
    assert len(jobs(world)) == 2
    world.now += 1
    world.end_sync(complete="2026-03-03")
    for _ in range(2):
        look()
    assert (len(jobs(world)), jobs(world)[0].request["after"]) == (3, "2026-03-03 2")
    end(world)
    world.end_scans()
    look()
    look()
    assert len(jobs(world)) == 3


def test_a_schedule_that_cannot_look_still_runs_the_watches(world: World) -> None:
    """Where the vendor is down the watches run each hour, so that they can say so."""
    world.now = seconds(CLOSED)
    watches = watching(world)
    for count in (1, 2):
        watches.tick()
        end(world)
        world.now += 3599
        watches.tick()
        assert len(jobs(world)) == count
        world.now += 1
    world.now -= 86_400  # a clock that was set back
    watches.tick()
    assert len(jobs(world)) == 3


def test_what_waits_is_sent_soon_and_what_is_held_later(world: World) -> None:
    """A message that is due has a run after a minute, one in quiet hours after ten."""
    world.now = seconds(CLOSED)
    watches = watching(world)
    watches.tick()
    end(world)
    with open_watches(world.home) as database:
        kept = WatchTable(database).get("a").watch
        event = Event("1", "a", "v", "enter", "AAPL", "2026-03-04")
        place = Place(True, "2026-03-04", True, True, False)
        outbox = Outbox(database)
        outbox.record(
            [
                Judgment(
                    watch=kept,
                    version="v",
                    session="2026-03-04",
                    events=(event,),
                    told=("1",),
                    places={"AAPL": place},
                )
            ],
            world.now,
        )
        (waiting,) = outbox.due(world.now)
        world.now += 59
        watches.tick()
        assert len(jobs(world)) == 1
        world.now += 1
        watches.tick()
        assert len(jobs(world)) == 2
        end(world)
        outbox.hold([waiting.number])
        world.now += 599
        watches.tick()
        assert len(jobs(world)) == 2
        world.now += 1
        watches.tick()
        assert len(jobs(world)) == 3


def test_without_a_watch_nothing_runs(world: World) -> None:
    """No file is made and no job queued where nobody watches, or all watches are paused."""
    world.now = seconds(CLOSED)
    settings = Settings(home=world.home, provider=world.provider)
    alone = WatchRuns(
        runs=world.runs,
        jobs=world.jobs,
        settings=settings,
        clock=lambda: world.now,
        wake=lambda: None,
    )
    alone.tick()
    assert not list(world.home.glob("watches*"))
    watches = watching(world)
    with open_watches(world.home) as database:
        WatchTable(database).pause("a")
    watches.tick()
    assert jobs(world) == []


def test_old_runs_are_forgotten(world: World) -> None:
    """Of settled runs the latest stay."""
    for number in range(5):
        world.now = float(number)
        world.jobs.submit("watch", {"asked": {}}, "schedule", 9)
        end(world)
    world.jobs.forget_beyond("watch", 2)
    assert [job.created_at for job in jobs(world)] == [4.0, 3.0]
