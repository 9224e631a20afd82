"""Refused: by the account, which ends a sync and leaves nothing behind, or for one symbol alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.vendor import CALENDAR, Vendor, reply, run, syncer
from technic.data_engine.interfaces.requests import Capabilities
from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse
from technic.data_engine.network.fetch import FetchRules
from technic.data_engine.network.function_transport import FunctionTransport
from technic.data_engine.providers.vendors.alpaca import PLUS, AlpacaProvider
from technic.data_engine.providers.vendors.loopback import UNLIMITED, LoopbackProvider
from technic.data_engine.providers.vendors.tiingo import TiingoProvider
from technic.data_engine.store import BarStore
from technic.data_engine.sync.store_provider import StoredProvider
from technic.data_engine.sync.syncer import Syncer
from technic.errors import FetchError
from technic.loopback import Loopback, LoopbackServer, WireOptions, World
from technic.panel import LongBars
from technic.testing import make_bars

NOW = dt.datetime(2024, 3, 9, 3, tzinfo=dt.UTC)
SESSIONS = CALENDAR.last(12, np.datetime64("2024-03-08"))
SYMBOLS = [f"S{i:02d}" for i in range(30)]
RANGES = replace(UNLIMITED, kinds=frozenset({"symbol_range"}))
REFUSED = {"status": "NOT_AUTHORIZED", "message": "You are not entitled to this data."}


@pytest.fixture
def bars() -> LongBars:
    """Thirty symbols over twelve sessions."""
    return make_bars(SYMBOLS, SESSIONS)


def by_ranges(vendor: Vendor, folder: Path) -> Syncer:
    """A syncer that asks symbol by symbol."""
    one = syncer(vendor, folder, NOW)
    one.remote = LoopbackProvider(plan=RANGES)
    return one


def of(symbols: set[str], content: object = REFUSED, status: int = 403) -> Callable[..., object]:
    """A fault that refuses these symbols."""
    return lambda request, _: (
        reply(content, status) if set(request.url.split("/")) & symbols else None
    )


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_account_ends_the_sync_and_leaves_nothing_behind(
    status: int, bars: LongBars, tmp_path: Path
):
    """Nobody is quarantined, what was stored stays, and the right key needs nothing in between."""
    vendor = Vendor(bars)
    one = by_ranges(vendor, tmp_path / "store")
    run(one, SYMBOLS, SESSIONS[:-1])
    vendor.fault = lambda *_: reply(REFUSED, status)
    vendor.log.clear()
    report = run(one, SYMBOLS, SESSIONS)
    assert len(vendor.log) <= 2  # the first answer, and one more where it does not say whose it is
    assert {failure.reason for failure in report.failures.values()} == {"account_refused"}
    assert set(report.failures) == set(SYMBOLS)
    assert report.stopped is not None
    assert "technic doctor --provider loopback" in report.stopped.detail
    assert f"status {status}" in report.stopped.detail
    assert one.store.quarantined(NOW) == {}
    assert len(one.store.read(None, SESSIONS[0], SESSIONS[-1])) == 30 * 11
    vendor.fault = None
    assert run(one, SYMBOLS, SESSIONS).failures == {}


def test_days_that_are_refused_end_it_too(bars: LongBars, tmp_path: Path):
    """A plan without whole-market days is known after two of them."""
    vendor = Vendor(bars, fault=lambda *_: reply(REFUSED, 403))
    report = run(syncer(vendor, tmp_path / "store", NOW), SYMBOLS, SESSIONS)
    assert vendor.kinds == {"day": 2}
    assert report.stopped is not None


def test_one_refused_day_is_that_day(bars: LongBars, tmp_path: Path):
    """The days around it are stored."""

    def fault(request: HttpRequest, _: int) -> HttpResponse | None:
        return reply(REFUSED, 403) if request.url.endswith(str(SESSIONS[0])) else None

    one = syncer(Vendor(bars, fault=fault), tmp_path / "store", NOW)
    report = run(one, SYMBOLS, SESSIONS)
    assert report.stopped is None
    assert {failure.reason for failure in report.failures.values()} == {"refused"}
    assert len(one.store.read(None, SESSIONS[0], SESSIONS[-1])) == 30 * 11


@pytest.mark.parametrize("refused", [{"S00"}, {"S07"}, {"S00", "S01", "S02"}, set(SYMBOLS[5:25])])
def test_refused_symbols_are_these_symbols(refused: set[str], bars: LongBars, tmp_path: Path):
    """Wherever they stand, the first of all included: all others are answered."""
    vendor = Vendor(bars, fault=of(refused))
    one = by_ranges(vendor, tmp_path / "store")
    report = run(one, SYMBOLS, SESSIONS)
    assert set(report.failures) == refused
    assert {failure.reason for failure in report.failures.values()} == {"refused"}
    assert set(one.store.quarantined(NOW)) == refused
    assert report.stopped is None
    assert vendor.kinds["range"] <= 30 + 5  # a few questions whose fault it is


def test_a_key_that_ends_in_the_middle_ends_the_sync(bars: LongBars, tmp_path: Path):
    """What had come is kept, the rest is nobody's own fault."""
    vendor = Vendor(bars)
    vendor.fault = lambda *_: reply(REFUSED, 403) if len(vendor.log) > 10 else None
    one = by_ranges(vendor, tmp_path / "store")
    report = run(one, SYMBOLS, SESSIONS)
    assert report.stopped is not None
    assert len(vendor.log) < 10 + 6
    assert one.store.read(None, SESSIONS[0], SESSIONS[-1]).symbols == tuple(SYMBOLS[:10])
    vendor.fault = None
    one.now = lambda: NOW + dt.timedelta(days=2)
    assert run(one, SYMBOLS, SESSIONS).failures == {}


def test_a_wrong_address_quarantines_nobody(bars: LongBars, tmp_path: Path):
    """Every symbol is a 404 there: that says nothing of any of them."""
    vendor = Vendor(bars, fault=lambda *_: reply({"message": "not found"}, 404))
    one = by_ranges(vendor, tmp_path / "store")
    assert {f.reason for f in run(one, SYMBOLS, SESSIONS).failures.values()} == {"unknown_symbol"}
    assert one.store.quarantined(NOW) == {}


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("Attempted to request today's data before end of day. Please upgrade.", "not_yet"),
        ("Your plan doesn't include this data timeframe. Please upgrade.", "plan_limit"),
    ],
)
def test_what_the_vendor_says_of_the_request_is_no_symbols_fault(
    message: str, reason: str, bars: LongBars, tmp_path: Path
):
    """Too early and too old are named, and nobody is left alone for them."""
    one = by_ranges(Vendor(bars, fault=of({"S03"}, {"message": message})), tmp_path / "store")
    report = run(one, SYMBOLS, SESSIONS)
    assert {symbol: f.reason for symbol, f in report.failures.items()} == {"S03": reason}
    assert one.store.quarantined(NOW) == {}


class Batches:
    """An Alpaca that refuses every request with one of the ``refused`` symbols in it."""

    def __init__(self, bars: LongBars, refused: set[str]) -> None:
        self.bars, self.refused, self.asked = bars, refused, 0

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer a request for bars; there are no corporate actions."""
        if "corporate-actions" in request.url:
            return reply({"corporate_actions": {}, "next_page_token": None})
        self.asked += 1
        names = request.params["symbols"].split(",")
        if set(names) & self.refused:
            return reply({"message": "forbidden."}, 403)
        found = {name: self._rows(name) for name in names if name in self.bars.symbols}
        return reply({"bars": found, "next_page_token": None})

    def _rows(self, name: str) -> list[dict[str, object]]:
        rows = np.flatnonzero(self.bars.column == self.bars.symbols.index(name))
        fields = {short: getattr(self.bars, long) for short, long in zip(
            "ohlcv", ("open", "high", "low", "close", "volume"), strict=True)}  # fmt: skip
        return [
            {"t": f"{self.bars.session[at]}T05:00:00Z"}
            | {short: float(values[at]) for short, values in fields.items()}
            for at in rows
        ]


def alpaca(vendor: Batches, folder: Path) -> Syncer:
    """A syncer that asks many symbols at once."""
    return Syncer(
        AlpacaProvider("key", "secret", plan=PLUS),
        BarStore.open(str(folder)),
        CALENDAR,
        lambda: NOW,
        FetchRules(backoff_s=0.001, backoff_cap_s=0.002),
        open_transport=lambda: FunctionTransport(vendor.answer),
    )


@pytest.mark.parametrize("refused", [{"S00"}, {"S13", "S29"}])
def test_a_batch_is_split_until_the_symbol_is_found(
    refused: set[str], bars: LongBars, tmp_path: Path
):
    """The others of the batch come, in few more requests."""
    vendor = Batches(bars, refused)
    one = alpaca(vendor, tmp_path / "store")
    report = run(one, SYMBOLS, SESSIONS)
    assert set(report.failures) == refused == set(one.store.quarantined(NOW))
    assert report.success_rate == 1 - len(refused) / 30
    stored = one.store.read(None, SESSIONS[0], SESSIONS[-1])
    assert set(stored.symbols) == set(SYMBOLS) - refused
    assert len(stored) == 12 * (30 - len(refused))
    assert vendor.asked <= 2 + 2 * 5 * len(refused)  # 2**5 > 30


def test_a_batch_of_a_refused_account_is_not_split(bars: LongBars, tmp_path: Path):
    """Two requests, and both settings of the key are named."""
    vendor = Batches(bars, {*SYMBOLS, "AAPL"})
    report = run(alpaca(vendor, tmp_path / "store"), SYMBOLS, SESSIONS)
    assert vendor.asked == 2
    assert report.stopped is not None
    assert "check TECHNIC_ALPACA_KEY and TECHNIC_ALPACA_SECRET" in report.stopped.detail


def test_the_allowance_of_a_day_is_the_accounts(tmp_path: Path):
    """Tiingo says it in words; whoever was not asked yet is not left alone for it."""
    words = {"detail": "Error: You have run over your daily request allocation."}
    one = Syncer(
        TiingoProvider("key", plan=Capabilities(kinds=frozenset({"symbol_range"}))),
        BarStore.open(str(tmp_path / "store")),
        CALENDAR,
        lambda: NOW,
        open_transport=lambda: FunctionTransport(lambda _: reply(words)),
    )
    report = run(one, SYMBOLS, SESSIONS)
    assert report.stats.requests == 1
    assert "check TECHNIC_TIINGO_KEY" in report.failures["S00"].detail
    assert one.store.quarantined(NOW) == {}


def test_quarantine_hides_no_stored_bar_and_says_how_to_lift_it(bars: LongBars, tmp_path: Path):
    """A symbol that is refused today is read as far as it is stored; without bars it is named."""
    vendor = Vendor(bars)
    one = by_ranges(vendor, tmp_path / "store")
    run(one, SYMBOLS, SESSIONS[:-1])
    vendor.fault = of({"S03", "NONE"})
    run(one, [*SYMBOLS, "NONE"], SESSIONS)
    provider = StoredProvider(one)
    for fetched in (
        provider.history([*SYMBOLS, "NONE"], SESSIONS),
        provider.stream([*SYMBOLS, "NONE"], SESSIONS, SESSIONS[-1]).account,
    ):
        assert set(fetched.failures) == {"NONE"}
        why = fetched.failures["NONE"]
        assert why.reason == "quarantined"
        assert "technic data clear-problems NONE --provider loopback" in why.detail
        assert any("S03" in note and "clear-problems" in note for note in fetched.notes)
    bars_of = provider.history(["S03"], SESSIONS).bars
    assert bars_of.session.tolist() == SESSIONS[:-1].tolist()
    whole = provider.history(["S03"], SESSIONS[:-1])
    assert (whole.failures, whole.notes) == ({}, ())


def test_the_loopback_vendor_with_a_wrong_key_then_the_right_one(tmp_path: Path):
    """Over sockets: the list is refused in one request; with the right key the sync completes."""
    world = World(CALENDAR, 60)
    sessions = CALENDAR.last(20, world.today)
    loopback = Loopback(world, WireOptions(key="right"))

    def provider(key: str) -> StoredProvider:
        one = Syncer(
            LoopbackProvider(key, base_url=server.url, plan=replace(RANGES, max_concurrent=5)),
            BarStore.open(str(tmp_path / "store")),
            CALENDAR,
            lambda: world.now.astimezone(dt.UTC),
            FetchRules(max_concurrent=5),
        )
        return StoredProvider(one)

    with LoopbackServer(loopback) as server:
        with pytest.raises(FetchError, match="technic doctor --provider loopback") as caught:
            provider("wrong").listings()
        assert caught.value.reason == "account_refused"
        assert server.stats.requests == 1
        symbols = provider("right").listings().symbols
        loopback.reset()
        wrong = provider("wrong")
        assert wrong.sync(symbols, sessions).stopped is not None
        assert server.stats.requests <= 5  # those in flight when the first was answered
        right = provider("right")
        assert right.sync(symbols, sessions).failures == {}
        assert right.syncer.store.quarantined(world.now) == {}
