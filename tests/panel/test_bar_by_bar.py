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


def test_series_side_by_side_are_taken_apart_again():
    """Lines that a kernel stacks behind the bars; whole ones alone can be taken."""

    def function(x):
        both = np.stack((x + 1.0, windows.lagged(x, 1)), axis=1)
        return both[:, 0] * 2.0, both[:, 1]

    values = np.array([[1.0, 4.0], [2.0, 1.0], [9.0, 1.0]])
    doubled, before = bar_by_bar(function, values)
    assert doubled.tolist() == [[4.0, 10.0], [6.0, 4.0], [20.0, 4.0]]
    assert before[1:].tolist() == [[1.0, 4.0], [2.0, 1.0]]
    with pytest.raises(TypeError, match="whole ones"):
        np.stack((Recipe().field("x"),), axis=1)[1:, 0]


def test_what_is_infinite_is_missing_and_other_values_stay():
    """A result is its own array: no later step and no later bar writes to it."""
    recipe = Recipe()
    x = recipe.field("x")
    raw = 1.0 / x
    nodes = [raw.finite().node, raw.node, np.maximum(x, 0.0).finite().node]
    steps = BarByBar(recipe, nodes, 3)
    with np.errstate(all="ignore"):
        steps.step({"x": np.array([0.0, 2.0, np.nan])})
        finite, whole, floored = (steps.value(node) for node in nodes)
        steps.step({"x": np.array([1.0, 1.0, 1.0])})
    np.testing.assert_array_equal(finite, [np.nan, 0.5, np.nan])
    np.testing.assert_array_equal(whole, [np.inf, 0.5, np.nan])
    np.testing.assert_array_equal(floored, [0.0, 2.0, np.nan])


class _Total:
    """A memory of two lines: the sum of all bars, and of all bars before the newest."""

    depth = 2

    def __init__(self, n_symbols: int) -> None:
        self.rows, self.inputs = np.zeros((2, n_symbols)), []

    def step(self, newest, before, out):
        out[1] = out[0]
        out[0] += newest
        assert np.array_equal(before, self.inputs[0].row(1), equal_nan=True)


def test_a_step_with_a_memory_gets_the_newest_bars_and_its_lines_can_be_looked_back_on():
    """What it is made from and what stands on it are steps like any other."""
    recipe = Recipe()
    memory = _Total(1)
    total, older = recipe.remembered(memory, [recipe.field("x") * 2.0])
    results = [(total - older).node, windows.window_sum(total, 2).node]
    steps = BarByBar(recipe, results, 1)
    assert (steps.memories, steps.bars) == ([(memory, 2)], 3)
    found = []
    for value in (1.0, 10.0, 100.0):
        steps.step({"x": np.array([value])})
        found.append([steps.value(node)[0] for node in results])
    assert found[1:] == [[20.0, 24.0], [200.0, 244.0]]


def test_steps_that_nobody_will_look_at_are_left_out_until_results_are_asked_for():
    """Of the bars of the start: what is remembered afterwards is the same."""
    rng = np.random.default_rng(1)
    values = rng.lognormal(3.0, 1.0, (12, 2))
    recipe = Recipe()
    node = (windows.window_mean(recipe.field("x"), 7) / windows.lagged(recipe.field("x"), 3)).node
    steps = BarByBar(recipe, [node], 2)
    assert steps.bars == 7
    for row in range(5, 12):
        steps.step({"x": values[row]}, 11 - row)
    wanted = windows.window_mean(values, 7)[-1] / values[-4]
    np.testing.assert_array_equal(steps.value(node), wanted)
