"""Numbers of places added up by owner and session, over the hits of all owners in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from technic.study.replay.hits import Hits
from technic.study.statistics.day_sums import DaySums, whole_units
from technic.typing import BoolArray, FloatArray, IntArray

__all__ = ["OwnerDays", "PlaceValues"]

CHUNK = 1 << 18
"""Hits that are added up at a time: what is read of them stays in the processor's cache."""

PlaceValues = Callable[[slice], FloatArray]
"""A number of some places, NaN where it is not known."""


@dataclass(frozen=True, slots=True, eq=False)
class _Span:
    """Sessions one after the other: their hits, places, and pairs of session and owner."""

    hits: slice
    places: slice
    pairs: slice


@dataclass(frozen=True, slots=True, eq=False)
class OwnerDays:
    """Where the hits of each owner on each session lie among all.

    ``place``: of each hit, session by session and in a session owner by owner; ``starts``:
    ``(n_sessions · n_owners + 1,)`` where those of each session and owner begin, and the end.
    """

    place: NDArray[np.int32]
    starts: NDArray[np.int64]
    n_owners: int
    spans: tuple[_Span, ...]

    @classmethod
    def of(cls, hits: Hits, picked: BoolArray | None = None) -> OwnerDays:
        """Sort the hits, or those ``picked``; they mostly are in this order already."""
        place, owner = hits.place, hits.owner
        if picked is not None:
            place, owner = place[picked], owner[picked]
        n_owners, session = len(hits.owners), hits.places.session
        pair = session[place] * np.int32(n_owners) + owner
        if np.any(pair[1:] < pair[:-1]):  # the days of two parts may lie among each other
            order = np.argsort(pair, kind="stable")
            place, pair = place[order], pair[order]
        n_sessions = len(hits.sessions)
        pairs = np.arange(n_sessions * n_owners + 1, dtype=np.int32)
        starts = np.searchsorted(pair, pairs).astype(np.int64)
        return cls(place, starts, n_owners, tuple(_spans(session, starts, n_sessions, n_owners)))

    def sums(self, values: PlaceValues) -> list[DaySums]:
        """Add up a number of the places by session, for each owner."""
        every = np.zeros((2, len(self.starts) - 1), np.int64)
        for span in self.spans:
            units, known = _units(values(span.places))
            at, starts = self._of(span)
            there = np.flatnonzero(starts[1:] > starts[:-1])
            own, first = span.pairs.start + there, starts[there]
            every[0, own] = np.add.reduceat(units[at], first)
            every[1, own] = np.add.reduceat(known[at], first, dtype=np.int64)
        return [one for (one,) in self._by_owner(every, 1)]

    def grouped(
        self, values: PlaceValues, code: NDArray[np.integer], n_codes: int
    ) -> list[list[DaySums]]:
        """Add up a number by session and group, for each owner.

        ``code``: the group of each place, from 0 to ``n_codes`` − 1, −1 for none.
        """
        every = np.zeros((2, (len(self.starts) - 1) * n_codes), np.int64)
        for span in self.spans:
            units, known = _units(values(span.places))
            at, starts = self._of(span)
            pair = np.repeat(np.arange(len(starts) - 1, dtype=np.int32), np.diff(starts))
            own = code[span.places][at]
            kept = known[at] & (own >= 0)
            key = (pair * np.int32(n_codes) + own)[kept]
            n_keys = (len(starts) - 1) * n_codes
            number = np.bincount(key, minlength=n_keys)
            if n_keys <= 1 << 16:  # numpy sorts numbers so small in a few passes
                key = key.astype(np.uint16)
            sorted_units = units[at[kept][np.argsort(key, kind="stable")]]
            there = np.flatnonzero(number)
            cells = slice(span.pairs.start * n_codes, span.pairs.stop * n_codes)
            first = (np.cumsum(number) - number)[there]
            every[0, cells][there] = np.add.reduceat(sorted_units, first)
            every[1, cells] = number
        return self._by_owner(every, n_codes)

    def _of(self, span: _Span) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return the hits' positions among the places of a span, and where its pairs begin."""
        starts = self.starts[span.pairs.start : span.pairs.stop + 1] - span.hits.start
        return self.place[span.hits] - np.int32(span.places.start), starts

    def _by_owner(self, every: IntArray, n_codes: int) -> list[list[DaySums]]:
        """Part totals and counts by owner and group."""
        shaped = every.reshape(2, -1, max(self.n_owners, 1), n_codes)
        return [
            [DaySums(*np.ascontiguousarray(shaped[:, :, owner, code])) for code in range(n_codes)]
            for owner in range(self.n_owners)
        ]


def _units(value: FloatArray) -> tuple[IntArray, BoolArray]:
    """Return values as whole units, 0 where they are not known, and where they are."""
    known = np.isfinite(value)
    return whole_units(np.where(known, value, 0.0)), known


def _spans(
    session: NDArray[np.int32], starts: NDArray[np.int64], n_sessions: int, n_owners: int
) -> Iterator[_Span]:
    """Cut the sessions so that some have about ``CHUNK`` hits."""
    n_hits = int(starts[-1])
    if not n_hits:
        return
    by_day = starts[::n_owners]
    edges: Sequence[int] = (0, n_sessions)
    places = np.array([0, len(session)])
    if not np.any(session[1:] < session[:-1]):
        begins = by_day[:-1] // CHUNK
        edges = [0, *(np.flatnonzero(np.diff(begins)) + 1).tolist(), n_sessions]
        places = np.searchsorted(session, np.array(edges, dtype=np.int32))
    for (first, stop), (low, high) in zip(pairwise(edges), pairwise(places.tolist()), strict=True):
        if by_day[stop] > by_day[first]:
            hits = slice(int(by_day[first]), int(by_day[stop]))
            yield _Span(hits, slice(low, high), slice(first * n_owners, stop * n_owners))
