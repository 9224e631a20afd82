"""Values of the hits of every point added up by day, from places that are streamed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.panel.places import Places
from technic.study.outcomes import MarketReturns
from technic.study.replay.met_places import MetPart
from technic.study.statistics import DaySums
from technic.study.statistics.day_sums import whole_units
from technic.typing import BoolArray, FloatArray, IntArray

__all__ = ["PointSums", "PointTally"]

_UNKNOWN = np.iinfo(np.int64).min
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
    """Adds up returns in excess of the universe's mean, as the hits of a replay come in.

    ``returns``: of each reading ``(n_days, n_symbols)``, NaN where there is none. Readings begin
    with the first day; one may end before others. The universe is who is ranked on a day, as in a
    study, which is known with the hits. ``horizon``: sessions after which a symbol's next hit
    begins another episode; hits count there whose first reading is known.
    """

    def __init__(self, n_points: int, returns: Sequence[FloatArray], horizon: int) -> None:
        self._returns, self._horizon = returns, horizon
        self._sums = [
            PointSums(*np.zeros((2, n_points, len(values)), np.int64)) for values in returns
        ]
        n_days, n_symbols = returns[0].shape
        self.hits: IntArray = np.zeros((n_points, n_days), np.int64)
        """All hits by point and day, those without a value too."""
        self.episodes: IntArray = np.zeros((n_points, n_days), np.int64)
        """Hits that begin an episode."""
        self._busy_until = np.zeros((n_points, n_symbols), np.int32)

    @property
    def sums(self) -> tuple[PointSums, ...]:
        """The sums of each reading."""
        return tuple(self._sums)

    def add(self, part: MetPart) -> None:
        """Add the hits of some days; none of them is before those added so far."""
        units = [_excess_units(values, part) for values in self._returns]
        row = {day: at for at, day in enumerate(part.days.tolist())}
        for places in part.places:
            met = places.met
            rows = np.zeros(len(places.session), np.intp)
            for own in Places(places.session, rows, places.symbol).by_day():
                day, symbol = int(places.session[own.start]), places.symbol[own]
                at = row[day]
                values = [one[at, symbol] for one in units if at < len(one)]
                self._add_day(day, symbol, met[:, own], values)

    def _add_day(
        self, day: int, symbol: NDArray[np.intp], met: BoolArray, values: Sequence[IntArray]
    ) -> None:
        own = met.astype(np.int64)
        self.hits[:, day] += own.sum(axis=1)
        reaching = (sums for sums in self._sums if day < sums.sessions)
        for sums, units in zip(reaching, values, strict=True):
            known = units != _UNKNOWN
            sums.total[:, day] += own @ np.where(known, units, 0)
            sums.count[:, day] += own @ known.astype(np.int64)
        known = values[0] != _UNKNOWN
        begins = met & known & (self._busy_until[:, symbol] <= day)
        self.episodes[:, day] += begins.sum(axis=1)
        point, place = np.nonzero(begins)
        self._busy_until[point, symbol[place]] = day + self._horizon


def _excess_units(returns: FloatArray, part: MetPart) -> IntArray:
    """Return the excess over the universe on the days of a part that the reading has.

    In the units of `whole_units`, ``_UNKNOWN`` where there is none.
    """
    days = part.days[part.days < len(returns)]
    own = returns[days]
    excess = own - MarketReturns.of(own, part.ranked[: len(days)]).mean[:, None]
    known = np.isfinite(excess)
    units = whole_units(np.where(known, excess, 0.0))
    units[~known] = _UNKNOWN
    return units
