"""The newest bars of many places, against a plain loop."""

from __future__ import annotations

import numpy as np
import pytest

from technic.setups.patterns.tails import CLOSE, HIGH, Starts, Tails

N_BARS, N_SYMBOLS = 12, 5


def fields() -> tuple[np.ndarray, ...]:
    """Numbers that are all different, so that a neighbour's is never taken for one's own."""
    values = np.arange(3.0 * N_BARS * N_SYMBOLS).reshape(3, N_BARS, N_SYMBOLS)
    return tuple(values)


def looped(values: np.ndarray, places: list[tuple[int, int]], bars: int, lag: int) -> list:
    """The bars of each place one by one, NaN before the first."""
    return [
        [values[row, column] if row >= 0 else np.nan for row in range(end - bars + 1, end + 1)]
        for end, column in ((row - lag, column) for row, column in places)
    ]


@pytest.mark.parametrize("bars", [1, 3, 12, 20])
@pytest.mark.parametrize("lag", [0, 1, 4])
@pytest.mark.parametrize("first", [-1, 0, 2])
def test_bars_before_the_first_are_missing(bars: int, lag: int, first: int):
    """For a place in each column, and for many places of few columns."""
    own = fields()
    each = [(max(first, N_BARS - 1 - 3 * column), column) for column in range(N_SYMBOLS)]
    many = [(row, column) for column in (0, 2, 4) for row in range(first, N_BARS)]
    for places, column in ((each, None), (many, np.array([c for _, c in many]))):
        tails = Tails(own, np.array([row for row, _ in places]), column)
        for field in (HIGH, CLOSE):
            found = tails.last(field, bars, lag)
            expected = np.array(looped(own[field], places, bars, lag)).T
            np.testing.assert_array_equal(found, expected)


def test_the_first_bars_of_bases():
    """Each so many bars before its place; before the first bar there is nothing."""
    own = fields()
    tails = Tails(own, np.array([3, 7]), np.array([1, 4]))
    starts = Starts(np.array([0, 0, 1]), np.array([9, 2, 7]))
    assert tails.starts(starts).newest(CLOSE).tolist()[1:] == [own[CLOSE][1, 1], own[CLOSE][0, 4]]
    assert np.isnan(tails.starts(starts).newest(CLOSE)[0])
    assert np.isnan(tails.starts(starts).last(CLOSE, 2)[:, 0]).all()
