"""The panel packs bars from the top, counts what it leaves out and never mixes symbols."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic.errors import ParameterError
from technic.panel import FIELDS, BarPanel, LongBars
from technic.testing import make_panel

DAYS = np.arange("2024-01-01", "2024-01-21", dtype="datetime64[D]")

Cell = tuple[int, int]


def long_bars(cells: list[Cell], n_symbols: int, holes: frozenset[Cell] = frozenset()) -> LongBars:
    """One bar for each (symbol, day); every value is its own, those of ``holes`` are NaN."""
    column = np.array([c for c, _ in cells], dtype=np.int32)
    day = np.array([d for _, d in cells], dtype=np.int64)
    value = column * 1000.0 + day + 1
    value[[cell in holes for cell in cells]] = np.nan
    return LongBars(
        tuple(f"S{i}" for i in range(n_symbols)),
        column,
        DAYS[day],
        *(value + offset for offset in (0.1, 0.2, 0.3, 0.4, 0.5)),
    )


def bars_by_hand(cells: list[Cell], column: int, lo: int, hi: int) -> list[tuple[int, float]]:
    """The (day, close) pairs that a column must hold, sorted by day."""
    days = sorted(d for c, d in cells if c == column and lo <= d <= hi)
    return [(d, column * 1000.0 + d + 1 + 0.4) for d in days]


def column_of(panel: BarPanel, column: int, first_day: int = 0) -> list[tuple[int, float]]:
    """The (day, close) pairs that a column holds, and a check that it is packed."""
    length = int(panel.length[column])
    assert (panel.session[length:, column] == -1).all()
    for name in FIELDS:
        values = getattr(panel, name)[:, column]
        assert np.isfinite(values[:length]).all()
        assert np.isnan(values[length:]).all()
    days = panel.session[:length, column] + first_day
    return list(zip(days.tolist(), panel.close[:length, column].tolist(), strict=True))


cells_strategy = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, len(DAYS) - 1)), unique=True, max_size=80
)


@given(cells=cells_strategy)
def test_each_column_holds_its_own_bars_in_order_whatever_the_order_of_rows(cells: list[Cell]):
    """Packing a shuffled table gives each symbol its bars, oldest first, from row 0."""
    panel = BarPanel.from_long(long_bars(cells, 5), DAYS)
    for column in range(5):
        assert column_of(panel, column) == bars_by_hand(cells, column, 0, len(DAYS))


@given(cells=cells_strategy, bounds=st.tuples(st.integers(0, 19), st.integers(0, 19)))
def test_a_window_equals_a_panel_loaded_with_just_these_days(
    cells: list[Cell], bounds: tuple[int, int]
):
    """Cutting a window out of a longer panel and loading only the window is the same."""
    low, high = min(bounds), max(bounds)
    whole = BarPanel.from_long(long_bars(cells, 5), DAYS)
    window = whole.window(DAYS[low], DAYS[high])
    inside = [cell for cell in cells if low <= cell[1] <= high]
    loaded = BarPanel.from_long(long_bars(inside, 5), DAYS[low : high + 1])
    np.testing.assert_array_equal(window.sessions, loaded.sessions)
    for name in (*FIELDS, "session", "length"):
        np.testing.assert_array_equal(getattr(window, name), getattr(loaded, name))


@given(cells=cells_strategy, day=st.integers(0, 19))
def test_rows_at_is_the_last_bar_at_or_before_a_day(cells: list[Cell], day: int):
    """A symbol without a bar on the day answers with its last one before, or -1."""
    panel = BarPanel.from_long(long_bars(cells, 5), DAYS)
    for column, row in enumerate(panel.rows_at(DAYS[day])):
        assert row == len(bars_by_hand(cells, column, 0, day)) - 1


def test_incomplete_and_off_session_bars_are_left_out_and_counted():
    """A NaN price or a day that is no session leaves the bar out; the counts say how many."""
    cells = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 3)]
    bars = long_bars(cells, 2, holes=frozenset({(0, 1)}))
    sessions = DAYS[[0, 1, 2, 4]]
    panel = BarPanel.from_long(bars, sessions)
    assert panel.length.tolist() == [2, 1]
    assert panel.left_out.tolist() == [1, 1]
    assert column_of(panel, 0) == [(0, 1.4), (2, 3.4)]


def test_an_infinite_volume_is_not_a_bar():
    """Infinity in any field is as bad as a missing value."""
    bars = long_bars([(0, 0), (0, 1)], 1)
    bars.volume[1] = np.inf
    panel = BarPanel.from_long(bars, DAYS)
    assert panel.length.tolist() == [1]


def test_two_bars_for_one_session_are_an_error_that_names_them():
    """A doubled session is never silently merged."""
    bars = long_bars([(0, 3), (1, 3), (1, 3)], 2)
    with pytest.raises(ParameterError, match="S1 2024-01-04 twice"):
        BarPanel.from_long(bars, DAYS)


def test_an_empty_table_and_an_empty_calendar_make_an_empty_panel():
    """No bars is a panel of no rows, not an error: the ledger says why nothing is there."""
    assert BarPanel.from_long(long_bars([], 3), DAYS).close.shape == (0, 3)
    assert BarPanel.from_long(long_bars([(0, 1)], 1), DAYS[:0]).close.shape == (0, 1)
    assert BarPanel.from_long(long_bars([], 0), DAYS).window(DAYS[1], DAYS[2]).close.shape == (0, 0)


def test_arrays_are_read_only():
    """Nobody writes into a panel that others share."""
    panel = BarPanel.from_long(long_bars([(0, 0)], 1), DAYS)
    with pytest.raises(ValueError, match="read-only"):
        panel.close[0, 0] = 1.0


def test_frames_round_trip():
    """A panel made of its own price frames is the same panel."""
    panel = BarPanel.from_long(long_bars([(0, 2), (0, 5), (1, 3)], 2), DAYS)
    again = BarPanel.from_frames({s: panel.frame(s) for s in panel.symbols}, DAYS)
    for name in (*FIELDS, "session"):
        np.testing.assert_array_equal(getattr(again, name), getattr(panel, name))
    assert list(panel.frame("S0").columns) == ["Open", "High", "Low", "Close", "Volume"]
    assert panel.frame("S0").index.name == "Date"


def test_a_frame_without_the_columns_is_an_error_that_names_the_symbol():
    """A price cache of another shape is refused with what is expected."""
    frame = pd.DataFrame({"close": [1.0]}, index=pd.DatetimeIndex(["2024-01-02"]))
    with pytest.raises(ParameterError, match=r"price_cache\['AAPL'\].*Open High Low Close Volume"):
        BarPanel.from_frames({"AAPL": frame}, DAYS)


def test_columns_that_are_taken_lie_row_after_row():
    """Every step of a scan goes along rows; column after column it would take twice as long."""
    panel = make_panel(5, 20).take(np.array([4, 0, 2]))
    for name in (*FIELDS, "session"):
        assert getattr(panel, name).flags.c_contiguous, name


def test_take_keeps_columns_and_an_unknown_symbol_is_a_key_error():
    """Taking columns by index or slice keeps each symbol's bars."""
    panel = BarPanel.from_long(long_bars([(0, 2), (1, 3), (2, 4)], 3), DAYS)
    picked = panel.take(np.array([2, 0]))
    assert picked.symbols == ("S2", "S0")
    assert column_of(picked, 0) == column_of(panel, 2)
    assert panel.take(slice(1, 3)).symbols == ("S1", "S2")
    with pytest.raises(KeyError, match="NOPE"):
        panel.frame("NOPE")
