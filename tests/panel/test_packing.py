"""Rows against a plain loop: where each day is, and where each value comes to stand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic.panel.packing import TURNED_TOGETHER, Packing, positions

DAYS = st.integers(0, 40)
UNITS = st.sampled_from(["D", "us"])
FIRST = np.datetime64("1969-12-20")


@given(st.sets(DAYS), st.lists(st.one_of(DAYS, st.none())), UNITS)
def test_positions_are_those_of_a_plain_search(sessions, days, unit):
    """Days, and times within days, whose table would be too wide; what is unknown is nowhere."""
    window = (FIRST + np.array(sorted(sessions), "timedelta64[D]")).astype(f"datetime64[{unit}]")
    asked = np.array(
        [np.datetime64("NaT") if day is None else FIRST + day for day in days], "datetime64[D]"
    )
    found, inside = positions(asked, window)
    listed = sorted(sessions)
    for day, position, is_inside in zip(days, found.tolist(), inside.tolist(), strict=True):
        assert position == (listed.index(day) if day in sessions else -1)
        assert is_inside == (day is not None and bool(listed) and listed[0] <= day <= listed[-1])


@given(st.lists(st.integers(0, 5)), st.sampled_from([np.float64, np.int32]))
def test_values_stand_at_the_top_of_their_columns(length, dtype):
    """Symbols with fewer bars than others, or none, and all with the same number."""
    values = np.arange(1, sum(length) + 1).astype(dtype)
    packed = Packing.of(np.array(length, np.intp)).packed(values, -1)
    expected = np.full((max(length, default=0), len(length)), -1, dtype)
    rest = iter(values)
    for column, bars in enumerate(length):
        for row in range(bars):
            expected[row, column] = next(rest)
    assert packed.dtype == dtype
    assert packed.flags.c_contiguous
    np.testing.assert_array_equal(packed, expected)


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_as_many_symbols_as_are_turned_together(more):
    """And one fewer, and one more."""
    count = TURNED_TOGETHER + more
    values = np.arange(2.0 * count)
    packed = Packing.of(np.full(count, 2)).packed(values, np.nan)
    np.testing.assert_array_equal(packed, [values[::2], values[1::2]])
