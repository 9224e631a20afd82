"""Tuning on earlier days, judging on later ones: held against plain loops and hand-made days."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from technic.errors import ParameterError
from technic.study.statistics import DaySums, mean_interval
from technic.study.sweep.point_sums import PointSums
from technic.study.sweep.walk_forward import (
    LEAST_DAYS,
    LEAST_HITS,
    FoldDays,
    WalkForward,
    best_point,
    fold_days,
    walk_forward,
)

CONFIDENCE = 0.95


def sums_of(values: Sequence[Sequence[Sequence[float]]], n_days: int) -> PointSums:
    """Sums of hits given as lists: point → day → the values of its hits."""
    every = []
    for days in values:
        session = np.repeat(np.arange(n_days), [len(day) for day in days])
        every.append(DaySums.of(session, np.array([one for day in days for one in day]), n_days))
    return PointSums(np.array([one.total for one in every]), np.array([one.count for one in every]))


def walked(judged: PointSums, folds: Sequence[FoldDays], horizon: int = 1) -> WalkForward:
    """Walk over sums of which all that is known at the end was known at once."""
    tuned = [judged.part(0, one.tuned) for one in folds]
    return walk_forward(
        tuned, judged, judged.count, folds,
        horizon=horizon, choose_by="mean", confidence=CONFIDENCE,
    )  # fmt: skip


def test_folds_by_hand():
    """Equal parts, all but the first judged; tuned on windows that are over the session before."""
    assert fold_days(100, 2, 5) == (FoldDays(33, 66, 28), FoldDays(66, 100, 61))
    (only,) = fold_days(52, 1, 6)
    assert only == FoldDays(26, 52, 20)  # a hit on session 19 is over on session 25


@pytest.mark.parametrize(
    ("n_days", "folds", "horizon", "text"),
    [
        (252, 9, 21, "folds is 9, allowed: at most 5 for 252 sessions and a horizon of 21"),
        (51, 1, 6, "folds is 1, allowed: none for 51 sessions: a horizon of 6 takes at least 52"),
        (10, 1, 1, "at least 42 of them"),
    ],
)
def test_too_few_days_are_said(n_days: int, folds: int, horizon: int, text: str):
    """With what is possible."""
    with pytest.raises(ParameterError, match=text):
        fold_days(n_days, folds, horizon)


def test_walking_is_that_of_a_plain_loop():
    """Choice, means and hits of every fold, and all held out together."""
    random = np.random.default_rng(4)
    n_days, points, horizon = 140, 6, 3
    values = [
        [random.normal(0, 1, random.poisson(1.2)).tolist() for _ in range(n_days)]
        for _ in range(points)
    ]
    values[5] = [day if at % 9 == 0 else [] for at, day in enumerate(values[5])]  # never enough
    folds = fold_days(n_days, 3, horizon)
    found = walked(sums_of(values, n_days), folds, horizon)
    held_out: list[float] = []
    tuned_total = tuned_hits = 0.0
    for fold, days in zip(found.folds, folds, strict=True):
        best, highest = None, -math.inf
        for point, own in enumerate(values):
            known = [one for day in own[: days.first - horizon] for one in day]
            on = sum(bool(day) for day in own[: days.first - horizon])
            enough = len(known) >= 30 and on >= 20
            if enough and sum(known) / len(known) > highest:
                best, highest = point, sum(known) / len(known)
        assert fold.point == best != 5
        later = [one for day in values[best][days.first : days.stop] for one in day]
        assert fold.tuned.mean == pytest.approx(highest, abs=1e-8)
        assert fold.judged.mean == pytest.approx(sum(later) / len(later), abs=1e-8)
        means = []
        for own in values:
            there = [one for day in own[days.first : days.stop] for one in day]
            means.append(sum(there) / len(there))
        assert fold.average == pytest.approx(sum(means) / points, abs=1e-8)
        held_out += later
        tuned_total, tuned_hits = tuned_total + highest * len(later), tuned_hits + len(later)
    assert found.held_out.hits == found.episodes == len(held_out)
    assert found.held_out.mean == pytest.approx(sum(held_out) / len(held_out), abs=1e-8)
    assert found.tuned_mean == pytest.approx(tuned_total / tuned_hits, abs=1e-8)


def test_what_was_tuned_to_noise_does_not_hold():
    """Points that are worth nothing on the whole, each best only before the fold it is chosen for.

    Means of the four parts: A 3, -3, 0, 0; B -1, 4, -4, 1; C 0, 0, 2, -2.
    """
    parts = ((3, -3, 0, 0), (-1, 4, -4, 1), (0, 0, 2, -2))
    values = [[[one, one] for one in own for _ in range(30)] for own in parts]
    found = walked(sums_of(values, 120), fold_days(120, 3, 1))
    assert [fold.point for fold in found.folds] == [0, 1, 2]
    assert [fold.tuned.mean for fold in found.folds] == pytest.approx(
        [3, (-1 * 30 + 4 * 29) / 59, (2 * 29) / 89], abs=1e-8
    )
    assert [fold.judged.mean for fold in found.folds] == pytest.approx([-3, -4, -2], abs=1e-8)
    assert found.held_out.mean == pytest.approx(-3, abs=1e-8)
    assert found.tuned_mean > 1.5
    assert found.average == pytest.approx((1 / 3 - 2 / 3 - 1 / 3) / 3, abs=1e-8)


def test_what_is_there_holds():
    """A point that is better on every day is chosen for every fold, and keeps what it has."""
    values = [[[0.0, 0.1]] * 120, [[0.5, 0.7]] * 120, [[-1.0, 0.2]] * 120]
    found = walked(sums_of(values, 120), fold_days(120, 3, 1))
    assert [fold.point for fold in found.folds] == [1, 1, 1]
    assert found.held_out.mean == pytest.approx(found.tuned_mean, abs=1e-8)
    assert found.held_out.mean == pytest.approx(0.6, abs=1e-8)


def test_points_with_few_hits_are_not_chosen():
    """Neither hits on a handful of days, nor a handful of hits; the first of equals is."""
    many = [[0.1, 0.1]] * 40
    crowded = [[5.0] * LEAST_HITS] + [[]] * 39
    few = [[5.0]] * (LEAST_HITS - 1) + [[]] * 11
    assert LEAST_DAYS < LEAST_HITS
    assert best_point(sums_of([crowded, few, many, many], 40), 1, "mean", CONFIDENCE) == 2
    assert best_point(sums_of([crowded, few], 40), 1, "mean", CONFIDENCE) is None
    empty = walked(sums_of([[[]] * 120, [[]] * 120], 120), fold_days(120, 3, 1))
    assert [fold.point for fold in empty.folds] == [None] * 3
    assert (empty.held_out.hits, empty.episodes) == (0, 0)
    assert math.isnan(empty.tuned_mean)


def test_by_t_what_is_surer_is_chosen():
    """A smaller mean of less noise; the t that is compared counts how few blocks there are."""
    random = np.random.default_rng(8)
    sure = [[value] for value in random.normal(0.5, 0.5, 400)]
    wild = [[value] for value in random.normal(0.8, 6.0, 400)]
    sums = sums_of([sure, wild], 400)
    means = sums.means
    assert means[1] > means[0]
    assert best_point(sums, 5, "mean", CONFIDENCE) == 1
    assert best_point(sums, 5, "t", CONFIDENCE) == 0
    assert mean_interval(sums.of(0), 5).normal_t > mean_interval(sums.of(1), 5).normal_t
