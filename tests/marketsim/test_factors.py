from __future__ import annotations

import itertools

import numpy as np
import pytest

from technic.marketsim.factors import REGIMES, Factors, draw_factors
from technic.marketsim.market import DEFAULT_SEED
from technic.marketsim.sectors import INDUSTRIES


@pytest.fixture(scope="module")
def factors() -> Factors:
    """Return the factors of the default market."""
    return draw_factors(DEFAULT_SEED, 2_520)


def test_the_end_of_the_calendar_changes_nothing_before_it(factors):
    """Factors of a shorter calendar are the first ones of a longer calendar, bit for bit."""
    short = draw_factors(DEFAULT_SEED, 700)
    assert short.market.tobytes() == factors.market[:701].tobytes()
    assert short.heat.tobytes() == factors.heat[:701].tobytes()
    np.testing.assert_array_equal(short.industry, factors.industry[:, :701])
    np.testing.assert_array_equal(short.regime, factors.regime[:700])


def test_shapes_have_a_start_before_the_first_session(factors):
    """Cumulative series begin at zero before the first session."""
    assert factors.market.shape == factors.heat.shape == (2_521,)
    assert factors.industry.shape == (len(INDUSTRIES), 2_521)
    assert factors.market[0] == 0.0
    assert not factors.industry[:, 0].any()


def test_regimes_follow_each_other_as_they_may(factors):
    """Each change of regime is one that the table of regimes allows, and shares add up to one."""
    names = [REGIMES[code].name for code in factors.regime]
    changes = {pair for pair in itertools.pairwise(names) if pair[0] != pair[1]}
    allowed = {(entry.name, name) for entry in REGIMES for name, _ in entry.follows}
    assert changes <= allowed
    for entry in REGIMES:
        assert sum(share for _, share in entry.follows) == pytest.approx(1.0)


def test_falling_markets_are_more_volatile(factors):
    """The default market has bulls and bears; bears move more from day to day, and downwards."""
    names = np.array([REGIMES[code].name for code in factors.regime])
    steps = np.diff(factors.market)
    falling = np.isin(names, ["bear", "pullback", "crash"])
    assert steps[falling].mean() < 0.0 < steps[names == "bull"].mean()
    assert steps[falling].std() > 1.4 * steps[names == "bull"].std()


def test_every_regime_changes_at_some_time():
    """Over many seeds each regime occurs."""
    seen = {int(code) for seed in range(30) for code in draw_factors(seed, 2_520).regime}
    assert seen == set(range(len(REGIMES)))
