"""Where the schedule's bars come from: the vendor's plan and clock, or why there is no schedule."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from technic.data_engine.interfaces.requests import Capabilities
from technic.data_engine.open_provider import market_clock, open_remote
from technic.data_engine.open_vendor import VENDORS
from technic.errors import ParameterError
from technic.service.schedule.timetable import Timetable
from technic.sessions import SessionCalendar, load_calendar
from technic.settings import Settings

__all__ = ["BarSource", "open_bar_source"]

_BUILDING = threading.Lock()
_FILES = Capabilities(kinds=frozenset())
"""Nobody says when files are written: a day is awaited once late trading has ended."""


@dataclass(frozen=True, slots=True)
class BarSource:
    """A provider with new sessions. ``syncs``: it is a vendor, whose bars are stored.

    ``now``: the time it is for it; a simulated market has a time of its own.
    """

    provider: str
    syncs: bool
    timetable: Timetable
    now: dt.datetime


def open_bar_source(settings: Settings, clock: Callable[[], float]) -> BarSource:
    """Settle whose sessions the schedule follows; ``clock``: seconds since 1970.

    Raises ParameterError for a provider that never has a new session, or whose key is missing, and
    FetchError where a simulated market does not tell its time.
    """
    name, _ = settings.source()
    if name == "demo":
        hint = "set TECHNIC_PROVIDER, or TECHNIC_DATA to a file that grows"
        raise ParameterError(
            "provider", name, "one that has new sessions: the demo market ends", hint
        )
    now = dt.datetime.fromtimestamp(clock(), dt.UTC)
    if name == "files":
        timetable = Timetable(_calendar(now.year, settings.home), _FILES)
        return BarSource(name, False, timetable, now)
    capabilities = open_remote(name, settings).capabilities
    if VENDORS[name].clock is not None:
        now = market_clock(name, settings)().astimezone(dt.UTC)
    return BarSource(name, True, Timetable(_calendar(now.year, settings.home), capabilities), now)


def _calendar(year: int, home: Path) -> SessionCalendar:
    """Return the calendar to the end of the year after ``year``; one thread builds it."""
    with _BUILDING:
        return _built(year, home)


@lru_cache(maxsize=4)
def _built(year: int, home: Path) -> SessionCalendar:
    return load_calendar(dt.date(year, 1, 1), home)
