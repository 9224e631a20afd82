"""Fiscal calendars: when the quarters of a company end, by months or by weeks."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

__all__ = ["FIRST_YEAR", "Fiscal", "Quarter"]

FIRST_YEAR = 2009
"""Fiscal year of quarter 0; nobody files before it."""
WEEK = dt.timedelta(weeks=1)
DAY = dt.timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Quarter:
    """Fiscal quarter ``number`` since the first: a year, a quarter of it, its first and last day.

    ``year_start``: first day of its fiscal year.
    """

    number: int
    year: int
    quarter: int
    start: dt.date
    end: dt.date
    year_start: dt.date


@dataclass(frozen=True, slots=True)
class Fiscal:
    """``month``: in which years end; ``weeks``: on its last Saturday, after 52 or 53 weeks."""

    month: int
    weeks: bool

    def year_end(self, year: int) -> dt.date:
        """Last day of a fiscal year; a year that ends by May is called after the one before."""
        year += self.month <= 5
        last = dt.date(year, self.month, calendar.monthrange(year, self.month)[1])
        return last - DAY * ((last.weekday() - SATURDAY) % 7) if self.weeks else last

    def quarter(self, number: int) -> Quarter:
        """Return a quarter by its number."""
        year, at = FIRST_YEAR + number // 4, number % 4
        year_start = self.year_end(year - 1) + DAY
        start, end = self._border(year, at) + DAY, self._border(year, at + 1)
        return Quarter(number, year, at + 1, start, end, year_start)

    def _border(self, year: int, quarters: int) -> dt.date:
        """Last day of so many quarters of a year; of none the day before it begins."""
        before = self.year_end(year - 1)
        if quarters in (0, 4):
            return self.year_end(year) if quarters else before
        if self.weeks:
            return before + 13 * quarters * WEEK
        months = before.year * 12 + before.month - 1 + 3 * quarters
        last = calendar.monthrange(months // 12, months % 12 + 1)[1]
        return dt.date(months // 12, months % 12 + 1, last)
