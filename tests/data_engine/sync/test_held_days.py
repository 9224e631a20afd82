"""Days that lack single prices: few wait at a time, and what has come of them is not lost."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.vendor import CALENDAR, Vendor, run, syncer
from technic.data_engine.interfaces.requests import BarRequest
from technic.data_engine.interfaces.transport import HttpRequest
from technic.data_engine.providers.vendors.loopback import UNLIMITED, LoopbackProvider
from technic.data_engine.sync.held_days import HeldDays
from technic.data_engine.sync.syncer import Syncer
from technic.panel import LongBars
from technic.testing import FakeClock, make_bars

NOW = dt.datetime(2024, 3, 8, 23, tzinfo=dt.UTC)
SESSIONS = CALENDAR.last(40, np.datetime64("2024-03-08"))
SYMBOLS = [f"S{i:02d}" for i in range(60)]
AT_A_TIME = 3
DAYS = replace(UNLIMITED, kinds=frozenset({"market_day"}), least_market_rows=1)


@pytest.fixture
def bars() -> LongBars:
    """Sixty symbols over forty sessions."""
    return make_bars(SYMBOLS, SESSIONS)


def lacking(bars: LongBars, made: Vendor | None = None) -> Vendor:
    """A vendor whose days lack the close of S03, every day; asked for it, it has it."""
    closes = bars.close.copy()
    column = bars.symbols.index("S03")
    vendor = made or Vendor(bars)

    def fault(request: HttpRequest, nth: int) -> None:
        if "/grouped/" in request.url and nth == 1:
            bars.close[bars.column == column] = np.nan
        else:
            bars.close[:] = closes

    vendor.fault = fault
    return vendor


def one_at_a_time(vendor: Vendor, folder: Path, days_alone: bool) -> Syncer:
    """A syncer of a few requests at a time."""
    one = syncer(vendor, folder, NOW, max_concurrent=AT_A_TIME)
    return replace(one, remote=LoopbackProvider(plan=DAYS)) if days_alone else one


def waiting(log: list[str]) -> list[int]:
    """Count, request by request, the days asked of which the second request was not."""
    open_days: set[str] = set()
    counts = []
    for path in log:
        if "/grouped/" in path or "/range/" in path:
            day = path.rsplit("/", 1)[1]
            open_days ^= {day}
            counts.append(len(open_days))
    return counts


@pytest.mark.parametrize("days_alone", [False, True])
def test_few_days_wait_at_a_time(bars: LongBars, tmp_path: Path, days_alone: bool):
    """What a day lacks is asked before the days that follow, however many there are."""
    whole = len(bars)
    vendor = lacking(bars)
    one = one_at_a_time(vendor, tmp_path / "store", days_alone)
    assert run(one, SYMBOLS, SESSIONS).failures == {}
    second = {"day": 80} if days_alone else {"day": 40, "range": 40}
    assert vendor.kinds == {**second, "splits": 1}
    counts = waiting(vendor.log)
    assert counts[-1] == 0
    assert max(counts) <= 2 * AT_A_TIME
    assert len(one.store.read(None, SESSIONS[0], SESSIONS[-1])) == whole


def test_an_interruption_keeps_days_whose_single_prices_were_still_asked(
    bars: LongBars, tmp_path: Path
):
    """All others' bars of every day that came are kept; the next sync asks for what is missing."""
    vendor = lacking(bars)
    asked = vendor.fault

    one = one_at_a_time(vendor, tmp_path / "store", days_alone=False)

    async def interrupted() -> None:
        sync = asyncio.current_task()
        assert sync is not None

        def fault(request: HttpRequest, nth: int) -> None:
            asked(request, nth)
            if "/range/" in request.url:
                sync.cancel()  # as Ctrl-C does

        vendor.fault = fault
        await one.run(SYMBOLS, SESSIONS)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(interrupted())
    came = {path.rsplit("/", 1)[1] for path in vendor.log if "/grouped/" in path}
    kept = one.store.read(None, SESSIONS[0], SESSIONS[-1])
    days = np.datetime_as_string(kept.session.astype("datetime64[D]"))
    there = {(kept.symbols[at], str(day)) for at, day in zip(kept.column, days, strict=True)}
    assert there
    assert there <= {(name, day) for name in SYMBOLS for day in came}
    assert {name for name, _ in there} >= {*SYMBOLS} - {"S03"}
    kept_days = {day for _, day in there}
    assert len(came) - len(kept_days) <= AT_A_TIME  # those on their way
    vendor.fault = None
    vendor = lacking(bars, vendor)
    vendor.log.clear()
    assert run(one, SYMBOLS, SESSIONS).failures == {}
    again = {path.rsplit("/", 1)[1] for path in vendor.log if "/grouped/" in path}
    assert not again & kept_days - {str(SESSIONS[-1])}  # the last day is judged at the end


class Taken:
    """A buffer that notes what it takes: days, and who of a day."""

    def __init__(self) -> None:
        self.days: list[str] = []
        self.others: list[tuple[str, tuple[str, ...], int]] = []

    def put_day(self, day: np.datetime64, bars: LongBars) -> None:
        """Note a whole day."""
        self.days.append(f"{day} {len(bars)}")

    def put_range(self, request: BarRequest, symbols: tuple[str, ...], bars: LongBars) -> None:
        """Note who was answered."""
        self.others.append((str(request.first), symbols, len(bars)))


def test_a_day_that_waits_for_long_is_written_as_far_as_it_has_come():
    """Behind a limit of five requests a minute: a minute of answers is lost at most."""
    day = SESSIONS[0]
    whole = make_bars(["A", "B", "C", "D"], [day])
    single = {name: whole.rows(whole.column == at) for at, name in enumerate("ABCD")}
    clock, buffer = FakeClock(), Taken()
    held = HeldDays(buffer, "ABCD", clock)
    held.hold(day, single["A"], "BCD")
    clock.now += 12
    held.came(day, "B", single["B"])
    assert (buffer.days, buffer.others) == ([], [])
    clock.now += 20
    held.failed(day, ["C"])
    assert (buffer.days, buffer.others) == ([], [(str(day), ("A", "B"), 2)])
    clock.now += 12
    held.came(day, "D", single["D"])
    assert buffer.days == []
    assert buffer.others[1:] == [(str(day), ("A", "B", "D"), 3)]
