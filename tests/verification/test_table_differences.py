"""Differences of tables and ledgers against a plain loop over every cell."""

from __future__ import annotations

import io
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic.result.ledger import Ledger
from technic.verification.table_differences import (
    LedgerDifference,
    Moved,
    ledger_differences,
    table_differences,
)


def through_parquet(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame as it is read back."""
    file = io.BytesIO()
    frame.to_parquet(file, index=False)
    return pd.read_parquet(io.BytesIO(file.getvalue()))


def table(symbols: list[str], **columns: list[object]) -> pd.DataFrame:
    """A table."""
    return pd.DataFrame({"symbol": symbols, **columns})


def compare(saved: pd.DataFrame, now: pd.DataFrame):
    """Compare a saved table with one in memory."""
    return table_differences(through_parquet(saved), now)


def bits(value: object) -> object:
    """What tells two values apart."""
    if isinstance(value, float):
        return "nan" if math.isnan(value) else value.hex()
    return None if value is None else value


VALUES = st.sampled_from([0.0, -0.0, 1.5, np.nextafter(1.5, 2.0), float("nan"), 1e300, 5e-324])
TEXTS = st.sampled_from(["a", "b", "", None, "nan"])


@st.composite
def tables(draw) -> pd.DataFrame:
    """Some of five symbols in any order, with numbers and texts."""
    symbols = draw(st.permutations(["AA", "BB", "CC", "NA", "EE"]))
    symbols = symbols[: draw(st.integers(1, 5))]
    n = len(symbols)
    numbers = draw(st.lists(VALUES, min_size=n, max_size=n))
    texts = draw(st.lists(TEXTS, min_size=n, max_size=n))
    return table(symbols, x=numbers, name=pd.Series(texts, dtype=object))


@given(tables(), tables())
def test_cells_rows_and_places_as_a_loop_finds_them(saved, now):
    """Every bit counts, NaN is NaN, the order counts among the rows that both have."""
    found = compare(saved, now)
    left, right = (
        {row["symbol"]: row for row in frame.to_dict("records")} for frame in (saved, now)
    )
    expected = [
        (symbol, column)
        for symbol in left
        if symbol in right
        for column in ("x", "name")
        if bits(left[symbol][column]) != bits(right[symbol][column])
    ]
    assert [(cell.symbol, cell.column) for cell in found.cells] == expected
    assert found.missing == tuple(symbol for symbol in left if symbol not in right)
    assert found.added == tuple(symbol for symbol in right if symbol not in left)
    shared = [symbol for symbol in left if symbol in right]
    others = [symbol for symbol in right if symbol in left]
    assert {one.symbol: (one.saved, one.now) for one in found.moved} == {
        symbol: (shared.index(symbol) + 1, others.index(symbol) + 1)
        for symbol in shared
        if shared.index(symbol) != others.index(symbol)
    }
    assert found.identical == (not expected and list(left) == list(right))


@given(tables())
def test_a_table_is_identical_to_itself(one):
    """After it went through a file."""
    assert compare(one, one).identical


def test_a_difference_has_both_values():
    """With all digits; None where there is none."""
    (cell,) = compare(table(["AA"], x=[0.1 + 0.2]), table(["AA"], x=[0.3])).cells
    assert (cell.saved, cell.now) == (0.1 + 0.2, 0.3)
    (cell,) = compare(table(["AA"], x=[float("nan")]), table(["AA"], x=[0.0])).cells
    assert (cell.saved, cell.now) == (None, 0.0)


def test_every_nan_is_nan():
    """A file of another program may hold one with other bits."""
    odd = np.array([np.copysign(np.nan, -1.0)])
    assert odd.view(np.int64)[0] != np.array([np.nan]).view(np.int64)[0]
    saved = pd.DataFrame({"symbol": ["AA"], "x": odd})
    assert table_differences(saved, table(["AA"], x=[float("nan")])).identical


@pytest.mark.parametrize(
    ("saved", "now", "differ"),
    [
        ([1, 2], [1.0, 2.0], False),
        ([True, False], [1, 0], False),
        ([1, 2], ["1", "2"], True),
        ([None, None], ["a", "b"], True),
        ([None, None], [float("nan"), float("nan")], False),
        ([None, None], [None, None], False),
    ],
)
def test_columns_of_other_types(saved, now, differ):
    """The values decide, not how a file happens to hold them."""
    left, right = (
        pd.DataFrame({"symbol": ["AA", "BB"], "x": pd.Series(values)}) for values in (saved, now)
    )
    assert bool(compare(left, right).cells) == differ


def test_columns_that_only_one_table_has_are_named():
    """As from a version that computes more; their cells are not compared."""
    found = compare(table(["AA"], x=[1.0], old=[1.0]), table(["AA"], new=[2.0], x=[1.0]))
    assert (found.columns_missing, found.columns_added, found.cells) == (("old",), ("new",), ())
    assert not found.identical


def test_a_row_that_entered_moves_nobody():
    """Places are counted among the rows that both tables hold."""
    found = compare(table(["AA", "BB"]), table(["NEW", "AA", "BB"]))
    assert (found.added, found.moved) == (("NEW",), ())
    assert compare(table(["AA", "BB"]), table(["BB", "AA"])).moved == (
        Moved("AA", 1, 2),
        Moved("BB", 2, 1),
    )


def ledger(**entries: tuple[str, str | None]) -> Ledger:
    """A ledger."""
    outcomes, details = zip(*entries.values(), strict=True)
    return Ledger(tuple(entries), np.array(outcomes, object), np.array(details, object))


def test_ledgers_differ_by_outcome_detail_and_symbols():
    """No detail and an empty one are the same."""
    saved = ledger(AA=("kept", ""), BB=("gate.stale", "5 bars"), CC=("kept", None), DD=("kept", ""))
    now = ledger(
        CC=("kept", ""), BB=("gate.stale", "6 bars"), AA=("filter.x", "y"), EE=("kept", "")
    )
    assert ledger_differences(saved, now) == (
        LedgerDifference("AA", ("kept", ""), ("filter.x", "y")),
        LedgerDifference("BB", ("gate.stale", "5 bars"), ("gate.stale", "6 bars")),
        LedgerDifference("DD", ("kept", ""), None),
        LedgerDifference("EE", None, ("kept", "")),
    )
    assert ledger_differences(saved, saved) == ()
