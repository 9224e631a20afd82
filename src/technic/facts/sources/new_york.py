"""New York's clock for arrays of moments: its law has been the same since 2007."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np

from technic.facts.sources.forms import Times
from technic.typing import DateArray, IntArray

__all__ = ["minutes_of_day", "to_utc"]

NEW_YORK = ZoneInfo("America/New_York")
NOON = dt.time(12)


def to_utc(local: Times) -> Times:
    """Return UTC of what New York's clock showed; NaT stays.

    Of the hours around a change of the clock, when nobody files, those of noon count.
    """
    return (local + _behind(local.astype("datetime64[D]"))).astype("datetime64[us]")


def minutes_of_day(moments: Times) -> tuple[IntArray, DateArray]:
    """Return minute of the day and day by New York's clock of moments in UTC, without NaT."""
    # which day it is there does not depend on the hour by which the clocks differ in noon's reading
    day = (moments - np.timedelta64(5, "h")).astype("datetime64[D]")
    local = (moments - _behind(day)).astype("datetime64[m]")
    day = local.astype("datetime64[D]")
    return (local - day.astype("datetime64[m]")).astype(np.int64), day


def _behind(days: DateArray) -> np.ndarray[tuple[int], np.dtype[np.timedelta64]]:
    """How far New York is behind UTC at noon of each day; 0 for NaT."""
    unique, place = np.unique(days, return_inverse=True)
    behind = [
        0 if day is None else -int(_offset(day).total_seconds())
        for day in unique.astype("datetime64[D]").tolist()
    ]
    return np.array(behind, "timedelta64[s]")[place]


def _offset(day: dt.date) -> dt.timedelta:
    found = dt.datetime.combine(day, NOON, NEW_YORK).utcoffset()
    return found if found is not None else dt.timedelta(0)
