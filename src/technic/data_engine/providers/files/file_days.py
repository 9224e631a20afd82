"""The days of price files: which are sessions that are over, which is the last, what is odd."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from technic.data_engine.interfaces.records import Failure
from technic.data_engine.providers.files.bar_files import BarRows
from technic.data_engine.row_checks.market_days import (
    BEFORE,
    FUTURE,
    NO_SESSION,
    OPEN,
    SESSION,
    MarketDays,
)
from technic.data_engine.row_checks.session_check import (
    FEWEST_DAYS,
    REFUSED,
    DatedRows,
    DayTable,
    check_days,
)
from technic.errors import InputFileError
from technic.typing import DateArray, FloatArray
from technic.wording.counts import agree, count_of

__all__ = ["FileDays"]

RECENT_DAYS = 21
FAIR_FRACTION = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class FileDays:
    """What is known of the days of price files.

    ``off``: days on no session, whose rows are no bars. ``failures``: symbols whose dates cannot be
    right; ``notes``: sentences on what is odd.
    """

    last_session: np.datetime64
    off: DateArray
    failures: dict[str, Failure]
    notes: tuple[str, ...]

    @classmethod
    def of(cls, path: Path, rows: BarRows, market: MarketDays) -> FileDays:
        """Hold the rows' days against the sessions; InputFileError where they cannot be right."""

        def closes() -> FloatArray:
            return rows.prices(np.ones(len(rows.day), np.bool_))["close"]

        dated = DatedRows(rows.symbols, rows.code, rows.day, closes, rows.one_each)
        checked = check_days(dated, market)
        verdict, table = checked.verdict, checked.table
        if verdict is not None and verdict.refused:
            raise InputFileError(str(path), verdict.reason, hint=verdict.advice)
        _refuse_future(path, table, market)
        last, usual = _last_session(path, table, market)
        notes = [f"{path.name}: {verdict}"] if verdict is not None and verdict.warned else []
        notes += [f"{path.name}: {note}" for note in (*checked.notes, *_unused(table, last, usual))]
        failures = {name: Failure("wrong_dates", str(why)) for name, why in checked.alone.items()}
        return cls(last, table.days_of(NO_SESSION), failures, tuple(notes))


def _last_session(path: Path, table: DayTable, market: MarketDays) -> tuple[np.datetime64, float]:
    """Return the last session with a fair number of rows, and how many one has as a rule.

    Fair is half of the median of the last 21: a few rows that came early, or one date typed wrong,
    do not make a session. InputFileError where no row lies on a session that is over.
    """
    sessions, counts = table.days_of(SESSION), table.counts[table.kind == SESSION]
    if not len(sessions):
        raise InputFileError(str(path), _no_session(table, market))
    usual = float(np.median(counts[-RECENT_DAYS:]))
    return sessions[counts >= FAIR_FRACTION * usual][-1], usual


def _no_session(table: DayTable, market: MarketDays) -> str:
    """Say where the rows lie, if not on sessions that are over."""
    last = table.days[-1]
    if table.kind[-1] == BEFORE:
        return f"ends {last}, and the calendar of trading days begins {market.first}"
    if (table.kind == FUTURE).all():
        return f"has rows of days to come alone, up to {last}; today is {market.today}"
    if (table.kind >= OPEN).any():
        return f"has no row of a session that is over; the last one that is was {market.final}"
    return f"has no row on a trading day; its last day is {last}"


def _refuse_future(path: Path, table: DayTable, market: MarketDays) -> None:
    """Refuse dates of which more than a few are to come."""
    days, rows = table.days_of(FUTURE), table.rows_of(FUTURE)
    total = int(table.counts.sum())
    if FEWEST_DAYS <= len(days) < len(table.days) and rows > REFUSED * total:
        noun, verb = count_of(total, "row"), agree(rows, "is", "are")
        reason = f"{rows:,} of {noun} {verb} of days to come, up to {days[-1]}"
        hint = f"day and month may be swapped; today is {market.today}"
        raise InputFileError(str(path), reason, hint=hint)


def _unused(table: DayTable, last: np.datetime64, usual: float) -> Iterator[str]:
    """Say which rows after the last session are not used."""
    later = (table.kind == SESSION) & (table.days > last)
    if later.any():
        yield (
            f"rows after {last}, up to {table.days[later][-1]}, are not used: "
            f"{table.counts[later].sum():,}, where a day has {usual:,.0f} as a rule; less than "
            "half of that is no session"
        )
    unused = {OPEN: "{}, whose session is not over,", FUTURE: "days to come, up to {},"}
    for kind, what in unused.items():
        days = table.days_of(kind)
        if len(days):
            rows = table.rows_of(kind)
            noun, verb = count_of(rows, "row"), agree(rows, "is", "are")
            yield f"{noun} of {what.format(days[-1])} {verb} not used"
