"""When a vendor has a session: what can be asked of it at a time, and from when it surely has it.

A session can be asked once it has closed, or on the next day of the exchange where the plan gives
out no bars of today; it is surely complete ``final_after`` its close.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np

from technic.data_engine.interfaces.requests import Capabilities
from technic.sessions import SessionCalendar

__all__ = [
    "NEW_YORK",
    "close_of",
    "last_askable",
    "last_sure",
    "new_york_date",
    "sure_from",
]

NEW_YORK = ZoneInfo("America/New_York")


def new_york_date(now: dt.datetime) -> np.datetime64:
    """The date on the exchange at ``now`` (an aware datetime)."""
    return np.datetime64(now.astimezone(NEW_YORK).date(), "D")


def last_askable(
    now: dt.datetime, calendar: SessionCalendar, capabilities: Capabilities
) -> np.datetime64:
    """Return the last session that is over and that the vendor gives out."""
    last = calendar.last_completed(now)
    if not capabilities.same_day and last == new_york_date(now):
        last = calendar.last(2, last)[0]
    return last


def last_sure(
    now: dt.datetime, calendar: SessionCalendar, final_after: dt.timedelta
) -> np.datetime64:
    """Return the last session that is surely complete."""
    return calendar.last_completed(now - final_after)


def close_of(session: np.datetime64, calendar: SessionCalendar) -> dt.datetime:
    """Return the moment (UTC) at which a session of the calendar closes."""
    minute = calendar.closes[int(np.searchsorted(calendar.sessions, session))]
    return dt.datetime.fromisoformat(str(minute)).replace(tzinfo=dt.UTC)


def sure_from(
    session: np.datetime64, calendar: SessionCalendar, capabilities: Capabilities
) -> dt.datetime:
    """Return the moment (UTC) from which a session can be asked and is surely complete."""
    sure = close_of(session, calendar) + capabilities.final_after
    if capabilities.same_day:
        return sure
    day = dt.date.fromisoformat(str(session)) + dt.timedelta(days=1)
    midnight = dt.datetime.combine(day, dt.time(), NEW_YORK).astimezone(dt.UTC)
    return max(sure, midnight)
