"""Days of results: sessions since the last ones, and until the next.

Nobody publishes days ahead for free. The estimate is the event of the same quarter a year before,
364 days later, which is the same day of the week; a vendor's day counts instead where there is one.
"""

from __future__ import annotations

import numpy as np

from technic.facts.reader._columns import ConceptRows
from technic.facts.reader._numbers import Asked, Numbers
from technic.facts.reader._period_index import session_key
from technic.typing import IntArray

__all__ = ["EarningsDays"]

YEAR = 364
"""Days: fifty-two weeks."""
EARLIER = 10
"""Days that results may come earlier than a year before; what is earlier announces them."""

NEXT_QUARTER = 130
"""Days after an event in which the next quarter's follow; what is later is another quarter's."""


class _Latest:
    """Rows by company and the session that knew them; the last one known by a session."""

    def __init__(self, rows: ConceptRows, company: IntArray, later_first: bool) -> None:
        order = np.lexsort(
            (
                -rows.end if later_first else rows.end,
                rows.known_at,
                session_key(company, rows.known),
            )
        )
        self.rows, self.company = rows.take(order), company[order]
        self.key = session_key(self.company, self.rows.known)

    def at(self, asked: Asked) -> IntArray:
        """Return places of rows, -1 for none."""
        if not len(self.key):
            return np.full(len(asked), -1)
        at = np.searchsorted(self.key, session_key(asked.company, asked.session), side="right") - 1
        own = (at >= 0) & (self.company[at] == asked.company)
        return np.where(own, at, -1)

    def take(self, keep: IntArray) -> None:
        """Keep some rows."""
        self.rows, self.company = self.rows.take(keep), self.company[keep]
        self.key = self.key[keep]


class EarningsDays:
    """The events of companies, and the days that vendors give."""

    def __init__(
        self,
        events: tuple[ConceptRows, IntArray],
        dates: tuple[ConceptRows, IntArray],
        sessions: IntArray,
    ) -> None:
        self._events = _Latest(*events, later_first=False)
        self._events.take(_new_days(self._events.company, self._events.rows.end))
        self._dates = _Latest(*dates, later_first=True)
        self._sessions = sessions
        self.keys = np.unique(np.concatenate([self._events.key, self._dates.key]))

    def since(self, asked: Asked) -> Numbers:
        """Return the position of the session that knew the latest results."""
        at = self._events.at(asked)
        made = self._made(asked, self._events, at)
        made.value[at >= 0] = self._events.rows.known[at[at >= 0]]
        return made

    def until(self, asked: Asked) -> Numbers:
        """Return the position of the session of the next results."""
        at = self._events.at(asked)
        made = self._made(asked, self._events, at)
        day = np.full(len(asked), -1)
        there = np.flatnonzero(at >= 0)
        day[there] = self._estimate(at[there])
        given = self._dates.at(asked)
        last = np.where(at >= 0, made.end, -1)
        vendor = np.flatnonzero((given >= 0) & (self._ends(given) > last))
        if len(vendor):
            day[vendor] = self._ends(given)[vendor]
            for name in ("row", "known", "end"):
                getattr(made, name)[vendor] = getattr(self._dates.rows, name)[given[vendor]]
        position = np.searchsorted(self._sessions, day)
        known = (day >= 0) & (position < len(self._sessions))
        made.value[known] = position[known]
        return made

    def _ends(self, at: IntArray) -> IntArray:
        if not len(self._dates.key):
            return np.full(len(at), -1)
        return np.where(at >= 0, self._dates.rows.end[at], -1)

    def _estimate(self, at: IntArray) -> IntArray:
        """Return a day after each event: a year after the first that followed it a year ago."""
        end, company = self._events.rows.end, self._events.company
        key = company << 20 | end
        after = np.searchsorted(key, key[at] - YEAR + EARLIER, side="right")
        after = np.minimum(after, len(key) - 1)
        near = key[after] - key[at] + YEAR <= NEXT_QUARTER
        return np.where((after < at) & near, end[after] + YEAR, -1)

    def _made(self, asked: Asked, latest: _Latest, at: IntArray) -> Numbers:
        made = Numbers.missing(np.zeros(len(asked), np.int64))
        there = np.flatnonzero(at >= 0)
        for name in ("row", "known", "end"):
            if len(there):
                getattr(made, name)[there] = getattr(latest.rows, name)[at[there]]
        return made


def _new_days(company: IntArray, end: IntArray) -> IntArray:
    """Return rows whose day lies after those of all rows before; what is told late is left out."""
    reached = np.maximum.accumulate(company << 32 | end)
    fresh = np.append(True, reached[1:] > reached[:-1])[: len(company)]
    return np.flatnonzero(fresh)
