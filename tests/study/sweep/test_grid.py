"""Axes as people write them, points in order, and who is whose neighbour."""

from __future__ import annotations

import itertools

import pytest

from technic.errors import ParameterError
from technic.study.sweep.grid import Axis, Grid, parse_axis


@pytest.mark.parametrize(
    ("text", "name", "values"),
    [
        ("n=20,50,100", "n", (20, 50, 100)),
        ("n = 100, 20 ,50", "n", (20, 50, 100)),
        ("depth=0.1..0.3:0.05", "depth", (0.1, 0.15, 0.2, 0.25, 0.3)),
        ("n=20..100:30", "n", (20, 50, 80)),
        ("n=-1..1:0.5,7", "n", (-1, -0.5, 0, 0.5, 1, 7)),
        ("k=1e-3,2.5", "k", (0.001, 2.5)),
    ],
)
def test_values_are_those_written(text: str, name: str, values: tuple[float, ...]):
    """Ascending; a range is in decimal and ends with the last value not above its end."""
    axis = parse_axis(text)
    assert (axis.name, axis.values) == (name, values)


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("n", "NAME=VALUES, such as n=20,50,100"),
        ("=1,2", "NAME=VALUES"),
        ("n=", "NAME=VALUES"),
        ("n=1,,2", "NAME=VALUES"),
        ("n=1,two", "NAME=VALUES"),
        ("n=1,nan", "NAME=VALUES"),
        ("n=1,1e999", "NAME=VALUES"),
        (f"n=1,{'1' * 50}", "NAME=VALUES"),
        ("n=1..5", "LOW..HIGH:STEP"),
        ("n=1..5:0", "LOW..HIGH:STEP with LOW under HIGH and a STEP above 0"),
        ("n=5..1:1", "LOW..HIGH:STEP"),
        ("n=1..3..5:1", "LOW..HIGH:STEP"),
        ("n=1..5:-1", "LOW..HIGH:STEP"),
        ("n=0..1:0.0001", "at most 1,000 values of a parameter"),
        ("n=0..1e308:1e-308", "at most 1,000 values"),
        ("n=5", "at least two values for n"),
        ("n=5,5", "each once"),
        ("2n=1,2", "the name of a parameter"),
    ],
)
def test_what_is_no_axis_is_said(text: str, allowed: str):
    """In one sentence that says what to write."""
    with pytest.raises(ParameterError) as raised:
        parse_axis(text)
    assert str(raised.value).startswith("sweep is ")
    assert allowed in str(raised.value)


@pytest.mark.parametrize(
    ("axes", "allowed"),
    [
        ((), "one to 3 parameters"),
        (tuple(Axis(name, (1, 2)) for name in "abcd"), "one to 3 parameters"),
        ((Axis("n", (1, 2)), Axis("n", (3, 4))), "each parameter once"),
        (
            (Axis("n", tuple(range(40))), Axis("k", tuple(range(26)))),
            "40 x 26 = 1,040 points', allowed: at most 1,000 points",
        ),
    ],
    ids=["none", "four", "twice", "many"],
)
def test_what_is_no_grid_is_said(axes: tuple[Axis, ...], allowed: str):
    """Before anything is read; how many points there are is told."""
    with pytest.raises(ParameterError, match=allowed):
        Grid(axes)


@pytest.mark.parametrize("values", [(1, True), (1, float("inf")), "12", (1, "2"), 5])
def test_values_are_numbers(values: object):
    """Whatever a program hands over instead."""
    with pytest.raises(ParameterError, match="sweep is"):
        Axis("n", values)


def test_points_and_neighbours_are_those_of_plain_loops():
    """The last axis changes first; neighbours differ by one step of one parameter."""
    axes = (Axis("a", (1, 2, 3)), Axis("b", (10, 20)), Axis("c", (0.5, 1, 2, 4)))
    grid = Grid(axes)
    every = list(itertools.product(*(axis.values for axis in axes)))
    assert len(grid) == len(every) == 24
    assert [tuple(grid.values(at).values()) for at in range(24)] == every
    assert grid.label(7) == "a=1, b=20, c=4"
    assert str(grid) == "a=1,2,3 b=10,20 c=0.5,1,2,4"
    for at, own in enumerate(every):
        assert grid.number(grid.place(at)) == at
        near = set()
        for other, values in enumerate(every):
            steps = [
                abs(axis.values.index(one) - axis.values.index(two))
                for axis, one, two in zip(axes, own, values, strict=True)
            ]
            if sum(steps) == 1:
                near.add(other)
        assert set(grid.neighbours(at)) == near
        ends = tuple(
            axis.name
            for axis, value in zip(axes, own, strict=True)
            if len(axis.values) > 2 and value in (axis.values[0], axis.values[-1])
        )
        assert grid.ends(at) == ends
