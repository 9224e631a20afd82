"""Coverage and gaps against a set of answered cells, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic.data_engine.interfaces.coverage import Coverage, Gaps
from technic.errors import ParameterError

# Fri 2024-01-05 … Fri 2024-01-19, without the holiday on Mon 2024-01-15.
SESSIONS = np.array(
    [f"2024-01-{day:02}" for day in (5, 8, 9, 10, 11, 12, 16, 17, 18, 19)], "datetime64[D]"
)
SYMBOLS = ("AA", "BB", "CC", "DD")


def day(text: str) -> np.datetime64:
    """Return a day of January 2024."""
    return np.datetime64(f"2024-01-{text}", "D")


def cells(gaps: Gaps) -> set[tuple[str, np.datetime64]]:
    """Write the gaps out, one (symbol, session) each."""
    return {
        (symbol, session)
        for group, missing in zip(gaps.groups, gaps.missing, strict=True)
        for symbol in group
        for session in gaps.sessions[missing]
    }


def test_nothing_answered_is_one_group_missing_everything():
    """A cold start is a single group, whatever its size."""
    gaps = Coverage.none().missing(SYMBOLS, SESSIONS)
    assert gaps.groups == (SYMBOLS,)
    assert gaps.missing.all()
    assert gaps.cells == 40


def test_market_day_answers_every_symbol_and_range_its_own():
    """A market day empties a column, a range part of a row, by hand."""
    coverage = Coverage.none().with_market_day(day("09")).with_range("BB", day("10"), day("18"))
    gaps = coverage.missing(("AA", "BB"), SESSIONS)
    assert gaps.groups == (("AA",), ("BB",))
    assert list(gaps.sessions[gaps.missing[1]]) == [day("05"), day("08"), day("19")]
    assert gaps.cells == 9 + 3
    assert not coverage.missing(("BB",), SESSIONS[2:9]).groups


def test_ranges_merge_over_a_weekend_but_not_over_a_weekday():
    """No weekday between two ranges makes them one; a holiday counts as a weekday."""
    week = Coverage.none().with_range("AA", day("03"), day("05"))
    assert week.with_range("AA", day("08"), day("12")).ranges == {"AA": ((day("03"), day("12")),)}
    assert len(week.with_range("AA", day("09"), day("12")).ranges["AA"]) == 2


def test_growing_leaves_the_old_value_as_it_was():
    """Coverage is a value: with_ methods answer a new one, arrays are read-only."""
    before = Coverage.none().with_range("AA", day("03"), day("05"))
    after = before.with_market_day(day("08")).with_range("AA", day("01"), day("19"))
    assert before == Coverage.none().with_range("AA", day("03"), day("05"))
    assert before != after
    with pytest.raises(ValueError, match="read-only"):
        after.first[0] = day("02")


def test_without_and_where_keep_the_rest():
    """Symbols can be taken out, sessions masked; groups that become alike are joined."""
    gaps = Coverage.none().with_range("BB", day("05"), day("05")).missing(SYMBOLS, SESSIONS)
    assert gaps.without({"AA", "CC", "DD"}).groups == (("BB",),)
    later = gaps.where(np.arange(10) > 0)
    assert [set(group) for group in later.groups] == [set(SYMBOLS)]
    assert np.array_equal(later.sessions, SESSIONS)
    assert not gaps.without(SYMBOLS).cells
    assert not gaps.where(np.zeros(10, bool)).groups


def test_wrong_input_is_named():
    """A range that ends before it starts, and unsorted sessions, are refused."""
    with pytest.raises(ParameterError, match="AA 2024-01-08…2024-01-05"):
        Coverage.none().with_range("AA", day("08"), day("05"))
    with pytest.raises(ParameterError, match="ascending"):
        Coverage.none().missing(SYMBOLS, SESSIONS[::-1])


INDEX = st.integers(0, len(SESSIONS) - 1)
RANGES = st.lists(st.tuples(st.sampled_from((*SYMBOLS, "EE")), INDEX, INDEX), max_size=12)


@given(days=st.sets(INDEX), ranges=RANGES, at_once=st.booleans())
def test_missing_cells_are_those_nobody_answered(days, ranges, at_once):
    """Against a plain set of cells, for ranges in any order, overlapping or not."""
    coverage = Coverage.none().with_market_days(SESSIONS[sorted(days)])
    ordered = [(name, min(pair), max(pair)) for name, *pair in ranges]
    if at_once:
        names = [name for name, _, _ in ordered]
        first, last = (SESSIONS[[row[at] for row in ordered]] for at in (1, 2))
        coverage = coverage.with_ranges(names, first, last)
    else:
        for name, low, high in ordered:
            coverage = coverage.with_range(name, SESSIONS[low], SESSIONS[high])
    expected = {(name, SESSIONS[at]) for name in SYMBOLS for at in range(10) if at not in days}
    for name, low, high in ordered:
        expected -= {(name, session) for session in SESSIONS[low : high + 1]}
    gaps = coverage.missing((*SYMBOLS, "AA"), SESSIONS)
    assert cells(gaps) == expected
    assert gaps.cells == len(expected)
    assert len({row.tobytes() for row in gaps.missing}) == len(gaps.groups)
