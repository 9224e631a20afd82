"""What a sync asks: the two files of all companies, quarters' files, settlement days.

A sync makes at most ``MAX_REQUESTS`` requests. What is most recent goes first; older quarters and
settlement days that do not fit wait for the next one, and the plan says which.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from technic.errors import ParameterError
from technic.typing import DateArray

__all__ = [
    "FEEDS",
    "MAX_REQUESTS",
    "Feed",
    "SyncPlan",
    "as_feeds",
    "make_plan",
    "quarters_until",
    "settlements_to_ask",
]

Feed = Literal["companies", "data-sets", "short-interest", "massive"]
FEEDS: tuple[Feed, ...] = get_args(Feed)

MAX_REQUESTS = 70
"""Of one sync, retries left out: all that there is of companies comes with the first."""
FIRST_QUARTER = (2009, 2)
"""When the first companies had to file numbers that programs can read."""
SETTLEMENT_REQUESTS = 5
"""Pages of a settlement day of the whole market; a plan counts with so many."""
COMPANY_FILES = ("submissions.zip", "companyfacts.zip")


@dataclass(frozen=True, slots=True)
class SyncPlan:
    """What is asked in this order; ``later``: quarters and settlement days that wait.

    ``settlements``: how many settlement days there is room for. Which there are is asked first.
    """

    tickers: bool
    files: tuple[str, ...]
    settlement_days: bool
    settlements: int
    data_sets: tuple[str, ...]
    later: tuple[str, ...] = ()

    @property
    def requests(self) -> int:
        """Requests at most, retries left out."""
        fixed = int(self.tickers) + len(self.files) + int(self.settlement_days)
        return fixed + self.settlements * SETTLEMENT_REQUESTS + len(self.data_sets)


def make_plan(today: dt.date, done: Collection[str], feeds: Collection[Feed] = FEEDS) -> SyncPlan:
    """Plan a sync on ``today`` in New York, where ``done`` names what need not be asked again.

    ``done``: names of quarters' files that are stored, and of files of all companies that have
    come today. The latest settlement day goes before the quarters, older ones after them.
    """
    companies, shorts = "companies" in feeds, "short-interest" in feeds
    files = tuple(name for name in COMPANY_FILES if companies and name not in done)
    wanted = quarters_until(today) if "data-sets" in feeds else []
    missing = [name for name in reversed(wanted) if name not in done]
    tickers = bool(files or missing or shorts or "massive" in feeds)
    left = MAX_REQUESTS - int(tickers) - len(files) - int(shorts)
    settlements = int(shorts)
    room = left - settlements * SETTLEMENT_REQUESTS
    data_sets = tuple(missing[:room])
    if shorts:
        settlements += max(room - len(data_sets), 0) // SETTLEMENT_REQUESTS
    return SyncPlan(tickers, files, shorts, settlements, data_sets, tuple(missing[room:]))


def quarters_until(today: dt.date) -> list[str]:
    """Names of the quarters' files that can be there, the oldest first."""
    year, quarter = FIRST_QUARTER
    found = []
    while (year, quarter) < (today.year, (today.month + 2) // 3):
        found.append(f"{year}q{quarter}.zip")
        year, quarter = (year, quarter + 1) if quarter < 4 else (year + 1, 1)
    return found


def as_feeds(names: Collection[str]) -> tuple[Feed, ...]:
    """Read names of feeds; ParameterError for an unknown one."""
    unknown = [name for name in names if name not in FEEDS]
    if unknown:
        raise ParameterError("feeds", unknown[0], ", ".join(FEEDS))
    return tuple(feed for feed in FEEDS if feed in names)


def settlements_to_ask(there: DateArray, done: Collection[str], count: int) -> DateArray:
    """The latest settlement days that are not stored yet, the latest first, at most ``count``."""
    days = [day for day in there[::-1] if f"short-interest/{day}" not in done]
    return np.array(days[:count], "datetime64[D]")
