"""Answers reach the disk by number, by age, and at the end: none waits for more than a minute."""

from __future__ import annotations

import asyncio
import datetime as dt
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.vendor import CALENDAR, Vendor, run, syncer
from technic.data_engine.interfaces.requests import BarRequest
from technic.data_engine.interfaces.transport import HttpRequest
from technic.data_engine.providers.vendors.loopback import UNLIMITED, LoopbackProvider
from technic.data_engine.store import BarStore
from technic.data_engine.sync import write_buffer
from technic.data_engine.sync.late_sessions import LateSessions
from technic.data_engine.sync.write_buffer import (
    CHECK_S,
    DAYS_A_COMMIT,
    OLDEST_S,
    WriteBuffer,
)
from technic.testing import FakeClock, make_bars

NOW = dt.datetime(2024, 3, 8, 23, tzinfo=dt.UTC)
SESSIONS = CALENDAR.last(5, np.datetime64("2024-03-08"))
A_MINUTE = 60.0


class AtOnce:
    """A writer that has no thread of its own: what is handed over is written before it returns."""

    def __init__(self, *_: object, **__: object) -> None: ...

    def __enter__(self) -> AtOnce:
        return self

    def __exit__(self, *_: object) -> None: ...

    def submit(self, write) -> Future[None]:
        """Write, and keep what went wrong for who asks."""
        future: Future[None] = Future()
        try:
            write()
            future.set_result(None)
        except OSError as error:
            future.set_exception(error)
        return future


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write without a thread."""
    monkeypatch.setattr(write_buffer, "ThreadPoolExecutor", AtOnce)


class Written:
    """A store that only notes what is written."""

    def __init__(self, error: OSError | None = None) -> None:
        self.names: list[str] = []
        self.error = error

    def write_ranges(self, _bars, symbols, *_: object) -> None:
        """Note the symbols."""
        self.names += symbols
        if self.error is not None:
            raise self.error

    def write_days(self, _bars, sessions, *_: object) -> None:
        """Note the sessions."""
        self.names += map(str, sessions)


def surely(store: Written) -> LateSessions:
    """A vendor that has every session as soon as it is over."""
    return LateSessions(store, CALENDAR, dt.timedelta(0), NOW)


def put(buffer: WriteBuffer, symbol: str) -> None:
    """Hand over a symbol's bars."""
    request = BarRequest("symbol_range", SESSIONS[0], SESSIONS[-1], (symbol,))
    buffer.put_range(request, (symbol,), make_bars([symbol], SESSIONS))


def test_what_has_waited_is_written_with_the_next_answer(at_once: None):
    """Ranges and days, at 30 seconds and not before; then the next one begins to wait."""
    store, clock = Written(), FakeClock()
    with WriteBuffer(store, surely(store), clock=clock) as buffer:
        put(buffer, "A")
        clock.now += OLDEST_S - 1
        buffer.put_day(SESSIONS[0], make_bars(["B"], SESSIONS[:1]))
        assert store.names == []
        clock.now += 1
        put(buffer, "C")
        assert store.names == [str(SESSIONS[0]), "A", "C"]
        clock.now += OLDEST_S - 1
        put(buffer, "D")
        clock.now += OLDEST_S - 1
        buffer.write_old()
        assert store.names[3:] == []
        clock.now += 1
        buffer.write_old()
        assert store.names[3:] == ["D"]


def test_days_are_written_in_their_order_in_whatever_order_they_came(at_once: None):
    """Many requests are under way, so answers overtake each other; each day keeps its own bars."""
    store, came = Written(), [2, 0, 4, 1, 3]
    written: list[tuple[str, str]] = []
    store.write_days = lambda bars, sessions, *_: written.extend(  # type: ignore[method-assign]
        zip(bars.symbols, sessions.astype(str), strict=True)
    )
    with WriteBuffer(store, surely(store), clock=FakeClock()) as buffer:
        for at in came:
            buffer.put_day(SESSIONS[at], make_bars([f"S{at}"], SESSIONS[at : at + 1]))
        assert written == []
    assert written == [(f"S{at}", str(day)) for at, day in enumerate(SESSIONS)]


def test_enough_days_are_written_in_one_commit_at_once(at_once: None):
    """Fewer commits would keep more days in memory, more would each open the tables again."""
    store, days = Written(), CALENDAR.last(DAYS_A_COMMIT, SESSIONS[-1])
    with WriteBuffer(store, surely(store), clock=FakeClock()) as buffer:
        for day in days[:-1]:
            buffer.put_day(day, make_bars(["A"], day[None]))
        assert store.names == []
        buffer.put_day(days[-1], make_bars(["A"], days[-1:]))
        assert store.names == days.astype(str).tolist()


def test_what_has_waited_is_written_while_nothing_comes(at_once: None):
    """A vendor that asks to wait an hour must not keep in memory what it has answered."""
    store, clock = Written(), FakeClock()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        calls: list[tuple[float, object, tuple[object, ...]]] = []
        later = loop.call_later
        loop.call_later = lambda seconds, call, *given: (  # type: ignore[method-assign]
            calls.append((seconds, call, given)),
            later(3_600, lambda: None),
        )[1]
        with WriteBuffer(store, surely(store), clock=clock) as buffer:
            put(buffer, "A")
            clock.now += OLDEST_S
            assert store.names == []
            seconds, look, given = calls[-1]
            assert seconds == CHECK_S
            look(*given)
            assert store.names == ["A"]
            assert len(calls) == 2

    asyncio.run(main())
    assert OLDEST_S + CHECK_S <= A_MINUTE / 1.5


def test_a_write_that_failed_while_nothing_came_is_raised_at_the_end(at_once: None):
    """A full disk is told, whoever noticed it first."""
    clock = FakeClock()

    def fill() -> None:
        store = Written(OSError("disk full"))
        with WriteBuffer(store, surely(store), clock=clock) as buffer:
            put(buffer, "A")
            clock.now += OLDEST_S
            buffer.write_old()
            assert store.names == ["A"]

    with pytest.raises(OSError, match="disk full"):
        fill()


def test_a_slow_sync_has_lost_a_minute_at_most_at_any_moment(at_once: None, tmp_path: Path):
    """Five requests a minute: with each, whatever was answered a minute ago is in the store."""
    symbols = [f"S{i:02d}" for i in range(40)]
    folder, clock = tmp_path / "store", FakeClock()
    answered: dict[str, float] = {}
    kept = []

    def fault(request: HttpRequest, _: int) -> None:
        if "/ticker/" in request.url:
            known = BarStore.open(str(folder)).coverage()
            missing = set(known.missing(symbols, SESSIONS).symbols)
            due = {name for name, at in answered.items() if clock.now - at >= A_MINUTE}
            assert not due & missing
            kept.append(len(due))
            answered[request.url.split("/ticker/")[1].split("/")[0]] = clock.now

    slow = replace(UNLIMITED, kinds=frozenset({"symbol_range"}), requests_per_minute=5.0)
    vendor = Vendor(make_bars(symbols, SESSIONS), fault=fault)
    one = replace(syncer(vendor, folder, NOW), remote=LoopbackProvider(plan=slow), clock=clock)
    assert run(one, symbols, SESSIONS).failures == {}
    assert max(kept) >= 30
