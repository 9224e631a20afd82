"""Syncing over sockets from the loopback provider: faults, rate limits, days that go on."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from technic.data_engine.adjust import split_adjust
from technic.data_engine.interfaces.requests import Capabilities
from technic.data_engine.network.fetch import FetchRules
from technic.data_engine.providers.vendors.loopback import UNLIMITED, LoopbackProvider
from technic.data_engine.store import BarStore
from technic.data_engine.sync.store_provider import StoredProvider
from technic.data_engine.sync.syncer import Syncer
from technic.loopback import FaultRules, Loopback, LoopbackServer, World
from technic.panel import LongBars
from technic.sessions import build_calendar
from technic.testing import FakeClock

CALENDAR = build_calendar(2026)
LAST = np.datetime64("2026-06-30")
SESSIONS = CALENDAR.last(40, LAST)
SIZE = 150
DAYS = replace(UNLIMITED, least_market_rows=20)
RANGES = replace(UNLIMITED, kinds=frozenset({"symbol_range"}))
FAULTS = FaultRules(
    throttled=0.03,
    throttled_wait=0.02,
    server_error=0.02,
    reset=0.01,
    truncated=0.01,
    seed=19,
    retry_after_s=1,
)


def world_of(today: np.datetime64 = LAST) -> World:
    """A small simulated market on ``today``, after the close."""
    world = World(CALENDAR, SIZE)
    world.today = today
    return world


def syncer(url: str, folder: Path, world: World, plan: Capabilities = DAYS) -> Syncer:
    """A client of the server with a store of its own; its clock is the simulated vendor's."""
    return Syncer(
        LoopbackProvider(base_url=url, plan=plan),
        BarStore.open(str(folder)),
        CALENDAR,
        lambda: world.now.astimezone(dt.UTC),
        FetchRules(backoff_s=0.01, backoff_cap_s=0.05, attempts=8),
        rng=random.Random(3),
    )


def sync(one: Syncer, symbols: tuple[str, ...], sessions: np.ndarray = SESSIONS):
    """Sync to the end."""
    return asyncio.run(one.run(symbols, sessions))


def listed(one: Syncer) -> tuple[str, ...]:
    """What the vendor lists."""
    return StoredProvider(one).listings().symbols


def contents(one: Syncer, symbols: tuple[str, ...]) -> dict[str, str]:
    """A hash of each symbol's bars."""
    return one.store.content_hash(symbols, SESSIONS[0], SESSIONS[-1])


def closes_of(bars: LongBars, symbol: str) -> list[float]:
    """A symbol's closes, oldest first."""
    return bars.close[bars.column == bars.symbols.index(symbol)].tolist()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[tuple[str, ...], dict[str, str]]:
    """Symbols and contents of a sync that nothing went wrong with."""
    world = world_of()
    with LoopbackServer(Loopback(world)) as server:
        one = syncer(server.url, tmp_path_factory.mktemp("calm"), world)
        symbols = listed(one)
        report = sync(one, symbols)
        assert report.failures == {}
        assert server.stats.by_endpoint["grouped"] == len(SESSIONS)
        return symbols, contents(one, symbols)


@pytest.mark.parametrize("plan", [DAYS, RANGES], ids=["days", "ranges"])
def test_with_faults_everything_that_can_be_had_is_had(
    plan: Capabilities, undisturbed, tmp_path: Path
):
    """429, 500, resets and truncated bodies delay; the contents are the undisturbed ones."""
    symbols, expected = undisturbed
    world = world_of()
    loopback = Loopback(world, faults=FAULTS)
    with LoopbackServer(loopback) as server:
        one = syncer(server.url, tmp_path / "store", world, plan)
        report = sync(one, symbols)
        assert report.failures == {}
        assert report.stats.retries == sum(server.stats.faults.values())
        if plan is RANGES:
            assert set(server.stats.faults) == {
                *("throttled", "throttled_wait", "server_error", "reset", "truncated")
            }
    assert contents(one, symbols) == expected


def test_what_cannot_be_had_is_named_with_its_reason(undisturbed, tmp_path: Path):
    """A server that is down for some requests for good fails those symbols and no other."""
    symbols, expected = undisturbed
    world = world_of()
    rules = FaultRules(server_error=0.1, seed=1, most_per_request=1_000)
    with LoopbackServer(Loopback(world, faults=rules)) as server:
        one = syncer(server.url, tmp_path / "store", world, RANGES)
        one.rules = replace(one.rules, attempts=1)
        report = sync(one, symbols)
    assert 0 < len(report.failures) < len(symbols)
    assert {failure.reason for failure in report.failures.values()} == {"unavailable"}
    assert all("500" in failure.detail for failure in report.failures.values())
    good = tuple(symbol for symbol in symbols if symbol not in report.failures)
    assert contents(one, good) == {
        symbol: expected[symbol] for symbol in good if symbol in expected
    }
    assert report.success_rate == pytest.approx(len(good) / len(symbols))


def test_the_rate_limit_is_never_exceeded_by_more_than_a_twentieth(undisturbed, tmp_path: Path):
    """The server counts arrivals in any window, retries among them, and refuses none for the rate.

    Both sides go by a clock that jumps, so it does not matter how busy the machine is.
    """
    symbols, expected = undisturbed
    world, clock = world_of(), FakeClock()
    loopback = Loopback(
        world, requests_per_minute=4_800, window_s=0.5, faults=FAULTS, clock=clock.monotonic
    )
    one = syncer("http://127.0.0.1", tmp_path / "store", world)
    one.remote = LoopbackProvider(plan=replace(RANGES, requests_per_minute=4_800))
    one.open_transport = lambda: loopback.transport(0.02, clock)
    one.clock = clock
    report = sync(one, symbols)
    assert report.failures == {}
    assert loopback.stats.requests > len(symbols)
    assert loopback.stats.excess <= 0.05
    assert loopback.stats.statuses[429] == sum(
        loopback.stats.faults[kind] for kind in ("throttled", "throttled_wait")
    )
    assert contents(one, symbols) == expected


def test_the_next_day_new_listings_and_holes_cost_the_minimum(tmp_path: Path):
    """One request for the day; ten new names and three holes again as few as the plan proves."""
    world = world_of(SESSIONS[-2])
    with LoopbackServer(Loopback(world)) as server:
        one = syncer(server.url, tmp_path / "store", world)
        symbols = listed(one)
        holes, late = symbols[10:13], symbols[20:30]
        first = tuple(symbol for symbol in symbols if symbol not in (*holes, *late))
        one.remote = LoopbackProvider(base_url=server.url, plan=RANGES)
        sync(one, first, SESSIONS[:-1])
        sync(one, holes, SESSIONS[:20])
        one.remote = LoopbackProvider(base_url=server.url, plan=DAYS)
        world.today = LAST
        server.loopback.reset()
        report = sync(one, symbols)
        assert server.stats.by_endpoint["grouped"] == 1
        assert server.stats.by_endpoint["range"] == 13
        assert report.plan.gap == 0
        assert report.failures == {}
        server.loopback.reset()
        assert sync(one, symbols).stats.requests == 0
        assert server.stats.requests == 0


def test_a_split_between_two_syncs_is_in_force_from_its_day(tmp_path: Path):
    """As of the day before it, prices as they were; as of the day, halved before it."""
    world = world_of(SESSIONS[-3])
    with LoopbackServer(Loopback(world)) as server:
        one = syncer(server.url, tmp_path / "store", world)
        provider = StoredProvider(one)
        symbols = listed(one)[:20]
        before = provider.history(symbols, SESSIONS[:-2])
        known = len(before.splits.symbol)
        symbol = before.bars.symbols[0]
        world.split(symbol, SESSIONS[-2], 2.0)
        world.today = LAST
        after = provider.history(symbols, SESSIONS)
        assert len(after.splits.symbol) > known
        mine = after.splits.symbol == symbol
        assert after.splits.ratio[mine][-1] == 2.0
        assert after.splits.session[mine][-1] == SESSIONS[-2]
    as_it_was, restated, later = (
        closes_of(split_adjust(one.bars, one.splits, day), symbol)
        for one, day in ((before, SESSIONS[-3]), (after, SESSIONS[-3]), (after, SESSIONS[-2]))
    )
    assert as_it_was == restated[:-2]
    assert later[:-2] == [close / 2 for close in as_it_was]
    assert abs(later[-2] / later[-3] - 1) < 0.3


def test_a_delisted_and_a_halted_symbol_have_the_bars_they_had(tmp_path: Path):
    """No row is made up for a day without a trade, and none is lost."""
    world = world_of()
    with LoopbackServer(Loopback(world)) as server:
        one = syncer(server.url, tmp_path / "store", world)
        provider = StoredProvider(one)
        sync(one, listed(one)[:5])
        whole = one.store.read(None, SESSIONS[0], LAST)
        full = [s for at, s in enumerate(whole.symbols) if (whole.column == at).sum() == 40]
        gone, halted = full[0], full[1]
        world.delist_after(gone, SESSIONS[29])
        world.halt(halted, SESSIONS[10], SESSIONS[14])
        fresh = syncer(server.url, tmp_path / "fresh", world)
        provider = StoredProvider(fresh)
        bars = provider.history((gone, halted), SESSIONS).bars
        days = {name: bars.session[bars.column == at] for at, name in enumerate(bars.symbols)}
    np.testing.assert_array_equal(days[gone], SESSIONS[:30])
    np.testing.assert_array_equal(days[halted], np.delete(SESSIONS, slice(10, 15)))


def test_half_days_and_holidays_come_from_the_calendar(tmp_path: Path):
    """Thanksgiving is never asked for; the half day after it is a session like others."""
    november = CALENDAR.between(np.datetime64("2025-11-24"), np.datetime64("2025-11-28"))
    assert [str(day)[-2:] for day in november] == ["24", "25", "26", "28"]
    world = world_of()
    with LoopbackServer(Loopback(world)) as server:
        one = syncer(server.url, tmp_path / "store", world)
        symbols = listed(one)
        server.loopback.reset()
        report = sync(one, symbols, november)
        assert server.stats.by_endpoint["grouped"] == 4
        assert report.failures == {}
        stored = one.store.read(None, november[0], november[-1])
    np.testing.assert_array_equal(np.unique(stored.session), november)
