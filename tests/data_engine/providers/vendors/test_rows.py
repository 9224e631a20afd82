"""From a vendor's rows to bars: days in New York, doubles, what is missing."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.vendor_http import day, ranged, rows_of
from technic.data_engine.interfaces.requests import BadAnswerError, BadBarsError
from technic.data_engine.providers.vendors.rows import (
    bar_times,
    iso_days,
    long_bars,
    require_complete,
    require_inside,
    trading_days,
)

NEW_YORK = ZoneInfo("America/New_York")


@given(st.dates(dt.date(1990, 1, 1), dt.date(2040, 1, 1)), st.integers(0, 20 * 60 - 1))
def test_a_time_from_midnight_to_the_end_of_late_trading_has_its_new_york_date(
    date: dt.date, minute: int
):
    """Summer and winter, against the time-zone database."""
    local = dt.datetime.combine(date, dt.time(), NEW_YORK) + dt.timedelta(minutes=minute)
    stamps = bar_times([int(local.timestamp()) * 1000])
    assert trading_days(stamps).astype(object).tolist() == [date]


@pytest.mark.parametrize("stamp", [None, "x", 1e300, float("nan"), -1e18, 10**400])
def test_what_is_no_time_is_a_bad_answer(stamp: object):
    """Missing, text, another era: never a day by chance."""
    with pytest.raises(BadAnswerError, match="time stamp"):
        bar_times([stamp])


@pytest.mark.parametrize("text", ["", "today", "NaT", "2024", "2024-03", "2024-02-30", "x"])
def test_text_that_is_no_day_is_a_bad_answer(text: str):
    """Some of these numpy would take for days."""
    assert iso_days(["2024-03-08"]).astype(str).tolist() == ["2024-03-08"]
    with pytest.raises(BadAnswerError):
        iso_days(["2024-03-08", text])


def bars(*rows: tuple[str, str, float | None]):
    """Bars whose values are all the same."""
    days = np.array([row[1] for row in rows], dtype="datetime64[D]")
    return long_bars([row[0] for row in rows], days, [[row[2] for row in rows]] * 5)


@given(st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False)))
def test_numbers_are_the_doubles_that_numpy_makes_of_them(values: list[float | None]):
    """Bit for bit, signs of zero and the smallest ones included; None is NaN."""
    days = np.full(len(values), np.datetime64("2024-03-08"))
    made = long_bars([f"S{at}" for at in range(len(values))], days, [values] * 5)
    expected = [float("nan") if value is None else value for value in values]
    for field in (made.open, made.volume):
        assert field.tobytes() == np.array(expected, np.float64).tobytes()


def test_rows_that_came_twice_are_kept_once_in_order():
    """The order of the rows stays, the first of each stands; NaN equals NaN here."""
    made = bars(
        ("B", "2024-01-03", 2.0),
        ("A", "2024-01-02", 1.0),
        ("B", "2024-01-03", 2.0),
        ("A", "2024-01-04", None),
        ("A", "2024-01-04", None),
    )
    assert [row[:3] for row in rows_of(made)][:2] == [
        ("B", "2024-01-03", 2.0),
        ("A", "2024-01-02", 1.0),
    ]
    assert len(made) == 3
    assert np.isnan(made.close[2])


@pytest.mark.parametrize("other", [2.0, None])
def test_two_different_rows_of_one_day_are_a_bad_answer(other: float | None):
    """Nobody can tell which of them is right."""
    with pytest.raises(BadAnswerError, match="two different bars of A on 2024-01-03"):
        bars(("A", "2024-01-02", 1.0), ("A", "2024-01-03", 1.0), ("A", "2024-01-03", other))


@pytest.mark.parametrize("other", [2.0, None])
def test_two_different_rows_in_a_whole_market_are_a_bar_without_values(other: float | None):
    """The others stay as they are, and so do rows that came twice."""
    names, values = ["A", "B", "C", "B", "C"], [1.0, 2.5, 3.0, other, 3.0]
    days = np.full(5, np.datetime64("2024-01-03"))
    made = long_bars(names, days, [values] * 5, market=True)
    assert made.symbols == ("A", "B", "C")
    np.testing.assert_array_equal(made.close, [1.0, np.nan, 3.0])
    assert made.complete().tolist() == [True, False, True]
    with pytest.raises(BadBarsError) as caught:
        long_bars(names, days, [values] * 5)
    assert caught.value.symbol == "B"


def test_doubles_are_found_among_times_within_the_day():
    """Times are as good as days."""
    times = np.array(["2024-01-02T14:30", "2024-01-02T14:31", "2024-01-02T14:30"], "M8[us]")
    made = long_bars(["A"] * 3, times, [[1.0, 2.0, 1.0]] * 5)
    assert made.close.tolist() == [1.0, 2.0]
    with pytest.raises(BadAnswerError, match="two different bars"):
        long_bars(["A"] * 3, times, [[1.0, 2.0, 3.0]] * 5)


@pytest.mark.parametrize("value", [None, float("inf"), float("nan")])
def test_a_range_has_to_be_whole(value: float | None):
    """A symbol asked alone has no other source for a missing value."""
    with pytest.raises(BadAnswerError, match="a value of A on 2024-01-03 is missing"):
        require_complete(bars(("A", "2024-01-02", 1.0), ("A", "2024-01-03", value)))


@pytest.mark.parametrize(
    ("symbol", "session"),
    [("A", "2024-01-01"), ("A", "2024-01-05"), ("C", "2024-01-02")],
)
def test_rows_that_were_not_asked_for_are_a_bad_answer(symbol: str, session: str):
    """An earlier or later day, another symbol."""
    request = ranged("A,B", "2024-01-02", "2024-01-04")
    good = bars(("A", "2024-01-02", 1.0), ("B", "2024-01-04", 1.0))
    assert require_inside(good, request) is good
    with pytest.raises(BadAnswerError, match="asked A\\+1"):
        require_inside(bars((symbol, session, 1.0)), request)


def test_late_trading_belongs_to_its_day_in_new_york():
    """19:59 in New York is past midnight in UTC."""
    request = ranged("A", "2024-01-02", "2024-01-02", "1min")
    for time, inside in (("2024-01-03T00:59", True), ("2024-01-03T09:00", False)):
        made = long_bars(["A"], np.array([time], "M8[us]"), [[1.0]] * 5)
        if inside:
            require_inside(made, request)
        else:
            with pytest.raises(BadAnswerError):
                require_inside(made, request)
    assert day("2024-01-02") == request.first


def test_rows_under_no_symbol_are_left_out_and_the_others_kept(caplog):
    """A name of escapes, of letters nobody sees, beyond ASCII: one bad row costs no day."""
    names = ["AAA", "B\x1b[31mB", "C\u200b", "DÄ", "E" * 30, "FFF"]
    days = np.full(len(names), np.datetime64("2024-03-08"))
    bars = long_bars(names, days, [[float(at) for at in range(len(names))]] * 5)
    assert bars.symbols == ("AAA", "FFF")
    assert bars.close.tolist() == [0.0, 5.0]
    assert bars.column.tolist() == [0, 1]
    assert [record.getMessage() for record in caplog.records] == ["left out 4 rows under no symbol"]
