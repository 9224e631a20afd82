"""Several setups at once, groups of hits, turnover, overlap and the verdict."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats

from technic.errors import MissingExtraError, ParameterError
from technic.study.statistics import (
    LIQUIDITY_EDGES,
    PRICE_EDGES,
    DaySums,
    Interval,
    SetupOverlap,
    bucket_names,
    buckets,
    by_group,
    compare_all,
    mean_interval,
    rating_verdict,
    turnover,
    verdict,
    years,
)
from technic.study.trials.luck import luck_bar


def days_of(seed: int, mean: float, n: int = 600) -> DaySums:
    """Hits on most days, whose values have a mean."""
    random = np.random.default_rng(seed)
    return DaySums.of(random.integers(0, n, 4 * n), random.normal(mean, 1, 4 * n), n)


def test_the_better_ones_are_told_from_the_best_of_many():
    """A planted setup is found among 20 that are worth nothing, none of which is."""
    setups = {f"nothing {i}": days_of(i, 0.0) for i in range(20)}
    found = compare_all(setups, 1, resamples=300)
    assert found.better == ()
    assert found.p_value > 0.05
    setups["planted"] = days_of(99, 0.2)
    setups["hardly ever"] = days_of(100, 5.0, 600).part(0, 10)
    found = compare_all(setups, 1, resamples=300)
    assert found.better == ("planted",)
    assert found.p_value < 0.05
    assert found.left_out == ("hardly ever",)
    assert compare_all(setups, 1, resamples=300) == found  # the same each time


def test_a_family_of_none_says_so():
    """No setup with days enough: no p-value."""
    found = compare_all({"rare": days_of(1, 1.0).part(0, 5)}, 1)
    assert found.better == ()
    assert math.isnan(found.p_value)


def test_without_the_extra_the_message_has_the_command(monkeypatch):
    """What is missing, and how it is installed."""
    monkeypatch.setattr("technic.study.statistics.comparisons.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match="arch of the extra study.*install arch"):
        compare_all({"a": days_of(1, 0.0)}, 1)


def test_buckets_by_hand():
    """An edge belongs to the bucket above it; what is not known is in none."""
    values = np.array([0.5, 1.0, 4.99, 5.0, 250.0, np.nan])
    assert buckets(values, PRICE_EDGES).tolist() == [0, 1, 1, 2, 5, -1]
    assert bucket_names(PRICE_EDGES)[:2] == ("under $1", "$1 to $5")
    assert bucket_names(LIQUIDITY_EDGES)[-2:] == ("$20M to $100M", "$100M and more")
    codes, names = years(np.array(["2023-12-29", "2024-01-02", "2023-01-03"], "datetime64[D]"))
    assert (codes.tolist(), names) == ([0, 1, 0], ("2023", "2024"))


def test_groups_are_the_means_of_their_hits():
    """Each group's mean is that of its hits alone; those without a hit are left out."""
    random = np.random.default_rng(3)
    session, value = random.integers(0, 300, 900), random.normal(0, 1, 900)
    group = random.integers(-1, 2, 900)
    sums = [DaySums.of(session[group == code], value[group == code], 300) for code in range(3)]
    found = by_group(sums, ("a", "b", "empty"), 5, block=10.0)
    assert list(found) == ["a", "b"]
    for code, name in enumerate(found):
        assert found[name].mean == pytest.approx(value[group == code].mean(), abs=1e-8)
        assert found[name].hits == (group == code).sum()
        assert found[name].block == 10.0


def test_turnover_and_capacity_by_hand():
    """Two trades of three and five sessions in ten: 0.8 open, 0.2 entries, 63 times a year."""
    found = turnover(np.array([0, 4]), np.array([2, 8]), np.array([1e6, 1e6]), 10)
    assert (found.open_positions, found.entries, found.sessions_held) == (0.8, 0.2, 4.0)
    assert found.a_year == pytest.approx(63)
    assert found.capacity == pytest.approx(0.8 * 1e4)
    volumes = np.linspace(1e6, 2e6, 11)
    ten = np.arange(11)
    assert turnover(ten, ten, volumes, 11, 2.0).capacity == pytest.approx(1.1e6 * 0.02)
    assert math.isnan(turnover(ten[:0], ten[:0], volumes[:0], 11).capacity)


def test_what_fires_together_by_hand():
    """Two setups that share one of two and of three hits; parts of a study add up."""
    owner = np.array([0, 0, 1, 1, 1, 1])
    session = np.array([1, 2, 1, 3, 4, 4])
    place = session + 2  # always the same symbol
    found = SetupOverlap.of(owner, place, ("a", "b", "c"))
    assert found.shared.tolist() == [[2, 1, 0], [1, 3, 0], [0, 0, 0]]
    np.testing.assert_allclose(found.of_own[:2, :2], [[1, 0.5], [1 / 3, 1]])
    assert found.jaccard[0, 1] == pytest.approx(1 / 4)
    assert np.isnan(found.of_own[2]).all()
    assert SetupOverlap.of(owner[:0], place[:0], ("a", "b")).shared.sum() == 0


@pytest.mark.parametrize(
    ("trials", "bar"), [(1, 1.96), (5, 1.96), (24, 2.5), (100, 3.0), (1000, 3.7), (10_000, 4.3)]
)
def test_the_bar_that_luck_reaches(trials, bar):
    """It rises with the number of trials."""
    assert luck_bar(trials) == pytest.approx(bar, abs=0.05)


@pytest.mark.parametrize(
    ("mean", "episodes", "trials", "word"),
    [
        (0.005, 200, 1, "better"),
        (-0.005, 200, 1, "worse"),
        (0.0, 200, 1, "none"),
        (0.0012, 200, 1000, "luck"),
        (0.005, 29, 1, "too_few"),
    ],
)
def test_the_verdict_in_words(mean, episodes, trials, word):
    """Begins with the verdict and says what it rests on."""
    random = np.random.default_rng(5)
    found = mean_interval(DaySums.of_days(mean + random.normal(0, 0.02, 1500)), 5)
    told = verdict(found, episodes=episodes, horizon=5, trials=trials, against="the universe")
    assert told[0] == word
    assert f"1,500 hits on 1,500 days in {episodes} independent episodes" in told[1]
    if word != "too_few":
        assert "in excess of the universe over 5 sessions, 95 % interval" in told[1]


def test_few_blocks_make_a_t_less_rare():
    """As scipy has it; and what it is must be a unit that is known."""
    found = mean_interval(
        DaySums.of_days(np.random.default_rng(7).normal(0.5, 1, 60)), 1, block=6.0
    )
    tail = scipy.stats.t.sf(found.t, found.blocks - 1)
    assert found.normal_t == pytest.approx(scipy.stats.norm.isf(tail))
    assert 0 < found.normal_t < found.t
    with pytest.raises(ParameterError, match="unit is 'bp', allowed: R or %"):
        verdict(found, episodes=60, horizon=1, trials=1, unit="bp")


def test_too_few_is_said_of_hits_that_crowd():
    """Many hits in few separate periods tell no more than these periods."""
    series = np.random.default_rng(6).normal(1.0, 0.1, 1000)
    series[60:] = np.nan
    found = mean_interval(DaySums.of_days(series), 21)
    assert verdict(found, episodes=60, horizon=21, trials=1, unit="R")[0] == "too_few"


@pytest.mark.parametrize(("blocks", "told"), [(7.98, "7.9"), (7.2, "7.2"), (0.0, "0.0")])
def test_too_few_periods_are_not_rounded_to_enough(blocks: float, told: str):
    """Fewer than eight look like fewer than eight; of ratings, too."""
    found = Interval(0.1, 0.05, 0.15, 0.95, 0.02, 0.04, 42, blocks, 400, 100)
    one = verdict(found, episodes=60, horizon=21, trials=1)[1]
    other = rating_verdict(found, found, symbols=100, horizon=21, trials=1)[1]
    for sentence in (one, other):
        assert f"worth {told} separate periods" in sentence
