"""Syncing: the fewest requests, nothing asked twice, every symbol accounted for."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.vendor import CALENDAR, Vendor, reply, run, syncer
from technic.data_engine.adjust import split_adjust
from technic.data_engine.interfaces.records import Failure
from technic.data_engine.interfaces.requests import BarRequest
from technic.data_engine.interfaces.transport import HttpRequest
from technic.data_engine.providers.vendors.loopback import UNLIMITED, LoopbackProvider
from technic.data_engine.sync.run import SyncRun
from technic.data_engine.sync.store_provider import StoredProvider
from technic.panel import LongBars
from technic.testing import make_bars

NOW = dt.datetime(2024, 3, 8, 23, tzinfo=dt.UTC)
SESSIONS = CALENDAR.last(12, np.datetime64("2024-03-08"))
SYMBOLS = [f"S{i:02d}" for i in range(30)]
RANGES = replace(UNLIMITED, kinds=frozenset({"symbol_range"}), least_market_rows=1)
DAYS = replace(UNLIMITED, kinds=frozenset({"market_day"}), least_market_rows=1)


@pytest.fixture
def bars() -> LongBars:
    """Thirty symbols over twelve sessions."""
    return make_bars(SYMBOLS, SESSIONS)


def cells(bars: LongBars) -> dict[tuple[str, str], tuple[float, ...]]:
    """Every bar under its symbol and day."""
    return {
        (bars.symbols[bars.column[i]], str(bars.session[i])): (
            bars.open[i],
            bars.high[i],
            bars.low[i],
            bars.close[i],
            bars.volume[i],
        )
        for i in range(len(bars))
    }


def stored(one, sessions=SESSIONS) -> dict[tuple[str, str], tuple[float, ...]]:
    """What the store holds."""
    return cells(one.store.read(None, sessions[0], sessions[-1]))


def test_a_cold_start_asks_whole_days_once_and_then_nothing(bars: LongBars, tmp_path: Path):
    """Twelve days for thirty symbols, one page of splits; the second run asks for nothing."""
    vendor = Vendor(bars)
    one = syncer(vendor, tmp_path / "store", NOW)
    report = run(one, SYMBOLS, SESSIONS)
    assert vendor.kinds == {"day": 12, "splits": 1}
    assert report.plan.http_requests == report.plan.lower_bound == 12
    assert report.failures == {}
    assert (report.asked, report.from_store, report.success_rate) == (30, 0, 1.0)
    assert stored(one) == cells(bars)
    again = run(one, SYMBOLS, SESSIONS)
    assert vendor.kinds == {"day": 12, "splits": 1}
    assert (again.from_store, again.stats.requests) == (30, 0)


def test_the_next_day_costs_one_request_and_its_splits(bars: LongBars, tmp_path: Path):
    """A daily update is a whole-market day and a page of splits."""
    vendor = Vendor(bars)
    run(syncer(vendor, tmp_path / "store", NOW), SYMBOLS, SESSIONS[:-1])
    vendor.log.clear()
    one = syncer(vendor, tmp_path / "store", NOW)
    run(one, SYMBOLS, SESSIONS)
    assert vendor.kinds == {"day": 1, "splits": 1}
    assert stored(one) == cells(bars)


def test_two_symbols_with_old_gaps_are_asked_alone(bars: LongBars, tmp_path: Path):
    """Their ranges are cheaper than whole days that everybody else has."""
    vendor = Vendor(bars)
    one = syncer(vendor, tmp_path / "store", NOW)
    known = bars.rows(bars.column >= 2)
    one.store.write_ranges(known, SYMBOLS[2:], SESSIONS[0], SESSIONS[-1], NOW)
    report = run(one, SYMBOLS, SESSIONS)
    assert vendor.kinds["range"] == 2
    assert vendor.kinds["day"] == 0
    assert (report.from_store, report.failures) == (28, {})
    assert stored(one) == cells(bars)


def test_a_row_without_a_price_is_asked_again_alone(bars: LongBars, tmp_path: Path):
    """A whole-market day with a null row is complete only with that cell's own answer."""
    true_close = bars.close[17]
    broken = {"left": 1}

    def fault(request, nth):
        if "/grouped/" in request.url and bars.session[17] == np.datetime64(request.url[-10:]):
            bars.close[17] = np.nan if broken["left"] else true_close
            broken["left"] = 0
        elif "/range/" in request.url:
            bars.close[17] = true_close
        return None

    vendor = Vendor(bars, fault=fault)
    one = syncer(vendor, tmp_path / "store", NOW)
    report = run(one, SYMBOLS, SESSIONS)
    assert vendor.kinds == {"day": 12, "range": 1, "splits": 1}
    assert report.failures == {}
    assert stored(one) == cells(bars)


def test_a_price_that_cannot_be_had_costs_its_symbol_alone(bars: LongBars, tmp_path: Path):
    """The day of all others is kept; the next sync asks for that one price and nothing else."""
    price, day = bars.close[17], np.datetime64(bars.session[17], "D")
    symbol = bars.symbols[bars.column[17]]
    bars.close[17] = np.nan

    def fault(request, nth):
        return reply({"error": "boom"}, 500) if "/range/" in request.url else None

    vendor = Vendor(bars, fault=fault)
    one = syncer(vendor, tmp_path / "store", NOW)
    report = run(one, SYMBOLS, SESSIONS)
    assert {name: why.reason for name, why in report.failures.items()} == {symbol: "unavailable"}
    kept = cells(bars)
    del kept[symbol, str(day)]
    assert stored(one) == kept
    bars.close[17], vendor.fault = price, None
    vendor.log.clear()
    assert run(one, SYMBOLS, SESSIONS).failures == {}
    assert vendor.kinds == {"range": 1, "splits": 1}
    assert stored(one) == cells(bars)


def page_of(vendor: Vendor, request: HttpRequest, *, more: bool, factor: float = 1.0):
    """What the vendor answers, with a next page or without, closes times ``factor``."""
    vendor.fault, fault = None, vendor.fault
    content = json.loads(vendor.answer(request).body)
    vendor.fault = fault
    for row in content["results"]:
        row["c"] *= factor
    more_url = {"next_url": f"{request.url}?cursor=2"} if more else {}
    return reply(content | more_url)


@pytest.mark.parametrize("factor", [1.0, 1.001], ids=["same", "other"])
def test_a_row_that_comes_on_two_pages_is_one_or_its_symbols_own_fault(
    bars: LongBars, tmp_path: Path, factor: float
):
    """Pages that overlap end no sync; who has two different rows for a day is named."""

    def fault(request, nth):
        if "/S07/" not in request.url:
            return None
        first = "cursor" not in request.url and "cursor" not in dict(request.params)
        return page_of(vendor, request, more=first, factor=1.0 if first else factor)

    vendor = Vendor(bars, fault=fault)
    one = replace(syncer(vendor, tmp_path / "store", NOW), remote=LoopbackProvider(plan=RANGES))
    report = run(one, SYMBOLS, SESSIONS)
    wanted, failures = cells(bars), {}
    if factor != 1.0:
        wanted = {at: bar for at, bar in wanted.items() if at[0] != "S07"}
        detail = f"two different bars of S07 on {SESSIONS[0]}"
        failures = {"S07": Failure("bad_answer", detail)}
    assert report.failures == failures
    assert stored(one) == wanted


@pytest.mark.parametrize("times", [1, 9])
def test_a_vendor_of_days_alone_is_asked_again_for_a_day_that_lacks_a_price(
    bars: LongBars, tmp_path: Path, caplog: pytest.LogCaptureFixture, times: int
):
    """Once more: what comes then is kept; what is lacking twice is said and not asked for ever."""
    place = 17
    price, day = bars.close[place], str(np.datetime64(bars.session[place], "D"))
    symbol = bars.symbols[bars.column[place]]

    def fault(request, nth):
        bars.close[place] = np.nan if request.url.endswith(day) and nth <= times else price
        return None

    vendor = Vendor(bars, fault=fault)
    one = replace(syncer(vendor, tmp_path / "store", NOW), remote=LoopbackProvider(plan=DAYS))
    assert run(one, SYMBOLS, SESSIONS).failures == {}
    assert vendor.kinds == {"day": 13, "splits": 1}
    bars.close[place] = price
    kept = cells(bars)
    if times > 1:
        del kept[symbol, day]
    assert stored(one) == kept
    assert (f"no whole bar on {day} of {symbol}" in caplog.text) == (times > 1)
    assert run(one, SYMBOLS, SESSIONS).from_store == len(SYMBOLS)


def test_a_day_that_cannot_be_had_is_named_for_every_symbol(bars: LongBars, tmp_path: Path):
    """Nobody is scanned on a hole; the next run asks only for the day that failed."""

    def fault(request, nth):
        return reply({"error": "boom"}, 500) if request.url.endswith("2024-03-05") else None

    vendor = Vendor(bars, fault=fault)
    one = syncer(vendor, tmp_path / "store", NOW)
    report = run(one, SYMBOLS, SESSIONS)
    assert set(report.failures) == set(SYMBOLS)
    assert {failure.reason for failure in report.failures.values()} == {"unavailable"}
    assert "2024-03-05" in report.failures["S00"].detail
    vendor.fault = None
    vendor.log.clear()
    assert run(one, SYMBOLS, SESSIONS).failures == {}
    assert vendor.kinds["day"] == 1
    assert stored(one) == cells(bars)


def test_what_the_provider_never_has_is_no_data_not_a_failure_of_the_sync(
    bars: LongBars, tmp_path: Path
):
    """A symbol without a bar is answered; the scan's provider names it no_data."""
    vendor = Vendor(bars)
    provider = StoredProvider(syncer(vendor, tmp_path / "store", NOW))
    fetched = provider.history([*SYMBOLS, "GONE"], SESSIONS)
    assert {symbol: f.reason for symbol, f in fetched.failures.items()} == {"GONE": "no_data"}
    assert fetched.bars.symbols == tuple(SYMBOLS)
    assert provider.last_session() == np.datetime64("2024-03-08")


def test_a_split_is_in_force_from_its_day_on(bars: LongBars, tmp_path: Path):
    """As of the day before, raw prices; as of the day, older bars are divided by the ratio."""
    split = {"ticker": "S03", "execution_date": "2024-03-05", "split_from": 1, "split_to": 4}
    vendor = Vendor(bars, splits=[{"id": "1", "adjustment_type": "forward_split", **split}])
    provider = StoredProvider(syncer(vendor, tmp_path / "store", NOW))
    fetched = provider.history(["S03"], SESSIONS)
    raw = cells(bars)
    before = cells(split_adjust(fetched.bars, fetched.splits, np.datetime64("2024-03-04")))
    assert before[("S03", "2024-03-01")] == raw[("S03", "2024-03-01")]
    after = cells(split_adjust(fetched.bars, fetched.splits, np.datetime64("2024-03-05")))
    assert after[("S03", "2024-03-01")][3] == raw[("S03", "2024-03-01")][3] / 4
    assert after[("S03", "2024-03-01")][4] == raw[("S03", "2024-03-01")][4] * 4
    assert after[("S03", "2024-03-05")] == raw[("S03", "2024-03-05")]


def test_it_works_inside_a_running_loop(bars: LongBars, tmp_path: Path):
    """A notebook or a service calls it from a coroutine; it must not trip over their loop."""
    provider = StoredProvider(syncer(Vendor(bars), tmp_path / "store", NOW))

    async def cell() -> int:
        return len(provider.history(SYMBOLS, SESSIONS).bars)

    assert asyncio.run(cell()) == len(bars)


def test_a_vendor_that_is_down_leaves_every_symbol_named(bars: LongBars, tmp_path: Path):
    """No exception for splits that cannot be had either; they are asked with the next sync."""
    vendor = Vendor(bars, fault=lambda *_: reply({"error": "boom"}, 500))
    one = syncer(vendor, tmp_path / "store", NOW)
    report = run(one, SYMBOLS, SESSIONS)
    assert {symbol: f.reason for symbol, f in report.failures.items()} == dict.fromkeys(
        SYMBOLS, "unavailable"
    )
    assert vendor.kinds["splits"] == 0
    vendor.fault = None
    vendor.log.clear()
    assert run(one, SYMBOLS, SESSIONS).failures == {}
    assert vendor.kinds == {"day": 12, "splits": 1}


def test_pages_that_came_before_an_unknown_symbol_are_not_counted_twice(
    bars: LongBars, tmp_path: Path
):
    """The rest of a request is asked again from its start, so what had come of it goes."""
    one = syncer(Vendor(bars), tmp_path / "store", NOW)
    ongoing = SyncRun(
        one.remote, one.open_transport(), one.store, one.rules, one.clock, one.rng, None
    )
    request = BarRequest("multi_symbol", SESSIONS[0], SESSIONS[-1], ("S00", "NOPE"))
    ongoing._pages[request] = [bars]
    ongoing._unknown(request, "NOPE", Failure("unknown_symbol", "NOPE"))
    assert ongoing._pages == {}
    assert set(ongoing.failed_symbols) == {"NOPE"}
