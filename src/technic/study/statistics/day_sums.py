"""Values of hits added up by day: all that the mean over hits and its interval need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.typing import FloatArray, IntArray

__all__ = ["DaySums", "whole_units"]

_UNIT = 2.0**32
_LARGEST = 2.0**17


def whole_units(value: FloatArray) -> IntArray:
    """Return values that are known as whole units of 2⁻³², at most ±131,072 of ones."""
    scaled = value * _UNIT
    np.clip(scaled, -_LARGEST * _UNIT, _LARGEST * _UNIT, out=scaled)
    units: IntArray = np.rint(scaled, out=scaled).astype(np.int64)
    return units


@dataclass(frozen=True, slots=True, eq=False)
class DaySums:
    """Sum and number of the values of each session of a study, ``(n_sessions,)`` each.

    ``total``: whole units of 2⁻³², so that parts of a study add up to the same in any order; a
    value counts as at most ±131,072. Sessions without a hit are in it with 0 of 0.
    """

    total: IntArray
    count: IntArray

    @classmethod
    def of(cls, session: NDArray[np.integer], value: FloatArray, n_sessions: int) -> DaySums:
        """Add up ``value`` by ``session``, both ``(n_hits,)``; what is not known is left out."""
        known = np.isfinite(value)
        session, units = session[known], whole_units(value[known])
        total = np.zeros(n_sessions, dtype=np.int64)
        if np.any(session[1:] < session[:-1]):
            np.add.at(total, session, units)
            return cls(total, np.bincount(session, minlength=n_sessions).astype(np.int64))
        # hits come by day: sums of neighbours leave other threads the processor, unlike add.at
        starts = np.searchsorted(session, np.arange(n_sessions + 1))
        count = np.diff(starts).astype(np.int64)
        there = np.flatnonzero(count)
        if len(there):
            total[there] = np.add.reduceat(units, starts[there])
        return cls(total, count)

    @classmethod
    def of_days(cls, value: FloatArray) -> DaySums:
        """Take one value for each session, none where it is NaN."""
        return cls.of(np.arange(len(value)), value, len(value))

    def __add__(self, other: DaySums) -> DaySums:
        """Return the values of both."""
        return DaySums(self.total + other.total, self.count + other.count)

    def part(self, first: int, last: int) -> DaySums:
        """Return the sessions from ``first`` up to, not including, ``last``."""
        return DaySums(self.total[first:last], self.count[first:last])

    @property
    def hits(self) -> int:
        """Values that are known."""
        return int(self.count.sum())

    @property
    def days(self) -> int:
        """Sessions with one."""
        return int(np.count_nonzero(self.count))

    @property
    def mean(self) -> float:
        """Mean over hits, NaN without any."""
        hits = self.hits
        return sum(self.total.tolist()) / _UNIT / hits if hits else float("nan")

    @property
    def day_means(self) -> FloatArray:
        """Mean of each session's hits, NaN without any."""
        means = np.full(len(self.count), np.nan)
        np.divide(self.total / _UNIT, self.count, out=means, where=self.count > 0)
        return means

    @property
    def contributions(self) -> FloatArray:
        """What each session adds to the mean: a series ``(n_sessions,)`` whose mean it is."""
        scale = _UNIT * self.hits / len(self.count)
        series: FloatArray = self.total / scale if self.hits else np.zeros(len(self.count))
        return series

    @property
    def influence(self) -> FloatArray:
        """How the mean over hits hangs on each session: (sum − mean · hits of it) / hits a session.

        The mean is a quotient of two sums; to first order its error is the mean of this series.
        """
        if not self.hits:
            return np.zeros(len(self.count))
        series: FloatArray = (self.total / _UNIT - self.mean * self.count) / (
            self.hits / len(self.count)
        )
        return series
