"""Prices that come adjusted: a restated history is asked anew, and two bases never mix."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.vendor import CALENDAR, Vendor, reply, run, syncer
from technic.data_engine.providers.vendors.loopback import UNLIMITED, LoopbackProvider
from technic.data_engine.sync.syncer import Syncer
from technic.panel import LongBars
from technic.testing import make_bars

NOW = dt.datetime(2024, 3, 8, 23, tzinfo=dt.UTC)
SESSIONS = CALENDAR.last(12, np.datetime64("2024-03-08"))
SYMBOLS = ["AAA", "BBB"]
RANGES = replace(UNLIMITED, kinds=frozenset({"symbol_range"}))


class Adjusted(LoopbackProvider):
    """A vendor whose prices come split-adjusted to the present, one symbol a request."""

    __slots__ = ()
    price_basis = "split_adjusted"


def client(vendor: Vendor, folder: Path) -> Syncer:
    """A syncer of such a vendor; its store goes on from what is in ``folder``."""
    one = syncer(vendor, folder, NOW)
    one.remote = Adjusted(plan=RANGES)
    return one


def halved(bars: LongBars) -> LongBars:
    """The bars after a 2:1 split of AAA: all its older prices are restated."""
    share = np.where(bars.column == 0, 0.5, 1.0)
    return replace(
        bars,
        open=bars.open * share,
        high=bars.high * share,
        low=bars.low * share,
        close=bars.close * share,
        volume=bars.volume / share,
    )


def closes(one: Syncer, symbol: str) -> list[float]:
    """What the store holds of a symbol."""
    return one.store.read([symbol], SESSIONS[0], SESSIONS[-1]).close.tolist()


@pytest.fixture
def bars() -> LongBars:
    """Two symbols over twelve sessions."""
    return make_bars(SYMBOLS, SESSIONS)


@pytest.fixture
def begun(bars: LongBars, tmp_path: Path) -> Path:
    """A store that holds all but the last two sessions."""
    folder = tmp_path / "store"
    run(client(Vendor(bars), folder), SYMBOLS, SESSIONS[:-2])
    return folder


def test_the_last_three_sessions_are_asked_again_and_nothing_else(bars: LongBars, begun: Path):
    """A new day is one request a symbol; where nothing was restated, there is no second one."""
    vendor = Vendor(bars)
    one = client(vendor, begun)
    report = run(one, SYMBOLS, SESSIONS)
    assert vendor.kinds["range"] == 2
    assert all(path.endswith(f"{SESSIONS[-5]}/{SESSIONS[-1]}") for path in vendor.log[:2])
    assert report.restated == ()
    assert closes(one, "AAA") == bars.close[bars.column == 0].tolist()


def test_a_restated_symbol_is_asked_anew_as_a_whole(bars: LongBars, begun: Path):
    """One more request for it, none for the other; the store ends in one basis."""
    vendor = Vendor(halved(bars))
    one = client(vendor, begun)
    report = run(one, SYMBOLS, SESSIONS)
    assert vendor.kinds["range"] == 3
    assert report.restated == ("AAA",)
    assert report.failures == {}
    assert closes(one, "AAA") == halved(bars).close[bars.column == 0].tolist()
    assert closes(one, "BBB") == bars.close[bars.column == 1].tolist()
    assert run(client(vendor, begun), SYMBOLS, SESSIONS).stats.requests == 0


def test_a_restated_symbol_that_cannot_be_had_whole_never_mixes_two_bases(
    bars: LongBars, begun: Path
):
    """It fails by name with its old bars untouched; the next sync sees the change again."""
    whole = f"/AAA/range/1/day/{SESSIONS[0]}/"
    broken = Vendor(
        halved(bars),
        fault=lambda request, _: reply({"error": "boom"}, 500) if whole in request.url else None,
    )
    one = client(broken, begun)
    report = run(one, SYMBOLS, SESSIONS)
    assert report.failures["AAA"].reason == "unavailable"
    assert closes(one, "AAA") == bars.close[bars.column == 0].tolist()[:-2]
    again = client(Vendor(halved(bars)), begun)
    report = run(again, SYMBOLS, SESSIONS)
    assert (report.failures, report.restated) == ({}, ("AAA",))
    assert closes(again, "AAA") == halved(bars).close[bars.column == 0].tolist()


@pytest.mark.parametrize("asked", [slice(-2, None), slice(-1, None)], ids=["next", "later"])
def test_a_short_window_is_compared_with_what_lies_before_it(
    bars: LongBars, begun: Path, asked: slice
):
    """Asking for the last days alone does not put them beside older prices of another basis."""
    one = client(Vendor(halved(bars)), begun)
    report = run(one, SYMBOLS, SESSIONS[asked])
    assert (report.failures, report.restated) == ({}, ("AAA",))
    assert closes(one, "AAA") == halved(bars).close[bars.column == 0].tolist()


def test_older_sessions_are_compared_with_what_lies_after_them(bars: LongBars, tmp_path: Path):
    """History that is filled in later comes in the basis of its day; the rest follows it."""
    folder = tmp_path / "store"
    run(client(Vendor(bars), folder), SYMBOLS, SESSIONS[6:])
    one = client(Vendor(halved(bars)), folder)
    report = run(one, SYMBOLS, SESSIONS[:5])
    assert (report.failures, report.restated) == ({}, ("AAA",))
    assert closes(one, "AAA") == halved(bars).close[bars.column == 0].tolist()
