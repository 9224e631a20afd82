"""Days seen from one moment: sessions that are over, days without trading, days to come."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.sessions import SessionCalendar
from technic.typing import DateArray

__all__ = ["BEFORE", "FUTURE", "NO_SESSION", "OPEN", "SESSION", "MarketDays", "day_counts"]

SESSION, NO_SESSION, OPEN, FUTURE, BEFORE = range(5)
"""What a day is: a session that is over, none, one that is not over, to come, before them all."""

_NEW_YORK = dt.timedelta(hours=4)
"""Midnight in New York is 04:00 or 05:00 UTC; late trading there ends before."""


@dataclass(frozen=True, slots=True, eq=False)
class MarketDays:
    """The days of a market; ``final``: the last session that is over, ``today``: the date there."""

    calendar: SessionCalendar
    final: np.datetime64
    today: np.datetime64

    @classmethod
    def at(cls, calendar: SessionCalendar, now: dt.datetime | None) -> MarketDays:
        """Return the days as they are at ``now``; None is the end of time: no day is to come."""
        if now is None:
            return cls(calendar, calendar.sessions[-1], np.datetime64("9999-12-31"))
        today = (now.astimezone(dt.UTC) - _NEW_YORK).date()
        return cls(calendar, calendar.last_completed(now), np.datetime64(today, "D"))

    @property
    def first(self) -> np.datetime64:
        """The first session that is known."""
        return np.datetime64(self.calendar.sessions[0], "D")

    def kinds(self, days: DateArray) -> NDArray[np.int8]:
        """Tell what each day is: SESSION, NO_SESSION, OPEN, FUTURE or BEFORE."""
        sessions = self.calendar.sessions
        place = np.searchsorted(sessions, days)
        known = sessions.take(place, mode="clip") == days
        kind = np.where(known, SESSION, NO_SESSION).astype(np.int8)
        kind[known & (days > self.final)] = OPEN
        kind[days > self.today] = FUTURE
        kind[days < sessions[0]] = BEFORE
        return kind

    def until_next(self, session: np.datetime64) -> np.datetime64:
        """Return the last day before the session that follows ``session``."""
        sessions = self.calendar.sessions
        after = int(np.searchsorted(sessions, session, side="right"))
        last: np.datetime64 = sessions[after] - 1 if after < len(sessions) else session
        return last


def day_counts(day: DateArray) -> tuple[DateArray, NDArray[np.int64]]:
    """Return the distinct days of rows, ascending, and how many rows each has."""
    if not len(day):
        return day, np.empty(0, np.int64)
    first = day.min()
    counts = np.bincount((day - first).view(np.int64))
    there = np.flatnonzero(counts)
    return first + there, counts[there].astype(np.int64)
