"""How many shares of simulated companies are sold short, twice a month."""

from __future__ import annotations

import calendar
import datetime as dt

from technic.marketsim.companies.accounts import LAST_YEAR
from technic.marketsim.companies.fiscal import FIRST_YEAR
from technic.marketsim.random_streams import uniform
from technic.typing import FloatArray

__all__ = ["Shorts", "settlements"]

DAY = dt.timedelta(days=1)
COUNT = (LAST_YEAR - FIRST_YEAR + 1) * 24


def settlements(first: dt.date, last: dt.date) -> list[tuple[int, dt.date]]:
    """Settlement days from ``first`` to ``last`` with their numbers since 2009.

    The 15th and the last day of a month, or the weekday before.
    """
    found = []
    for number in range(COUNT):
        year, month = FIRST_YEAR + number // 24, number % 24 // 2 + 1
        day = dt.date(year, month, calendar.monthrange(year, month)[1] if number % 2 else 15)
        day -= DAY * max(day.weekday() - 4, 0)
        if first <= day <= last:
            found.append((number, day))
    return found


class Shorts:
    """Shares sold short, and average volumes, as parts of all shares; row i is symbol i."""

    def __init__(self, seed: int, size: int) -> None:
        level = 0.005 + 0.12 * uniform(seed, "short/level", size, 1) ** 2
        self._short: FloatArray = level * (0.6 + 0.8 * uniform(seed, "short", size, COUNT))
        self._volume: FloatArray = 0.002 + 0.01 * uniform(seed, "short/volume", size, COUNT)

    def of(self, row: int, number: int, shares: float) -> tuple[int, int]:
        """Return (short, average volume) of a symbol with so many shares, in shares."""
        return (
            round(shares * float(self._short[row, number])),
            round(shares * float(self._volume[row, number])),
        )
