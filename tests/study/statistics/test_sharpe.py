"""Deflated Sharpe ratios: the published example, and what they are made of."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats

from technic.errors import ParameterError
from technic.study.statistics import deflated_sharpe
from technic.study.statistics.sharpe import expected_best_sharpe, probabilistic_sharpe


def test_the_published_example():
    """Bailey and López de Prado 2014: 100 trials, 1,250 days, SR0 0.1132, DSR 0.9004."""
    best = expected_best_sharpe(0.5 / 250, 100)
    assert best == pytest.approx(0.1132, abs=5e-5)
    found = probabilistic_sharpe(2.5 / math.sqrt(250), best, 1250, skew=-3, kurtosis=10)
    assert found == pytest.approx(0.9004, abs=5e-5)


def test_a_single_trial_is_not_deflated():
    """Nothing was picked, so the bar is zero; of many trials it is what their best reaches."""
    returns = np.random.default_rng(1).normal(0.05, 1, 500)
    alone, picked = deflated_sharpe(returns, 1), deflated_sharpe(returns, 200)
    assert alone.expected_best == 0.0
    assert alone.sharpe == picked.sharpe == pytest.approx(returns.mean() / returns.std(ddof=1))
    assert picked.probability < alone.probability
    ratios = [
        max(np.random.default_rng(100 * i + j).normal(0, 1, 500).mean() for j in range(20))
        for i in range(60)
    ]
    assert deflated_sharpe(returns, 20).expected_best == pytest.approx(np.mean(ratios), rel=0.1)


def test_skew_and_fat_tails_are_those_of_scipy():
    """They make a ratio less sure; the shape of the sample is what scipy says it is."""
    returns = np.random.default_rng(3).standard_t(4, 800) ** 3 * 0.01 + 0.02
    found = deflated_sharpe(returns, 1)
    expected = probabilistic_sharpe(
        found.sharpe,
        0.0,
        800,
        float(scipy.stats.skew(returns)),
        float(scipy.stats.kurtosis(returns, fisher=False)),
    )
    assert found.probability == pytest.approx(expected, rel=1e-9)


def test_what_does_not_move_has_no_ratio():
    """No number rather than a division by nothing."""
    assert math.isnan(deflated_sharpe(np.ones(10), 5).probability)
    assert math.isnan(deflated_sharpe(np.array([np.nan, 1.0]), 5).sharpe)
    with pytest.raises(ParameterError, match="trials"):
        expected_best_sharpe(1.0, 0)
