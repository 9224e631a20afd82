"""Splits, dividends and symbol changes, as far as feeds can be used."""

from __future__ import annotations

import datetime as dt

import pytest

from reference.vendor_http import day
from technic.data_engine.adjust import split_adjust
from technic.data_engine.interfaces.records import Splits
from technic.data_engine.interfaces.requests import BadAnswerError
from technic.data_engine.providers.vendors.actions import (
    concat_splits,
    dividend_table,
    rename_table,
    split_table,
)
from technic.testing import make_bars

JUNE = (day("2024-06-01"), day("2024-06-30"))
TENTH = dt.date(2024, 6, 10)


def listed(splits: Splits) -> list[tuple[str, str, float]]:
    """Splits as plain tuples."""
    days = splits.session.astype(str)
    return list(zip(splits.symbol, days, splits.ratio.tolist(), strict=True))


def test_a_split_listed_twice_counts_once():
    """The same row twice, on one page or on two, is one split, as adjustment demands."""
    page = split_table([("NVDA", TENTH, 10.0), ("NVDA", TENTH, 10.0)], JUNE)
    both = concat_splits([page, page, Splits.none()])
    assert listed(page) == listed(both) == [("NVDA", "2024-06-10", 10.0)]
    split_adjust(make_bars(["NVDA"], JUNE[0] + range(3)), both, JUNE[1])


def test_two_ratios_on_one_day_are_left_out_and_named(caplog: pytest.LogCaptureFixture):
    """Nobody can tell which is right; the price gap will be found by the data gate."""
    made = split_table([("A", TENTH, 2.0), ("A", TENTH, 3.0), ("B", TENTH, 2.0)], JUNE)
    assert listed(made) == [("B", "2024-06-10", 2.0)]
    assert "A 2024-06-10" in caplog.text


def test_rows_without_a_number_are_left_out_and_named(caplog: pytest.LogCaptureFixture):
    """One broken row of the feed does not stop the whole market."""
    rows = [("A", TENTH, None), ("B", TENTH, 0.0), ("C", TENTH, 2.0), (None, TENTH, 2.0)]
    assert listed(split_table(rows, JUNE)) == [("C", "2024-06-10", 2.0)]
    assert "A 2024-06-10, B 2024-06-10, None 2024-06-10" in caplog.text


def test_a_feed_of_which_nothing_can_be_used_is_a_bad_answer():
    """Then the names of the fields have changed, not a row is broken."""
    with pytest.raises(BadAnswerError, match="none of 1 dividend has"):
        dividend_table([("A", None, 1.0)], JUNE)
    assert len(dividend_table([], JUNE).amount) == 0


def test_days_that_were_not_asked_for_are_not_answered():
    """A vendor that filters by another date sends more than is due."""
    rows = [("A", dt.date(2024, m, 30), 1.0) for m in (5, 6, 7)]
    assert listed(split_table(rows, JUNE)) == [("A", "2024-06-30", 1.0)]
    assert dividend_table(rows, JUNE).session.astype(str).tolist() == ["2024-06-30"]


def test_several_dividends_on_one_day_stay():
    """A special dividend beside the regular one."""
    made = dividend_table([("A", TENTH, 0.5), ("A", TENTH, 15.0)], JUNE)
    assert made.amount.tolist() == [0.5, 15.0]


def test_symbol_changes_are_listed_once_and_only_where_the_symbol_changes():
    """A new CUSIP under the old symbol is no change of symbol."""
    made = rename_table([("FB", "META", TENTH), ("FB", "META", TENTH), ("A", "A", TENTH)], JUNE)
    assert (made.old.tolist(), made.new.tolist()) == (["FB"], ["META"])
    assert made.session.astype(str).tolist() == ["2024-06-10"]
