from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from technic.errors import ParameterError
from technic.marketsim import Market
from technic.panel import PRICES, LongBars

SIZE, SESSIONS = 300, 460
DAYS = np.datetime64("2025-01-01", "D") + np.arange(SESSIONS)
FIELDS = (*PRICES, "volume")


@pytest.fixture(scope="module")
def market() -> Market:
    """Return three hundred symbols over seven quarters and a bit."""
    return Market.of(DAYS, SIZE, seed=11)


@pytest.fixture(scope="module")
def cells(market: Market) -> dict[str, np.ndarray]:
    """Every bar of the market in (symbol, session) cells, and which cells have one."""
    return in_cells(market.bars(np.arange(SIZE), 0, SESSIONS))


def in_cells(bars: LongBars) -> dict[str, np.ndarray]:
    """Spread bars over (symbol, session) cells; a cell without a bar is 0 and not ``there``."""
    session = (bars.session - DAYS[0]).astype(np.int64)
    out = {}
    for name in FIELDS:
        out[name] = np.zeros((len(bars.symbols), SESSIONS))
        out[name][bars.column, session] = getattr(bars, name)
    out["there"] = np.zeros((len(bars.symbols), SESSIONS), dtype=np.bool_)
    out["there"][bars.column, session] = True
    return out


@settings(max_examples=60, deadline=None)
@given(
    who=st.lists(st.integers(0, SIZE - 1), max_size=40, unique=True),
    first=st.integers(0, SESSIONS - 1),
    length=st.integers(0, SESSIONS),
)
def test_bars_do_not_depend_on_the_slice(market, cells, who, first, length):
    """Any symbols, in any order, on any sessions have the bits they have in the whole market."""
    stop = min(first + length, SESSIONS)
    part = in_cells(market.bars(np.array(who, dtype=np.intp), first, stop))
    for name in (*FIELDS, "there"):
        expected = cells[name][who]
        expected[:, :first] = expected[:, stop:] = 0
        assert part[name].tobytes() == expected.tobytes()


def test_a_day_of_the_whole_market_is_a_column_of_it(market, cells):
    """Single days, on both sides of each quarter's border, equal the long history."""
    for day in (0, 62, 63, 64, 125, 126, SESSIONS - 1):
        part = in_cells(market.bars(np.arange(SIZE), day, day + 1))
        for name in (*FIELDS, "there"):
            assert part[name][:, day].tobytes() == cells[name][:, day].tobytes()


def test_a_smaller_market_is_the_first_symbols_of_a_larger_one(market, cells):
    """The size asked for changes no symbol and no bar."""
    small = Market.of(DAYS, 7, seed=11)
    assert small.securities.symbol == market.securities.symbol[:7]
    part = in_cells(small.bars(np.arange(7), 0, SESSIONS))
    assert all(part[name].tobytes() == cells[name][:7].tobytes() for name in FIELDS)


def test_another_seed_is_another_market(market, cells):
    """The seed decides the prices, and the same seed gives them again."""
    other = in_cells(Market.of(DAYS, SIZE, seed=12).bars(np.arange(SIZE), 0, SESSIONS))
    again = in_cells(Market.of(DAYS, SIZE, seed=11).bars(np.arange(SIZE), 0, SESSIONS))
    assert np.mean(other["close"] == cells["close"]) < 0.2
    assert again["close"].tobytes() == cells["close"].tobytes()


def test_rows_come_in_the_order_asked_for(market):
    """Rows are sorted by the order of the symbols, then by session, each at most once."""
    bars = market.bars(np.array([200, 3, 57]), 10, 300)
    key = bars.column * 10_000 + (bars.session - DAYS[0]).astype(np.int64)
    assert bars.symbols == tuple(market.securities.symbol[at] for at in (200, 3, 57))
    assert np.all(np.diff(key) > 0)


def test_progress_counts_every_symbol(market):
    """Progress rises to the number of symbols asked."""
    seen: list[tuple[int, int]] = []
    market.bars(np.arange(SIZE), 0, SESSIONS, lambda done, total: seen.append((done, total)))
    assert seen[-1] == (SIZE, SIZE)
    assert seen == sorted(set(seen))


@pytest.mark.parametrize("size", [0, -1, 9_001])
def test_a_size_out_of_range_is_refused(size):
    """The message says which sizes there are."""
    with pytest.raises(ParameterError, match=r"size is .*1 to 9000"):
        Market.of(DAYS, size)


@pytest.mark.parametrize(
    "days", [DAYS[:0], DAYS[::-1], DAYS[[0, 0]]], ids=["none", "down", "twice"]
)
def test_sessions_must_ascend(days):
    """Sessions that are not ascending days cannot be a calendar."""
    with pytest.raises(ParameterError, match="ascending trading days"):
        Market.of(days, 5)
