"""Which row of a period was the latest known on a day.

A period is its owner, its end and how many quarters it spans. Ends are compared by the month end
that lies nearest: data sets round them so, and years of 52 or 53 weeks end some days apart. A
look-up is one binary search in keys of owner, month, quarters and session, so that what becomes
known later cannot change what an earlier session finds.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa

from technic.facts.reader._columns import ConceptRows
from technic.facts.rows import LAST_DAY
from technic.typing import BoolArray, IntArray

__all__ = ["NONE", "PeriodIndex", "month_slot", "session_key"]

NONE = -1
SESSION_BITS, QUARTER_BITS, SLOT_BITS, RANK_BITS = 15, 3, 17, 7
TOLERANCE_DAYS = 25
"""How far a period's end may lie from the day it is looked for at: 53 weeks and rounding."""
NO_DAY = np.iinfo(np.int64).min


def month_slot(day: IntArray) -> IntArray:
    """Number the month end that is nearest to each day; up to the 15th it is the one before.

    day: day numbers up to ``LAST_DAY`` of the table of facts.
    """
    slots, _ = _months()
    return slots[day]


def session_key(owner: IntArray, session: IntArray) -> IntArray:
    """Return one number that orders by owner, then session."""
    return owner << SESSION_BITS | session


class PeriodIndex:
    """The rows of one concept by period.

    ``rank``: each row's place in the chain of tags; ``owner``: whose it is; ``accn``: the table's
    column. ``by_day``: ends are the days they are, for what is not bound to fiscal quarters.
    """

    def __init__(
        self,
        rows: ConceptRows,
        owner: IntArray,
        rank: IntArray,
        accn: pa.ChunkedArray,
        *,
        by_day: bool = False,
    ) -> None:
        self._by_day = by_day
        key = _key(owner, self._slot(rows.end), rows.quarters, rows.known)
        order = _ordered(key, rows, rank, accn)
        self.rows, self.rank, self._key = rows.take(order), rank[order], key[order]
        self._owner = owner[order]
        tagged = self._tagged(self._owner, self._slot(self.rows.end), self.rows.quarters, self.rank)
        self._tag_key = tagged << SESSION_BITS | self.rows.known
        self._tag_order = np.argsort(self._tag_key, kind="stable")
        self._tag_key = self._tag_key[self._tag_order]
        self.events, self._greatest = self._ends()

    def greatest_end(self, owner: IntArray, session: IntArray) -> IntArray:
        """Return the greatest period end known by a session as a day number, ``NO_DAY``: none."""
        if not len(self.events):
            return np.full(len(owner), NO_DAY)
        at = np.searchsorted(self.events, session_key(owner, session), side="right") - 1
        own = (at >= 0) & (self.events[at] >= session_key(owner, np.zeros_like(session)))
        return np.where(own & (owner >= 0), self._greatest[at], NO_DAY)

    def latest(
        self,
        owner: IntArray,
        end: IntArray,
        quarters: int,
        session: IntArray,
        rank: IntArray | None = None,
    ) -> IntArray:
        """Return the place of the latest row known by a session of a period, ``NONE`` without one.

        ``end``: where it is looked for; an end within 25 days of it counts as that of the period.
        ``rank``: of the one tag that counts.
        """
        found = np.full(len(owner), NONE)
        left = np.flatnonzero((owner >= 0) & (end != NO_DAY))
        for shift in (0,) if self._by_day else (0, -1, 1):
            if shift == -1:
                left = left[_months()[1][end[left]]]
            if not len(left) or not len(self._key):
                break
            slot = self._slot(end[left]) + shift
            wanted = None if rank is None else rank[left]
            at = self._search(owner[left], slot, quarters, session[left], wanted)
            near = (at != NONE) & (abs(self.rows.end[at] - end[left]) <= TOLERANCE_DAYS)
            found[left[near]] = at[near]
            left = left[~near]
        return found

    def _search(
        self,
        owner: IntArray,
        slot: IntArray,
        quarters: int,
        session: IntArray,
        rank: IntArray | None,
    ) -> IntArray:
        count = np.full(len(owner), quarters)
        if rank is None:
            keys, group = self._key, _key(owner, slot, count, np.zeros_like(session))
        else:
            keys, group = self._tag_key, self._tagged(owner, slot, count, rank) << SESSION_BITS
        at = np.searchsorted(keys, group | session, side="right") - 1
        found: BoolArray = (at >= 0) & (keys[at] >= group)
        places = at if rank is None else self._tag_order[at]
        return np.where(found, places, NONE)

    def _slot(self, end: IntArray) -> IntArray:
        return end if self._by_day else month_slot(end)

    @staticmethod
    def _tagged(owner: IntArray, slot: IntArray, quarters: IntArray, rank: IntArray) -> IntArray:
        return ((owner << SLOT_BITS | slot) << QUARTER_BITS | quarters) << RANK_BITS | rank

    def _ends(self) -> tuple[IntArray, IntArray]:
        """Return (owner, session) keys at which something became known, and the greatest end."""
        key = session_key(self._owner, self.rows.known)
        order = np.argsort(key, kind="stable")
        # The owner before the end in one number: the running maximum starts anew with each owner.
        reached = np.maximum.accumulate(self._owner[order] << 32 | self.rows.end[order])
        key = key[order]
        last = np.append(key[1:] != key[:-1], True)[: len(key)]
        return key[last], reached[last] & 0xFFFFFFFF


@cache
def _months() -> tuple[IntArray, BoolArray]:
    """Return for each day number its slot, and whether a week more or less may change that.

    Looked up, as the calendar's arithmetic takes longer than a search.
    """
    days = np.arange(LAST_DAY.astype("datetime64[D]").astype(np.int64)).astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    into = (days - months.astype("datetime64[D]")).astype(np.int64)
    return months.astype(np.int64) - (into < 15), (into >= 7) & (into < 23)


def _key(owner: IntArray, slot: IntArray, quarters: IntArray, session: IntArray) -> IntArray:
    period = (owner << SLOT_BITS | slot) << QUARTER_BITS | quarters
    return period << SESSION_BITS | session


def _ordered(key: IntArray, rows: ConceptRows, rank: IntArray, accn: pa.ChunkedArray) -> IntArray:
    """Order rows by key; of one key the later filing is last, in it the first tag of the chain."""
    order = np.argsort(key, kind="stable")
    same = key[order][1:] == key[order][:-1]
    tied = np.flatnonzero(np.append(same, False) | np.append(False, same)) if len(key) else order
    if len(tied):
        members = order[tied]
        filings = np.array(
            accn.take(pa.array(rows.row[members])).cast(pa.string()).fill_null("").to_pylist()
        )
        _, filing = np.unique(filings, return_inverse=True)
        by = (rows.value, -rank, None, rows.known_at, key)
        keys = [filing if column is None else column[members] for column in by]
        order[tied] = members[np.lexsort(keys)]
    return order
