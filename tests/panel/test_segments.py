"""Panels without the bars before a break and without single bars, against plain lists."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.gate_bars import ordinary, panel_of
from technic.panel import FIELDS, BarPanel
from technic.panel.segments import rows_after, segments

NONE = np.empty(0, np.intp)


def columns_of(panel: BarPanel, i: int) -> list[tuple[float, ...]]:
    """The bars of one column, its session first; a cell below them fails."""
    length = panel.length[i]
    assert (panel.session[length:, i] == -1).all()
    assert np.isnan(panel.close[length:, i]).all()
    names = ("session", *FIELDS)
    return [tuple(getattr(panel, name)[row, i] for name in names) for row in range(length)]


@given(data=st.data())
def test_what_is_left_is_what_plain_lists_leave(data):
    """Any columns in any order, cut and thinned; lengths, counts and last rows with them."""
    sizes = data.draw(st.lists(st.integers(1, 8), min_size=1, max_size=5))
    panel = panel_of({str(i): ordinary(size, i) for i, size in enumerate(sizes)})
    first = np.array([data.draw(st.integers(0, size - 1)) for size in sizes], dtype=np.intp)
    gone = [data.draw(st.sets(st.integers(0, size - 1))) for size in sizes]
    places = [(row, i) for i, rows in enumerate(gone) for row in sorted(rows)]
    bar, column = np.array(places, dtype=np.intp).reshape(-1, 2).T
    picked = np.array(data.draw(st.permutations(range(len(sizes)))), dtype=np.intp)
    picked = picked[: data.draw(st.integers(1, len(sizes)))]
    rows = np.array([data.draw(st.integers(-1, size - 1)) for size in sizes], dtype=np.intp)

    part = segments(panel, picked, first, bar, column)
    left = rows_after(rows, first, bar, column)
    for at, i in enumerate(picked.tolist()):
        kept = [row for row in range(first[i], sizes[i]) if row not in gone[i]]
        whole = columns_of(panel, i)
        assert columns_of(part, at) == [whole[row] for row in kept]
        assert part.left_out[at] == len(gone[i])
        assert left[i] == sum(row <= rows[i] for row in kept) - 1
    assert part.symbols == tuple(panel.symbols[i] for i in picked)
    assert part.n_bars >= max(part.length)


def test_a_panel_that_loses_nothing_is_the_panel():
    """No copy is made where there is nothing to do."""
    panel = panel_of({"A": ordinary(5), "B": ordinary(4)})
    everything, zeros = np.arange(2), np.zeros(2, np.intp)
    assert segments(panel, everything, zeros, NONE, NONE) is panel
    assert segments(panel, everything[1:], zeros, NONE, NONE).symbols == ("B",)


def test_the_arrays_of_the_panel_are_not_written_to():
    """What is read by others stays as it is."""
    panel = panel_of({"A": ordinary(5), "B": ordinary(4)})
    before = {name: getattr(panel, name).copy() for name in ("session", *FIELDS)}
    segments(panel, np.arange(2), np.array([2, 0]), np.array([1]), np.array([1]))
    for name, values in before.items():
        np.testing.assert_array_equal(getattr(panel, name), values)


@pytest.mark.parametrize("width", [1, 2, 7])
def test_no_column_depends_on_the_others(width):
    """The same bits in blocks of any width."""
    panel = panel_of({str(i): ordinary(20, i) for i in range(9)})
    first = np.arange(9) % 4
    whole = segments(panel, np.arange(9), first, np.array([5]), np.array([3]))
    for start in range(0, 9, width):
        part = panel.take(slice(start, start + width))
        inside = start <= 3 < start + width
        bar, column = (np.array([5]), np.array([3 - start])) if inside else (NONE, NONE)
        alone = segments(part, np.arange(part.n_symbols), first[start : start + width], bar, column)
        for i in range(part.n_symbols):
            assert columns_of(alone, i) == columns_of(whole, start + i)
