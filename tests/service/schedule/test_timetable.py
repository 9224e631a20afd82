from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic.data_engine.interfaces.requests import Capabilities
from technic.data_engine.providers.vendors import polygon, polygon_files, yahoo
from technic.data_engine.sync.publication import last_askable, last_sure, sure_from
from technic.service.schedule.timetable import Timetable, new_york_text
from technic.sessions import build_calendar

CALENDAR = build_calendar(2027)
PAID, FREE, FILES, YAHOO = polygon.PAID, polygon.FREE, polygon_files.FLAT_FILES, yahoo.PLAN


def moment(text: str) -> dt.datetime:
    """A time in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("session", "plan", "closes", "due", "new_york"),
    [
        ("2026-11-30", PAID, "2026-11-30 21:00", "2026-12-01 01:00", "2026-11-30 20:00 EST"),
        ("2026-11-27", PAID, "2026-11-27 18:00", "2026-11-27 22:00", "2026-11-27 17:00 EST"),
        ("2026-12-24", PAID, "2026-12-24 18:00", "2026-12-24 22:00", "2026-12-24 17:00 EST"),
        ("2026-03-06", PAID, "2026-03-06 21:00", "2026-03-07 01:00", "2026-03-06 20:00 EST"),
        ("2026-03-09", PAID, "2026-03-09 20:00", "2026-03-10 00:00", "2026-03-09 20:00 EDT"),
        ("2026-10-30", PAID, "2026-10-30 20:00", "2026-10-31 00:00", "2026-10-30 20:00 EDT"),
        ("2026-11-02", PAID, "2026-11-02 21:00", "2026-11-03 01:00", "2026-11-02 20:00 EST"),
        ("2026-11-30", FREE, "2026-11-30 21:00", "2026-12-01 05:00", "2026-12-01 00:00 EST"),
        ("2026-07-01", FREE, "2026-07-01 20:00", "2026-07-02 04:00", "2026-07-02 00:00 EDT"),
        ("2026-10-30", FREE, "2026-10-30 20:00", "2026-10-31 04:00", "2026-10-31 00:00 EDT"),
        ("2026-11-30", FILES, "2026-11-30 21:00", "2026-12-01 16:00", "2026-12-01 11:00 EST"),
        ("2026-11-27", YAHOO, "2026-11-27 18:00", "2026-11-28 18:00", "2026-11-28 13:00 EST"),
    ],
)
def test_a_session_is_due_once_its_vendor_surely_has_it(
    session: str, plan: Capabilities, closes: str, due: str, new_york: str
) -> None:
    """Early closes, the change to and from daylight saving, plans without bars of today."""
    found = Timetable(CALENDAR, plan).due(np.datetime64(session))
    assert found.closes_at == moment(closes)
    assert found.due_at == moment(due)
    assert new_york_text(found.due_at) == new_york


@pytest.mark.parametrize(
    ("now", "last", "following"),
    [
        ("2026-11-26 15:00", "2026-11-25", "2026-11-27"),  # Thanksgiving
        ("2026-11-27 21:59", "2026-11-25", "2026-11-27"),
        ("2026-11-27 22:00", "2026-11-27", "2026-11-30"),
        ("2026-11-28 12:00", "2026-11-27", "2026-11-30"),  # a Saturday
        ("2026-12-01 00:59", "2026-11-27", "2026-11-30"),
        ("2026-12-01 01:00", "2026-11-30", "2026-12-01"),
        ("2026-07-03 22:00", "2026-07-02", "2026-07-06"),  # Independence Day, observed
    ],
)
def test_holidays_and_weekends_have_no_run(now: str, last: str, following: str) -> None:
    """The last session that is due, and the next one."""
    timetable = Timetable(CALENDAR, PAID)
    found, after = timetable.last(moment(now)), timetable.next(moment(now))
    assert found is not None
    assert after is not None
    assert (found.session, after.session) == (last, following)


def test_sessions_between_two_are_counted() -> None:
    """Over Thanksgiving: Wednesday, Friday; Monday is the end."""
    timetable = Timetable(CALENDAR, PAID)
    assert timetable.sessions_between("2026-11-24", "2026-11-30") == 2
    assert timetable.sessions_between("2026-11-27", "2026-11-30") == 0


@given(
    seconds=st.integers(0, 3 * 365 * 86_400),
    hours=st.integers(0, 60),
    same_day=st.booleans(),
)
def test_due_means_what_a_sync_takes_for_final(seconds: int, hours: int, same_day: bool) -> None:
    """A session is due at the first moment at which a sync could ask it and holds it for final."""
    plan = replace(PAID, final_after=dt.timedelta(hours=hours), same_day=same_day)
    day = np.datetime64("2024-01-02") + seconds // 86_400
    session = CALENDAR.last(1, day)[0]
    due = sure_from(session, CALENDAR, plan)

    def there(at: dt.datetime) -> bool:
        sure = last_sure(at, CALENDAR, plan.final_after)
        return bool(sure >= session and last_askable(at, CALENDAR, plan) >= session)

    assert there(due)
    assert not there(due - dt.timedelta(minutes=1))


def test_the_calendar_ends_somewhere() -> None:
    """After its last session nothing is next, rather than something made up."""
    assert Timetable(CALENDAR, PAID).next(moment("2028-06-01 00:00")) is None
