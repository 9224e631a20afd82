"""Costs: a part of what is bought and sold, slippage only of what takes the price there is."""

from __future__ import annotations

import math

import numpy as np
import pytest

from support.later_bars import later_bars
from technic.errors import ParameterError
from technic.study.outcomes import CostLevel, Plans, break_even_bp, grade_plans, net_r

ROWS = [(100, 101, 99, 100), (101, 103, 100.5, 102), (103, 111, 102, 109), (109, 110, 97, 98)]


def grades_of(*some):
    """Grade (session, breakout, entry, stop, target)."""
    session, breakout, entry, stop, target = (
        np.array(values) for values in zip(*some, strict=True)
    )
    plans = Plans(
        session=session.astype(np.int32),
        symbol=np.zeros(len(some), np.int32),
        side=np.ones(len(some), np.int8),
        breakout=breakout,
        entry=entry,
        stop=stop,
        target=target,
    )
    return grade_plans(later_bars(ROWS), plans)


def test_costs_by_hand():
    """A breakout of 102 sold at 110 by a limit; a limit of 109 stopped at 98; one not entered."""
    grades = grades_of(
        (0, True, 102.0, 98.0, 110.0), (2, False, 109.0, 98.0, 130.0), (2, True, 120.0, 98.0, 130.0)
    )
    net = net_r(grades, CostLevel(10, 20))
    assert net[0] == pytest.approx((8 - 0.001 * 212 - 0.002 * 102) / 4)
    assert net[1] == pytest.approx((-11 - 0.001 * 207 - 0.002 * 98) / 11)
    assert math.isnan(net[2])
    np.testing.assert_array_equal(net_r(grades, CostLevel(0, 0)), grades.r)


def test_at_the_break_even_costs_nothing_is_left():
    """The mean net R is zero there."""
    grades = grades_of((0, True, 102.0, 98.0, 110.0), (2, False, 109.0, 98.0, 130.0))
    level = break_even_bp(grades)
    assert level == pytest.approx((2 - 1) / (212 / 4 + 207 / 11) * 1e4)
    assert net_r(grades, CostLevel(level, 0)).mean() == pytest.approx(0, abs=1e-12)
    assert math.isnan(break_even_bp(grades_of((2, True, 120.0, 98.0, 130.0))))


def test_costs_are_numbers_that_can_be():
    """A negative level is refused with its name."""
    with pytest.raises(ParameterError, match="slippage_bp"):
        CostLevel(5, -1)
