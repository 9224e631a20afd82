from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from support.schedules import CALENDAR, TWO, World, seconds
from technic import ScanConfig, run_scan
from technic.data_engine.providers.vendors.yahoo import PLAN as YAHOO
from technic.errors import InputFileError
from technic.result.saved import load_saved
from technic.service.jobs.keep_result import keep_result
from technic.service.schedule.scheduled_scans import ScheduledScan
from technic.service.schedule.scheduler import pause_after
from technic.testing import FakeProvider, make_bars


def test_a_session_is_synced_after_its_close_then_scanned(world: World) -> None:
    """An early close: 13:00 in New York, and the vendor's four hours."""
    first = world.at("2026-11-27 21:59:59")  # catches up what was due before it began
    assert first is not None
    assert (first.session, first.state) == ("2026-11-25", "syncing")
    world.end_sync("done", "2026-11-25")
    world.look()
    world.end_scans()
    assert world.look().state == "done"  # type: ignore[union-attr]
    run = world.at("2026-11-27 22:00")
    assert run is not None
    assert (run.session, run.state, run.attempt, run.missed) == ("2026-11-27", "syncing", 1, 0)
    assert len(world.queued("sync")) == len(world.runs.recent(9, world.provider))
    world.end_sync("done", "2026-11-27")
    run = world.look()
    assert run is not None
    assert run.state == "scanning"
    requests = [json.loads(job.request) for job in world.queued("scan")][-2:]
    assert {one["config"]["as_of"] for one in requests} == {"2026-11-27"}
    asked = sorted((one["asked"] for one in requests), key=list)
    assert asked == [{"min_price": 5}, {"where": "close > 1"}]
    world.end_scans()
    run = world.look()
    assert run is not None
    assert (run.state, run.message) == ("done", None)
    assert [one.kept for one in world.runs.scans(run)] == [3, 3]


def test_nothing_more_happens_until_the_next_close(world: World) -> None:
    """However often one looks, over a weekend and a holiday."""
    world.at("2026-11-25 12:00")
    world.end_sync("done", "2026-11-24")
    world.look()
    world.end_scans()
    world.look()
    count = len(world.queued())
    for text in ("2026-11-25 13:00", "2026-11-25 23:59", "2026-11-26 00:59:59"):
        world.at(text)
        assert len(world.queued()) == count
    assert world.at("2026-11-26 01:00").session == "2026-11-25"  # type: ignore[union-attr]


def test_a_sync_that_fails_is_tried_again_after_longer_and_longer(world: World) -> None:
    """And given up with its reason after the last attempt; the scans do not run, which is said."""
    world.at("2026-12-01 01:00")
    for attempt in range(1, world.attempts):
        world.end_sync("failed", message="polygon does not answer")
        run = world.look()
        assert run is not None
        assert (run.state, run.attempt) == ("waiting", attempt)
        assert run.message == "the sync failed: polygon does not answer"
        assert run.retry_at == world.now + pause_after(attempt)
        world.now += pause_after(attempt) - 1
        assert world.look().state == "waiting"  # type: ignore[union-attr]
        world.now += 1
        assert world.look().state == "syncing"  # type: ignore[union-attr]
    world.end_sync("failed", message="polygon does not answer")
    run = world.look()
    assert run is not None
    assert run.state == "failed"
    assert run.message == (
        "the sync failed: polygon does not answer; after 4 attempts the scans did not run"
    )
    assert world.queued("scan") == []
    world.now += 3600
    assert world.look() == run


def test_pauses_double_up_to_a_ceiling() -> None:
    """Five minutes, ten, twenty, at most four hours."""
    assert [pause_after(n) / 60 for n in (1, 2, 3, 6, 7, 50)] == [5, 10, 20, 160, 240, 240]


def test_late_data_is_awaited_and_scanned_once_it_is_there(world: World) -> None:
    """A sync that ended without the session is no reason to scan the day before."""
    world.at("2026-12-01 01:00")
    world.end_sync("done", "2026-11-27")
    run = world.look()
    assert run is not None
    assert run.state == "waiting"
    assert run.message == (
        f"{world.provider} has bars for nearly all up to 2026-11-27 only, "
        "2026-11-30 is not complete"
    )
    assert world.queued("scan") == []
    world.now += 300
    world.look()
    world.end_sync("done", "2026-11-30")
    assert world.look().state == "scanning"  # type: ignore[union-attr]


def test_a_run_that_waits_too_long_makes_room_for_the_next(world: World) -> None:
    """It ends with its reason; the next session has its own run."""
    world.attempts = 50
    world.restart()
    world.at("2026-12-01 01:00")
    world.end_sync("done", "2026-11-27")
    world.look()
    run = world.at("2026-12-02 01:00")
    assert run is not None
    assert run.session == "2026-12-01"
    earlier = world.runs.of_session(world.provider, "2026-11-30")
    assert earlier is not None
    assert earlier.state == "failed"
    assert "is not complete; the scans did not run; the run of 2026-12-01" in str(earlier.message)


def test_after_thirty_missed_sessions_one_run_catches_up(world: World) -> None:
    """And says how many had none."""
    world.at("2026-10-01 12:00")
    world.end_sync("done", "2026-09-30")
    world.look()
    world.end_scans()
    world.look()
    world.restart()
    run = world.at("2026-11-13 12:00")
    assert run is not None
    assert run.session == "2026-11-12"
    days = CALENDAR.between(np.datetime64("2026-10-01"), np.datetime64("2026-11-11"))
    assert run.missed == len(days) == 30
    assert len(world.runs.recent(100, world.provider)) == 2
    assert len(world.queued("sync")) == 2


def test_a_sync_that_was_cancelled_is_not_begun_again(world: World) -> None:
    """Somebody wanted it to end."""
    world.at("2026-12-01 01:00")
    world.end_sync("cancelled")
    run = world.look()
    assert run is not None
    assert (run.state, run.message) == (
        "failed",
        "the sync was cancelled, so the scans did not run",
    )


def test_a_sync_that_was_interrupted_goes_on_at_once(world: World) -> None:
    """The service ended while it ran; what had arrived is stored."""
    world.at("2026-12-01 01:00")
    world.end_sync("interrupted", message="the service ended")
    world.restart()
    assert world.look().state == "waiting"  # type: ignore[union-attr]
    run = world.look()
    assert run is not None
    assert (run.state, run.attempt) == ("syncing", 2)


def test_an_interrupted_scan_is_resumed_a_few_times(world: World) -> None:
    """The same job, not one more."""
    world.at("2026-12-01 01:00")
    world.end_sync("done", "2026-11-30")
    world.look()
    jobs = world.end_scans("interrupted")
    for _ in range(2):
        assert world.look().state == "scanning"  # type: ignore[union-attr]
        assert {world.jobs.get(job).state for job in jobs} == {"queued"}
        world.end_scans("interrupted")
    run = world.look()
    assert run is not None
    assert (run.state, run.message) == ("failed", "2 of 2 scans did not end: a, b")
    assert [job.id for job in world.queued("scan")] == sorted(jobs)


def test_one_scan_that_is_wrong_stops_no_other(world: World) -> None:
    """It is its own entry, with the sentence that a person would get."""
    world.scans = (ScheduledScan("typo", {"wher": "close > 1"}), TWO[0])
    world.at("2026-12-01 01:00")
    world.end_sync("done", "2026-11-30")
    world.look()
    world.end_scans()
    run = world.look()
    assert run is not None
    assert (run.state, run.message) == ("failed", "1 of 2 scans did not end: typo")
    typo, good = world.runs.scans(run)
    assert "did you mean 'where'" in str(typo.message)
    assert good.state == "done"


def test_a_file_of_scans_that_broke_meanwhile_is_said(world: World) -> None:
    """The sync is done all the same."""

    def broken() -> tuple[ScheduledScan, ...]:
        raise InputFileError("schedule.toml", "not valid TOML: line 3")

    world.at("2026-12-01 01:00")
    world.end_sync("done", "2026-11-30")
    object.__setattr__(world.scheduler, "scans", broken)
    run = world.look()
    assert run is not None
    assert run.state == "failed"
    assert run.message == "the scans did not run: schedule.toml: not valid TOML: line 3"


def test_files_are_looked_at_and_never_synced(world: World) -> None:
    """Scans run once the files have the session."""
    world.syncs, world.files_end = False, "2026-11-27"
    assert world.at("2026-12-01 01:00").state == "waiting"  # type: ignore[union-attr]
    run = world.look()
    assert run is not None
    assert (run.state, run.attempt) == ("waiting", 1)
    assert run.message == (
        "the files have bars for nearly all up to 2026-11-27 only, 2026-11-30 is not complete"
    )
    world.files_end = "2026-11-30"
    world.now += 300
    assert world.look().state == "scanning"  # type: ignore[union-attr]
    assert world.queued("sync") == []
    world.end_scans()
    assert world.look().state == "done"  # type: ignore[union-attr]


def test_files_that_never_come_are_given_up(world: World) -> None:
    """After as many looks as a vendor has syncs."""
    world.syncs, world.files_end = False, "2024-03-08"
    run = world.at("2026-12-01 01:00")
    looks = 0
    while run is not None and not run.settled:
        world.now = max(world.now, run.retry_at or 0.0)
        run = world.look()
        looks += 1
    assert run is not None
    assert (run.state, run.attempt, looks) == ("failed", 4, 4)
    assert "after 4 attempts the scans did not run" in str(run.message)


def test_a_clock_that_is_set_back_stops_what_is_not_due(world: World) -> None:
    """And nothing is begun for earlier sessions again."""
    world.at("2026-12-01 01:00")
    world.end_sync("done", "2026-11-30")
    world.at("2026-11-20 12:00")
    assert world.queued("scan") == []
    assert len(world.runs.recent(10, world.provider)) == 1
    assert world.at("2026-12-01 01:05").state == "scanning"  # type: ignore[union-attr]


def test_a_slower_vendor_is_asked_later(world: World) -> None:
    """A day after the close, by what its plan says."""
    world.plan = YAHOO
    world.at("2026-11-27 22:00")
    assert world.runs.of_session(world.provider, "2026-11-27") is None
    world.end_sync("failed", message="no")
    world.look()
    world.at("2026-11-28 18:00")
    assert world.runs.of_session(world.provider, "2026-11-27") is not None


def test_results_are_compared_with_those_before_of_the_same_name(world: World) -> None:
    """By hand: one symbol of three falls under the price that is asked, another one rises to it."""
    sessions = CALENDAR.last(320, np.datetime64("2026-11-27"))
    bars = make_bars(["AA", "BB", "CC"], sessions)
    provider = FakeProvider(bars)
    closes = {
        symbol: bars.close[bars.column == number][-2:] for number, symbol in enumerate(bars.symbols)
    }
    limit = float(np.median([pair[0] for pair in closes.values()]))
    world.scans = (ScheduledScan("a", {"min_price": limit}),)
    kept: list[set[str]] = []
    for at, session in (("2026-11-26 01:00", "2026-11-25"), ("2026-11-27 22:00", "2026-11-27")):
        world.at(at)
        world.end_sync("done", session)
        run = world.look()
        assert run is not None
        (scan,) = world.runs.scans(run)
        assert scan.job is not None
        config = ScanConfig(as_of=session, where=f"close >= {limit!r}")
        result = run_scan(config, provider=provider)
        keep_result(result, world.home / scan.job)
        kept.append(set(result.table["symbol"]))
        world.end_scans(kept=len(result.table))
        run = world.look()
        assert run is not None
        assert run.state == "done"
    (scan,) = world.runs.scans(run)
    assert scan.before_session == "2026-11-25"
    assert scan.changes is not None
    assert kept[0] == {s for s, pair in closes.items() if pair[0] >= limit}
    assert {one["symbol"] for one in scan.changes["entered"]} == kept[1] - kept[0]
    assert {one["symbol"] for one in scan.changes["left"]} == kept[0] - kept[1]
    assert scan.changes["counts"]["entered"] == len(kept[1] - kept[0])
    assert scan.before_job in {one.id for one in world.queued("scan")}
    assert world.runs.pinned() == {scan.job}


def test_a_result_that_is_gone_is_compared_with_nothing_and_says_so(world: World) -> None:
    """Rather than everybody having entered."""
    for at, session in (("2026-11-26 01:00", "2026-11-25"), ("2026-11-27 22:00", "2026-11-27")):
        world.at(at)
        world.end_sync("done", session)
        world.look()
        world.end_scans()
        run = world.look()
        assert run is not None
        assert run.state == "done"
    changes = [one.changes for one in world.runs.scans(run)]
    assert changes == [{"problem": "the result before it is no longer kept"}] * 2


def test_a_job_that_nobody_has_any_more_is_said(world: World, tmp_path: Path) -> None:
    """A table that somebody emptied by hand."""
    world.at("2026-12-01 01:00")
    world.end_sync("done", "2026-11-30")
    world.look()
    for job in world.end_scans("failed"):
        world.jobs.forget(job)
    run = world.look()
    assert run is not None
    assert [one.message for one in world.runs.scans(run)] == ["it is no longer among the jobs"] * 2
    assert world.now == seconds("2026-12-01 01:00")
    assert tmp_path.is_dir()


def test_a_result_that_is_kept_is_the_one_that_was_saved(tmp_path: Path) -> None:
    """What the service adds to a saved folder changes none of its files."""
    sessions = CALENDAR.last(320, np.datetime64("2026-11-27"))
    provider = FakeProvider(make_bars(["AA", "BB"], sessions))
    keep_result(run_scan(ScanConfig(), provider=provider), tmp_path / "kept")
    assert load_saved(tmp_path / "kept").altered == ()
