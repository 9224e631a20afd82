"""The hits of a replay are those of its days, which are those of the scans."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from support.hard_market import (
    EVERY_SETUP,
    NOW,
    QUICK_SETUPS,
    SESSIONS,
    PayingProvider,
    around_what_happens,
    hard_market,
)
from support.replayed import assert_same, assert_same_hits, scan_of
from technic import ScanConfig
from technic.scan.config import FilterRules
from technic.study.replay.hits import Hits
from technic.study.replay.replay import Replay, open_replay


@pytest.fixture(scope="module")
def market() -> PayingProvider:
    """A market in which everything hard happens within two years."""
    return hard_market()


def day_by_day(replay: Replay) -> Iterator[Hits]:
    """The hits as the days have them, each by the scan's own steps."""
    for day in replay.replayed():
        yield day.hits(replay.days, replay.symbols)


def assert_hits(replay: Replay) -> Hits:
    """All columns of all hits are those of the days; return them."""
    found, by_day = Hits.joined(replay.hits()), Hits.joined(day_by_day(replay))
    assert_same_hits(found, by_day)
    places = list(zip(found.places.session.tolist(), found.places.symbol.tolist(), strict=True))
    assert places == sorted(set(places))
    assert len(by_day.places) == len(places) == len(np.unique(found.place))
    return found


def test_hits_of_every_setup(market: PayingProvider):
    """Both passes give what the days have."""
    days = around_what_happens()[1::6]
    replay = open_replay(ScanConfig(setups=EVERY_SETUP), days=days, provider=market, now=NOW)
    assert len(assert_hits(replay)) > 200


ASKED = {
    "rank": ScanConfig(where="rank(roc(close, 20)) <= 5"),
    "rank by group": ScanConfig(where="percentile(close / close[330], exchange) > 60"),
    "rating": ScanConfig(where="tech_rating > 55 and signal in ('long', 'watch', 'strong_long')"),
    "plan": ScanConfig(where="entry / stop > 1.02 and plan_side == 'long'"),
    "listing": ScanConfig(where="sector == 'Tech' or exchange == 'NYSE' and rs_rating > 50"),
    "rank of listings": ScanConfig(where="rank(close, sector) <= 2 or zscore(volume) > 2"),
    "texts of the day": ScanConfig(where="last_bar == '2024-03-11' or tv_status == 'buy'"),
    "votes": ScanConfig(where="tv_rating > 0.1 and weekly(close > sma(close, 10))"),
    "benchmark": ScanConfig(
        where="rs_line_new_high == 1 or excess_return_21_pct > 5", benchmark="BO"
    ),
    "where and setups": ScanConfig(where="close > 20", setups=QUICK_SETUPS[5:8]),
    "filters": ScanConfig(
        setups=QUICK_SETUPS[5:9],
        symbols=("AK", "BN", "CM", "QQ"),
        filters=FilterRules(min_rating=45.0, min_price=5.0, signals=("long",)),
    ),
    "shown only": ScanConfig(where="rs_rating >= 60", symbols=("AK", "CM"), rank_among="shown"),
}


@pytest.mark.parametrize("config", ASKED.values(), ids=ASKED)
def test_hits_of_conditions(market: PayingProvider, config: ScanConfig):
    """Every kind of name and comparison that a condition may have."""
    days = around_what_happens()[2::5]
    replay = open_replay(config, days=days, provider=market, now=NOW)
    found = assert_hits(replay)
    assert 0 < len(found) < len(days) * len(found.owners) * len(replay.symbols)


def test_a_hit_is_a_row_of_the_scan(market: PayingProvider):
    """Symbol, plan, rating and listing are those of the table."""
    config = ScanConfig(where="close > sma(close, 50)")
    days = SESSIONS[[600, 700]]
    replay = open_replay(config, days=days, provider=market, now=NOW)
    hits = Hits.joined(replay.hits())
    for number, day in enumerate(days):
        table = scan_of(replay, day, now=NOW).table.set_index("symbol")
        own = hits.take(hits.session == number)
        assert set(own.symbol_names()) == set(table.index)
        rows = table.loc[list(own.symbol_names())]
        for name in ("entry", "stop", "target", "tech_rating", "rs_rating", "close", "shares"):
            assert_same(own.column(name), rows[name].to_numpy(), name)
        assert_same(own.column("sector"), rows["sector"].to_numpy(object), "sector")


def test_ranks_are_places_of_the_whole_scan(market: PayingProvider):
    """Rank 1 is the first row of a scan without conditions."""
    day = SESSIONS[[720]]
    replay = open_replay(ScanConfig(where="close > 0"), days=day, provider=market, now=NOW)
    hits = Hits.joined(replay.hits())
    table = scan_of(open_replay(days=day, provider=market, now=NOW), day[0], now=NOW).table
    rated = table[table["tech_rating"].notna()]
    order = dict(zip(rated["symbol"], range(1, len(rated) + 1), strict=True))
    mine = dict(zip(hits.symbol_names(), hits.column("rank").tolist(), strict=True))
    assert {name: mine[name] for name in order} == order
    assert set(hits.column("ranked").tolist()) == {len(rated)}


@pytest.mark.parametrize("width", [1, 7])
def test_neither_blocks_nor_threads_change_a_hit(market: PayingProvider, width: int):
    """Every column has the same bits."""
    config = ScanConfig(setups=QUICK_SETUPS[:4])
    replay = open_replay(config, days=SESSIONS[[655, 760]], provider=market, now=NOW)
    whole = Hits.joined(replay.hits())
    apart = Hits.joined(replace(replay, block_symbols=width, runner="threads").hits())
    assert_same_hits(apart, whole)
