"""Bars put under each other: symbols of the same name become one."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from technic.panel import LongBars
from technic.panel.long_bars import concatenated

rows = st.lists(st.tuples(st.sampled_from("ABCDE"), st.floats(-5, 5)), max_size=6)


def bars(some: list[tuple[str, float]], first: str) -> LongBars:
    """Bars whose list of symbols begins with ``first``, whether it has a row or not."""
    symbols = tuple(dict.fromkeys([first, *(name for name, _ in some)]))
    column = np.array([symbols.index(name) for name, _ in some], np.int32)
    session = np.full(len(some), np.datetime64("2024-03-08"))
    values = np.array([value for _, value in some], np.float64)
    return LongBars(symbols, column, session, *(values + at for at in range(5)))


@given(st.lists(st.tuples(rows, st.sampled_from("ABCDE")), max_size=4))
def test_rows_keep_their_order_and_their_symbols(parts: list[tuple[list[tuple[str, float]], str]]):
    """Symbols stand in the order in which they were first named, each once."""
    made = concatenated([bars(some, first) for some, first in parts])
    together = [row for some, _ in parts for row in some]
    assert [made.symbols[at] for at in made.column] == [name for name, _ in together]
    assert made.close.tolist() == [value + 3 for _, value in together]
    assert len(made.session) == len(together)
    named = [name for some, first in parts for name in (first, *(name for name, _ in some))]
    assert made.symbols == tuple(dict.fromkeys(named))
