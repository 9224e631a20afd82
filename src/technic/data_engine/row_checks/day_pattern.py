"""What days on no session have in common, and what people have done to dates that look so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.typing import BoolArray, DateArray

__all__ = ["DayPattern", "day_pattern", "spacing"]

MOST = 0.75
"""The part of the rows on no session that makes one weekday, or one half of the year, theirs."""
FEWEST_BARS = 8
"""Days from which their spacing can be told."""
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

    ``half_share``: where all lie in one half of the year, what part of its rows they are, else 0.
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
    if len(gaps) < FEWEST_BARS - 1 or np.median(gaps) < SPACINGS["week"][0]:
        return ""
    for word, (least, most) in SPACINGS.items():
        if np.mean((gaps >= least) & (gaps <= most)) >= REGULAR:
            return word
    return ""


def day_pattern(
    days: DateArray, counts: NDArray[np.int64], off: BoolArray, repeated: Callable[[], bool]
) -> DayPattern:
    """Say what the days that are no session (``off``, at least one) have in common.

    ``days``: distinct, ascending, with ``counts`` rows each. ``repeated``: whether their closes
    are those of the day before; asked where it matters.
    """
    weekday = (days.astype(np.int64) + 3) % 7
    rows = np.bincount(weekday[off], counts[off], minlength=7)
    total = rows.sum()
    for day, name in ((SATURDAY, "Saturdays"), (SUNDAY, "Sundays")):
        if rows[day] >= MOST * total:
            half, inside = _half(days, off & (weekday == day))
            where = f"{'all' if rows[day] == total else 'most'} on {name}"
            where += f" of {half} time" if half else ""
            on = np.bincount(weekday[inside], counts[inside], minlength=7)
            if _beside_whole_weeks(on, day):
                what = "Sunday evenings, as of futures" if day == SUNDAY else "Saturdays"
                advice = "leave out the rows of days on which NYSE is closed"
                return DayPattern(where, f"there are bars of {what}", advice)
            share = float(counts[inside & off].sum() / on.sum()) if half else 0.0
            return DayPattern(where, _SHIFTS[day, half], _DATES, share)
    if rows[:SATURDAY].sum() >= MOST * total:
        where = "on market holidays"
        if repeated():
            return DayPattern(where, *_filled())
        cause = "the days look like those of another exchange"
        return DayPattern(where, cause, "leave out the rows of days on which NYSE does not trade")
    where = "on Saturdays and Sundays" + (" and holidays" if rows[:SATURDAY].any() else "")
    if repeated():
        return DayPattern(where, *_filled())
    if min(rows[SATURDAY], rows[SUNDAY]) * 4 >= max(rows[SATURDAY], rows[SUNDAY]):
        cause = "bars of all seven days, as of a cryptocurrency"
        return DayPattern(where, cause, "a scan of stocks needs bars of trading days")
    return DayPattern(where, "the dates cannot be right", _DATES)


def _filled() -> tuple[str, str]:
    return (
        "the calendar looks filled: prices of the day before are repeated where nothing traded",
        "leave the rows of days without trading out",
    )


def _beside_whole_weeks(rows: NDArray[np.integer], day: int) -> bool:
    """Tell whether rows of a day of the weekend stand beside whole weeks.

    ``rows``: of each weekday. Shifted dates leave a weekday without rows: Friday where they lie
    early, Monday where late.
    """
    emptied = rows[4] if day == SUNDAY else rows[0]
    return bool(emptied > 0.5 * rows[1:4].mean())


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
