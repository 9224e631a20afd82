"""One open trade a symbol, against a plain loop, in one piece and in parts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.plan_loop import taken_one_at_a_time
from support.later_bars import later_bars
from technic.study.outcomes import GradeRules, Plans, grade_plans, one_at_a_time, order_ends

HIT = st.tuples(st.integers(0, 4), st.integers(0, 60), st.integers(1, 15))


@given(hits=st.lists(HIT, max_size=80, unique_by=lambda hit: hit[:2]), cut=st.integers(0, 60))
def test_the_hits_taken_are_those_of_a_loop(hits, cut):
    """In any order; and a stream of two parts gives what the whole gives."""
    hits = [(symbol, session, session + length) for symbol, session, length in hits]
    arrays = [np.array([hit[i] for hit in hits], dtype=np.int64) for i in range(3)]
    expected = taken_one_at_a_time(hits)
    assert one_at_a_time(*arrays).tolist() == expected

    by_day = sorted(hits, key=lambda hit: hit[1])  # as they come from a replay
    ordered = [np.array([hit[i] for hit in by_day], dtype=np.int32) for i in range(3)]
    assert one_at_a_time(*ordered).tolist() == taken_one_at_a_time(by_day)

    busy = np.zeros(5, dtype=np.int64)
    parts = np.zeros(len(hits), dtype=np.bool_)
    for part in (arrays[1] < cut, arrays[1] >= cut):
        parts[part] = one_at_a_time(*(array[part] for array in arrays), busy)
    assert parts.tolist() == expected


def test_an_order_keeps_its_symbol_until_it_lapses_or_its_trade_ends():
    """An entry that is never touched blocks for its life, a trade until it is left."""
    rows = [(100, 101, 99, 100)] * 4 + [(100, 106, 99, 105)] + [(105, 105, 104, 105)] * 3
    bars = later_bars(rows)
    plans = Plans(
        session=np.arange(6, dtype=np.int32),
        symbol=np.zeros(6, dtype=np.int32),
        side=np.ones(6, dtype=np.int8),
        breakout=np.array([True, True, True, False, True, True]),
        entry=np.array([104.0] * 3 + [100.0, 200.0, 200.0]),
        stop=np.full(6, 90.0),
        target=np.array([300.0] * 3 + [105.5, 300.0, 300.0]),
    )
    rules = GradeRules(life=2, hold=3)
    grades = grade_plans(bars, plans, rules)
    ends = order_ends(plans, grades, rules)
    assert ends.tolist() == [2, 3, 6, 4, 6, 7]
    taken = one_at_a_time(plans.symbol, plans.session, ends)
    assert taken.tolist() == [True, False, True, False, False, False]


def test_an_order_that_is_over_before_its_hit_is_an_error():
    """It would follow itself for ever."""
    symbol, session = np.zeros(2, dtype=int), np.array([1, 4])
    with pytest.raises(ValueError, match="on the session of its hit or before it"):
        one_at_a_time(symbol, session, np.array([2, 4]))
