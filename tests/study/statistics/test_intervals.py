"""Means over hits and their intervals, against other libraries and plain loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats
import statsmodels.api as sm
from arch.bootstrap import StationaryBootstrap, optimal_block_length

from technic.errors import ParameterError
from technic.study.statistics import DaySums, episode_starts, mean_interval, separate_days
from technic.study.statistics.intervals import (
    block_length,
    cosine_variance,
    persistence_block,
    stationary_variance,
)


def persistent(seed: int, n: int, weight: float = 0.8) -> np.ndarray:
    """A series that persists: each value is a part of the last one and something new."""
    random = np.random.default_rng(seed)
    series = random.standard_normal(n)
    for at in range(1, n):
        series[at] += weight * series[at - 1]
    return series


def hits_of(seed: int, n_sessions: int, n_hits: int) -> tuple[np.ndarray, np.ndarray]:
    """Sessions and values of hits, some not known."""
    random = np.random.default_rng(seed)
    value = random.normal(0.02, 0.1, n_hits)
    value[::17] = np.nan
    return random.integers(0, n_sessions, n_hits), value


def test_sums_of_days_are_the_same_in_any_order_and_parts():
    """The mean over hits is numpy's; parts added in any order give the very same bits."""
    session, value = hits_of(1, 50, 400)
    sums = DaySums.of(session, value, 50)
    assert sums.mean == pytest.approx(np.nanmean(value), abs=1e-9)
    assert (sums.hits, sums.days) == (np.isfinite(value).sum(), 50)
    order = np.random.default_rng(2).permutation(400)
    parts = [DaySums.of(session[part], value[part], 50) for part in np.split(order, [3, 250])]
    added = parts[2] + parts[0] + parts[1]
    np.testing.assert_array_equal(added.total, sums.total)
    assert sums.contributions.mean() == pytest.approx(sums.mean)
    assert sums.part(10, 30).hits == sums.count[10:30].sum()


def test_the_influence_is_how_the_mean_hangs_on_each_day():
    """Without a session the mean is off by its influence over n, to first order."""
    session, value = hits_of(3, 400, 4000)
    sums = DaySums.of(session, value, 400)
    assert sums.influence.mean() == pytest.approx(0, abs=1e-9)
    for day in (0, 17, 399):
        other = session != day
        without = np.nanmean(value[other])
        assert sums.mean - without == pytest.approx(sums.influence[day] / 400, rel=0.02)


@pytest.mark.parametrize(("seed", "block"), [(4, 3.0), (5, 20.0), (6, 60.0)])
def test_the_closed_form_is_what_resampling_comes_to(seed, block):
    """Arch's stationary bootstrap, resampled often, has the same standard error."""
    series = persistent(seed, 300)
    resampled = StationaryBootstrap(block, series, seed=seed)
    means = resampled.apply(np.mean, 3000)
    assert math.sqrt(stationary_variance(series, block)) == pytest.approx(means.std(), rel=0.05)


def test_a_block_of_one_day_is_the_plain_bootstrap():
    """Scipy's bootstrap of independent days has the same standard error."""
    series = np.random.default_rng(7).normal(0, 1, 400)
    plain = scipy.stats.bootstrap(
        (series,), np.mean, n_resamples=3000, method="basic", rng=np.random.default_rng(8)
    )
    assert math.sqrt(stationary_variance(series, 1.0)) == pytest.approx(
        plain.standard_error, rel=0.05
    )


def test_long_series_have_the_error_of_statsmodels():
    """Both standard errors come near Newey and West's of a long series that persists."""
    series = persistent(9, 20_000, 0.5)
    fitted = sm.OLS(series, np.ones(len(series))).fit(cov_type="HAC", cov_kwds={"maxlags": 60})
    true = 2.0 / math.sqrt(len(series))  # 1 / (1 − 0.5)
    for variance in (stationary_variance(series, 60.0), cosine_variance(series, 300)):
        assert math.sqrt(variance) == pytest.approx(float(fitted.bse[0]), rel=0.08)
        assert math.sqrt(variance) == pytest.approx(true, rel=0.1)


def test_the_interval_of_independent_days_is_students():
    """One value a day and blocks of a day: the interval of a t-test, from the larger error."""
    series = np.random.default_rng(10).normal(0.1, 1, 500)
    found = mean_interval(DaySums.of_days(series), 1, block=1.0)
    low, high = scipy.stats.ttest_1samp(series, 0).confidence_interval(0.95)
    assert found.low == pytest.approx(low, abs=0.01)
    assert found.high == pytest.approx(high, abs=0.01)
    assert found.low < found.mean < found.high
    assert found.t == pytest.approx(found.mean / found.standard_error)
    wide = mean_interval(DaySums.of_days(series), 1, block=1.0, confidence=0.99)
    assert wide.high - wide.low > found.high - found.low


def test_the_smallest_effect_that_would_have_been_seen():
    """Of so large an effect four samples in five have an interval that excludes zero."""
    found = mean_interval(
        DaySums.of_days(np.random.default_rng(11).normal(0, 1, 400)), 1, block=1.0
    )
    seen = 0
    for seed in range(400):
        series = np.random.default_rng(1000 + seed).normal(found.detectable, 1, 400)
        seen += mean_interval(DaySums.of_days(series), 1, block=1.0).low > 0
    assert 0.72 <= seen / 400 <= 0.88


@pytest.mark.parametrize("weight", [0.0, 0.3, 0.8, 0.95, 0.99, -0.5])
def test_the_block_of_persistence_is_that_of_arch(weight):
    """Politis and White's choice for the stationary bootstrap, as another library has it."""
    for seed, n in ((1, 60), (2, 500), (3, 2520)):
        series = persistent(seed, n, weight)
        expected = float(optimal_block_length(series)["stationary"].iloc[0])
        assert persistence_block(series) == pytest.approx(expected, rel=1e-6)


def test_the_block_follows_horizon_and_persistence():
    """Twice the horizon, longer where the series persists longer, never over a quarter of it."""
    assert block_length(persistent(12, 500, 0.0), 21) == 42.0
    slow = persistent(13, 2000, 0.97)
    assert block_length(slow, 5) == persistence_block(slow) > 10
    assert block_length(persistent(14, 100), 63) == 25.0
    assert block_length(np.zeros(100), 5) == 10.0
    assert block_length(np.zeros(0), 5) == 1.0


def test_hits_that_crowd_are_worth_fewer_blocks():
    """On all days alike as many as there are blocks; in a tenth of the days a tenth of them."""
    everywhere = DaySums.of_days(persistent(15, 1000))
    assert mean_interval(everywhere, 5, block=10.0).blocks == pytest.approx(100)
    series = persistent(15, 1000)
    series[100:] = np.nan
    crowded = mean_interval(DaySums.of_days(series), 5, block=10.0)
    assert crowded.blocks == pytest.approx(10)
    width = scipy.stats.t.ppf(0.975, 9) * crowded.standard_error
    assert crowded.high - crowded.mean == pytest.approx(width)
    series[20:] = np.nan
    few = mean_interval(DaySums.of_days(series), 5, block=10.0)
    assert math.isnan(few.low)
    assert not few.excludes_zero
    assert few.mean == pytest.approx(np.nanmean(series), abs=1e-9)


def test_nothing_known_is_no_number():
    """Without a value there is no mean and no interval, and no zero in their place."""
    found = mean_interval(DaySums.of_days(np.full(50, np.nan)), 5)
    assert math.isnan(found.mean)
    assert math.isnan(found.low)
    assert found.hits == 0


def test_confidence_is_a_part_of_one():
    """95 is refused: 0.95 is meant."""
    with pytest.raises(ParameterError, match="confidence is 95"):
        mean_interval(DaySums.of_days(np.ones(9)), 1, confidence=95)


def test_episodes_are_windows_that_do_not_overlap():
    """A symbol that hits day after day begins an episode a horizon; symbols count apart."""
    symbol = np.array([0] * 30 + [1] * 3)
    session = np.concatenate([np.arange(30), [2, 11, 12]])
    starts = episode_starts(symbol, session, 10)
    assert session[starts].tolist() == [0, 10, 20, 2, 12]
    assert separate_days(session, 10) == 3
    assert separate_days(session[:0], 10) == 0
