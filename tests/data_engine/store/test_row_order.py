"""Rows in the order of the tables, and month by month: against plain sorting of tuples."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic.data_engine.store import BarStore, _rows
from technic.data_engine.store._arrow import to_tables
from technic.data_engine.store._rows import ordered
from technic.errors import ParameterError
from technic.panel import LongBars

DAYS = ("1969-12-31", "1970-01-01", "2024-01-31", "2024-02-01", "2024-12-31", "2025-01-01")
Cell = tuple[str, str]


def of(cells: Sequence[Cell], symbols: Sequence[str] = ("B", "none", "A", "a", "A.B")) -> LongBars:
    """Bars of some cells, row after row; every value says which row it was."""
    value = np.arange(float(len(cells)))
    return LongBars(
        tuple(symbols),
        np.array([symbols.index(symbol) for symbol, _ in cells], np.int32),
        np.array([day for _, day in cells], "datetime64[D]"),
        *(value + 1000 * at for at in range(5)),
    )


def rows(bars: LongBars) -> list[tuple[str, str, float, float]]:
    """Each row as it can be read."""
    names = [bars.symbols[at] for at in bars.column]
    days = bars.session.astype(str).tolist()
    return list(zip(names, days, bars.open.tolist(), bars.volume.tolist(), strict=True))


cells = st.lists(
    st.tuples(st.sampled_from(["B", "A", "a", "A.B"]), st.sampled_from(DAYS)), unique=True
)


@given(cells, st.booleans())
def test_rows_are_sorted_by_symbol_and_day(some: list[Cell], day_by_day: bool):
    """Whether they came day after day or in any order; symbols without a bar are left out."""
    bars = of(sorted(some, key=lambda cell: cell[1]) if day_by_day else some)
    made = ordered(bars)
    assert rows(made) == sorted(rows(bars))
    assert made.symbols == tuple(sorted({symbol for symbol, _ in some}))


@pytest.mark.parametrize("most", [3, 4])
def test_more_symbols_than_small_numbers_count_are_sorted_as_well(
    monkeypatch: pytest.MonkeyPatch, most: int
):
    """Numbers of two bytes would begin anew at zero."""
    monkeypatch.setattr(_rows, "MOST_SMALL", most)
    bars = of([(name, day) for day in DAYS for name in ("a", "B", "A.B", "A")])
    assert rows(ordered(bars)) == sorted(rows(bars))


def test_seventy_thousand_symbols_are_sorted():
    """More than two bytes count."""
    names = [f"{at:05d}" for at in range(70_000)]
    bars = of([], names)
    column = np.tile(np.arange(70_000, dtype=np.int32)[::-1], 2)
    session = np.repeat(np.array(DAYS[:2], "datetime64[D]"), 70_000)
    values = [np.arange(140_000.0)] * 5
    made = ordered(LongBars(bars.symbols, column, session, *values))
    assert (np.diff(made.column) >= 0).all()
    assert (made.session[::2] < made.session[1::2]).all()
    assert made.open[:4].tolist() == [69_999.0, 139_999.0, 69_998.0, 139_998.0]


def test_a_bar_that_is_there_twice_is_refused_in_days_order_too():
    """Nobody can tell which is right."""
    with pytest.raises(ParameterError, match="A 2024-01-31 twice"):
        ordered(of([("A", DAYS[2]), ("B", DAYS[2]), ("A", DAYS[2])]))


@given(cells)
def test_every_month_has_its_rows_in_order(some: list[Cell]):
    """Months that lie years apart, and before 1970; none without rows."""
    bars = ordered(of(some))
    tables = to_tables(bars, timed=False)
    assert list(tables) == sorted({day[:7] for _, day in some})
    for month, table in tables.items():
        columns = [table[name].to_pylist() for name in ("symbol", "session", "open", "volume")]
        made = [(name, str(day), *values) for name, day, *values in zip(*columns, strict=True)]
        assert made == [row for row in rows(bars) if row[1].startswith(month)]


def test_columns_of_a_file_of_bars_mark_nothing_as_missing(tmp_path: Path):
    """Marks that say of each value that it is there take time to write and to read."""
    parts = to_tables(of([("A", DAYS[2])]), timed=False)
    pq.write_table(parts["2024-01"], tmp_path / "bars.parquet")
    assert not any(field.nullable for field in pq.read_schema(tmp_path / "bars.parquet"))


def test_a_bar_after_between_or_before_the_days_of_a_write_is_refused(tmp_path: Path):
    """And nothing is written, also where no day was asked."""
    store = BarStore.open(str(tmp_path / "store"))
    asked = dt.datetime(2025, 2, 1, tzinfo=dt.UTC)
    asked_days = np.array(DAYS[2:4], "datetime64[D]")
    for day in (DAYS[1], "2024-02-02", DAYS[5]):
        with pytest.raises(ParameterError, match=f"A {day}"):
            store.write_days(of([("A", DAYS[2]), ("A", day)]), asked_days, asked)
    with pytest.raises(ParameterError, match=f"A {DAYS[2]}"):
        store.write_days(of([("A", DAYS[2])]), asked_days[:0], asked)
    assert store.stats().bars == 0
