"""Blocks of days in processes of their own come to what they come to here, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from support.hard_market import (
    COLUMNS,
    EVERY_SETUP,
    NOW,
    SESSIONS,
    around_what_happens,
    hard_market,
)
from support.replayed import assert_same_hits
from technic import ScanConfig
from technic.engine import processes
from technic.engine.processes import can_start_processes
from technic.study.replay import replay as replays
from technic.study.replay.replay import Replay, open_replay

pytestmark = pytest.mark.skipif(not can_start_processes(), reason="no sockets that hand files over")
RATINGS = ("tech_rating", "rs_rating")


def hard_replay(index: str | None) -> Replay:
    """Days of three years around everything hard."""
    days = np.union1d(around_what_happens()[::3], SESSIONS[[300, 500, 700]])
    config = ScanConfig(setups=EVERY_SETUP, columns=(*COLUMNS, *RATINGS), benchmark=index)
    return open_replay(config, days=days, provider=hard_market(), now=NOW)


@pytest.mark.parametrize("index", [None, "AK"])
def test_processes_give_the_same_parts(index: str | None, monkeypatch: pytest.MonkeyPatch):
    """Hits, ratings, regimes and who is ranked, in the same order."""
    replay = hard_replay(index)
    here = list(replay.parts(RATINGS))
    monkeypatch.setattr(replays, "PLACES_APART", 0)
    monkeypatch.setattr(replays, "workers_here", lambda _: 2)
    monkeypatch.setattr(processes._Asked, "done_here", None)  # nothing is
    there = list(replay.parts(RATINGS))
    assert len(here) == len(there) > 3
    for one, other in zip(here, there, strict=True):
        assert_same_hits(one.hits, other.hits)
        assert one.regimes == other.regimes
        np.testing.assert_array_equal(one.days, other.days, strict=True)
        np.testing.assert_array_equal(one.ranked, other.ranked, strict=True)
        for name in RATINGS:
            assert one.ratings[name].tobytes() == other.ratings[name].tobytes()
