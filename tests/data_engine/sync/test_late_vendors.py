"""A vendor that does not have the last session yet: no hole stays, none is called complete."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from support.vendor import CALENDAR
from support.vendor_formats import ADAPTERS, Market
from technic.data_engine.network.fetch import FetchRules
from technic.data_engine.network.function_transport import FunctionTransport
from technic.data_engine.store import BarStore
from technic.data_engine.sync.late_sessions import LateSessions
from technic.data_engine.sync.syncer import Syncer, SyncReport
from technic.panel import LongBars
from technic.testing import make_bars

NEW_YORK = ZoneInfo("America/New_York")
LAST = np.datetime64("2024-03-07")
SESSIONS = CALENDAR.last(6, LAST)
SYMBOLS = [f"S{i:02d}" for i in range(40)]
EACH = pytest.mark.parametrize("adapter", list(ADAPTERS))
FEW = ("polygon-range", "polygon-day", "alpaca-batch")
"""One adapter of each kind of request: what tells the rest apart is tried with all."""
SOME = pytest.mark.parametrize("adapter", FEW)


class KilledError(Exception):
    """What ends a process in the middle."""


def at(day: str, hour: int, minute: int = 0) -> dt.datetime:
    """A time in New York."""
    date = dt.date.fromisoformat(day)
    return dt.datetime.combine(date, dt.time(hour, minute), NEW_YORK).astimezone(dt.UTC)


EARLY = at("2024-03-07", 16, 5)
"""Five minutes after the close; flat files are asked at the break of the next day."""
NEXT_EARLY = at("2024-03-08", 5)
LATER = at("2024-03-09", 12)


def early_of(adapter: str) -> dt.datetime:
    """When it can be asked for the last session, and may not have it yet."""
    return NEXT_EARLY if adapter == "polygon-files-day" else EARLY


@pytest.fixture
def bars() -> LongBars:
    """Forty symbols over six sessions, the last one 2024-03-07."""
    return make_bars(SYMBOLS, SESSIONS)


def syncer(market: Market, adapter: str, folder: Path, now: dt.datetime) -> Syncer:
    """A syncer of the adapter as of ``now``."""
    remote = ADAPTERS[adapter]()
    return Syncer(
        remote,
        BarStore.open(str(folder)),
        CALENDAR,
        lambda: now,
        FetchRules(backoff_s=0.001, backoff_cap_s=0.002, attempts=2),
        open_transport=lambda: FunctionTransport(market.answer),
    )


def sync(one: Syncer, symbols: list[str] = SYMBOLS) -> SyncReport:
    """Sync the six sessions."""
    return asyncio.run(one.run(symbols, SESSIONS))


def none_yet(bars: LongBars) -> np.ndarray:
    """Nobody has the last session."""
    return bars.session == LAST


def half_yet(bars: LongBars) -> np.ndarray:
    """Every other symbol has the last session."""
    return (bars.session == LAST) & (bars.column % 2 == 0)


def all_but_one_yet(bars: LongBars) -> np.ndarray:
    """A vendor in the middle of it: two in three symbols."""
    return (bars.session == LAST) & (bars.column % 3 == 0)


def complete(one: Syncer, bars: LongBars) -> bool:
    """Whether the store has every close."""
    stored = one.store.read(SYMBOLS, SESSIONS[0], LAST)
    return stored.close.tolist() == pytest.approx(bars.close.tolist())


@pytest.mark.parametrize(
    ("adapter", "missing"),
    [
        *((adapter, half_yet) for adapter in ADAPTERS),
        *((adapter, missing) for adapter in FEW for missing in (none_yet, all_but_one_yet)),
    ],
)
def test_what_the_vendor_lacks_is_asked_again(adapter: str, missing, bars, tmp_path: Path):
    """The sync says so, and the one after brings the day for everybody."""
    market = Market(bars, missing(bars))
    one = syncer(market, adapter, tmp_path / "store", early_of(adapter))
    report = sync(one)
    lacking = set(np.array(SYMBOLS)[bars.column[missing(bars)]])
    assert lacking <= set(report.failures)
    assert report.success_rate < 0.95
    if missing is not none_yet:
        assert report.failures[min(lacking)].reason == "not_yet"
        assert str(LAST) in report.failures[min(lacking)].detail
    assert one.store.quarantined(LATER) == {}
    market.missing[:] = False
    later = syncer(market, adapter, tmp_path / "store", LATER)
    assert sync(later).failures == {}
    assert complete(later, bars)


@SOME
@pytest.mark.parametrize("missing", [none_yet, half_yet])
def test_the_next_session_does_not_cover_the_hole_before_it(
    adapter: str, missing, bars, tmp_path: Path
):
    """Asked five minutes after each close on two days: both are had in the end."""
    market = Market(bars, missing(bars))
    sync(syncer(market, adapter, tmp_path / "store", early_of(adapter)))
    again = syncer(market, adapter, tmp_path / "store", early_of(adapter) + dt.timedelta(minutes=9))
    sync(again)
    market.missing[:] = False
    assert sync(again).failures == {}
    assert complete(again, bars)


@EACH
def test_who_has_everything_is_asked_once(adapter: str, bars, tmp_path: Path):
    """A vendor that is in time costs no request more, a symbol that did not trade neither."""
    halted = (bars.session == LAST) & (bars.column == 7)
    gone = bars.column == 9
    market = Market(bars, halted | gone)
    one = syncer(market, adapter, tmp_path / "store", early_of(adapter))
    assert sync(one).failures == {}
    asked = market.asked.total()
    assert max(market.asked.values()) == 1 or adapter == "alpaca-batch"
    assert sync(one).failures == {}
    assert market.asked.total() == asked


@EACH
def test_a_clock_that_is_fast_is_found_by_the_vendors(adapter: str, bars, tmp_path: Path):
    """The machine believes it is five hours later; the answers say when they were given."""
    early = early_of(adapter)
    market = Market(bars, none_yet(bars), date=early)
    fast = dt.timedelta(hours=5 if early == EARLY else 20)
    one = syncer(market, adapter, tmp_path / "store", early + fast)
    report = sync(one)
    assert set(report.failures) == set(SYMBOLS)
    assert report.clock_ahead == fast
    assert f"{fast // dt.timedelta(minutes=1):,} minutes ahead" in report.notes[-1]
    market.missing[:], market.date = False, LATER
    later = syncer(market, adapter, tmp_path / "store", LATER)
    assert sync(later).notes == ()
    assert complete(later, bars)


@SOME
def test_a_fast_clock_and_a_vendor_that_tells_no_time(adapter: str, bars, tmp_path: Path):
    """A day that hardly anybody has was not there, whatever the clock says."""
    market = Market(bars, none_yet(bars))
    sync(syncer(market, adapter, tmp_path / "store", at("2024-03-08", 17)))
    market.missing[:] = False
    later = syncer(market, adapter, tmp_path / "store", LATER)
    assert sync(later).failures == {}
    assert complete(later, bars)


def test_a_clock_that_is_right_or_of_another_world_is_left_alone(bars, tmp_path: Path):
    """A few seconds, a slow clock, a day of a simulation years ahead, and no date at all."""
    for date in (LATER - dt.timedelta(seconds=90), LATER + dt.timedelta(days=3), None,
                 LATER - dt.timedelta(days=900)):  # fmt: skip
        market = Market(bars, np.zeros(len(bars), bool), date=date)
        one = syncer(market, "polygon-day", tmp_path / str(date), LATER)
        report = sync(one)
        assert (report.clock_ahead, report.failures) == (None, {})


def test_a_symbol_alone_is_final_only_after_it_surely_is(bars, tmp_path: Path):
    """Of one symbol nobody can tell whether it did not trade or is late, before the evening."""
    market = Market(bars, none_yet(bars))
    one = syncer(market, "tiingo-range", tmp_path / "store", EARLY)
    assert set(sync(one, ["S03"]).failures) == {"S03"}
    one.now = lambda: at("2024-03-07", 20, 1)
    assert sync(one, ["S03"]).failures == {}
    asked = market.asked.total()
    sync(one, ["S03"])
    assert market.asked.total() == asked


def test_each_provider_says_when_a_session_is_final():
    """The hours after the close that docs/providers.md tells."""
    hours = {name: make().capabilities.final_after / dt.timedelta(hours=1)
             for name, make in ADAPTERS.items()}  # fmt: skip
    assert hours == {
        "polygon-range": 4,
        "polygon-day": 4,
        "polygon-snapshot": 4,
        "polygon-files-day": 19,
        "alpaca-batch": 4,
        "tiingo-range": 4,
        "yahoo-range": 24,
    }


def test_a_killed_sync_asks_again_only_what_nobody_could_tell(bars, tmp_path: Path):
    """Symbols with a bar of the last session are answered at once, before the end of the sync."""
    lacking = (bars.session == LAST) & (bars.column == 5)
    market = Market(bars, lacking)
    one = syncer(market, "polygon-range", tmp_path / "store", EARLY)
    whole = market.answer

    def dies(request):
        if "/S39/" in request.url:
            raise KilledError
        return whole(request)

    one.open_transport = lambda: FunctionTransport(dies)
    with pytest.raises(KilledError):
        sync(one)
    missed = one.store.coverage().missing(SYMBOLS, SESSIONS).symbols
    assert set(missed) == {"S05", "S39"}


@pytest.mark.parametrize("adapter", ["polygon-range", "tiingo-range"])
def test_who_was_left_by_a_sync_that_ended_is_judged_by_the_others(
    adapter: str, bars, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A sync ends before it settles those without a bar; the next one asks for them alone."""
    gone = (bars.column == 9) & (bars.session >= SESSIONS[-2])
    halted = (bars.session == LAST) & (bars.column == 7)
    market = Market(bars, halted | gone)
    one = syncer(market, adapter, tmp_path / "store", early_of(adapter))
    with monkeypatch.context() as patch:

        def killed(_: LateSessions) -> None:
            raise KilledError

        patch.setattr(LateSessions, "settle", killed)
        with pytest.raises(KilledError):
            sync(one)
    market.asked.clear()
    again = syncer(market, adapter, tmp_path / "store", early_of(adapter))
    assert sync(again).failures == {}
    assert 0 < market.asked.total() <= 3


@pytest.mark.parametrize("adapter", ["polygon-range", "tiingo-range"])
def test_a_few_are_judged_by_themselves_where_the_store_is_older(
    adapter: str, bars, tmp_path: Path
):
    """The others were not asked for the last session, which says nothing of the vendor."""
    halted = (bars.session == LAST) & (bars.column == 7)
    market = Market(bars, halted)
    one = syncer(market, adapter, tmp_path / "store", early_of(adapter))
    others = tuple(f"X{i:03d}" for i in range(200))
    older = make_bars(others, SESSIONS[:-1])
    one.store.write_ranges(older, others, SESSIONS[0], SESSIONS[-2], one.now())
    assert sync(one).failures == {}
