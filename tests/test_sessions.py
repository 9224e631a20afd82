"""Sessions: real holidays, closing times, and the anchor rule."""

from __future__ import annotations

import datetime as dt

import exchange_calendars
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic import sessions
from technic.errors import ParameterError
from technic.sessions import SessionCalendar, build_calendar, load_calendar, parse_day

CALENDAR = build_calendar(2026)


def day(text: str) -> np.datetime64:
    """Short for a datetime64[D]."""
    return np.datetime64(text, "D")


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        ("2024-03-08", True),
        ("2024-03-09", False),  # Saturday
        ("2024-03-29", False),  # Good Friday
        ("2001-09-12", False),  # closed after the attacks
        ("2012-10-29", False),  # hurricane Sandy
        ("2023-11-24", True),  # half day
        ("2025-01-09", False),  # day of mourning
    ],
)
def test_known_days(text: str, is_open: bool):
    """Dates known from the exchange's own notices."""
    assert CALENDAR.is_session(day(text)) is is_open


def test_a_day_that_is_no_session_names_the_sessions_around_it():
    """The message says what to use instead."""
    with pytest.raises(ParameterError, match=r"2024-03-29.*2024-03-28 or 2024-04-01"):
        CALENDAR.require_session("as_of", day("2024-03-29"))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2024-03-08T20:59:00+00:00", "2024-03-07"),  # a minute before the close in winter time
        ("2024-03-08T21:00:00+00:00", "2024-03-08"),
        ("2024-03-10T12:00:00+00:00", "2024-03-08"),  # Sunday
        ("2023-11-24T18:00:00+00:00", "2023-11-24"),  # half day, closes 13:00 New York
        ("2024-07-05T15:59:00-04:00", "2024-07-03"),  # the 4th was a holiday
    ],
)
def test_last_completed_session_follows_the_clock_it_is_given(moment: str, expected: str):
    """Closing times by hand, half days and daylight saving included."""
    assert CALENDAR.last_completed(dt.datetime.fromisoformat(moment)) == day(expected)


def test_anchor_is_the_first_session_of_the_year_that_leaves_enough():
    """2023 had 250 sessions and 2024 had 47 up to March 8: 297 together."""
    assert CALENDAR.anchor(day("2024-03-08"), 300) == day("2022-01-03")
    assert CALENDAR.anchor(day("2024-03-08"), 298) == day("2022-01-03")
    assert CALENDAR.anchor(day("2024-03-08"), 297) == day("2023-01-03")
    assert CALENDAR.anchor(day("2024-03-08"), 10) == day("2024-01-02")


@given(at=st.integers(400, 9000), bars=st.integers(1, 390))
def test_anchor_leaves_enough_and_never_moves_forward_within_a_year(at: int, bars: int):
    """At least ``bars`` sessions are loaded, and the next year's start would leave too few."""
    as_of = CALENDAR.sessions[at]
    start = CALENDAR.anchor(as_of, bars)
    loaded = CALENDAR.between(start, as_of)
    assert len(loaded) >= bars
    next_year = start.astype("datetime64[Y]") + 1
    assert len(CALENDAR.between(next_year.astype("datetime64[D]"), as_of)) < bars
    assert CALENDAR.between(start.astype("datetime64[Y]").astype("datetime64[D]"), start).size == 1


@pytest.mark.parametrize(
    "text",
    [
        *("yesterday", "2024-13-01", "", "08/03/2024", "2024-02-30", "2024-3-8"),
        *("20240308", "2024-W10-5", "2024-03-08T16:00", dt.date(2024, 3, 8), 20240308),
    ],
    ids=str,
)
def test_a_date_that_cannot_be_read_is_an_error(text: object):
    """It never becomes 'today'."""
    with pytest.raises(ParameterError, match="YYYY-MM-DD"):
        parse_day("as_of", text)


def test_the_cached_calendar_equals_the_built_one_and_heals(tmp_path):
    """A second load reads the file; a damaged file is built anew."""
    first = load_calendar(dt.date(2025, 6, 1), tmp_path)
    (cache,) = (tmp_path / "cache").iterdir()
    second = load_calendar(dt.date(2025, 6, 1), tmp_path)
    cache.write_bytes(b"PK\x03\x04 damaged")
    third = load_calendar(dt.date(2025, 6, 1), tmp_path)
    for other in (second, third):
        np.testing.assert_array_equal(first.sessions, other.sessions)
        np.testing.assert_array_equal(first.closes, other.closes)
    assert isinstance(third, SessionCalendar)


def test_one_thread_at_a_time_builds_a_calendar(monkeypatch: pytest.MonkeyPatch):
    """Warnings are silenced meanwhile, for all threads: the first to end would undo it."""
    build, alone = exchange_calendars.get_calendar, []

    def seen(*args: object, **given: object) -> object:
        alone.append(sessions._BUILDING.locked())
        return build(*args, **given)

    monkeypatch.setattr(exchange_calendars, "get_calendar", seen)
    assert build_calendar(2026).is_session(day("2026-11-27"))
    assert alone == [True]
    assert not sessions._BUILDING.locked()
