"""Which company a symbol stands for, on which sessions.

Rows say it: each ``listed_as`` is a claim from the session that knew it. Other rows carry the
symbol of the day on which they were fetched, which may be long after the session that knew them:
they are claims only of symbols that no ``listed_as`` names. Before its first claim a symbol stands
for the company that claimed it first: who somebody is may be learnt later, what was known of them
may not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from technic.facts.reader._columns import ConceptRows, FactColumns
from technic.typing import IntArray

__all__ = ["Claims", "Identities"]


@dataclass(frozen=True, slots=True, eq=False)
class Claims:
    """Symbol ``asked[j]`` is company ``company[j]`` from session ``start[j]`` to before ``end[j]``.

    Sorted by (asked, start). ``security``: the code of each symbol asked for, -1 unknown.
    """

    asked: IntArray
    company: IntArray
    start: IntArray
    end: IntArray
    security: IntArray

    def company_at(self, asked: IntArray, session: IntArray) -> IntArray:
        """Return the company of each symbol on a session, -1 for none."""
        if not len(self.asked):
            return np.full(len(asked), -1)
        key = self.asked << 15 | self.start
        at = np.searchsorted(key, asked << 15 | session, side="right") - 1
        return np.where((at >= 0) & (self.asked[at] == asked), self.company[at], -1)


class Identities:
    """Claims of all symbols of a table.

    A row without a company belongs to the one whose symbol it has; a symbol that no company claims
    is a company of its own.
    """

    def __init__(self, columns: FactColumns) -> None:
        security, company, known, listed = columns.identities()
        self._nobody = columns.ciks.index(0) if 0 in columns.ciks else -2
        self._codes = {symbol: at for at, symbol in enumerate(columns.symbols) if symbol}
        self._own = len(columns.ciks)  # codes from here on are symbols without a company
        named = company != self._nobody
        said = np.zeros(len(columns.symbols), np.bool_)
        said[security[listed & named]] = True
        named &= listed | ~said[security]
        self._claims = _changes(security[named], company[named], known[named])

    def company_of(self, rows: ConceptRows) -> IntArray:
        """Return the company of each row."""
        unnamed = np.flatnonzero((rows.company == self._nobody) & (rows.security >= 0))
        if not len(unnamed):
            return np.where(rows.company == self._nobody, -1, rows.company)
        company = np.where(rows.company == self._nobody, -1, rows.company)
        security = rows.security[unnamed]
        found = self._at(security, rows.known[unnamed])
        company[unnamed] = np.where(found < 0, self._own + security, found)
        return company

    def claims(self, symbols: Sequence[str]) -> Claims:
        """Return the claims of the symbols asked for."""
        security = np.array([self._codes.get(symbol, -1) for symbol in symbols], dtype=np.int64)
        claimed, company, start = self._claims
        low = np.searchsorted(claimed, security)
        count = np.searchsorted(claimed, security, side="right") - low
        count[security < 0] = 0
        asked = np.repeat(np.arange(len(symbols)), count)
        at = np.repeat(low, count) + _within(count)
        own = np.flatnonzero((count == 0) & (security >= 0))
        asked = np.concatenate([asked, own])
        company = np.concatenate([company[at], self._own + security[own]])
        start = np.concatenate([start[at], np.zeros(len(own), np.int64)])
        order = np.lexsort((start, asked))
        asked, company, start = asked[order], company[order], start[order]
        end = np.append(start[1:], 1 << 15)[: len(start)]
        end[np.append(asked[1:] != asked[:-1], True)[: len(asked)]] = 1 << 15
        return Claims(asked, company, start, end, security)

    def _at(self, security: IntArray, session: IntArray) -> IntArray:
        claimed, company, start = self._claims
        if not len(claimed):
            return np.full(len(security), -1)
        at = np.searchsorted(claimed << 15 | start, security << 15 | session, side="right") - 1
        return np.where((at >= 0) & (claimed[at] == security), company[at], -1)


def _changes(security: IntArray, company: IntArray, known: IntArray) -> tuple[IntArray, ...]:
    """Return (symbol, company, session) where the company of a symbol changes, first at 0."""
    # Nearly every symbol has one company, and then no row of it need be sorted.
    count = int(security.max(initial=-1)) + 1
    one = np.full(count, -1, np.int64)
    one[security] = company
    several = np.zeros(count, np.bool_)
    several[security[one[security] != company]] = True
    rows = np.flatnonzero(several[security])
    rows = rows[np.lexsort((company[rows], known[rows], security[rows]))]
    security, company, known = security[rows], company[rows], known[rows]
    fresh = np.append(True, security[1:] != security[:-1])[: len(security)]
    change = fresh | np.append(True, company[1:] != company[:-1])[: len(security)]
    start = np.where(fresh, 0, known)
    single = np.flatnonzero((one >= 0) & ~several)
    made = (
        np.concatenate([single, security[change]]),
        np.concatenate([one[single], company[change]]),
        np.concatenate([np.zeros(len(single), np.int64), start[change]]),
    )
    order = np.lexsort((made[2], made[0]))
    return tuple(array[order] for array in made)


def _within(count: IntArray) -> IntArray:
    """Return 0, 1, … up to each count, one after the other."""
    ends = np.cumsum(count)
    return np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - count, count)
