"""Numbers on the way to a step: value, the filing behind it, the shares it is counted in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from technic.typing import BoolArray, FloatArray, IntArray

__all__ = ["Asked", "Numbers"]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """For whom and as of when: all (n,).

    ``symbol``: place among the symbols asked for; ``company``, ``security``: codes, -1 unknown;
    ``session``: position in the calendar.
    """

    symbol: IntArray
    company: IntArray
    security: IntArray
    session: IntArray

    def __len__(self) -> int:
        return len(self.symbol)

    def take(self, at: IntArray) -> Asked:
        """Return some of them."""
        return Asked(self.symbol[at], self.company[at], self.security[at], self.session[at])

    def held_from(self, session: int) -> Asked:
        """Return those that are not over before a session: of each symbol the last one, or later.

        One is over where the next of the same symbol begins.
        """
        following = np.append(self.session[1:], np.iinfo(np.int64).max)[: len(self)]
        following[:-1][self.symbol[1:] != self.symbol[:-1]] = np.iinfo(np.int64).max
        return self.take(np.flatnonzero(following > session))


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """One number for each that was asked, all (n,); NaN where it is missing.

    ``row``: of the latest filing in it, -1 without one; ``known``: the session that knew it;
    ``basis``: the day in whose shares it is counted; ``end``: its period's last day.
    """

    value: FloatArray
    row: IntArray
    known: IntArray
    basis: IntArray
    end: IntArray

    @classmethod
    def missing(cls, end: IntArray) -> Numbers:
        """Return as many missing numbers as there are period ends."""
        count = len(end)
        row, known = np.full(count, -1), np.full(count, -1)
        return cls(np.full(count, np.nan), row, known, np.zeros(count, np.int64), end.copy())

    def take(self, at: IntArray | BoolArray) -> Numbers:
        """Return some of them."""
        return Numbers(self.value[at], self.row[at], self.known[at], self.basis[at], self.end[at])

    def gaps(self) -> IntArray:
        """Return where numbers are missing."""
        return np.flatnonzero(np.isnan(self.value))

    def fill(self, at: IntArray, others: Numbers) -> None:
        """Write ``others`` into the places ``at``, where the others are not missing."""
        there = ~np.isnan(others.value)
        at = at[there]
        for name in self.__slots__ if len(at) else ():
            getattr(self, name)[at] = getattr(others, name)[there]

    def combined(self, other: Numbers, value: FloatArray, basis: IntArray) -> Numbers:
        """Return ``value``, made of both; the filing is the later one."""
        later = other.known > self.known
        row = np.where(later, other.row, self.row)
        return Numbers(value, row, np.maximum(self.known, other.known), basis, self.end)
