"""What was known of the companies of a panel: step functions on the axis of sessions.

A fact stays from the session on whose close it is known until another takes its place. A value
depends on its symbol and its session alone, so all windows and all ways of reading give the same
bits: the newest bars are searched for, and where many bars are wanted each step is laid down where
it begins and carried on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from technic.errors import RuleUnavailableError
from technic.typing import FloatArray

__all__ = ["FACTS_HINT", "FactSeries", "PanelFacts", "Reading"]

IndexArray = NDArray[np.intp]
Reading = Literal["level", "since", "until"]
FACTS_HINT = "technic facts sync gets them"
FEW_BARS = 6
"""So many bars of each column are searched for; above it, steps are laid down and carried on."""
_DAYS = np.int64(2**32)
"""More than there are sessions: column and session in one ascending number."""


@dataclass(frozen=True, slots=True, eq=False)
class FactSeries:
    """One fact of several columns: column i has the steps ``offsets[i]`` to ``offsets[i + 1]``.

    ``begins``: ``(n_steps,)`` the session on which a step begins, counted on one axis for all,
    ascending in a column; of equal ones the last holds. ``value``: what is known from there on, NaN
    where that is that nothing is. ``reading``: ``level``, the value itself; else it is a session,
    and the fact is how many have passed ``since``, or are left ``until``, missing once it is over.
    """

    begins: NDArray[np.int64]
    value: FloatArray
    offsets: IndexArray
    reading: Reading = "level"
    _keys: NDArray[np.int64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        column = np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))
        object.__setattr__(self, "_keys", column * _DAYS + self.begins)

    def take(self, columns: slice | IndexArray) -> FactSeries:
        """Return some of the columns."""
        steps, counts = self.steps_of(columns), np.diff(self.offsets)[columns]
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.intp)
        return FactSeries(self.begins[steps], self.value[steps], offsets, self.reading)

    def steps_of(self, columns: slice | IndexArray) -> IndexArray:
        """Return the positions of the steps of some columns, one column after the other."""
        first, counts = self.offsets[:-1][columns], np.diff(self.offsets)[columns]
        before = np.cumsum(counts) - counts
        steps: IndexArray = np.arange(counts.sum()) + np.repeat(first - before, counts)
        return steps

    def at(self, session: NDArray[np.int64]) -> FloatArray:
        """Return what is known at some bars of all columns, ``(n_bars, n_columns)``.

        ``session``: the session of each bar on the axis of ``begins``, -1 where there is no bar.
        NaN there, and where nothing is known.
        """
        if not len(self.value) or not session.size:
            return np.full(session.shape, np.nan)
        step = self._searched(session) if len(session) <= FEW_BARS else self._carried(session)
        known = (step >= 0) & (session >= 0)
        found: FloatArray = np.where(known, self.value[step], np.nan)
        if self.reading == "since":
            found = np.subtract(session, found)
        if self.reading == "until":
            found -= session
            found[found < 0.0] = np.nan
        return found

    def _searched(self, session: NDArray[np.int64]) -> IndexArray:
        """Return the step of each bar, -1 where there is none."""
        column = np.arange(session.shape[1])
        wanted = column * _DAYS + session
        step = np.searchsorted(self._keys, wanted, side="right") - 1
        return np.where(step >= self.offsets[:-1], step, -1)

    def _carried(self, session: NDArray[np.int64]) -> IndexArray:
        """Do the same for many bars of each column."""
        there = session >= 0
        if not there.any():
            return np.full(session.shape, -1, np.intp)
        low, high = int(session.min(where=there, initial=session.max())), int(session.max())
        marks = np.full((high - low + 1, session.shape[1]), -1, np.int32)
        marks[0] = self._searched(np.full((1, session.shape[1]), low))[0]
        inside = np.flatnonzero((self.begins > low) & (self.begins <= high))
        column = self._keys[inside] // _DAYS
        marks[self.begins[inside] - low, column] = inside  # of equal ones the last is assigned last
        np.maximum.accumulate(marks, axis=0, out=marks)
        row = np.where(there, session - low, 0)
        return marks[row, np.arange(session.shape[1])].astype(np.intp)


@dataclass(frozen=True, slots=True, eq=False)
class PanelFacts:
    """The facts of a panel's columns, by their texts: ``eps_ttm``, ``fq(eps, 4)``.

    ``axis``: ``(n_sessions,)`` where the panel's sessions are on the axis of the steps.
    """

    axis: NDArray[np.int64]
    series: Mapping[str, FactSeries]

    def take(self, columns: slice | IndexArray) -> PanelFacts:
        """Return the facts of some columns; itself for all of them."""
        if isinstance(columns, slice) and columns == slice(None):
            return self
        series = {name: one.take(columns) for name, one in self.series.items()}
        return PanelFacts(self.axis, series)

    def at(self, name: str, session: NDArray[np.integer]) -> FloatArray:
        """Return what is known at bars ``(n_bars, n_columns)``; NaN where nothing is.

        ``session``: of each bar a position among the panel's sessions, -1 where there is none.
        """
        if name not in self.series:
            raise RuleUnavailableError(name, f"the fact {name}", FACTS_HINT)
        if not len(self.axis):
            return np.full(session.shape, np.nan)
        on_axis = np.where(session >= 0, self.axis[session], np.int64(-1))
        return self.series[name].at(on_axis)
