"""Who met what is who hits: the same places, without ranks and plans."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from support.hard_market import NOW, QUICK_SETUPS, PayingProvider, around_what_happens, hard_market
from technic import ScanConfig
from technic.study.replay.hits import Hits
from technic.study.replay.replay import Replay, open_replay


@pytest.fixture(scope="module")
def market() -> PayingProvider:
    """A market in which everything hard happens within two years."""
    return hard_market()


def met(replay: Replay) -> set[tuple[int, int, int]]:
    """Session, owner and symbol of everything that is met."""
    found = set()
    for places in (one for part in replay.met() for one in part.places):
        assert places.met.shape == (places.n_owners, len(places.session))
        assert places.met.any(axis=0).all()
        assert (places.session[1:] >= places.session[:-1]).all()
        for owner, at in zip(*places.met.nonzero(), strict=True):
            found.add((int(places.session[at]), int(owner), int(places.symbol[at])))
    return found


def hit(replay: Replay) -> set[tuple[int, int, int]]:
    """The same of the hits."""
    hits = Hits.joined(replay.hits())
    return set(zip(hits.session.tolist(), hits.owner.tolist(), hits.symbol.tolist(), strict=True))


ASKED = {
    "ten setups": ScanConfig(where="close > 20", setups=QUICK_SETUPS[3:13]),
    "where": ScanConfig(where="rank(roc(close, 20)) <= 5 and close / close[330] > 0.9"),
    "a day at a time": ScanConfig(where="last_bar == '2024-03-11' or tv_status == 'buy'"),
}


@pytest.mark.parametrize("config", ASKED.values(), ids=ASKED)
def test_what_is_met_is_what_hits(market: PayingProvider, config: ScanConfig):
    """With listings, splits, halts and comparisons; in narrow blocks and on threads alike."""
    days = around_what_happens()[3::6]
    replay = open_replay(config, days=days, provider=market, now=NOW)
    found = met(replay)
    assert found == hit(replay)
    ranked = [
        np.concatenate([part.ranked for part in parts]) for parts in (replay.met(), replay.parts())
    ]
    np.testing.assert_array_equal(*ranked)
    assert 0 < ranked[0].sum() < ranked[0].size
    assert len(found) > 20
    assert met(replace(replay, block_symbols=7, runner="threads")) == found
