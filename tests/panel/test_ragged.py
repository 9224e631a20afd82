"""Last rows of columns that end apart, against a loop over cells."""

from __future__ import annotations

import numpy as np
import pytest

from technic.panel.ragged import common_row, gather_last, last_bars


def last_by_loop(values, rows, bars, lag):
    """Cell by cell."""
    out = np.full((bars, len(rows)), np.nan)
    for column, row in enumerate(rows):
        for place in range(bars):
            at = row - lag - (bars - 1 - place)
            if row >= 0 and at >= 0:
                out[place, column] = values[at, column]
    return out


@pytest.mark.parametrize(
    ("rows", "common"),
    [([5, 5, 2], 5), ([4, 1, 4, 1], 1), ([-1, -1, 3], 3), ([-1, -1], -1), ([], -1), ([0], 0)],
)
def test_the_common_row_is_the_one_that_most_columns_have(rows, common):
    """Columns without a row do not count; of several the lowest."""
    assert common_row(np.array(rows, np.intp)) == common


@pytest.mark.parametrize("bars", [1, 3, 9])
@pytest.mark.parametrize("lag", [0, 1, 7])
@pytest.mark.parametrize("rows", [[6, 6, 6, 6], [6, 6, 2, -1], [0, 3, 3, 9], [-1, -1, -1, -1]])
def test_last_bars_are_those_of_a_loop(rows, lag, bars):
    """Windows that begin above the first bar, columns that end apart or have no row."""
    values = np.arange(40.0).reshape(10, 4)
    rows = np.array(rows, np.intp)
    wanted = last_by_loop(values, rows, bars, lag)
    np.testing.assert_array_equal(last_bars(values, rows, bars, lag), wanted)
    odd = np.flatnonzero(rows >= 0)
    np.testing.assert_array_equal(gather_last(values, odd, rows[odd], bars, lag), wanted[:, odd])


def test_what_stands_between_bars_and_columns_stays_there():
    """Rows of several numbers for each column."""
    values = np.arange(60.0).reshape(5, 3, 4)
    columns, ends = np.array([3, 1]), np.array([4, 1])
    found = gather_last(values, columns, ends, 3)
    assert found.shape == (3, 3, 2)
    for part in range(3):
        wanted = gather_last(values[:, part], columns, ends, 3)
        np.testing.assert_array_equal(found[:, part], wanted)


def test_no_bars_are_no_values():
    """An empty panel has nothing to gather."""
    found = gather_last(np.empty((0, 2)), np.array([0, 1]), np.array([0, 0]), 2)
    assert found.shape == (2, 2)
    assert np.isnan(found).all()
