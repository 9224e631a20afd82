"""A peak without a plateau is said to be one; a plateau, an edge and nothing at all are too."""

from __future__ import annotations

import math

import numpy as np
import pytest

from technic.study.statistics import DaySums
from technic.study.sweep.grid import Axis, Grid
from technic.study.sweep.plateau import Plateau, plateau_of
from technic.study.sweep.point_sums import PointSums

GRID = Grid((Axis("a", (1, 2, 3)), Axis("b", (10, 20, 30))))
N_DAYS = 200


def held(means: list[float], best: int, grid: Grid = GRID, hits: int = 1) -> Plateau:
    """Hold a point against its neighbours; all share one series of days beside their means."""
    noise = np.random.default_rng(2).normal(0, 0.01, N_DAYS)
    noise -= noise.mean()
    session = np.repeat(np.arange(N_DAYS), hits)
    every = [DaySums.of(session, np.repeat(noise + mean, hits), N_DAYS) for mean in means]
    sums = PointSums(np.array([one.total for one in every]), np.array([one.count for one in every]))
    return plateau_of(sums, grid, best, 1, 0.95)


def test_neighbours_that_keep_half_are_a_plateau():
    """The mean over those one step of one parameter away, by hand; corners do not count."""
    found = held([0.0, 0.011, 0.0, 0.008, 0.020, 0.012, 0.0, 0.010, 0.0], 4)
    assert set(found.neighbours) == {1, 3, 5, 7}
    assert found.mean == pytest.approx(0.01025, abs=1e-9)
    assert found.kept == pytest.approx(0.5125, abs=1e-6)
    assert found.word == "plateau"
    assert "a=2, b=20 stands on a plateau: its 4 neighbours average +1.02 %" in found.sentence
    assert held([0.0, 0.009, 0.0, 0.008, 0.020, 0.012, 0.0, 0.010, 0.0], 4).word == "peak"


def test_neighbours_that_keep_less_leave_a_peak():
    """It is called one, with the numbers; the difference is known exactly where noise is shared."""
    found = held([0.0, 0.001, 0.0, -0.001, 0.020, 0.002, 0.0, 0.002, 0.0], 4)
    assert found.word == "peak"
    assert found.kept == pytest.approx(0.05, abs=1e-6)
    assert "a=2, b=20 is a peak without a plateau: its 4 neighbours average +0.10 %" in (
        found.sentence
    )
    assert "5 % of its own +2.00 %" in found.sentence
    assert found.difference.mean == pytest.approx(0.019, abs=1e-8)
    assert found.difference.high - found.difference.low < 1e-6
    assert "noise alone" not in found.sentence


def test_a_peak_that_noise_may_have_made_is_said_to_be_one():
    """Its own noise is as large as what it has above its neighbours."""
    random = np.random.default_rng(5)
    every = [DaySums.of_days(random.normal(0, 1, N_DAYS)) for _ in range(8)]
    series = random.normal(0, 1, N_DAYS)
    every.insert(4, DaySums.of_days(series - series.mean() + 0.1))
    every = [
        one if at == 4 else DaySums(one.total - int(one.mean * 2**32), one.count)
        for at, one in enumerate(every)
    ]
    sums = PointSums(np.array([one.total for one in every]), np.array([one.count for one in every]))
    found = plateau_of(sums, GRID, 4, 1, 0.95)
    assert found.word == "peak"
    assert found.difference.low < 0 < found.difference.high
    # of five independent series, one against the mean of four: its variance and a quarter of theirs
    assert found.difference.standard_error == pytest.approx(math.sqrt(1.25 / N_DAYS), rel=0.35)
    assert "noise alone may have raised it above them" in found.sentence


def test_the_end_of_the_grid_is_named():
    """The best may lie outside; an axis of two values has no middle, and is not named."""
    found = held([0.02] * 9, 8)
    assert found.ends == ("a", "b")
    assert found.sentence.endswith(
        "It has the first or last value of a and b: better ones may lie outside the grid."
    )
    narrow = Grid((Axis("a", (1, 2)), Axis("b", (10, 20, 30))))
    assert held([0.02] * 6, 1, narrow).ends == ()


def test_nothing_above_zero_is_no_peak():
    """And what is not known is said."""
    found = held([-0.02] * 9, 4)
    assert (found.word, math.isnan(found.kept)) == ("none", True)
    assert found.sentence.startswith("No point is above zero")
    sums = PointSums(np.zeros((9, N_DAYS), np.int64), np.zeros((9, N_DAYS), np.int64))
    alone = plateau_of(sums, GRID, 4, 1, 0.95)
    assert (alone.word, alone.difference) == ("unknown", None)
    assert "cannot be said: none of its 4 neighbours has hits enough" in alone.sentence
