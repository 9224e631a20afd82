"""Forward returns, by hand and against a plain loop."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.forward_loop import excursion, forward_return
from support.later_bars import NO_BAR, later_bars, random_bars
from technic.errors import ParameterError
from technic.study.outcomes import (
    MarketReturns,
    TradedPrices,
    benchmark_returns,
    event_returns,
    excursions,
    forward_returns,
)

ROWS = [
    (100, 101, 99, 100),
    (102, 104, 101, 103),
    (104, 108, 100, 107),
    (106, 107, 90, 95),
    (96, 99, 95, 98),
]
nan = np.nan


def test_a_return_is_from_the_next_open_to_the_close_of_the_horizon():
    """Over one and two sessions, at once and a session later; no look past the last session."""
    bars = later_bars(ROWS)
    found = forward_returns(TradedPrices.of(bars), 1)[:, 0]
    np.testing.assert_allclose(
        found, [103 / 102 - 1, 107 / 104 - 1, 95 / 106 - 1, 98 / 96 - 1, nan]
    )
    found = forward_returns(TradedPrices.of(bars), 2)[:, 0]
    np.testing.assert_allclose(found, [107 / 102 - 1, 95 / 104 - 1, 98 / 106 - 1, nan, nan])
    found = forward_returns(TradedPrices.of(bars), 2, lag=1)[:, 0]
    np.testing.assert_allclose(found, [95 / 104 - 1, 98 / 106 - 1, nan, nan, nan])
    assert np.isnan(forward_returns(TradedPrices.of(bars), 63)).all()


def test_what_is_halted_is_traded_at_the_open_after_it():
    """Bought late, sold late; not bought at all where the horizon is over by then."""
    rows = [ROWS[0], NO_BAR, ROWS[2], NO_BAR, ROWS[4]]
    found = forward_returns(TradedPrices.of(later_bars(rows)), 2)[:, 0]
    np.testing.assert_allclose(found, [107 / 104 - 1, 96 / 104 - 1, 98 / 96 - 1, nan, nan])
    found = forward_returns(TradedPrices.of(later_bars(rows)), 1)[:, 0]
    np.testing.assert_allclose(found, [nan, 107 / 104 - 1, nan, 98 / 96 - 1, nan])


def test_what_is_delisted_is_sold_at_its_last_close():
    """Changed by the assumed return; without a next open nothing was bought."""
    rows = [*ROWS[:3], NO_BAR, NO_BAR]
    bars = later_bars(rows, delisted=[True])
    np.testing.assert_allclose(
        forward_returns(TradedPrices.of(bars, -0.5), 3)[:, 0],
        [107 / 2 / 102 - 1, 107 / 2 / 104 - 1, nan, nan, nan],
    )
    assert np.isnan(
        forward_returns(TradedPrices.of(later_bars(rows)), 3)
    ).all()  # perhaps only halted


def test_dividends_are_added():
    """Those with an ex-date after the session bought on, up to the one sold on."""
    bars = later_bars(ROWS, dividends=[[1, 2, 4, 8, 0]])
    np.testing.assert_allclose(
        forward_returns(TradedPrices.of(bars), 2)[:2, 0], [111 / 102 - 1, 103 / 104 - 1]
    )


def test_nothing_is_known_over_a_break():
    """Where prices begin anew between buying and selling there is no return, and no excursion."""
    prices = TradedPrices.of(later_bars(ROWS, breaks=[[False, False, True, False, False]]))
    found = forward_returns(prices, 2)[:, 0]
    np.testing.assert_allclose(found, [nan, 95 / 104 - 1, 98 / 106 - 1, nan, nan])
    assert np.isnan(excursions(prices, 2)[0][:, 0]).tolist() == [True, False, False, True, True]


def test_excursions_by_hand():
    """From the price bought at to the highest high and the lowest low of the horizon."""
    up, down = excursions(TradedPrices.of(later_bars(ROWS)), 2)
    np.testing.assert_allclose(up[:, 0], [108 / 102 - 1, 108 / 104 - 1, 107 / 106 - 1, nan, nan])
    np.testing.assert_allclose(down[:, 0], [100 / 102 - 1, 90 / 104 - 1, 90 / 106 - 1, nan, nan])


def test_the_course_around_a_day_by_hand():
    """From its close, and up to it with the sign turned; over a break nothing is known."""
    prices = TradedPrices.of(later_bars(ROWS))
    found = event_returns(prices, 2)[:, 0]
    np.testing.assert_allclose(found, [107 / 100 - 1, 95 / 103 - 1, 98 / 107 - 1, nan, nan])
    found = event_returns(prices, -1)[:, 0]
    np.testing.assert_allclose(
        found, [nan, 1 - 103 / 100, 1 - 107 / 103, 1 - 95 / 107, 1 - 98 / 95]
    )
    np.testing.assert_array_equal(event_returns(prices, 0)[:, 0], np.zeros(5))
    assert np.isnan(event_returns(prices, 9)).all()

    prices = TradedPrices.of(later_bars(ROWS, breaks=[[False, False, True, False, False]]))
    found = event_returns(prices, 1)[:, 0]
    np.testing.assert_allclose(found, [0.03, nan, 95 / 107 - 1, 98 / 95 - 1, nan])
    found = event_returns(prices, -2)[:, 0]
    np.testing.assert_allclose(found, [nan, nan, nan, nan, 1 - 98 / 107])
    gone = later_bars([*ROWS[:2], NO_BAR, NO_BAR, NO_BAR], delisted=[True])
    np.testing.assert_allclose(
        event_returns(TradedPrices.of(gone, -0.5), 2)[:, 0], [51.5 / 100 - 1, -0.5, nan, nan, nan]
    )
    with pytest.raises(ParameterError, match="offset is 2.5"):
        event_returns(prices, 2.5)


@settings(max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1),
    horizon=st.integers(1, 12),
    lag=st.integers(0, 2),
    delisting=st.sampled_from([0.0, -1.0]),
)
def test_all_at_once_equals_a_plain_loop(seed, horizon, lag, delisting):
    """With bars missing, symbols delisted and dividends; bit for bit."""
    bars = random_bars(np.random.default_rng(seed), 24, 3, dividends=True)
    found = forward_returns(TradedPrices.of(bars, delisting), horizon, lag)
    up, down = excursions(TradedPrices.of(bars), horizon, lag)
    for session, symbol in np.ndindex(found.shape):
        expected = forward_return(bars, session, symbol, horizon, lag, delisting)
        np.testing.assert_array_equal(found[session, symbol], expected)
        expected = excursion(bars, session, symbol, horizon, lag)
        np.testing.assert_array_equal((up[session, symbol], down[session, symbol]), expected)


def test_an_index_with_and_without_opens():
    """Without opens the night before the first session is the index's too."""
    close, opens = np.array([10.0, 11, 12, 15]), np.array([9.0, 10, 12, 14])
    np.testing.assert_allclose(benchmark_returns(close, 2), [0.2, 15 / 11 - 1, nan, nan])
    np.testing.assert_allclose(benchmark_returns(close, 2, opens=opens), [0.2, 0.25, nan, nan])
    np.testing.assert_allclose(benchmark_returns(close, 1, 1, opens), [0.0, 15 / 14 - 1, nan, nan])


def test_the_universe_is_the_same_in_any_blocks():
    """Members whose return is known are averaged; parts of them add up to the very same."""
    random = np.random.default_rng(5)
    returns = random.normal(0, 0.1, (7, 60))
    returns[:, ::9] = np.nan
    member = random.random(returns.shape) < 0.7
    member[3] = False
    whole = MarketReturns.of(returns, member)
    for width in (1, 2, 7, 60):
        parts = [
            MarketReturns.of(returns[:, at : at + width], member[:, at : at + width])
            for at in range(0, 60, width)
        ]
        total = sum(parts[1:], parts[0])
        np.testing.assert_array_equal(total.mean, whole.mean)
    expected = [np.nanmean(row[own]) if own.any() else nan for row, own in zip(returns, member)]  # noqa: B905
    np.testing.assert_allclose(whole.mean, expected, atol=1e-9)


@pytest.mark.parametrize(("horizon", "lag"), [(0, 0), (5, -1), (2.5, 0), (True, 0), (5000, 0)])
def test_sessions_are_whole_numbers(horizon, lag):
    """The message names what was given."""
    with pytest.raises(ParameterError, match="whole number of sessions"):
        forward_returns(TradedPrices.of(later_bars(ROWS)), horizon, lag)
