"""A day's results: each table of the site, and what is new in it since the session before."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from technic.errors import NothingToScanError, UsageError
from technic.result.diff import diff
from technic.result.saved import load_saved
from technic.result.scan_result import ScanResult
from technic.scanner_core import run_scan
from technic.sessions import load_calendar
from technic.settings import Settings
from technic.site.tables import SiteTable

__all__ = ["BY_THE_CLOCK", "Changes", "Day", "TableOfDay", "scan_day"]

BY_THE_CLOCK = "the data ends "
"""How the warning begins that depends on when a scan runs: a day's files do not."""
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since ``session``; where that cannot be said, ``problem`` says why."""

    session: str
    entered: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    moved: int = 0
    unchanged: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class TableOfDay:
    """A table with its result, the warnings that are the day's, and what is new."""

    table: SiteTable
    result: ScanResult
    warnings: tuple[str, ...]
    changes: Changes


@dataclass(frozen=True, slots=True, eq=False)
class Day:
    """``closed_at``: when the session's trading ended; ``tables``: the first one has the market.

    ``home``: where facts of companies are stored.
    """

    as_of: str
    closed_at: dt.datetime
    tables: tuple[TableOfDay, ...]
    home: Path

    @property
    def main(self) -> ScanResult:
        """The result that market and ledger are of."""
        return self.tables[0].result


def scan_day(
    tables: Sequence[SiteTable],
    settings: Settings,
    progress: Progress | None = None,
    now: dt.datetime | None = None,
) -> Day:
    """Scan every table as of one day and as of the session before it.

    The day is that of the first table: as it asks, else the data's last session. Raises what
    ``run_scan`` raises; a table that cannot be compared says so by itself. ``now``: the time it is;
    None: the clock's, or a vendor's own.
    """
    first = run_scan(tables[0].config, settings=settings, progress=progress, now=now)
    calendar = load_calendar((now or dt.datetime.now(dt.UTC)).date(), settings.home)
    at = int(np.searchsorted(calendar.sessions, np.datetime64(first.as_of, "D")))
    before = str(calendar.sessions[at - 1])

    def scan(table: SiteTable, day: str) -> ScanResult:
        config = replace(table.config, as_of=day)
        return run_scan(config, settings=settings, progress=progress, now=now)

    found = []
    for number, table in enumerate(tables):
        result = scan(table, first.as_of) if number else first
        warnings = tuple(one for one in result.warnings if not one.startswith(BY_THE_CLOCK))
        changes = _changes(result, before, partial(scan, table))
        found.append(TableOfDay(table, result, warnings, changes))
    closed: Any = calendar.closes[at].astype("datetime64[s]").item()
    return Day(first.as_of, closed.replace(tzinfo=dt.UTC), tuple(found), settings.home)


def _changes(result: ScanResult, before: str, scan: Callable[[str], ScanResult]) -> Changes:
    """Compare a result with the same scan of the session before."""
    try:
        earlier = scan(before)
    except (UsageError, NothingToScanError) as error:
        return Changes(before, problem=str(error))
    with tempfile.TemporaryDirectory(prefix="technic-site-") as folder:
        sides = [Path(folder) / "before", Path(folder) / "after"]
        earlier.save(sides[0])
        result.save(sides[1])
        found = diff(*(load_saved(side) for side in sides))
    entered, left = (
        tuple(one.symbol for one in changes) for changes in (found.entered, found.left)
    )
    return Changes(before, entered, left, len(found.moved), found.unchanged)
