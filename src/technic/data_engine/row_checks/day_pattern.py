"""What days on no session have in common, and what people have done to dates that look so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.typing import BoolArray, DateArray

__all__ = ["DayPattern", "coarse_start", "day_pattern", "spacing"]

MOST = 0.75
"""The part of the rows on no session that makes one weekday, or one half of the year, theirs."""
FEWEST_BARS = 8
"""Days from which weekly spacing can be told; half as many where months lie between."""
SPACINGS = {"week": (5, 9), "month": (25, 36), "quarter": (80, 100), "year": (340, 390)}
"""Days from one bar to the next, holidays included."""
REGULAR = 0.8
"""The part of the gaps that has to be of one spacing."""
SATURDAY, SUNDAY = 5, 6
_SUMMER = {"summer": (66, 311), "winter": (97, 296)}
"""Days of the year in which some have summer time (8 March to 7 November), by which shifts of
summer are told, and in which all have it (8 April to 24 October), by which those of winter are."""
_OTHER_WEEKS = 3
"""Weeks of the other half that have to be there before one half is blamed."""
FEWEST_SHIFTED = 3
"""Weeks or holidays that have to look shifted before the rows around them are judged by that."""
HALF_YEAR = np.timedelta64(182, "D")
_UP_TO_TWELFTH = 6
"""Days on no session, none after the 12th of its month, that let day and month look swapped."""

_ZONE = "a time zone is the likely cause, such as stamps of"
_DATES = "write each date as the trading day in New York (YYYY-MM-DD)"
_SHIFTS = {
    (SUNDAY, "summer"): f"the dates look shifted, in summer time each lies a day early; {_ZONE} "
    "midnight in London written in UTC, or of midnight in New York at a fixed offset",
    (SUNDAY, "winter"): "the dates look shifted, in winter time each lies a day early; a time zone "
    "is the likely cause",
    (SUNDAY, ""): f"the dates look shifted by a day, each lies a day early; {_ZONE} midnight in "
    "UTC read as New York's time",
    (SATURDAY, "summer"): "the dates look shifted, in summer time each lies a day late; a time "
    "zone is the likely cause",
    (SATURDAY, "winter"): f"the dates look shifted, in winter time each lies a day late; {_ZONE} "
    "New York's evening written in UTC",
    (SATURDAY, ""): f"the dates look shifted by a day, each lies a day late; {_ZONE} New York's "
    "evening written in UTC, or of its close in the time of Tokyo",
}


@dataclass(frozen=True, slots=True)
class DayPattern:
    """Where rows on no session lie, the likely cause, what to do, and their part of one half.

    ``half_share``: where all lie in one half of the year, what part of its rows they are; where
    whole weeks are shifted, what part of half a year they are at most; else 0.
    """

    where: str
    cause: str
    advice: str
    half_share: float = 0.0


def spacing(days: DateArray) -> str:
    """Return the word for a bar a week, month, quarter or year; nothing where days are daily.

    ``days``: distinct, ascending.
    """
    gaps = np.diff(days).astype(np.int64)
    if not len(gaps) or np.median(gaps) < SPACINGS["week"][0]:
        return ""
    return _spacing_of(gaps)


def _spacing_of(gaps: NDArray[np.int64]) -> str:
    for word, (least, most) in SPACINGS.items():
        fewest = FEWEST_BARS - 1 if word == "week" else FEWEST_BARS // 2 - 1
        if len(gaps) >= fewest and np.mean((gaps >= least) & (gaps <= most)) >= REGULAR:
            return word
    return ""


def coarse_start(days: DateArray) -> tuple[str, np.datetime64] | None:
    """Return the word for bars a week or month apart before daily ones, and the first daily day.

    ``days``: distinct, ascending. None where they are daily from the start, or nowhere.
    """
    gaps = np.diff(days).astype(np.int64)
    wide = gaps >= SPACINGS["week"][0]
    counts = np.cumsum(wide)
    mostly = np.flatnonzero(counts >= REGULAR * np.arange(1, len(gaps) + 1))
    if not len(mostly):
        return None
    end = int(mostly[-1]) + 1
    while end and not wide[end - 1]:
        end -= 1
    word = _spacing_of(gaps[:end])
    return (word, days[end]) if word and end < len(gaps) else None


def day_pattern(
    days: DateArray,
    counts: NDArray[np.int64],
    off: BoolArray,
    sessions: DateArray,
    repeated: Callable[[], bool],
) -> DayPattern:
    """Say what the days that are no session (``off``, at least one) have in common.

    ``days``: distinct, ascending, with ``counts`` rows each; ``sessions``: those from the first to
    the last of them. ``repeated``: whether their closes are those of the day before; asked where
    it matters.
    """
    weekday = (days.astype(np.int64) + 3) % 7
    rows = np.bincount(weekday[off], counts[off], minlength=7)
    total = rows.sum()
    table = _Rows(days, counts)
    for day, name in ((SATURDAY, "Saturdays"), (SUNDAY, "Sundays")):
        if rows[day] >= MOST * total:
            where = f"{'all' if rows[day] == total else 'most'} on {name}"
            return _weekend(table, off & (weekday == day), off, day, where)
    if rows[:SATURDAY].sum() >= MOST * total:
        return _holidays(table, days[off], sessions, repeated)
    where = "on Saturdays and Sundays" + (" and holidays" if rows[:SATURDAY].any() else "")
    if repeated():
        return DayPattern(where, *_filled())
    of_month = (days[off] - days[off].astype("datetime64[M]")).astype(np.int64) + 1
    if len(of_month) >= _UP_TO_TWELFTH and of_month.max() <= 12:
        cause = "none of them is after the 12th of its month: day and month look swapped"
        return DayPattern(where, cause, _DATES)
    if min(rows[SATURDAY], rows[SUNDAY]) * 4 >= max(rows[SATURDAY], rows[SUNDAY]):
        cause = "bars of all seven days, as of a cryptocurrency"
        return DayPattern(where, cause, "a scan of stocks needs bars of trading days")
    return DayPattern(where, "the dates cannot be right", _DATES)


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """How many rows each day has."""

    days: DateArray
    counts: NDArray[np.int64]

    def of(self, days: DateArray) -> NDArray[np.int64]:
        """Return the number of rows of each of ``days``, 0 where it has none."""
        place = np.searchsorted(self.days, days)
        there = self.days.take(place, mode="clip") == days
        return np.where(there, self.counts.take(place, mode="clip"), 0)


def _weekend(table: _Rows, on_day: BoolArray, off: BoolArray, day: int, where: str) -> DayPattern:
    """Judge rows of which most lie on one day of the weekend: shifted, or beside whole weeks.

    Shifted dates leave a weekday of the same week without rows: Friday where they lie early,
    Monday where late.
    """
    weekend = table.days[on_day]
    monday = weekend + (1 if day == SUNDAY else -5)
    emptied = table.of(monday + (4 if day == SUNDAY else 0))
    others = np.mean([table.of(monday + at) for at in (1, 2, 3)], axis=0)
    shifted = weekend[emptied <= 0.5 * others]
    half, inside = _half(table.days, on_day)
    if 2 * len(shifted) < len(weekend):
        where += f" of {half} time" if half else ""
        what = "Sunday evenings, as of futures" if day == SUNDAY else "Saturdays"
        advice = "leave out the rows of days on which NYSE is closed"
        return DayPattern(where, f"there are bars of {what}", advice)
    if half and len(shifted) * 14 < np.count_nonzero(inside):  # not even every second week
        half, where = "", f"{where} from {weekend[0]} to {weekend[-1]}"
    where += f" of {half} time" if half else ""
    on = table.counts[inside].sum()
    share = float(table.counts[inside & off].sum() / on) if half else 0.0
    return DayPattern(where, _SHIFTS[day, half], _DATES, max(share, _densest(shifted)))


def _densest(shifted: DateArray) -> float:
    """Return what part of the weeks of half a year is shifted at most; 0 for a few weeks."""
    if len(shifted) < FEWEST_SHIFTED:
        return 0.0
    until = np.searchsorted(shifted, shifted + HALF_YEAR)
    most = int((until - np.arange(len(shifted))).max())
    return most / 26 if most >= FEWEST_SHIFTED else 0.0


def _holidays(
    table: _Rows, holidays: DateArray, sessions: DateArray, repeated: Callable[[], bool]
) -> DayPattern:
    """Judge rows of which most lie on weekdays without trading.

    Dates that are a trading day late put the rows of the session before a holiday on it, and leave
    the session after it without any; early ones the other way round.
    """
    where = "on market holidays"
    if repeated():
        return DayPattern(where, *_filled())
    usual = np.median(table.counts)
    after = np.searchsorted(sessions, holidays)
    inside = (after > 0) & (after < len(sessions))
    for word, place in (("late", after), ("early", after - 1)):
        empty = table.of(sessions[place[inside]]) <= 0.5 * usual
        if len(empty) >= FEWEST_SHIFTED and empty.mean() >= MOST:
            cause = (
                f"the dates look shifted, each lies a trading day {word}: dates of settlement or "
                "of publication are a likely cause"
            )
            return DayPattern(where, cause, _DATES, half_share=1.0)
    cause = "the days look like those of another exchange"
    return DayPattern(where, cause, "leave out the rows of days on which NYSE does not trade")


def _filled() -> tuple[str, str]:
    return (
        "the calendar looks filled: prices of the day before are repeated where nothing traded",
        "leave the rows of days without trading out",
    )


def _half(days: DateArray, off: BoolArray) -> tuple[str, BoolArray]:
    """Return the half of the year in which days on no session lie, and which days are of it.

    Nothing and all days, where they lie in both or there is no other half to compare with.
    """
    start = days.astype("datetime64[Y]").astype("datetime64[D]")
    of_year = (days - start).astype(np.int64)
    for half, (first, last) in _SUMMER.items():
        summer = (of_year >= first) & (of_year <= last)
        inside = summer if half == "summer" else ~summer
        if not (off & ~inside).any() and np.count_nonzero(~inside) >= 5 * _OTHER_WEEKS:
            return half, inside
    return "", np.ones(len(days), np.bool_)
