"""Whatever one answer is, it ends in a sentence within its ceiling, and the rest goes on."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.hostile_answers import ANSWERS, KEY, HostileAnswer
from support.vendor import CALENDAR, Vendor, reply, run, syncer
from technic.data_engine.interfaces.ceilings import MAX_PAUSE_S, MAX_STALL_S
from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse
from technic.data_engine.providers.vendors.loopback import UNLIMITED, LoopbackProvider
from technic.data_engine.sync.syncer import Syncer, SyncReport
from technic.testing import FakeClock, make_bars

NOW = dt.datetime(2024, 3, 8, 23, tzinfo=dt.UTC)
SESSIONS = CALENDAR.last(5, np.datetime64("2024-03-08"))
SYMBOLS = ["AAA", "BAD", "CCC", "DDD"]
RANGES = replace(UNLIMITED, kinds=frozenset({"symbol_range"}))


def sync(vendor: Vendor, folder: Path) -> tuple[SyncReport, float, Syncer]:
    """Sync by ranges; the report, and how long it took by its own clock."""
    clock = FakeClock()
    one = syncer(vendor, folder, NOW, backoff_s=0.25, backoff_cap_s=15.0)
    one = replace(one, remote=LoopbackProvider(key=KEY, plan=RANGES), clock=clock)
    began = clock.now
    return run(one, SYMBOLS, SESSIONS), clock.now - began, one


@pytest.mark.parametrize("case", ANSWERS, ids=lambda case: case.name)
def test_a_hostile_answer_costs_its_symbol_and_nothing_else(case: HostileAnswer, tmp_path: Path):
    """A sentence of visible characters, without the key, in time; the others are complete."""

    def fault(request: HttpRequest, nth: int) -> HttpResponse | None:
        return case.make(request, nth) if "/BAD/" in request.url else None

    vendor = Vendor(make_bars(SYMBOLS, SESSIONS), fault=fault)
    report, seconds, one = sync(vendor, tmp_path / "store")
    assert set(one.store.read(None, SESSIONS[0], SESSIONS[-1]).symbols) == {"AAA", "CCC", "DDD"}
    assert seconds <= case.within_s
    if case.reason is None:
        assert report.failures == {}
        return
    (symbol,) = report.failures
    failure = report.failures[symbol]
    assert (symbol, failure.reason) == ("BAD", case.reason)
    assert re.search(case.says, failure.detail), failure.detail
    assert failure.detail.isprintable()
    assert len(failure.detail) < 500
    assert KEY.lower() not in failure.detail.lower()


WHOLE_VENDOR = {
    "Retry-After of ten years": {"retry-after": "315360000"},
    "Retry-After of half an hour": {"retry-after": "1800"},
    "Retry-After of nothing": {"retry-after": "0"},
    "no Retry-After": {},
}


@pytest.mark.parametrize("headers", WHOLE_VENDOR.values(), ids=WHOLE_VENDOR)
def test_a_vendor_that_only_puts_off_is_left_after_a_stated_time(
    headers: dict[str, str], tmp_path: Path
):
    """However many symbols there are: the pauses granted, the time without a page, one answer."""
    symbols = [f"S{i:04d}" for i in range(3_000)]
    vendor = Vendor(
        make_bars(symbols[:2], SESSIONS),
        fault=lambda *_: HttpResponse(429, {"content-type": "application/json", **headers}, b"{}"),
    )
    clock = FakeClock()
    one = syncer(vendor, tmp_path / "store", NOW, backoff_s=0.25, backoff_cap_s=15.0)
    one = replace(one, remote=LoopbackProvider(plan=RANGES), clock=clock)
    began = clock.now
    report = run(one, symbols, SESSIONS)
    assert clock.now - began <= MAX_STALL_S + MAX_PAUSE_S + 180
    assert len(report.failures) == len(symbols)
    assert {failure.reason for failure in report.failures.values()} <= {"throttled", "stalled"}


def test_a_listing_that_comes_round_again_is_no_listing(tmp_path: Path):
    """Listings and splits end like bars do."""
    vendor = Vendor(make_bars(SYMBOLS, SESSIONS))
    page = {"status": "OK", "results": [{"ticker": "AAA"}], "next_url": "http://x/v3/t?cursor=1"}
    vendor.fault = lambda *_: reply(page)
    one = syncer(vendor, tmp_path / "store", NOW)
    endpoint = one.remote.listings()
    with pytest.raises(Exception, match="listings: the vendor's pages go round in a circle"):
        asyncio.run(one.ask_listings(endpoint))
    assert len(vendor.log) == 2
