"""Worth of a rating: the same numbers as alphalens, and as plain loops."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from technic.study.statistics import quantile_returns, rank_ic, series_interval, spread


@pytest.fixture(scope="module")
def market():
    """Ratings in steps, so that many are equal, returns that follow them a little, some unknown."""
    random = np.random.default_rng(1)
    rating = np.round(random.normal(50, 20, (30, 200)), 1)
    returns = 0.0005 * rating + random.normal(0, 0.1, rating.shape)
    rating[random.random(rating.shape) < 0.1] = np.nan
    returns[random.random(rating.shape) < 0.1] = np.nan
    return rating, returns


def test_quantiles_and_correlations_are_those_of_alphalens(market):
    """Mean returns by quantile, by day and over all, and the rank correlation of each day."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its plotting libraries' own
        from alphalens.performance import factor_information_coefficient as ic_of
        from alphalens.performance import mean_return_by_quantile
        from alphalens.utils import quantize_factor
    rating, returns = market
    days = pd.bdate_range("2024-01-01", periods=len(rating), name="date")
    index = pd.MultiIndex.from_product([days, range(rating.shape[1])], names=["date", "asset"])
    values = {"21D": returns.ravel(), "factor": rating.ravel()}
    frame = pd.DataFrame(values, index=index).dropna()
    frame["factor_quantile"] = quantize_factor(frame, quantiles=10)
    theirs, _ = mean_return_by_quantile(frame, by_date=True, demeaned=False)
    found = quantile_returns(rating, returns)
    wide = theirs["21D"].unstack("factor_quantile")
    np.testing.assert_allclose(found.mean, wide.to_numpy(), rtol=1e-12, atol=1e-15)

    over_all, _ = mean_return_by_quantile(frame, demeaned=False)
    np.testing.assert_allclose(
        np.nanmean(found.mean, axis=0), over_all["21D"].to_numpy(), rtol=1e-10
    )

    ic = ic_of(frame)["21D"].to_numpy()
    np.testing.assert_allclose(rank_ic(rating, returns), ic, rtol=1e-10)


def test_correlations_are_those_of_scipy(market):
    """Equal values share their mean rank; a day of few or equal ones has no number."""
    rating, returns = (values.copy() for values in market)
    rating[3, 19:] = np.nan
    rating[4] = 7.0
    found = rank_ic(rating, returns)
    assert np.flatnonzero(np.isnan(found)).tolist() == [3, 4]
    for day in (0, 11, 29):
        both = np.isfinite(rating[day]) & np.isfinite(returns[day])
        expected = scipy.stats.spearmanr(rating[day, both], returns[day, both]).statistic
        assert found[day] == pytest.approx(expected, rel=1e-10)


def test_the_spread_is_the_highest_decile_less_the_lowest(market):
    """And a day without a rating has none."""
    rating, returns = (values.copy() for values in market)
    rating[5] = np.nan
    found = quantile_returns(rating, returns)
    difference = spread(found)
    assert math.isnan(difference[5])
    assert found.count[5].sum() == 0
    ordered = np.argsort(rating[0] + np.where(np.isnan(returns[0]), np.nan, 0.0))
    known = int(found.count[0].sum())
    lowest, highest = ordered[: found.count[0, 0]], ordered[known - found.count[0, 9] : known]
    assert difference[0] == pytest.approx(returns[0, highest].mean() - returns[0, lowest].mean())


def test_a_series_of_days_has_an_interval_and_a_t():
    """Its t is far from zero where the rating is worth something, and none is made of nothing."""
    random = np.random.default_rng(2)
    found = series_interval(random.normal(0.05, 0.1, 500), 1)
    assert found.t > 5
    assert found.days == 500
    assert math.isnan(series_interval(np.full(500, np.nan), 1).t)
