"""Trading sessions of the US market: which days, when they close, where a window begins.

The days come from exchange_calendars (XNYS, from 1970: it lacks the holidays of earlier years),
whose import and construction take about a second, so the list is cached as a small file in
``TECHNIC_HOME``. No function here reads the clock; callers pass the time in.
"""

from __future__ import annotations

import datetime as dt
import io
import logging
import os
import re
import tempfile
import threading
import warnings
import zipfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from technic.errors import ParameterError
from technic.typing import DateArray

__all__ = ["SessionCalendar", "build_calendar", "load_calendar", "parse_day", "require_time"]

logger = logging.getLogger(__name__)

EXCHANGE = "XNYS"
FIRST_DAY = "1970-01-01"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_BUILDING = threading.Lock()
"""What is done about warnings holds for the whole process: one thread at a time does it."""


@dataclass(frozen=True, slots=True, eq=False)
class SessionCalendar:
    """Sessions as ``datetime64[D]``, ascending, with the minute each one closes (UTC)."""

    sessions: DateArray
    closes: NDArray[np.datetime64]

    def is_session(self, day: np.datetime64) -> bool:
        """Tell whether the market is open on ``day``."""
        at = int(np.searchsorted(self.sessions, day))
        return at < len(self.sessions) and bool(self.sessions[at] == day)

    def require_session(self, parameter: str, day: np.datetime64) -> np.datetime64:
        """Return ``day``, or raise ParameterError naming the sessions around it."""
        if self.is_session(day):
            return day
        at = int(np.searchsorted(self.sessions, day))
        before = self.sessions[at - 1] if at else None
        after = self.sessions[at] if at < len(self.sessions) else None
        around = " or ".join(str(near) for near in (before, after) if near is not None)
        raise ParameterError(parameter, str(day), "a trading session", f"nearest: {around}")

    def between(self, start: np.datetime64, end: np.datetime64) -> DateArray:
        """Sessions from ``start`` to ``end``, both included."""
        low = np.searchsorted(self.sessions, start)
        return self.sessions[low : np.searchsorted(self.sessions, end, side="right")]

    def last(self, count: int, end: np.datetime64) -> DateArray:
        """Return the last ``count`` sessions up to ``end``, fewer where the calendar begins."""
        high = int(np.searchsorted(self.sessions, end, side="right"))
        return self.sessions[max(high - count, 0) : high]

    def last_completed(self, now: dt.datetime) -> np.datetime64:
        """Return the last session whose close is not after ``now`` (an aware datetime)."""
        moment = np.datetime64(now.astimezone(dt.UTC).replace(tzinfo=None), "m")
        at = int(np.searchsorted(self.closes, moment, side="right")) - 1
        return np.datetime64(self.sessions[at], "D")

    def anchor(self, as_of: np.datetime64, bars_needed: int) -> np.datetime64:
        """First session of the window that a scan as of ``as_of`` loads.

        It is the first session of the latest calendar year that leaves at least ``bars_needed``
        sessions up to ``as_of``: the start of the history does not move with the day of the scan,
        so recursive indicators and running sums agree between scan, replay and verification.
        """
        high = int(np.searchsorted(self.sessions, as_of, side="right"))
        latest_start = self.sessions[max(high - bars_needed, 0)]
        new_year = latest_start.astype("datetime64[Y]").astype("datetime64[D]")
        return np.datetime64(self.sessions[int(np.searchsorted(self.sessions, new_year))], "D")


def parse_day(parameter: str, text: str) -> np.datetime64:
    """Parse ``YYYY-MM-DD``; anything else is a ParameterError, never 'today'."""
    allowed = "a date written YYYY-MM-DD"
    if not isinstance(text, str) or not _DAY.fullmatch(text.strip()):
        raise ParameterError(parameter, text, allowed)
    try:
        return np.datetime64(dt.date.fromisoformat(text.strip()), "D")
    except ValueError:
        raise ParameterError(parameter, text, allowed) from None


def build_calendar(last_year: int) -> SessionCalendar:
    """Build the calendar up to the end of ``last_year`` with exchange_calendars."""
    import exchange_calendars  # a second to import, used once a year

    with _BUILDING, warnings.catch_warnings():
        # exchange_calendars 4.13 uses a call that pandas 3.1 deprecates; nothing a user can do.
        warnings.simplefilter("ignore")
        calendar = exchange_calendars.get_calendar(
            EXCHANGE, start=FIRST_DAY, end=f"{last_year}-12-31"
        )
    return SessionCalendar(
        sessions=calendar.sessions.to_numpy().astype("datetime64[D]"),
        closes=calendar.closes.dt.tz_localize(None).to_numpy().astype("datetime64[m]"),
    )


def require_time(now: object) -> dt.datetime:
    """Return ``now``, or raise ParameterError where it is no time that has a zone."""
    if not isinstance(now, dt.datetime) or now.tzinfo is None:
        raise ParameterError("now", str(now), "a time with a zone: datetime.now(UTC)")
    return now


def load_calendar(today: dt.date, home: Path) -> SessionCalendar:
    """Return the calendar to the end of next year, from the cache in ``home`` where it is there.

    A cache that cannot be read is built anew; a folder that cannot be written only costs time.
    """
    last_year = today.year + 1
    path = (
        home / "cache" / f"sessions-{version('exchange-calendars')}-{FIRST_DAY[:4]}-{last_year}.npz"
    )
    try:
        with np.load(io.BytesIO(path.read_bytes())) as stored:
            return SessionCalendar(
                stored["sessions"].astype("datetime64[D]"), stored["closes"].astype("datetime64[m]")
            )
    except FileNotFoundError:
        logger.debug("no session cache at %s", path)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        logger.warning("session cache %s is unreadable (%s), building it anew", path, error)
    calendar = build_calendar(last_year)
    try:
        _write_cache(path, calendar)
    except OSError as error:
        logger.warning("session cache %s cannot be written: %s", path, error)
    return calendar


def _write_cache(path: Path, calendar: SessionCalendar) -> None:
    """Write beside the target and rename, so that no reader ever sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".npz")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(
                file,
                sessions=calendar.sessions.astype(np.int64),
                closes=calendar.closes.astype(np.int64),
            )
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
