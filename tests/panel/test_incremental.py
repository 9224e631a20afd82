"""Bars that are packed part by part: the panel that all of them at once would make."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from technic.errors import ParameterError
from technic.panel import FIELDS, BarPanel, LongBars
from technic.panel.incremental import packed_in_turn
from technic.panel.long_bars import concatenated
from technic.testing import make_bars

SESSIONS = np.busday_offset("2023-11-20", np.arange(60))
SYMBOLS = ["B", "D", "F", "H"]


def market(seed: int, holes: float, gaps: float) -> LongBars:
    """Four symbols with holes, rows without a price, and rows on days that are no session."""
    rng = np.random.default_rng(seed)
    days = np.arange(SESSIONS[0] - 3, SESSIONS[-1] + 4)
    bars = make_bars(SYMBOLS, days, seed)
    bars = bars.rows(np.isin(days[np.arange(len(bars)) % len(days)], SESSIONS[:-5]) |
                     (rng.random(len(bars)) < 0.1))  # fmt: skip
    close = np.where(rng.random(len(bars)) < gaps, np.nan, bars.close)
    volume = np.where(rng.random(len(bars)) < gaps, np.inf, bars.volume)
    return replace(bars, close=close, volume=volume).rows(rng.random(len(bars)) >= holes)


def by_month(bars: LongBars) -> list[LongBars]:
    """The bars of each month; each part names only the symbols that it has."""
    parts = []
    for month in np.unique(bars.session.astype("datetime64[M]")):
        part = bars.rows(bars.session.astype("datetime64[M]") == month)
        used = np.unique(part.column)
        names = tuple(bars.symbols[at] for at in used)
        parts.append(replace(part, symbols=names, column=np.searchsorted(used, part.column)))
    return parts


def assert_equal_panels(found: BarPanel | None, expected: BarPanel) -> None:
    """The same columns, bit for bit."""
    assert found is not None
    assert found.symbols == expected.symbols
    for name in (*FIELDS, "session", "length", "left_out"):
        left, right = getattr(found, name), getattr(expected, name)
        assert left.dtype == right.dtype
        np.testing.assert_array_equal(left, right, strict=True)


@settings(deadline=None)
@given(st.integers(0, 999), st.sampled_from([0, 0.3, 0.97]), st.sampled_from([0, 0.2, 1.0]))
def test_months_in_turn_make_the_panel_of_all(seed: int, holes: float, gaps: float):
    """Holes, incomplete rows, days that are none, symbols with nothing or with nothing whole."""
    bars = market(seed, holes, gaps)
    parts = by_month(bars)
    whole = concatenated(parts)
    there = [symbol for symbol in SYMBOLS if symbol in whole.symbols]
    inside = (bars.session >= SESSIONS[0]) & (bars.session <= SESSIONS[-1])
    rows = bars.rows(inside)
    used = np.unique(rows.column)
    expected = BarPanel.from_long(
        LongBars(
            tuple(SYMBOLS[at] for at in used),
            np.searchsorted(used, rows.column),
            *(getattr(rows, name) for name in ("session", *FIELDS)),
        ),
        SESSIONS,
    )
    assert set(expected.symbols) <= set(there)
    assert_equal_panels(packed_in_turn(["A", *SYMBOLS, "Z"], parts, SESSIONS), expected)


def test_parts_that_go_back_in_time_are_left_to_others():
    """An earlier month after a later one, the same month twice, rows out of order."""
    first, *_, last = by_month(make_bars(SYMBOLS, SESSIONS))
    assert packed_in_turn(SYMBOLS, [first, last], SESSIONS) is not None
    assert packed_in_turn(SYMBOLS, [last, first], SESSIONS) is None
    assert packed_in_turn(SYMBOLS, [first, first], SESSIONS) is None
    backward = first.rows(np.arange(len(first))[::-1])
    assert packed_in_turn(SYMBOLS, [backward], SESSIONS) is None


def test_two_bars_in_one_cell_are_left_to_the_one_that_refuses_them():
    """from_long names symbol and day."""
    bars = make_bars(["B"], SESSIONS[:2])
    twice = bars.rows(np.array([0, 1, 1]))
    assert packed_in_turn(["B"], [twice], SESSIONS) is None
    with pytest.raises(ParameterError, match=f"B {SESSIONS[1]} twice"):
        BarPanel.from_long(twice, SESSIONS)


def test_nothing_makes_an_empty_panel():
    """No parts, no sessions, no symbols."""
    assert packed_in_turn(SYMBOLS, [], SESSIONS).symbols == ()
    assert packed_in_turn([], [], SESSIONS).n_bars == 0
    bars = make_bars(["B"], SESSIONS[:2])
    assert packed_in_turn(["B"], [bars], SESSIONS[:0]).symbols == ()
