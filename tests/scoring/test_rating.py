"""The technical rating and its weights."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference import scoring_loops as loops
from technic.errors import ParameterError
from technic.scoring import LOCAL_SUBSCORES, SUBSCORES, ScoreWeights, tech_rating

EVEN = ScoreWeights(trend=1, momentum=1, volume=1, volatility=1, breakout=1, relative_strength=1)


def scores_of(**values):
    """Sub-scores of one symbol, coverage 1 where there is a value."""
    found = {}
    for name in LOCAL_SUBSCORES:
        value = values.get(name, math.nan)
        found[f"score_{name}"] = np.array([float(value)])
        found[f"coverage_{name}"] = np.array([0.0 if math.isnan(value) else 1.0])
    return found


def test_the_default_rating_is_the_documented_weighted_mean():
    """25 % of 80, 20 % of 60, 15 % of 40, 10 % of 20, 10 % of 100, 20 % of 50: 60."""
    scores = scores_of(trend=80, momentum=60, volume=40, volatility=20, breakout=100)
    found = tech_rating(scores, np.array([50.0]))
    assert found.tech_rating[0] == pytest.approx(20 + 12 + 6 + 2 + 10 + 10)
    assert found.rating_coverage[0] == pytest.approx(1.0)


def test_a_symbol_without_relative_strength_is_judged_by_the_rest():
    """The 20 % are shared out in proportion and the coverage says 80 %."""
    scores = scores_of(trend=80, momentum=60, volume=40, volatility=20, breakout=100)
    found = tech_rating(scores, np.array([np.nan]))
    assert found.tech_rating[0] == pytest.approx((20 + 12 + 6 + 2 + 10) / 0.8)
    assert found.rating_coverage[0] == pytest.approx(0.8)
    assert found.contributions["relative_strength"][0] == 0


def test_nothing_measured_is_no_rating():
    """All missing is NaN with coverage 0, and contributions of 0."""
    found = tech_rating(scores_of(), np.array([np.nan]))
    assert math.isnan(found.tech_rating[0])
    assert found.rating_coverage[0] == 0
    assert all(part[0] == 0 for part in found.contributions.values())


weight = st.floats(0, 1000).filter(lambda w: w == 0 or w > 1e-3)
value = st.one_of(st.just(math.nan), st.floats(0, 100))


@settings(deadline=None)
@given(
    st.tuples(*[weight] * 6).filter(any),
    st.lists(st.tuples(*[value] * 5), min_size=1, max_size=6),
    st.one_of(st.just(math.nan), st.floats(1, 99)),
)
def test_contributions_add_up_to_the_rating(weights, rows, strength):
    """For any weights and any gaps: the parts sum to the rating, which stays within 0-100."""
    scores = {}
    for k, name in enumerate(LOCAL_SUBSCORES):
        column = np.array([row[k] for row in rows])
        scores[f"score_{name}"] = column
        scores[f"coverage_{name}"] = np.where(np.isnan(column), 0.0, 1.0)
    ratings = np.full(len(rows), strength)
    rules = ScoreWeights(**dict(zip(SUBSCORES, weights, strict=True)))
    found = tech_rating(scores, ratings, rules)
    total = sum(found.contributions.values())
    for i, row in enumerate(rows):
        points = loops.points(strength, ((1, 0), (99, 100)))
        pairs = list(zip((*row, points), weights, strict=True))
        expected, coverage = loops.weighted([pair for pair in pairs if pair[1]])
        assert found.tech_rating[i] == pytest.approx(expected, abs=1e-9, nan_ok=True)
        assert found.rating_coverage[i] == pytest.approx(coverage, abs=1e-9)
        if not math.isnan(expected):
            assert total[i] == pytest.approx(found.tech_rating[i], abs=1e-9)
            assert 0 <= found.tech_rating[i] <= 100


def test_only_the_proportions_of_the_weights_matter():
    """Weights of 1 each and of 50 each give the same rating."""
    scores = scores_of(trend=80, momentum=60, volume=40, volatility=20, breakout=100)
    fifty = ScoreWeights(**dict.fromkeys(SUBSCORES, 50.0))
    one = tech_rating(scores, np.array([99.0]), EVEN)
    other = tech_rating(scores, np.array([99.0]), fifty)
    assert one.tech_rating[0] == pytest.approx(400 / 6)
    assert other.tech_rating[0] == pytest.approx(400 / 6)


@pytest.mark.parametrize("bad", [-1, math.nan, math.inf, True, "25", None])
def test_a_weight_that_is_no_weight_is_refused(bad):
    """The message names the weight."""
    with pytest.raises(ParameterError, match=r"weights\.trend"):
        ScoreWeights(trend=bad)


def test_weights_that_are_all_zero_are_refused():
    """Something must count."""
    with pytest.raises(ParameterError, match="at least one weight"):
        ScoreWeights(**dict.fromkeys(SUBSCORES, 0))
