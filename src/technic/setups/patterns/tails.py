"""The newest bars of many places side by side: what a quick look at all of them reads.

A place is a symbol and a day: a column of the bars and a row of it. The scan of a day looks at a
place in each column, a replay at places on many days. Where too few bars lie before a place, NaN
stands for those that are missing, and no rule holds for NaN.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from technic.panel.ragged import last_bars
from technic.typing import BoolArray, FloatArray

__all__ = [
    "CLOSE",
    "HIGH",
    "LOW",
    "Starts",
    "Tails",
    "advance_ends",
    "in_reach",
    "so_far",
    "swing_at",
]

IndexArray = NDArray[np.intp]
T = TypeVar("T", bound=np.generic)
FEW = 128
"""Columns that are accumulated one after the other."""
HIGH, LOW, CLOSE = 0, 1, 2
"""Where every pattern has these among its fields."""


@dataclass(frozen=True, slots=True, eq=False)
class Starts:
    """Bases that may keep all rules: of each the place, and the bars from its first to the day.

    ``place`` is ascending; of one place the oldest comes first.
    """

    place: IndexArray
    ago: IndexArray

    @classmethod
    def where(cls, fits: BoolArray, ago: IndexArray) -> Starts:
        """Take them from a mask ``(n_ago, n_places)``, whose rows lie ``ago`` bars back."""
        at, place = np.nonzero(fits)
        order = np.lexsort((-ago[at], place))
        return cls(place[order], ago[at][order])

    def take(self, picked: BoolArray) -> Starts:
        """Return some of them; their order stays."""
        return Starts(self.place[picked], self.ago[picked])

    def among(self, places: IndexArray) -> Starts:
        """Return the same where ``place`` was a position in ``places``, which are ascending."""
        return Starts(places[self.place], self.ago)


@dataclass(frozen=True, slots=True, eq=False)
class Tails:
    """Places in the bars of a pattern's ``fields``, arrays ``(n_bars, n_symbols)``.

    ``rows``, ``columns``: where they are, ``(n_places,)``; ``columns`` None: a place in each
    column. A negative row has no bar.
    """

    fields: tuple[FloatArray, ...]
    rows: IndexArray
    columns: IndexArray | None

    def last(self, field: int, bars: int, lag: int = 0) -> FloatArray:
        """Return the ``bars`` bars that end ``lag`` bars before each place, ``(bars, n_places)``.

        The oldest comes first.
        """
        values = self.fields[field]
        if self.columns is None:
            return last_bars(values, self.rows, bars, lag)
        out = np.empty((bars, len(self.rows)))
        flat, n_symbols = values.reshape(-1), values.shape[1]
        at = (self.rows - lag) * n_symbols + self.columns
        least = int(self.rows.min(initial=len(values))) - lag
        for ago in range(bars):
            row, place = out[bars - 1 - ago], at - ago * n_symbols
            if ago <= least:
                flat.take(place, out=row, mode="clip")  # all are there: clipping changes nothing
            else:
                there = self.rows - lag >= ago
                row[...] = np.nan
                row[there] = flat[place[there]]
        return out

    def newest(self, field: int) -> FloatArray:
        """Return the value of each place's own bar."""
        own: FloatArray = self.last(field, 1)[0]
        return own

    def take(self, picked: BoolArray | IndexArray) -> Tails:
        """Return some of the places."""
        columns = np.arange(len(self.rows)) if self.columns is None else self.columns
        return Tails(self.fields, self.rows[picked], columns[picked])

    def before(self, ago: IndexArray) -> Tails:
        """Return the places so many bars earlier."""
        columns = np.arange(len(self.rows)) if self.columns is None else self.columns
        return Tails(self.fields, np.maximum(self.rows - ago, -1), columns)

    def starts(self, starts: Starts) -> Tails:
        """Return the first bar of each base."""
        return self.take(starts.place).before(starts.ago)


def so_far(pick: np.ufunc, values: NDArray[T]) -> NDArray[T]:
    """Return ``pick.accumulate`` along axis 0, row by row: many columns at a time are faster so."""
    if values.shape[1] < FEW:
        found: NDArray[T] = pick.accumulate(values, axis=0)
        return found
    out = np.empty_like(values, order="C")
    out[:1] = values[:1]
    for row in range(1, len(values)):
        pick(out[row - 1], values[row], out=out[row])
    return out


def in_reach(close: FloatArray, pivot: FloatArray, below: float, above: float) -> BoolArray:
    """Tell where a close is at most ``below`` percent under a pivot and ``above`` over it."""
    distance = 100.0 * (pivot - close) / pivot
    held: BoolArray = (distance >= -above) & (distance <= below)
    return held


def swing_at(tails: Tails, starts: Starts, swing: int) -> BoolArray:
    """Tell which bases begin at a swing high that is known by the day; see ``swing_highs``."""
    known = starts.ago >= swing
    around = tails.take(starts.place).before(np.maximum(starts.ago - swing, 0))
    high = around.last(HIGH, 2 * swing + 1)
    stands: BoolArray = known & (high[swing] > high[:swing]).all(axis=0)
    stands &= (high[swing] >= high[swing + 1 :]).all(axis=0)
    return stands


def advance_ends(
    tails: Tails, starts: Starts, top: FloatArray, prior_bars: int, gain: float
) -> BoolArray:
    """Tell where an advance ends in ``top`` just before a base, as ``advance_checks`` has it.

    Bases of many days begin in the same bar: what lies before it is looked up once.
    """
    first = tails.starts(starts)
    assert first.columns is not None
    bar = first.rows * tails.fields[HIGH].shape[1] + first.columns
    _, one, of = np.unique(bar, return_index=True, return_inverse=True)
    once = first.take(one)
    highest = once.last(HIGH, prior_bars, lag=1).max(axis=0)[of]
    lowest = once.last(LOW, prior_bars, lag=1).min(axis=0)[of]
    ends: BoolArray = 100.0 * (highest - top) / top <= 0.0
    ends &= 100.0 * (top - lowest) / lowest >= gain
    return ends
