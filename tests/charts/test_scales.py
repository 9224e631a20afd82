"""Scales: round values, days that begin months, and no label on another."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from technic.charts.scale import Scale, day_ticks, scale_of
from technic.charts.text import width


@pytest.mark.parametrize(
    ("low", "high", "count", "step", "ticks"),
    [
        (0.0, 100.0, 5, 20.0, [0, 20, 40, 60, 80, 100]),
        (9.1, 12.9, 4, 1.0, [10, 11, 12]),
        (-3.0, 3.0, 3, 2.0, [-2, 0, 2]),
        (699_000.0, 706_000.0, 3, 2_500.0, [700_000, 702_500, 705_000]),
        (0.00011, 0.00019, 4, 0.00002, [0.00012, 0.00014, 0.00016, 0.00018]),
    ],
)
def test_ticks_are_round(low, high, count, step, ticks):
    """Steps of 1, 2, 2.5 or 5 times a power of ten, at their multiples within the scale."""
    found, values = Scale(low, high, 100.0, 0.0).ticks(count)
    assert found == pytest.approx(step)
    assert values == pytest.approx(ticks)


def test_ticks_by_ratio_are_1_2_and_5():
    """Over two decades; over many more, powers of ten alone, and not more than fit."""
    assert Scale(0.9, 110.0, 300.0, 0.0, log=True).ticks(6)[1] == [1, 2, 5, 10, 20, 50, 100]
    many = Scale(1e-4, 1e6, 300.0, 0.0, log=True).ticks(4)[1]
    assert 3 <= len(many) <= 8
    assert [np.log10(one) % 1 for one in many] == pytest.approx([0] * len(many), abs=1e-9)


def test_a_position_goes_with_the_value():
    """By differences: the middle is in the middle; by ratios the geometric mean is."""
    assert Scale(10.0, 20.0, 100.0, 0.0).at(15.0) == 50.0
    assert Scale(10.0, 40.0, 100.0, 0.0, log=True).at(20.0) == pytest.approx(50.0)


def test_equal_values_get_room():
    """Also all zeros, and nothing at all."""
    for values in ([5.0, 5.0], [0.0], [], [float("nan")], [-2.0]):
        scale = scale_of(values, 100.0, 0.0, log=True)
        assert scale.low < scale.high
        assert all(0 <= scale.at(value) <= 100 for value in values if value == value)


def sessions(count, end="2024-03-08"):
    """Weekdays up to a day."""
    return np.busday_offset(end, np.arange(1 - count, 1))


@pytest.mark.parametrize("count", [1, 2, 5, 22, 23, 45, 50, 64, 130, 252, 500, 1300, 2520, 8000])
@pytest.mark.parametrize("room", [200, 268, 850])
def test_labels_of_days_are_where_they_say_and_do_not_meet(count, room):
    """Months at their first session, years at theirs, weeks at their Mondays where they fit."""
    days = sessions(count)
    pitch = min(room / count, 24)
    ticks = day_ticks(days, pitch, 11)
    assert ticks or count < 46
    for tick in ticks:
        day = days[tick.bar]
        if tick.label.isdigit():
            assert tick.strong
            assert str(day)[:4] == tick.label
            assert str(days[tick.bar - 1])[:4] != tick.label
        elif " " in tick.label:
            assert int(tick.label.split()[1]) == int(str(day)[8:])
        else:
            assert str(days[tick.bar - 1])[:7] != str(day)[:7]
    if (
        count > 60
    ):  # few labels stand where months are; those of weeks are thinned as they are drawn
        for one, next_ in itertools.pairwise(ticks):
            halves = (width(one.label, 11) + width(next_.label, 11)) / 2
            assert (next_.bar - one.bar) * pitch > halves


def test_a_year_has_labels_of_its_months():
    """On a wide chart each month, with the year in place of January."""
    labels = [tick.label for tick in day_ticks(sessions(252), 3.4, 11)]
    assert labels == ["Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "2024", "Feb",
                      "Mar"]  # fmt: skip
    narrow = [tick.label for tick in day_ticks(sessions(252), 0.8, 11)]
    assert narrow == ["Apr", "Jul", "Oct", "2024"]
