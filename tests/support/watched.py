"""A made-up market that watches are judged on, as far as it has come on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from technic.data_engine.interfaces.requests import Capabilities
from technic.panel import LongBars
from technic.scan.config import ScanConfig
from technic.sessions import SessionCalendar, build_calendar
from technic.settings import Settings
from technic.testing import FakeProvider, make_bars
from technic.watches.database import Database
from technic.watches.judge_watches import JudgedRun, judge_watches
from technic.watches.market_day import MarketDay

SYMBOLS = tuple(f"S{number:02d}" for number in range(12))
CALENDAR = build_calendar(2024)
SESSIONS = CALENDAR.last(330, np.datetime64("2024-03-08"))
BARS = make_bars(SYMBOLS, SESSIONS, seed=5)


def until(bars: LongBars, day: str) -> LongBars:
    """The bars that were there on a day."""
    return bars.rows(np.flatnonzero(bars.session <= np.datetime64(day)))


def market_of(
    bars: LongBars, now: dt.datetime, capabilities: Capabilities | None = None, **provider: Any
) -> MarketDay:
    """The data that watches find."""
    held = FakeProvider(bars, **provider)
    calendar: SessionCalendar = CALENDAR
    config = ScanConfig(provider="fake")
    return MarketDay(config, held, calendar, str(held.last_session()), now, capabilities)


def evening(day: str, hours: float = 22) -> dt.datetime:
    """So many hours (UTC) after the beginning of a day; New York's session closes at 20 or 21."""
    return dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC) + dt.timedelta(hours=hours)


def judge_on(
    database: Database, home: Path, bars: LongBars, now: dt.datetime, **market: Any
) -> JudgedRun:
    """Judge all watches on the bars there are."""
    return judge_watches(
        database,
        Settings(home=home),
        now=now,
        market=lambda _settings, moment: market_of(bars, moment, **market),
    )


def rows(database: Database, statement: str) -> list[Mapping[str, Any]]:
    """Return what the tables say."""
    with database.reading() as connection:
        return [dict(row) for row in connection.execute(statement)]
