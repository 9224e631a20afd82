"""Curves turn values into points."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference import scoring_loops as loops
from technic.errors import ParameterError
from technic.scoring.curves import Curve

TENT = Curve(((0, 0), (1, 100), (3, 100), (6, 50), (12, 0)))


@pytest.mark.parametrize(
    ("value", "expected"),
    [(-5, 0), (0, 0), (0.25, 25), (1, 100), (2, 100), (4.5, 75), (9, 25), (12, 0), (99, 0)],
)
def test_points_lie_on_straight_lines_between_knots(value, expected):
    """Hand-read points of a curve that rises, stays and falls."""
    assert TENT(np.array([value]))[0] == pytest.approx(expected, abs=1e-12)


def test_nan_stays_nan_and_infinity_is_the_end():
    """A value that is not there gets no points; an infinite one those of the last knot."""
    found = TENT(np.array([np.nan, -np.inf, np.inf]))
    assert math.isnan(found[0])
    assert found[1:].tolist() == [0, 0]


@settings(deadline=None)
@given(st.floats(allow_nan=False))
def test_points_equal_the_loop_and_stay_within_0_and_100(value):
    """Any float, the largest included, gives what the plain loop gives."""
    found = float(TENT(np.array([value]))[0])
    assert 0 <= found <= 100
    assert found == pytest.approx(loops.points(value, TENT.knots), abs=1e-9)


@pytest.mark.parametrize(
    "knots", [((0, 0),), ((0, 0), (0, 100)), ((1, 0), (0, 100)), ((0, 0), (1, 101))]
)
def test_knots_out_of_order_or_range_are_refused(knots):
    """A curve needs ascending values and points of a percentage."""
    with pytest.raises(ParameterError, match="knots"):
        Curve(knots)
