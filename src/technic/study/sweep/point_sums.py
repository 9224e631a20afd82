"""Values of the hits of every point added up by day, from places that are streamed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.panel.places import Places
from technic.study.replay.met_places import MetPlaces
from technic.study.statistics import DaySums
from technic.typing import FloatArray, IntArray

__all__ = ["UNKNOWN", "PointSums", "PointTally"]

UNKNOWN = np.iinfo(np.int64).min
"""Stands where the value of a place is not known."""


@dataclass(frozen=True, slots=True, eq=False)
class PointSums:
    """`DaySums` of many points: ``total`` and ``count``, ``(n_points, n_sessions)`` each."""

    total: IntArray
    count: IntArray

    def __len__(self) -> int:
        return len(self.total)

    @property
    def sessions(self) -> int:
        """How many sessions there are."""
        return len(self.total[0])

    @property
    def means(self) -> FloatArray:
        """The mean over the hits of each point, NaN without any."""
        return np.array([self.of(point).mean for point in range(len(self))])

    def of(self, point: int) -> DaySums:
        """Return those of one point."""
        return DaySums(self.total[point], self.count[point])

    def part(self, first: int, last: int) -> PointSums:
        """Return the sessions from ``first`` up to, not including, ``last``."""
        return PointSums(self.total[:, first:last], self.count[:, first:last])


class PointTally:
    """Adds up, as the hits of a replay come in.

    ``units``: the values of each reading, ``(n_days, n_symbols)``, in the units of `whole_units`,
    ``UNKNOWN`` where there is none. Readings begin with the first day; one may end before others.
    ``horizon``: sessions after which a symbol's next hit begins another episode; hits count there
    whose first reading is known.
    """

    def __init__(self, n_points: int, units: Sequence[IntArray], horizon: int) -> None:
        self._units, self._horizon = units, horizon
        self._sums = [
            PointSums(*np.zeros((2, n_points, len(values)), np.int64)) for values in units
        ]
        n_days, n_symbols = units[0].shape
        self.hits: IntArray = np.zeros((n_points, n_days), np.int64)
        """All hits by point and day, those without a value too."""
        self.episodes: IntArray = np.zeros((n_points, n_days), np.int64)
        """Hits that begin an episode."""
        self._busy_until = np.zeros((n_points, n_symbols), np.int32)

    @property
    def sums(self) -> tuple[PointSums, ...]:
        """The sums of each reading."""
        return tuple(self._sums)

    def add(self, places: MetPlaces) -> None:
        """Add the hits of some symbols on days that are not before those of them added so far."""
        met = places.met
        rows = np.zeros(len(places.session), np.intp)
        for part in Places(places.session, rows, places.symbol).by_day():
            self._add_day(int(places.session[part.start]), places.symbol[part], met[:, part])

    def _add_day(self, day: int, symbol: NDArray[np.intp], met: NDArray[np.bool_]) -> None:
        own = met.astype(np.int64)
        self.hits[:, day] += own.sum(axis=1)
        for sums, units in zip(self._sums, self._units, strict=True):
            if day < len(units):
                values = units[day, symbol]
                known = values != UNKNOWN
                sums.total[:, day] += own @ np.where(known, values, 0)
                sums.count[:, day] += own @ known.astype(np.int64)
        known = self._units[0][day, symbol] != UNKNOWN
        begins = met & known & (self._busy_until[:, symbol] <= day)
        self.episodes[:, day] += begins.sum(axis=1)
        point, place = np.nonzero(begins)
        self._busy_until[point, symbol[place]] = day + self._horizon
