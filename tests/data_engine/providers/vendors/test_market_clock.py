"""The clock of the simulated market: its own day, asked once, clear when nobody answers."""

from __future__ import annotations

import numpy as np
import pytest

from support.nobody import nobody
from technic.data_engine.providers.vendors.loopback import MarketClock
from technic.errors import FetchError
from technic.loopback import Loopback, LoopbackServer, World
from technic.sessions import build_calendar


def test_the_simulated_market_says_what_time_it_is():
    """The day is the server's, not this machine's; one client keeps the moment it was told."""
    with LoopbackServer(Loopback(World(build_calendar(2026), 5))) as server:
        server.world.today = np.datetime64("2026-03-06")
        clock = MarketClock(server.url)
        assert clock().isoformat() == "2026-03-06T20:30:00-05:00"
        server.world.today = np.datetime64("2026-03-09")
        assert clock().isoformat() == "2026-03-06T20:30:00-05:00"
        assert MarketClock(server.url)().isoformat() == "2026-03-09T20:30:00-04:00"
        assert server.stats.requests == 0


def test_without_a_market_the_error_says_what_starts_one():
    """Nothing listens where the settings say."""
    with (
        nobody() as address,
        pytest.raises(FetchError, match="technic marketsim starts the market"),
    ):
        MarketClock(f"http://{address}")()
