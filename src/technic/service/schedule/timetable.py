"""Which session is due: the exchange's closes, plus what the vendor takes. Reads no clock."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from technic.data_engine.interfaces.requests import Capabilities
from technic.data_engine.sync.publication import NEW_YORK, close_of, sure_from
from technic.sessions import SessionCalendar

__all__ = ["Due", "Timetable", "new_york_text"]

_LOOKED_BACK = 10
"""Sessions before now among which the last one that is due is found: a delay is some days."""


@dataclass(frozen=True, slots=True)
class Due:
    """A session, the moment it closes, and the one from which its run may begin (both UTC)."""

    session: str
    closes_at: dt.datetime
    due_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Timetable:
    """When each session's run is due, by the calendar and by what a vendor's plan says."""

    calendar: SessionCalendar
    capabilities: Capabilities

    def due(self, session: np.datetime64) -> Due:
        """Return when a session of the calendar is due."""
        return Due(
            str(session),
            close_of(session, self.calendar),
            sure_from(session, self.calendar, self.capabilities),
        )

    def last(self, now: dt.datetime) -> Due | None:
        """Return the last session that is due at ``now``, None where none is."""
        closed = self.calendar.last_completed(now)
        for session in self.calendar.last(_LOOKED_BACK, closed)[::-1]:
            due = self.due(session)
            if due.due_at <= now:
                return due
        return None

    def next(self, now: dt.datetime) -> Due | None:
        """Return the first session that is due after ``now``, None past the calendar's end."""
        last = self.last(now)
        sessions = self.calendar.sessions
        day = self.calendar.last_completed(now) if last is None else np.datetime64(last.session)
        at = int(np.searchsorted(sessions, day, side="right"))
        return self.due(sessions[at]) if at < len(sessions) else None

    def sessions_between(self, before: str, after: str) -> int:
        """Count the sessions after ``before`` and before ``after``."""
        days = self.calendar.between(np.datetime64(before), np.datetime64(after))
        return int(((days > np.datetime64(before)) & (days < np.datetime64(after))).sum())


def new_york_text(moment: dt.datetime) -> str:
    """Return a moment as New York's clocks show it: ``2026-11-27 17:00 EST``."""
    return f"{moment.astimezone(NEW_YORK):%Y-%m-%d %H:%M %Z}"
