"""The relative-strength score and its rating over the universe."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference import scoring_loops as loops
from technic.errors import ParameterError
from technic.scoring import rs_eligible, rs_rating, rs_score


def returns_of(r63, r126, r189, r252, bars=300):
    """Return columns of one symbol."""
    values = {63: r63, 126: r126, 189: r189, 252: r252}
    columns = {f"return_{h}_pct": np.array([float(r)]) for h, r in values.items()}
    return columns | {"bars": np.array([float(bars)])}


def test_the_score_is_the_classic_formula():
    """40·C/C63 + 20·C/C126 + 20·C/C189 + 20·C/C252 − 100 for closes 120 now, 100, 80, 96, 60."""
    columns = returns_of(20, 50, 25, 100)
    classic = 40 * 120 / 100 + 20 * 120 / 80 + 20 * 120 / 96 + 20 * 120 / 60 - 100
    assert rs_score(columns)[0] == pytest.approx(classic)


def test_growth_multiplies_the_returns_of_its_horizon_and_one_changes_no_bit():
    """60 now of 100 then, 40 of it paid out: times 1 / 0.6 nothing was lost over 126 bars."""
    columns = returns_of(3.3, -40, 7.7, 11.1)
    growth = {h: np.array([1.0]) for h in (63, 126, 189, 252)}
    assert rs_score(columns, growth).tobytes() == rs_score(columns).tobytes()
    growth[126] = np.array([1 / 0.6])
    expected = 0.4 * 3.3 + 0.2 * (0.0 + 7.7 + 11.1)
    assert rs_score(columns, growth)[0] == pytest.approx(expected)


def test_the_score_of_a_short_history_is_missing():
    """One missing horizon is no score: a shorter history is not compared with a longer one."""
    assert math.isnan(rs_score(returns_of(20, 50, 25, math.nan))[0])


@pytest.mark.parametrize(
    ("bars", "current", "expected"), [(253, True, True), (252, True, False), (400, False, False)]
)
def test_who_is_ranked(bars, current, expected):
    """253 bars and a current last bar; nothing less."""
    columns = returns_of(1, 2, 3, 4, bars) | {"rs_score": np.array([2.2])}
    assert rs_eligible(columns, np.array([current]))[0] == expected


def test_ratings_of_a_hundred_different_scores_cover_1_to_99():
    """The lowest of 100 is 1, the highest 99, never falling in between."""
    ratings = rs_rating(np.arange(100.0), np.ones(100, bool))
    assert ratings[0] == 1
    assert ratings[-1] == 99
    assert np.all(np.diff(ratings) >= 0)


def test_ties_share_the_middle_of_their_ranks():
    """Of four symbols the two equal ones get one rating, between the others."""
    ratings = rs_rating(np.array([5.0, 1.0, 5.0, 9.0]), np.ones(4, bool))
    assert ratings.tolist() == [50, 13, 50, 87]


def test_a_universe_of_one_is_rated_in_the_middle():
    """Nothing to compare with is 50, not 99."""
    assert rs_rating(np.array([7.0]), np.array([True])).tolist() == [50]


def test_a_symbol_that_is_not_eligible_changes_nobodys_rating():
    """It gets NaN, and the others are ranked as if it were not there."""
    score = np.array([3.0, 1e9, 1.0, np.nan, 2.0])
    eligible = np.array([True, False, True, True, True])
    ratings = rs_rating(score, eligible)
    assert np.isnan(ratings[[1, 3]]).all()
    alone = rs_rating(np.array([3.0, 1.0, 2.0]), np.ones(3, bool))
    assert ratings[[0, 2, 4]].tolist() == alone.tolist()


scores = st.lists(st.tuples(st.integers(-20, 20), st.booleans()), min_size=1, max_size=60)


@settings(deadline=None)
@given(scores, st.randoms(use_true_random=False))
def test_ratings_equal_counting_and_ignore_the_order(rows, random):
    """The plain count of lower and equal scores, whatever the order of the symbols."""
    score = np.array([float(s) for s, _ in rows])
    eligible = np.array([e for _, e in rows])
    expected = loops.rs_rating(score.tolist(), eligible.tolist())
    found = rs_rating(score, eligible)
    for rating, want in zip(found, expected, strict=True):
        assert (math.isnan(rating) and want is None) or rating == want
    order = list(range(len(rows)))
    random.shuffle(order)
    np.testing.assert_array_equal(rs_rating(score[order], eligible[order]), found[order])


def test_shapes_that_do_not_fit_are_refused():
    """The ranking is one cross-section."""
    with pytest.raises(ParameterError, match="n_symbols"):
        rs_rating(np.zeros((2, 3)), np.ones((2, 3), bool))


def test_no_symbols_are_no_ratings():
    """An empty universe, and one where nobody is eligible."""
    assert rs_rating(np.empty(0), np.empty(0, bool)).shape == (0,)
    assert np.isnan(rs_rating(np.array([1.0, 2.0]), np.zeros(2, bool))).all()
