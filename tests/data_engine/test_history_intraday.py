"""Bars within the day: asked by symbol, kept in a table of their own, read back as they came."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from technic.data_engine import get_price_history, get_price_history_batch
from technic.data_engine.providers.vendors.loopback import UNLIMITED, LoopbackProvider
from technic.data_engine.store import BarStore
from technic.data_engine.sync.store_provider import StoredProvider
from technic.data_engine.sync.syncer import Syncer
from technic.errors import ParameterError
from technic.loopback import Loopback, LoopbackServer, World
from technic.sessions import build_calendar
from technic.testing import FakeProvider, make_bars

CALENDAR = build_calendar(2026)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory):
    """A provider of a small simulated market, and its server."""
    world = World(CALENDAR, 40)
    with LoopbackServer(Loopback(world)) as server:
        syncer = Syncer(
            LoopbackProvider(base_url=server.url, plan=replace(UNLIMITED, least_market_rows=5)),
            BarStore.open(str(tmp_path_factory.mktemp("intraday") / "store")),
            CALENDAR,
            lambda: world.now.astimezone(dt.UTC),
        )
        yield StoredProvider(syncer), server


@pytest.mark.parametrize("freq", ["5min", "60min"])
def test_bars_within_the_day_add_up_to_the_day(served, freq: str):
    """Highest high, lowest low and volume of a day's bars are those of the day's bar."""
    provider, server = served
    symbols = [s for s in provider.listings().symbols if len(s) == 4][:4]
    now = provider.syncer.now()
    daily = get_price_history_batch(symbols, 5, provider=provider, now=now, adjust="none")
    server.loopback.reset()
    within = get_price_history_batch(symbols, 5, freq, provider=provider, now=now, adjust="none")
    assert server.stats.by_endpoint["range"] >= len(within)
    assert len(within) > 0
    for symbol in within:
        frame = within[symbol]
        day = frame.index.tz_localize("UTC").tz_convert("America/New_York").normalize()
        groups = frame.groupby(day.tz_localize(None))
        days = daily[symbol]
        assert groups["High"].max().tolist() == days["High"].tolist()
        assert groups["Low"].min().tolist() == days["Low"].tolist()
        assert groups["Open"].first().tolist() == days["Open"].tolist()
        np.testing.assert_allclose(groups["Volume"].sum(), days["Volume"])
    server.loopback.reset()
    again = get_price_history_batch(symbols, 5, freq, provider=provider, now=now, adjust="none")
    assert server.stats.by_endpoint["range"] == 0
    for symbol in within:
        pd.testing.assert_frame_equal(again[symbol], within[symbol])
        alone = get_price_history(symbol, 5, freq, provider=provider, now=now, adjust="none")
        pd.testing.assert_frame_equal(alone, within[symbol])


def test_a_provider_without_them_says_so():
    """No empty frame: one sentence that names the provider."""
    sessions = CALENDAR.last(5, np.datetime64("2024-03-08"))
    provider = FakeProvider(make_bars(["A"], sessions))
    with pytest.raises(ParameterError, match="fake has no bars within the day"):
        get_price_history_batch(["A"], 2, "5min", provider=provider)
