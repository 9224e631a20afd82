"""A replayed day is the scan as of that day, bit for bit: made-up, simulated, and real markets."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from support.hard_market import (
    COLUMNS,
    EVERY_SETUP,
    NOW,
    QUICK_SETUPS,
    SESSIONS,
    PayingProvider,
    around_what_happens,
    hard_market,
)
from support.made_up_market import CALENDAR, SYMBOLS
from support.replayed import assert_replays
from technic import ScanConfig
from technic.data_engine.gate.rules import GateRules
from technic.data_engine.providers.demo import DemoProvider
from technic.scan.config import FilterRules
from technic.setups import Library
from technic.study.replay.replay import open_replay

RNG = np.random.default_rng(16)


@pytest.fixture(scope="module")
def market() -> PayingProvider:
    """A market in which everything hard happens within two years."""
    return hard_market()


def test_days_around_what_happens(market: PayingProvider):
    """Outcomes, values, ranks, plans of days on which histories change."""
    days = around_what_happens()
    replay = open_replay(ScanConfig(), days=days, provider=market, now=NOW)
    checked = days[::6]
    assert assert_replays(replay, checked, now=NOW) > 200


def test_expressions_in_windows_of_their_own(market: PayingProvider):
    """Expressions, longer windows and all, on days around splits and prints."""
    days = around_what_happens()[[3, 20, 21, 40, 41]]
    replay = open_replay(ScanConfig(columns=COLUMNS), days=days, provider=market, now=NOW)
    assert assert_replays(replay, now=NOW) > 80


def test_every_setup(market: PayingProvider):
    """All setups, chart patterns included, with every condition."""
    days = around_what_happens()[[12, 30]]
    replay = open_replay(ScanConfig(setups=EVERY_SETUP), days=days, provider=market, now=NOW)
    assert assert_replays(replay, now=NOW) > 30


def test_hard_days_are_in_it(market: PayingProvider):
    """The market of these tests has every outcome that the data can have."""
    replay = open_replay(ScanConfig(), days=around_what_happens(), provider=market, now=NOW)
    found = {outcome for day in replay.replayed() for outcome in day.outcomes.values()}
    assert {
        "kept",
        "fetch.no_data",
        "gate.few_bars",
        "gate.stale",
        "gate.bad_price",
        "gate.high_below_low",
        "gate.unadjusted_split",
        "gate.price_x100",
        "gate.price_floor",
        "gate.missing_sessions",
        "gate.zero_volume",
    } <= found


def test_rows_without_a_price_are_rows(market: PayingProvider):
    """A symbol of which all rows lack a price has too few bars, not no data; so says the scan."""
    bars, provider = market.bars, replace(market)
    close = bars.close.copy()
    for name, first, last in (("CK", 0, 900), ("CN", 0, 740)):
        own = bars.column == bars.symbols.index(name)
        close[own & (bars.session >= SESSIONS[first]) & (bars.session <= SESSIONS[last - 1])] = (
            np.nan
        )
    provider.bars = replace(bars, close=close)
    replay = open_replay(ScanConfig(), days=SESSIONS[[700, 770]], provider=provider, now=NOW)
    assert assert_replays(replay, now=NOW) > 40
    first, last = replay.replayed()
    assert first.outcomes["CK"] == first.outcomes["CN"] == "gate.few_bars"


def test_one_random_day_at_a_time(market: PayingProvider):
    """How many days share a block changes nothing."""
    picked = RNG.choice(SESSIONS[300:], 3, replace=False)
    for day in picked:
        one = open_replay(ScanConfig(), days=np.array([day]), provider=market, now=NOW)
        assert_replays(one, now=NOW)


@pytest.mark.parametrize("width", [1, 7])
def test_the_width_of_blocks_changes_nothing(market: PayingProvider, width: int):
    """A symbol alone has the bits that it has among others."""
    days = SESSIONS[[760]]
    config = ScanConfig(columns=COLUMNS[4:8], symbols=SYMBOLS[3:9], rank_among="shown")
    replay = open_replay(config, days=days, provider=market, now=NOW)
    assert_replays(replace(replay, block_symbols=width), now=NOW)


def test_filters_where_gate_rules_and_those_shown(market: PayingProvider):
    """What is asked beside setups, of a few symbols, with a benchmark that is split."""
    config = ScanConfig(
        symbols=("AK", "BN", "CL", "DK", "EM", "QQ"),
        where="close > sma(close, 20) or rs_rating >= 60",
        filters=FilterRules(min_price=20.0, min_dollar_volume=1e6),
        gate=GateRules(max_stale_sessions=3, min_bars=40, skip=("zero_volume",)),
        bars=120,
        benchmark="BO",
        columns=("rs_line", "rs_blue_dot", "close / benchmark", "has_plan"),
    )
    days = around_what_happens()[5::9]
    replay = open_replay(config, days=days, provider=market, now=NOW)
    assert assert_replays(replay, now=NOW) > 15


def test_the_simulated_market():
    """The market of the demo, which has splits, faults, and listings that come and go."""
    provider = DemoProvider(CALENDAR, size=60)
    days = np.sort(RNG.choice(CALENDAR.last(2_100, np.datetime64("2026-06-30")), 2, replace=False))
    config = ScanConfig(setups=QUICK_SETUPS)
    now = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
    replay = open_replay(config, days=days, provider=provider, now=now)
    assert assert_replays(replay, now=now) > 25


def test_real_bars(real_data: Path):
    """Random days of real bars of a hundred symbols, known defects among them."""
    data = real_data / "us_daily_sample.parquet"
    symbols = pq.read_table(data, columns=["symbol"])["symbol"].unique().to_pylist()
    benchmark = f"{real_data / 'benchmarks_close.parquet'}:SPY"
    config = ScanConfig(
        provider="files",
        data=str(data),
        universe=str(real_data / "universe_by_date.parquet"),
        symbols=tuple(symbols[::4]),
        rank_among="shown",
        setups=tuple(one for one in Library().read()[0] if one in QUICK_SETUPS[:8])
        + tuple(one for one in Library().read()[0] if one.name == "rs_line_new_high"),
        benchmark=benchmark,
    )
    now = dt.datetime(2024, 3, 9, 12, tzinfo=dt.UTC)
    calendar = CALENDAR.between(np.datetime64("2022-02-15"), np.datetime64("2024-03-07"))
    days = np.sort(np.append(RNG.choice(calendar, 2, replace=False), np.datetime64("2023-06-09")))
    replay = open_replay(config, days=days, now=now)
    assert assert_replays(replay, now=now) > 120
