from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic.marketsim.paths import power
from technic.marketsim.random_streams import (
    exponential_table,
    mix,
    normal,
    normal_table,
    stream_keys,
    student_table,
    uniform,
    volume_table,
)

MASK = 2**64 - 1


def splitmix_finaliser(key: int) -> int:
    """Scramble one key with Python's integers, after the published constants of SplitMix64."""
    key = ((key ^ (key >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    key = ((key ^ (key >> 27)) * 0x94D049BB133111EB) & MASK
    return key ^ (key >> 31)


@given(st.lists(st.integers(0, MASK), min_size=1, max_size=20))
def test_mix_is_the_finaliser_of_splitmix64(keys):
    """The array version equals plain integer arithmetic, and leaves its input alone."""
    array = np.array(keys, dtype=np.uint64)
    assert mix(array).tolist() == [splitmix_finaliser(key) for key in keys]
    assert array.tolist() == keys


def test_a_draw_does_not_depend_on_how_many_are_drawn():
    """Entry (i, k) is the same in a small and in a large array, and differs between streams."""
    large = uniform(5, "a", 40, 30)
    np.testing.assert_array_equal(large[:7, :4], uniform(5, "a", 7, 4))
    assert not np.any(large == uniform(5, "b", 40, 30))
    assert not np.any(large == uniform(6, "a", 40, 30))


def test_keys_do_not_repeat():
    """Keys of two streams, whose names differ by one letter only, are all different."""
    keys = np.concatenate([stream_keys(1, "x", 50_000), stream_keys(1, "y", 50_000)])
    assert len(np.unique(keys)) == 100_000


def test_uniform_draws_fill_the_unit_interval_evenly():
    """Counts in a hundred bins, along rows and columns, stay within five standard deviations."""
    draws = uniform(3, "even", 400, 500)
    assert draws.min() > 0.0
    assert draws.max() < 1.0
    counts = np.histogram(draws, bins=100, range=(0.0, 1.0))[0]
    assert np.abs(counts - 2000).max() < 5 * math.sqrt(2000)
    for axis, count in ((0, 400), (1, 500)):
        assert np.abs(draws.mean(axis=axis) - 0.5).max() < 5 * math.sqrt(1 / 12 / count)


def test_neighbours_are_not_correlated():
    """Draws of neighbouring symbols and days have no correlation beyond chance."""
    draws = normal(3, "pairs", 300, 300)
    for other in (draws[:, 1:], draws[1:, :]):
        first = draws[: other.shape[0], : other.shape[1]]
        assert abs(np.corrcoef(first.ravel(), other.ravel())[0, 1]) < 5 / 300


@pytest.mark.parametrize(
    ("table", "mean"),
    [
        (normal_table(), 0.0),
        (student_table(), 0.0),
        (exponential_table(), 1.0),
        (volume_table(), 1),
    ],
    ids=["normal", "student", "exponential", "volume"],
)
def test_tables_ascend_and_have_their_mean(table, mean):
    """Quantiles rise, have the mean they are said to have, and cannot be written to."""
    assert np.all(np.diff(table) > 0)
    assert table.mean() == pytest.approx(mean, abs=2e-3)
    assert not table.flags.writeable


def test_student_table_has_fat_tails():
    """Variance 1, the quartile of a t distribution with 4 degrees of freedom, and far extremes."""
    table = student_table()
    quartile = 0.740697 / math.sqrt(2.0)  # from printed tables of Student's t, scaled
    assert np.mean(table**2) == pytest.approx(1.0)
    assert table[3072] == pytest.approx(quartile, rel=0.01)
    assert table[-1] > 7.0


@given(st.lists(st.floats(-20.0, 20.0), min_size=1, max_size=50))
def test_power_is_two_to_the_power(levels):
    """The table and its polynomial agree with the exact power to 1e-11."""
    expected = [2.0**level for level in levels]
    np.testing.assert_allclose(power(np.array(levels)), expected, rtol=1e-11)
