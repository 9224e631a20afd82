"""Splits and dividends that cannot be had: no fault of the bars, and said where they are read."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.vendor import CALENDAR, Vendor, reply, run, syncer
from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse
from technic.data_engine.providers.vendors.loopback import LoopbackProvider
from technic.data_engine.sync.store_provider import StoredProvider
from technic.panel import LongBars
from technic.testing import make_bars

NOW = dt.datetime(2024, 3, 9, 3, tzinfo=dt.UTC)
SESSIONS = CALENDAR.last(12, np.datetime64("2024-03-08"))
SYMBOLS = [f"S{i:02d}" for i in range(30)]


@pytest.fixture
def bars() -> LongBars:
    """Thirty symbols over twelve sessions."""
    return make_bars(SYMBOLS, SESSIONS)


@pytest.mark.parametrize("status", [401, 403, 404, 500])
@pytest.mark.parametrize("topic", ["splits", "dividends"])
def test_a_feed_that_fails_takes_no_bar_along(
    topic: str, status: int, bars: LongBars, tmp_path: Path
):
    """The sync completes and names the feed; when it answers again, it is asked again."""

    def fault(request: HttpRequest, _: int) -> HttpResponse | None:
        name = request.url.rsplit("/", 1)[1]
        if name == topic:
            return reply({"error": "boom"}, status)
        return reply({"status": "OK", "results": []}) if name == "dividends" else None

    vendor = Vendor(bars, fault=fault)
    one = syncer(vendor, tmp_path / "store", NOW)
    provider = StoredProvider(one)
    report = provider.sync(SYMBOLS, SESSIONS, dividends=True)
    assert report.failures == {}
    assert report.stopped is None
    assert len(one.store.read(None, SESSIONS[0], SESSIONS[-1])) == 30 * 12
    assert list(report.feeds) == [topic]
    assert f"status {status}: boom" in report.notes[0]
    assert one.store.quarantined(NOW) == {}
    assert not len(one.store.actions_coverage(topic).sessions)
    vendor.fault = lambda request, _: (
        reply({"status": "OK", "results": []}) if request.url.endswith("dividends") else None
    )
    vendor.log.clear()
    again = provider.sync(SYMBOLS, SESSIONS, dividends=True)
    assert again.notes == ()
    assert vendor.kinds == {topic: 1}


def test_who_reads_the_bars_is_told_what_they_lack(bars: LongBars, tmp_path: Path):
    """In every scan until the splits are known, however the bars are read."""
    vendor = Vendor(bars)
    vendor.fault = lambda request, _: (
        reply({"error": "boom"}, 403) if request.url.endswith("splits") else None
    )
    provider = StoredProvider(syncer(vendor, tmp_path / "store", NOW))
    for _ in range(2):
        for answer in (
            provider.history(SYMBOLS, SESSIONS),
            provider.stream(SYMBOLS, SESSIONS, SESSIONS[-1]).account,
        ):
            (note,) = answer.notes
            assert note.startswith("no splits from 2024-02-22 to 2024-03-0")
            assert "not adjusted" in note
    vendor.fault = None
    assert provider.history(SYMBOLS, SESSIONS).notes == ()


def test_a_day_whose_rows_carry_another_day_is_no_answer(bars: LongBars, tmp_path: Path):
    """Yesterday's rows under today's address are asked again, and never stored as today's."""
    last = SESSIONS[-1]
    wrong = {"left": 100}

    def fault(request: HttpRequest, _: int) -> HttpResponse | None:
        if request.url.endswith(str(last)) and wrong["left"]:
            wrong["left"] -= 1
            return vendor._rows(bars.session == SESSIONS[-2])
        return None

    vendor = Vendor(bars, fault=fault)
    one = syncer(vendor, tmp_path / "store", NOW)
    report = run(one, SYMBOLS, SESSIONS)
    assert {failure.reason for failure in report.failures.values()} == {"bad_answer"}
    assert f"{SESSIONS[-2]}" in report.failures["S00"].detail
    assert one.store.read(None, last, last).symbols == ()
    wrong["left"] = 2
    assert run(one, SYMBOLS, SESSIONS).failures == {}
    stored = one.store.read(None, last, last)
    assert stored.close.tolist() == bars.close[bars.session == last].tolist()


def test_single_rows_of_another_day_are_left_out(bars: LongBars, tmp_path: Path):
    """A symbol that did not trade may come with its last day: that is no bar of this one."""
    late = bars.session.copy()
    stale = (bars.session == SESSIONS[-1]) & (bars.column == 4)
    mixed = replace(bars, session=np.where(stale, SESSIONS[-2], late))

    def fault(request: HttpRequest, _: int) -> HttpResponse | None:
        if not request.url.endswith(str(SESSIONS[-1])):
            return None
        vendor.bars = mixed
        answer = vendor._rows(bars.session == SESSIONS[-1])
        vendor.bars = bars
        return answer

    vendor = Vendor(bars, fault=fault)
    one = syncer(vendor, tmp_path / "store", NOW)
    assert run(one, SYMBOLS, SESSIONS).failures == {}
    assert "S04" not in one.store.read(None, SESSIONS[-1], SESSIONS[-1]).symbols
    assert isinstance(one.remote, LoopbackProvider)
    assert len(one.store.read(None, SESSIONS[0], SESSIONS[-1])) == 30 * 12 - 1
