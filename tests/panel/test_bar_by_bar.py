"""Kernels that are noted down once and done bar by bar: the bits of the kernels on whole arrays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from technic.panel import windows
from technic.panel.bar_by_bar import BarByBar
from technic.panel.ring import Ring
from technic.panel.series import Recipe

KERNELS = (
    windows.window_sum,
    windows.window_weighted_sum,
    windows.window_variance,
    windows.window_deviation,
    windows.window_max,
    windows.window_min,
    windows.lagged,
)


def several(found):
    """Arrays of a kernel that gives one or more."""
    return found if isinstance(found, tuple) else (found,)


def bar_by_bar(function, values: np.ndarray):
    """Do a function of one array for each row in turn; each result has the shape of the array."""
    recipe = Recipe()
    nodes = [made.node for made in several(function(recipe.field("x")))]
    steps = BarByBar(recipe, nodes, values.shape[1])
    out = np.empty((len(nodes), *values.shape))
    with np.errstate(all="ignore"):
        for row, bar in enumerate(values):
            steps.step({"x": bar})
            for place, node in enumerate(nodes):
                out[place, row] = steps.value(node)
    return out


@settings(deadline=None, max_examples=60)
@given(
    kernel=st.sampled_from(KERNELS),
    n=st.integers(1, 70),
    lag=st.sampled_from([0, 1, 7]),
    seed=st.integers(0, 999),
    holes=st.sampled_from([0.0, 0.02]),
)
def test_windows_have_the_bits_of_the_kernels(kernel, n, lag, seed, holes):
    """Of every length, wherever they lie, of products too, with values missing inside."""
    rng = np.random.default_rng(seed)
    values = rng.lognormal(3.0, 1.0, (2 * n + 9, 3))
    values[rng.random(values.shape) < holes] = np.nan

    def lagged_kernel(x):
        return tuple(windows.lagged(made, lag) for made in several(kernel(x * x, n)))

    found = bar_by_bar(lagged_kernel, values)
    for one, wanted in zip(found, lagged_kernel(values), strict=True):
        np.testing.assert_array_equal(one, wanted)


def test_what_a_kernel_does_to_parts_of_arrays():
    """Slices that end with the array are its newest bar, those that end before are older bars."""

    def function(x):
        out = np.full_like(x, np.nan)
        np.subtract(x[1:], x[:-1], out=out[1:])
        out[:1] = 0.0
        out[np.isnan(out)] = -1.0
        return np.clip(out, -2.0, 2.0), np.where(x > 1.5, x, out)

    values = np.array([[1.0, 4.0], [2.0, 1.0], [9.0, 1.0]])
    change, either = bar_by_bar(function, values)
    assert change[1:].tolist() == [[1.0, -2.0], [2.0, 0.0]]
    assert either[1:].tolist() == [[2.0, -3.0], [9.0, 0.0]]


def test_steps_are_noted_once():
    """What two kernels share is one step; a lag of a lag is one lag."""
    recipe = Recipe()
    x = recipe.field("x")
    windows.window_sum(x, 8)
    before = len(recipe.steps)
    windows.window_sum(x, 8)
    assert len(recipe.steps) == before
    assert x.lagged(2).lagged(3).node == x.lagged(5).node


@pytest.mark.parametrize(
    "refused",
    [
        np.asarray,
        lambda x: x + np.ones(3),
        np.cumsum,
        lambda x: np.add.accumulate(x),
        iter,
        lambda x: x.__setitem__(slice(None), "a"),
    ],
    ids=["values", "array", "function", "method", "rows", "text"],
)
def test_what_cannot_be_done_bar_by_bar_is_refused(refused):
    """Instead of a wrong number later."""
    with pytest.raises(TypeError):
        refused(Recipe().field("x"))


def test_a_ring_keeps_the_last_rows_and_brings_back_what_was_held():
    """Rows that come while a column is held are not its own."""
    ring = Ring(3, (2,))
    for row in range(5):
        ring.push(np.array([row, 10.0 * row]))
    column = np.array([1])
    ring.hold(column)
    for row in range(5, 9):
        ring.push(np.array([row, np.nan]))
        assert ring.row(0)[0] == row
    ring.release(column)
    assert [ring.row(lag).tolist() for lag in (2, 1, 0)] == [[6, 20], [7, 30], [8, 40]]
