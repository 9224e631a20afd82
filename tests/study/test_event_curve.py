"""The course of prices around hits: against a plain loop, in any blocks."""

from __future__ import annotations

import numpy as np
import pytest

from support.later_bars import later_bars
from technic.study.event_curve import EVENT_OFFSETS, EventReturns, EventSums
from technic.study.outcomes import TradedPrices
from technic.study.statistics import DaySums, mean_interval

N_SESSIONS, N_SYMBOLS, FIRST, DAYS = 130, 6, 12, 90


@pytest.fixture(scope="module")
def close() -> np.ndarray:
    """Closes of some symbols, every one known."""
    random = np.random.default_rng(8)
    return 100 * np.exp(random.normal(0.001, 0.02, (N_SESSIONS, N_SYMBOLS)).cumsum(axis=0))


@pytest.fixture(scope="module")
def hits() -> np.ndarray:
    """Owner, session of the study and symbol of each hit."""
    random = np.random.default_rng(9)
    found = np.unique(random.integers(0, (2, DAYS, N_SYMBOLS), (300, 3)), axis=0)
    return found[found[:, 0] + found[:, 2] != 1]


def sums_of(close: np.ndarray, hits: np.ndarray, symbols: slice) -> EventSums:
    """The sums of a block of symbols; who is part of the market changes half way."""
    own = range(*symbols.indices(N_SYMBOLS))
    rows = [[(price,) * 4 for price in close[:, symbol]] for symbol in own]
    bars = later_bars(*rows)
    days = np.arange(FIRST, FIRST + DAYS)
    inside = hits[np.isin(hits[:, 2], own)]
    events = EventReturns(inside[:, 0], inside[:, 1], inside[:, 2] - own[0], 2)
    return EventSums.of(TradedPrices.of(bars), days, member()[:, symbols], events)


def member() -> np.ndarray:
    """The last symbol is listed half way through."""
    found = np.ones((DAYS, N_SYMBOLS), np.bool_)
    found[: DAYS // 2, -1] = False
    return found


def test_means_are_those_of_a_loop(close: np.ndarray, hits: np.ndarray):
    """Of the hits, of the market on their days, and the difference with its interval."""
    whole = sums_of(close, hits, slice(0, N_SYMBOLS))
    for owner in (0, 1):
        curve = whole.curve(owner, 0.95)
        assert curve.offsets == EVENT_OFFSETS
        for place, offset in enumerate(EVENT_OFFSETS):
            raw, universe, session = [], [], []
            for own, day, symbol in hits:
                row = FIRST + day
                if own != owner or not 0 <= row + offset < N_SESSIONS:
                    continue
                since, until = close[row + offset], close[row]
                made = since / until - 1 if offset >= 0 else 1 - until / since
                raw.append(made[symbol])
                universe.append(made[member()[day]].mean())
                session.append(day)
            excess = np.subtract(raw, universe)
            assert curve.raw[place] == pytest.approx(np.mean(raw), abs=1e-8)
            assert curve.universe[place] == pytest.approx(np.mean(universe), abs=1e-8)
            found = curve.excess[place]
            assert found.hits == len(raw)
            assert found.mean == pytest.approx(excess.mean(), abs=1e-8)
            wanted = mean_interval(DaySums.of(np.array(session), excess, DAYS), max(abs(offset), 1))
            assert found.low == pytest.approx(wanted.low, abs=1e-7, nan_ok=True)
            assert found.high == pytest.approx(wanted.high, abs=1e-7, nan_ok=True)


def test_blocks_of_symbols_add_up_to_the_same(close: np.ndarray, hits: np.ndarray):
    """Bit for bit, in any order."""
    whole = sums_of(close, hits, slice(0, N_SYMBOLS))
    first, second = (sums_of(close, hits, slice(*ends)) for ends in ((0, 2), (2, N_SYMBOLS)))
    for added in (first + second, second + first):
        for one, other in zip(added.hits, whole.hits, strict=True):
            np.testing.assert_array_equal(one.total, other.total)
            np.testing.assert_array_equal(one.count, other.count)
        for one, other in zip(added.market, whole.market, strict=True):
            np.testing.assert_array_equal(one.total, other.total)


def test_later_bars_change_no_point_that_is_known(close: np.ndarray, hits: np.ndarray):
    """With twenty sessions less, points that need none of them are as they were."""
    early = hits[hits[:, 1] < 30]
    longer = sums_of(close, early, slice(0, N_SYMBOLS))
    days = np.arange(FIRST, FIRST + DAYS)
    rows = [[(price,) * 4 for price in close[:-20, symbol]] for symbol in range(N_SYMBOLS)]
    events = EventReturns(early[:, 0], early[:, 1], early[:, 2], 2)
    shorter = EventSums.of(TradedPrices.of(later_bars(*rows)), days, member(), events)
    for one, other in zip(shorter.hits, longer.hits, strict=True):
        np.testing.assert_array_equal(one.total, other.total)


def test_prices_that_go_nowhere_are_flat_on_both_sides():
    """A random walk whose expected return is nothing, with hits on the wildest symbols.

    Half the symbols move by 6 % a session, the others by 1 %: quotients of closes alone would lift
    the wild ones by 3.7 % ten sessions before, and the difference with them.
    """
    random = np.random.default_rng(31)
    n_sessions, n_symbols, days = 330, 240, np.arange(10, 250)
    wild = np.arange(n_symbols) % 2 == 0
    step = np.where(wild, 0.06, 0.01) * random.choice([-1.0, 1.0], (n_sessions, n_symbols))
    close = 100 * np.cumprod(1 + step, axis=0)
    bars = later_bars(*([(price,) * 4 for price in own] for own in close.T))
    session, column = np.nonzero(random.random((len(days), n_symbols)) < 0.5 * wild)
    events = EventReturns(np.zeros_like(session), session, column, 1)
    everybody = np.ones((len(days), n_symbols), np.bool_)
    curve = EventSums.of(TradedPrices.of(bars), days, everybody, events).curve(0, 0.95)
    assert len(session) > 14_000
    for place, offset in enumerate(curve.offsets):
        distance = abs(offset)
        if distance > 10:
            continue
        # the error of a mean over 28,000 walks, of which distance in a row share their steps
        error = 0.06 * distance / np.sqrt(len(days) * wild.sum())
        for mean in (curve.raw[place], curve.universe[place], curve.excess[place].mean):
            assert abs(mean) <= 4 * error, offset
