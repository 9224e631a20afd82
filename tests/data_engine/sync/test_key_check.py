"""What a key may do is found out by asking: a small request of each kind, in plain words."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from support.loopback import small
from support.vendor import CALENDAR, reply
from technic.data_engine.interfaces.remote_provider import RemoteProvider
from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse
from technic.data_engine.network.function_transport import FunctionTransport
from technic.data_engine.providers.vendors.alpaca import PLUS, AlpacaProvider
from technic.data_engine.providers.vendors.polygon import PAID, PolygonProvider
from technic.data_engine.sync.key_check import Finding, KeyCheck
from technic.loopback import Loopback
from technic.testing import FakeClock

KEY = "a-key-that-must-not-show"


POLYGON = PolygonProvider(KEY, plan=PAID)
"""With a key and every kind of request."""


def tried(
    answer: Callable[[HttpRequest], HttpResponse],
    now: dt.datetime,
    clock: FakeClock | None = None,
    remote: RemoteProvider = POLYGON,
) -> dict[str, Finding]:
    """The findings by topic where ``answer`` stands for the vendor; none of them shows the key."""
    connect = partial(FunctionTransport, answer)
    trial = KeyCheck(remote, CALENDAR, now, connect, clock or FakeClock())
    findings = asyncio.run(trial.run())
    assert KEY not in repr(findings)
    return {finding.topic: finding for finding in findings}


def verdicts(found: dict[str, Finding]) -> dict[str, str]:
    """Topic and verdict."""
    return {topic: finding.verdict for topic, finding in found.items()}


@pytest.fixture
def market() -> Loopback:
    """Four years of a market, with the most that can be bought."""
    return small(n_sessions=1000)


def test_a_key_that_may_do_everything(market):
    """Nine topics, all answered; one request each."""
    found = tried(market.handle, market.world.now)
    assert set(verdicts(found).values()) == {"yes"}
    assert len(found) == 9
    assert found["whole-market day"].detail.startswith("2026-06-29: ")
    assert found["history depth"].detail.startswith("2023-06-26: ")
    assert market.stats.requests == 8


def test_a_free_key_is_told_what_it_lacks():
    """No snapshot, nothing of today, two years, five requests a minute: found, not assumed."""
    clock = FakeClock()
    market = small(n_sessions=1000, options={"polygon_plan": "free"}, clock=clock.monotonic)
    found = tried(market.handle, market.world.now, clock)
    assert verdicts(found) == {
        "listings": "yes",
        "symbol history": "yes",
        "whole-market day": "yes",
        "history depth": "no",
        "snapshot": "no",
        "same-day data": "no",
        "splits": "yes",
        "dividends": "yes",
        "request rate": "no",
    }
    assert "2023-06-26" in found["history depth"].detail
    assert "2024-07-30" in found["history depth"].detail
    assert found["request rate"].detail == "refused after 5 requests within a minute"


def test_a_key_that_is_wrong_gets_nothing(market):
    """Every refusal is the vendor's own words, without the key they repeat."""

    def refuse(_request):
        return reply({"status": "ERROR", "error": f"Unknown API Key {KEY}"}, 401)

    found = tried(refuse, market.world.now)
    assert set(verdicts(found).values()) == {"no", "yes"}
    assert verdicts(found)["request rate"] == "yes"
    assert "Unknown API Key ***" in found["whole-market day"].detail


def test_a_vendor_of_many_symbols_a_request_is_asked_so():
    """Alpaca has no whole-market day and no snapshot here; its headers name the rate."""
    market = small(n_sessions=1000)
    alpaca = AlpacaProvider("k", "s", plan=PLUS)
    found = tried(market.handle, market.world.now, remote=alpaca)
    assert found["symbol history"].verdict == "yes"
    assert "of 2 symbols" in found["symbol history"].detail
    assert found["history depth"].verdict == "yes"
    assert verdicts(found)["whole-market day"] == verdicts(found)["snapshot"] == "untried"
    assert found["request rate"].detail == "the vendor names 10000 a minute"


def test_on_a_day_without_a_session_today_is_not_tried(market):
    """A Sunday says nothing about same-day data, and an empty snapshot nothing about the key."""
    sunday = dt.datetime(2026, 6, 28, 15, tzinfo=dt.UTC)
    market.world.today = np.datetime64("2026-06-28")
    empty = reply({"status": "OK", "count": 0, "tickers": []})

    def answer(request):
        return empty if "snapshot" in request.url else market.handle(request)

    found = tried(answer, sunday)
    assert found["same-day data"].verdict == "untried"
    assert found["snapshot"].verdict == "untried"
    assert "no trading day" in found["snapshot"].detail


def test_a_vendor_that_is_down_breaks_every_topic(market):
    """That says nothing about the key."""
    found = tried(lambda _: reply({"error": "boom"}, 500), market.world.now)
    assert set(verdicts(found).values()) == {"broken", "yes"}
    assert found["listings"].detail.startswith("unavailable")
