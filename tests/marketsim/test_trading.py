"""What a simulated day looks like, what goes wrong in it, and that it resembles a market."""

from __future__ import annotations

import numpy as np
import pytest

from technic.marketsim import Market
from technic.marketsim.events import FAULTS, Events
from technic.marketsim.quarters import QUARTER
from technic.marketsim.sectors import INDUSTRIES, KINDS
from technic.panel import PRICES, LongBars

SIZE, SESSIONS = 1_500, 630
DAYS = np.datetime64("2024-01-01", "D") + np.arange(SESSIONS)


@pytest.fixture(scope="module")
def market() -> Market:
    """Return ten quarters of fifteen hundred symbols."""
    return Market.of(DAYS, SIZE, seed=5)


@pytest.fixture(scope="module")
def bars(market) -> LongBars:
    """Every bar of the market."""
    return market.bars(np.arange(SIZE), 0, SESSIONS)


@pytest.fixture(scope="module")
def sound(market, bars) -> np.ndarray:
    """Mask of the bars that no fault has touched."""
    faults = market.habits.faults
    spoiled = faults.symbol * SESSIONS + sessions_of(faults)
    return ~np.isin(bars.column * SESSIONS + session_of(bars), spoiled)


@pytest.fixture(scope="module")
def grid(bars, sound) -> dict[str, np.ndarray]:
    """Sound closes and volumes as (session, symbol), NaN where there is no bar."""
    out = {}
    for name in ("open", "close", "volume"):
        out[name] = np.full((SESSIONS, SIZE), np.nan)
        out[name][session_of(bars)[sound], bars.column[sound]] = getattr(bars, name)[sound]
    return out


def session_of(bars: LongBars) -> np.ndarray:
    """Position of each bar's session."""
    return (bars.session - DAYS[0]).astype(np.int64)


def sessions_of(events: Events) -> np.ndarray:
    """Position of each event's session."""
    return events.quarter * QUARTER + events.place - 1


def bar_at(market: Market, symbol: int, session: int) -> LongBars:
    """One symbol's bar of one session."""
    return market.bars(np.array([symbol]), session, session + 1)


def test_sound_bars_are_possible(bars, sound):
    """Low and high enclose open and close, prices are positive, volumes are whole numbers."""
    kept = bars.rows(sound)
    assert np.all(kept.low <= np.minimum(kept.open, kept.close))
    assert np.all(kept.high >= np.maximum(kept.open, kept.close))
    assert kept.low.min() >= 0.0001
    assert kept.volume.min() >= 0.0
    np.testing.assert_array_equal(kept.volume, np.floor(kept.volume))


def test_prices_are_rounded_to_four_decimals(bars):
    """Every price is the float nearest to a decimal of four places, cents from a dollar up."""
    for name in PRICES:
        prices = getattr(bars, name)
        prices = prices[np.isfinite(prices)][::5]
        assert prices.tolist() == [float(f"{price:.4f}") for price in prices.tolist()]
    cents = bars.close[bars.close >= 1.0]
    assert cents[:20_000].tolist() == [float(f"{price:.2f}") for price in cents[:20_000].tolist()]


def test_bars_lie_within_the_listing(market, bars, grid):
    """No bar before the first session or after the last, and most symbols trade on both."""
    quarters = market.paths.quarters
    session = session_of(bars)
    assert np.all(session >= quarters.first[bars.column])
    assert np.all(session < quarters.stop[bars.column])
    listed = quarters.stop - quarters.first
    have = np.isfinite(grid["close"]).sum(axis=0)
    assert np.all(have <= np.maximum(listed, 0))
    assert have.sum() > 0.97 * np.maximum(listed, 0).sum()
    assert np.count_nonzero(quarters.first > 0) > SIZE / 5
    assert np.count_nonzero(quarters.stop < SESSIONS) > SIZE / 100


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_spoils_its_bar(market, fault):
    """A bar with a fault is what the fault says, and the bar before it is sound."""
    faults, quarters = market.habits.faults, market.paths.quarters
    session = sessions_of(faults)
    chosen = np.flatnonzero(
        (faults.value == FAULTS.index(fault))
        & (session > quarters.first[faults.symbol])
        & (session < quarters.stop[faults.symbol])
        & (market.habits.still[faults.symbol] == 0)
    )
    assert len(chosen) > 3
    for event in chosen.tolist():
        symbol, day = int(faults.symbol[event]), int(session[event])
        before, bar = bar_at(market, symbol, day - 1), bar_at(market, symbol, day)
        if fault == "missing":
            assert len(bar) == 0
        elif fault == "nan":
            assert np.isnan(bar.close[0])
        elif fault == "zero":
            assert bar.high[0] == bar.low[0] == 0.0
        elif fault == "high_below_low":
            assert bar.high[0] < bar.low[0]
        elif len(before):
            assert 30.0 < bar.close[0] / before.close[0] < 300.0


def test_halted_symbols_do_not_trade(market):
    """During a halt there is no bar, or a bar without volume that repeats the last close."""
    halts, quarters = market.habits.halts, market.paths.quarters
    start = sessions_of(halts)
    shown = {True: 0, False: 0}
    for event in range(len(halts.value)):
        symbol, first, length = (
            int(halts.symbol[event]), int(start[event]), int(halts.value[event])
        )  # fmt: skip
        if not quarters.first[symbol] < first - 1 < first + length <= quarters.stop[symbol]:
            continue
        bars = market.bars(np.array([symbol]), first - 1, first + length)
        skips = bool(market.habits.skips[symbol])
        shown[skips] += 1
        within = bars.rows(session_of(bars) >= first)
        if skips:
            assert len(within) == 0
        else:
            closes = within.close[np.isfinite(within.close)]
            assert np.all(within.volume == 0.0)
            assert np.all(closes == closes[0])
    assert min(shown.values()) > 1


def test_raw_prices_jump_on_the_day_of_a_split(market, grid):
    """Old shares become ratio new ones: prices fall by the ratio, volumes rise by it."""
    row, session, ratio = market.splits(np.arange(SIZE), 1, SESSIONS)
    assert np.count_nonzero(ratio > 1.0) > 5
    assert np.count_nonzero(ratio < 1.0) > 5
    close = grid["close"]
    factor = close[session, row] / close[session - 1, row] * ratio
    assert np.nanmedian(np.abs(np.log(factor))) < 0.05
    assert np.nanmax(np.abs(np.log(factor))) < 1.0
    before, after = grid["volume"][session - 1, row], grid["volume"][session, row]
    traded = (before > 0.0) & (after > 0.0)
    assert abs(np.median(np.log(after[traded] / before[traded] / ratio[traded]))) < 0.5


def test_quarters_join_without_a_seam(grid):
    """Opens and closes after the border of a quarter move from the close before as on other days.

    Quarters are drawn apart from each other; the first session of one must continue the last.
    """
    before, moves = grid["close"][:-1], {}
    for name in ("open", "close"):
        moves[name] = np.nanmedian(np.abs(np.log(grid[name][1:] / before)), axis=1)
    border = np.arange(QUARTER - 1, SESSIONS - 1, QUARTER)
    for move in moves.values():
        assert move[border].max() < 2.5 * np.median(move)
        assert move[border].min() > 0.3 * np.median(move)


def test_a_few_splits_are_on_no_record(market):
    """The record lacks some splits that the prices show: data that a gate has to catch."""
    long = Market.of(np.datetime64("2016-01-01", "D") + np.arange(2_520), 1_000, seed=5)
    known = len(long.splits(np.arange(1_000), 0, 2_520)[0])
    assert 0.9 * len(long.recorded) < known < len(long.recorded)


def test_splits_are_limited_to_the_sessions_asked(market):
    """Asking a range gives the splits of the whole calendar that lie in it."""
    who = np.arange(SIZE)
    row, session, ratio = market.splits(who, 0, SESSIONS)
    inside = (session >= 100) & (session < 400)
    part = market.splits(who, 100, 400)
    np.testing.assert_array_equal(part[0], row[inside])
    np.testing.assert_array_equal(part[1], session[inside])
    np.testing.assert_array_equal(part[2], ratio[inside])


def test_volume_rises_with_the_move(grid):
    """Days of moves beyond three standard deviations trade at least half as much again."""
    full = np.isfinite(grid["close"]).all(axis=0) & (np.min(grid["volume"], axis=0) > 0.0)
    assert np.count_nonzero(full) > SIZE / 3
    move = np.abs(np.diff(np.log(grid["close"][:, full]), axis=0))
    size = move / (np.median(move, axis=0) / 0.67)
    volume = grid["volume"][1:, full] / np.median(grid["volume"][:, full], axis=0)
    assert np.median(volume[size > 3.0]) > 1.5 * np.median(volume[size < 1.0])


def test_one_sector_moves_together(market, grid):
    """Companies of one sector correlate more than companies of different ones."""
    kinds = [KINDS[code].name for code in market.securities.kind]
    full = np.isfinite(grid["close"]).sum(axis=0) > SESSIONS - 3
    picked = np.flatnonzero(full & np.array([kind == "common" for kind in kinds]))
    moves = np.diff(np.log(grid["close"][:, picked]), axis=0)
    moves = np.where(np.isfinite(moves), np.clip(moves, -0.2, 0.2), 0.0)
    correlation = np.corrcoef(moves.T)
    sector = np.array([number for number, _, _ in INDUSTRIES])[market.securities.industry[picked]]
    same = (sector[:, None] == sector) & ~np.eye(len(picked), dtype=np.bool_)
    other = sector[:, None] != sector
    assert correlation[other].mean() > 0.05
    assert correlation[same].mean() > correlation[other].mean() + 0.05
