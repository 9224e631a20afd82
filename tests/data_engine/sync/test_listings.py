"""A vendor's listings are asked for once a day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np

from technic.data_engine.providers.vendors.loopback import LoopbackProvider
from technic.data_engine.store import BarStore
from technic.data_engine.sync.store_provider import StoredProvider
from technic.data_engine.sync.syncer import Syncer
from technic.loopback import Loopback, LoopbackServer, World
from technic.sessions import build_calendar

CALENDAR = build_calendar(2026)


def test_listings_are_asked_once_a_day_and_again_when_they_are_damaged(tmp_path: Path):
    """The second scan of a day costs no request for them; the next day asks anew."""
    world = World(CALENDAR, 60)
    with LoopbackServer(Loopback(world)) as server:
        syncer = Syncer(
            LoopbackProvider(base_url=server.url),
            BarStore.open(str(tmp_path / "store")),
            CALENDAR,
            lambda: world.now.astimezone(dt.UTC),
        )
        provider = StoredProvider(syncer, tmp_path / "cache")
        first = provider.listings()
        asked = server.stats.requests
        assert asked > 0
        again = provider.listings()
        assert server.stats.requests == asked
        assert again.symbols == first.symbols
        assert again.frame.equals(first.frame)
        (kept,) = (tmp_path / "cache").iterdir()
        kept.write_bytes(b"PAR1 damaged")
        assert provider.listings().symbols == first.symbols
        assert server.stats.requests == 2 * asked
        world.today = np.datetime64("2026-06-29")
        provider.listings()
        assert server.stats.requests == 3 * asked
        assert len(list((tmp_path / "cache").iterdir())) == 1
