"""Market regime and the equal-weighted index."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reference.close_panels import panel_of_closes, random_closes
from technic.errors import ParameterError
from technic.regime import RegimeRules, index_sums, market_regime

CLOSES = random_closes(90, 31, seed=8, holes=0.03)


def every_row(panel):
    """Last rows, and everyone eligible."""
    return panel.rows_at(panel.sessions[-1]), np.ones(panel.n_symbols, bool)


def looped_index(closes, limit=0.25):
    """Chained mean of day-on-day returns, each held within the limit, by plain loops."""
    levels = [math.nan] * len(closes)
    for day in range(1, len(closes)):
        pairs = zip(closes[day - 1], closes[day], strict=True)
        changes = [
            min(max(now / then - 1, -limit), limit)
            for then, now in pairs
            if not math.isnan(then) and not math.isnan(now)
        ]
        if changes:
            if math.isnan(levels[day - 1]):
                levels[day - 1] = 100.0
            levels[day] = levels[day - 1] * (1 + sum(changes) / len(changes))
    return levels


@pytest.mark.parametrize(("factor", "trend"), [(1.002, "up"), (0.998, "down")])
def test_a_steady_move_is_a_trend(factor, trend):
    """300 sessions in one direction."""
    found = market_regime(100 * factor ** np.arange(300), "SPY")
    assert (found.trend, found.volatility, found.source) == (trend, "calm", "SPY")


def test_a_fall_below_a_rising_average_is_sideways():
    """Level and fast average disagree about the slow one."""
    index = np.concatenate([100 * 1.002 ** np.arange(295), np.full(5, 100.0)])
    assert market_regime(index, "SPY").trend == "sideways"


@pytest.mark.parametrize(("daily", "name"), [(0.005, "calm"), (0.012, "normal"), (0.03, "high")])
def test_volatility_is_the_annualised_deviation_of_log_returns(daily, name):
    """Twenty alternating moves: the statistics module gives the deviation."""
    moves = [daily * (-1) ** i for i in range(250)]
    found = market_regime(100 * np.exp(np.cumsum(moves)), "SPY")
    expected = 100 * statistics.stdev(moves[-20:]) * math.sqrt(252)
    assert found.volatility_pct == pytest.approx(expected)
    assert found.volatility == name


def test_numbers_are_averages_of_the_last_sessions():
    """Distances from the slow average, by plain means."""
    index = random_closes(260, 1, seed=3)[:, 0]
    found = market_regime(index, "x")
    slow, fast = statistics.fmean(index[-200:]), statistics.fmean(index[-50:])
    assert found.close_vs_slow_pct == pytest.approx(100 * (index[-1] / slow - 1))
    assert found.fast_vs_slow_pct == pytest.approx(100 * (fast / slow - 1))


@pytest.mark.parametrize(
    ("length", "trend", "volatility"),
    [
        (0, "unknown", "unknown"),
        (20, "unknown", "unknown"),
        (21, "unknown", "calm"),
        (200, "up", "calm"),
    ],
)
def test_what_is_too_short_is_unknown(length, trend, volatility):
    """A regime is not guessed; the detail says what it needs."""
    found = market_regime(100 * 1.001 ** np.arange(length), "x")
    assert (found.trend, found.volatility) == (trend, volatility)
    assert trend != "unknown" or "trend needs 200 sessions" in found.detail
    assert (found.volatility_pct is None) == (volatility == "unknown")


def test_a_stale_index_says_so():
    """Up to five sessions late it is judged and labelled, later it is unknown."""
    index = 100 * 1.001 ** np.arange(260)
    index[-5:] = np.nan
    assert market_regime(index, "x").detail.endswith("last value 5 sessions old")
    index[-6:] = np.nan
    late = market_regime(index, "x")
    assert (late.trend, late.volatility) == ("unknown", "unknown")
    assert "6 sessions before" in late.detail


@settings(deadline=None)
@given(st.lists(st.one_of(st.floats(), st.floats(1, 200)), max_size=260))
@example([5e-324, 1e308] * 130)
def test_any_index_gives_a_regime(values):
    """Infinities, zeros and negatives count as missing; nothing raises."""
    found = market_regime(np.array(values, float), "x")
    assert found.trend in ("up", "down", "sideways", "unknown")
    assert found.volatility_pct is None or math.isfinite(found.volatility_pct)


def equal_weighted_index(panel, rows, eligible):
    """The index of one market, in one part."""
    return index_sums(panel, rows, eligible).levels()


def test_the_index_equals_plain_loops():
    """Holes, late listings and early ends included."""
    panel = panel_of_closes(CLOSES)
    found = equal_weighted_index(panel, *every_row(panel))
    np.testing.assert_allclose(found, looped_index(CLOSES), rtol=1e-9)


def test_returns_are_summed_as_whole_units():
    """Python's integers give the very level: sums of whole units of 2^-32 are exact."""
    closes = random_closes(2, 50, seed=9)
    panel = panel_of_closes(closes)
    units = [round((now / then - 1) * 2**32) for then, now in closes.T.tolist()]
    expected = 100 * (1 + sum(units) / 2**32 / 50)
    assert equal_weighted_index(panel, *every_row(panel))[1] == expected


def test_the_index_does_not_depend_on_the_order_of_the_symbols():
    """Exact sums: any order of the columns gives the same bits."""
    panel = panel_of_closes(random_closes(250, 300, seed=1, holes=0.01))
    found = equal_weighted_index(panel, *every_row(panel))
    for seed in range(20):
        order = np.random.default_rng(seed).permutation(panel.n_symbols)
        turned = panel.take(order)
        np.testing.assert_array_equal(equal_weighted_index(turned, *every_row(turned)), found)


@pytest.mark.parametrize("day", [0, 1, 30, 70])
def test_later_bars_do_not_change_the_index(day):
    """As of a day the index ends there, with the bits of a panel that ends there."""
    panel = panel_of_closes(CLOSES)
    everyone = np.ones(panel.n_symbols, bool)
    found = equal_weighted_index(panel, panel.rows_at(panel.sessions[day]), everyone)
    short = panel_of_closes(CLOSES[: day + 1])
    np.testing.assert_array_equal(found[: day + 1], equal_weighted_index(short, *every_row(short)))
    assert np.isnan(found[day + 1 :]).all()


def test_only_eligible_symbols_count():
    """The others might as well not be there."""
    panel = panel_of_closes(CLOSES)
    rows, _ = every_row(panel)
    eligible = np.arange(panel.n_symbols) % 2 == 0
    part = panel_of_closes(CLOSES[:, eligible])
    np.testing.assert_array_equal(
        equal_weighted_index(panel, rows, eligible), equal_weighted_index(part, *every_row(part))
    )


def test_a_wild_move_is_held_within_the_limit():
    """A price × 100 moves the index of two symbols by 12.5 %, half of 25 %."""
    panel = panel_of_closes([[10, 10], [10, 1000], [10, 1000]])
    assert equal_weighted_index(panel, *every_row(panel)).tolist() == [100, 112.5, 112.5]


def test_an_empty_universe_has_no_index():
    """No symbols, no bars, nobody eligible: NaN, and an unknown regime."""
    panel = panel_of_closes(CLOSES)
    rows, everyone = every_row(panel)
    nobody = equal_weighted_index(panel, rows, ~everyone)
    assert np.isnan(nobody).all()
    empty = panel.take(np.empty(0, np.intp))
    none = equal_weighted_index(empty, np.empty(0, np.intp), np.empty(0, bool))
    assert np.isnan(none).all()
    assert market_regime(none, "nothing").trend == "unknown"


@pytest.mark.parametrize(
    "change",
    [{"fast": 200}, {"slow": 1.5}, {"calm_below_pct": 30}, {"max_age": -1}, {"fast": True}],
)
def test_rules_that_make_no_sense_are_refused(change):
    """The message names the rule."""
    with pytest.raises(ParameterError, match=r"regime\."):
        RegimeRules(**change)
