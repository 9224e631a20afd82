"""Days share a block whose longer windows begin elsewhere; each still has what its scan has."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from support.hard_market import NOW, SESSIONS, PayingProvider, hard_market
from support.made_up_market import CALENDAR
from support.replayed import assert_is_the_scan, assert_replays, scan_of
from technic import ScanConfig
from technic.data_engine.interfaces.records import Failure, FetchResult
from technic.scan.config import FilterRules
from technic.scan.windows import ScanWindows
from technic.study.replay.blocks import blocks
from technic.study.replay.hits import Hits
from technic.study.replay.replay import Replay, open_replay

CONFIG = ScanConfig(
    columns=("far = sma(close, 420)", "weekly(rsi(close, 14))", "tv_rating"),
    where="close > sma(close, 350) or percentile(close[420]) > 60",
    filters=FilterRules(min_price=2.0),
)


def moving_days(replay: Replay) -> np.ndarray:
    """The last days before longer windows move on, and the first after, the base window's same."""
    longer = replay.expressions.windows
    windows = [ScanWindows.anchored(CALENDAR, day, replay.config.bars, longer) for day in SESSIONS]
    pairs = enumerate(itertools.pairwise(windows))
    moved = [at for at, (one, two) in pairs if one.base == two.base and one.starts != two.starts]
    return SESSIONS[np.unique([day for at in moved for day in (at - 1, at, at + 1, at + 2)])]


@pytest.fixture(scope="module")
def market() -> PayingProvider:
    """A market in which everything hard happens within two years."""
    return hard_market()


def opened(market: PayingProvider) -> Replay:
    """A replay of the days around the moves."""
    whole = open_replay(CONFIG, days=SESSIONS[-1:], provider=market, now=NOW)
    return whole.reopened(moving_days(whole))


def test_longer_windows_move_on_within_a_block(market: PayingProvider):
    """Values, conditions and hits on both sides of the move are those of the scans."""
    replay = opened(market)
    found = list(blocks(replay.days, replay.context, replay.config, replay.expressions.windows))
    assert max(len(one.windows.starts) for one in found) > 1
    assert len(found) < len(replay.days) // 3
    assert assert_replays(replay, now=NOW) > 60
    hits = Hits.joined(replay.hits())
    for number, day in enumerate(replay.days):
        table = scan_of(replay, day, now=NOW).table
        own = hits.take(hits.session == number)
        assert sorted(own.symbol_names()) == sorted(table["symbol"])
    assert len(hits) > 60


@dataclass(slots=True)
class Refusing(PayingProvider):
    """A provider that refuses a symbol where it is asked for a certain day."""

    refused: dict[str, np.datetime64] = field(default_factory=dict)

    def history(self, symbols, sessions, progress=None) -> FetchResult:
        """As files do that have two rows for a day."""
        answer = PayingProvider.history(self, symbols, sessions, progress)
        bad = [
            name for name in answer.bars.symbols
            if name in self.refused and sessions[0] <= self.refused[name] <= sessions[-1]
        ]  # fmt: skip
        kept = [name for name in answer.bars.symbols if name not in bad]
        place = np.array(
            [kept.index(name) if name in kept else -1 for name in answer.bars.symbols], np.int32
        )
        column = place[answer.bars.column]
        rows = column >= 0
        bars = replace(answer.bars.rows(rows), symbols=tuple(kept), column=column[rows])
        why = {name: Failure("duplicate_rows", "two different rows") for name in bad}
        return replace(answer, bars=bars, failures={**answer.failures, **why})


def test_who_is_refused_for_days_that_some_scans_do_not_read(market: PayingProvider):
    """For sessions before a window that has moved on, and for days that are still to come.

    So it is with who has bars, or rows without a price, on these sessions alone.
    """
    replay = opened(market)
    (*_, block) = [
        one
        for one in blocks(replay.days, replay.context, CONFIG, replay.expressions.windows)
        if len(one.windows.starts) > 1
    ]
    early, late = block.windows.start, block.windows.starts.max()
    day = block.days[len(block.days) // 2 - 1]
    old = CALENDAR.between(early, late)[2]
    inside = {"AK": old, "AL": day, "AM": CALENDAR.between(late, day)[0], "BK": block.days[-1]}
    place = market.bars.symbols.index
    own = np.isin(market.bars.column, [place("CK"), place("CM")])
    close = np.where(market.bars.column == place("CM"), np.nan, market.bars.close)
    bars = replace(market.bars, close=close).rows(~own | (market.bars.session < late))
    refusing = Refusing(
        bars, market.splits, market.universe, local=True, price_basis="raw",
        dividends=market.dividends, refused=inside,
    )  # fmt: skip
    again = open_replay(CONFIG, days=block.days, provider=refusing, now=NOW)
    outcomes = {name: [] for name in (*inside, "CK", "CM")}
    for one in again.replayed():
        assert_is_the_scan(one, scan_of(again, one.day, now=NOW))
        for name, said in outcomes.items():
            said.append(one.outcomes[name])
    refused = {name: said.count("fetch.duplicate_rows") for name, said in outcomes.items()}
    assert refused["AM"] == len(block.days)
    assert all(0 < refused[name] < len(block.days) for name in ("AK", "AL", "BK"))
    for name in ("CK", "CM"):
        assert 0 < outcomes[name].count("fetch.no_data") < len(block.days), name
    by_day = Hits.joined(one.hits(again.days, again.symbols) for one in again.replayed())
    found = Hits.joined(again.hits())
    assert found.symbol_names().tolist() == by_day.symbol_names().tolist()
    assert found.session.tolist() == by_day.session.tolist()
