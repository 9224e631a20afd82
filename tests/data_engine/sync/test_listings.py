"""A vendor's listings are asked for once a day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from support.vendor import reply
from technic.data_engine.interfaces.transport import HttpResponse
from technic.data_engine.network.fetch import FetchRules
from technic.data_engine.network.function_transport import FunctionTransport
from technic.data_engine.providers.vendors.loopback import LoopbackProvider
from technic.data_engine.store import BarStore
from technic.data_engine.sync.store_provider import StoredProvider
from technic.data_engine.sync.syncer import Syncer
from technic.errors import FetchError, UsageError
from technic.loopback import Loopback, LoopbackServer, World
from technic.sessions import build_calendar
from technic.testing import make_bars

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


def lists(names: list[str] | None) -> HttpResponse:
    """A page of listings; None: the vendor is down."""
    if names is None:
        return reply({"error": "boom"}, 500)
    return reply({"status": "OK", "results": [{"ticker": name, "type": "CS"} for name in names]})


NAMES = [f"S{i:02d}" for i in range(40)]


def provider_of(answers: dict[str, list[str] | None], folder: Path) -> StoredProvider:
    """A provider that keeps listings; ``answers["now"]`` is what the vendor lists."""
    day = [dt.datetime(2024, 3, 7, 22, tzinfo=dt.UTC)]
    syncer = Syncer(
        LoopbackProvider(),
        BarStore.open(str(folder / "store")),
        CALENDAR,
        lambda: day[0],
        FetchRules(backoff_s=0.001, backoff_cap_s=0.002, attempts=2),
        open_transport=lambda: FunctionTransport(lambda _: lists(answers["now"])),
    )
    provider = StoredProvider(syncer, folder / "cache")
    assert len(provider.listings()) == len(answers["now"] or ())
    day[0] += dt.timedelta(days=1)
    return provider


@pytest.mark.parametrize("bad", [[], NAMES[:19], None])
def test_a_list_that_cannot_be_is_not_believed(bad: list[str] | None, tmp_path: Path):
    """Yesterday's is used and stays; it is said, in the source and to who reads the bars."""
    answers: dict[str, list[str] | None] = {"now": NAMES}
    provider = provider_of(answers, tmp_path)
    answers["now"] = bad
    for _ in range(2):
        universe = provider.listings()
        assert list(universe.symbols) == NAMES
        assert universe.source == "loopback listings of 2024-03-07, today's could not be had"
        (note,) = provider.notes
        assert "loopback's listings of today could not be had" in note
    answers["now"] = NAMES[:30]
    assert list(provider.listings().symbols) == NAMES[:30]
    assert provider.notes == ()
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [
        "listings-loopback-2024-03-08.parquet"
    ]


def test_without_a_list_of_before_it_is_who_has_bars(tmp_path: Path):
    """The last session that the store has; with an empty store there is nothing to scan."""
    answers: dict[str, list[str] | None] = {"now": NAMES}
    provider = provider_of(answers, tmp_path)
    provider.listings_folder = tmp_path / "other"
    answers["now"] = []
    with pytest.raises(FetchError, match="the list has 0 symbols"):
        provider.listings()
    sessions = CALENDAR.last(3, np.datetime64("2024-03-06"))
    bars = make_bars(["AAA", "BBB"], sessions)
    provider.syncer.store.write_days(bars, sessions, provider.syncer.now())
    assert provider.listings().symbols == ("AAA", "BBB")
    assert "symbols with bars in the store" in provider.notes[0]


def test_what_is_known_is_told_without_asking(tmp_path: Path):
    """The list that was kept, whatever the vendor would answer now; else that there is none."""
    answers: dict[str, list[str] | None] = {"now": NAMES}
    provider = provider_of(answers, tmp_path)
    new = StoredProvider(provider.syncer, tmp_path / "other", ask_listings=False)
    with pytest.raises(UsageError, match="has not been asked yet what it lists; the first sync"):
        new.listings()
    answers["now"] = ["OTHER"] * 40
    provider.ask_listings = False
    assert list(provider.listings().symbols) == NAMES
