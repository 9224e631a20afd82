"""Rare events of symbols, kept apart from the bars: splits, halts, bad ticks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.marketsim.random_streams import uniform
from technic.typing import FloatArray

__all__ = ["FAULTS", "Events", "draw_faults", "draw_halts"]

Positions = NDArray[np.int64]

FAULTS = ("times_100", "zero", "high_below_low", "missing", "nan")
"""What is wrong with a bar; a position in this tuple is the ``value`` of a fault."""

FAULT_RATE = 0.006
HALT_RATE = 0.0015


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """Events in order of (symbol, quarter), shape ``(n_events,)``; ``start`` finds a symbol's own.

    ``place`` is the session within the quarter (1 … 63), ``value`` what the event is about.
    """

    start: Positions
    symbol: Positions
    quarter: Positions
    place: Positions
    value: FloatArray

    @classmethod
    def of(
        cls, size: int, symbol: Positions, quarter: Positions, place: Positions, value: FloatArray
    ) -> Events:
        """Index events that are sorted by symbol, for a market of ``size`` symbols."""
        start = np.searchsorted(symbol, np.arange(size + 1))
        return cls(start, symbol, quarter, place, value)

    def find(
        self, positions: NDArray[np.intp], first_quarter: int, stop_quarter: int
    ) -> tuple[Positions, Positions]:
        """Events of the symbols at ``positions`` in some quarters: (row in that, place here)."""
        count = self.start[positions + 1] - self.start[positions]
        row = np.repeat(np.arange(len(positions)), count)
        first = self.start[positions] - (np.cumsum(count) - count)
        at = np.arange(len(row)) + np.repeat(first, count)
        inside = (self.quarter[at] >= first_quarter) & (self.quarter[at] < stop_quarter)
        return row[inside], at[inside]


def draw_faults(seed: int, size: int, quarters: int) -> Events:
    """Draw bars that a vendor got wrong; ``value`` is a position in ``FAULTS``."""
    draw = uniform(seed, "fault", size, quarters)
    symbol, quarter = np.nonzero(draw < FAULT_RATE)
    fine = draw[symbol, quarter] / FAULT_RATE
    place = 1 + (fine * 1e3 % 1.0 * 63).astype(np.int64)
    return Events.of(size, symbol, quarter, place, np.floor(fine * len(FAULTS)))


def draw_halts(seed: int, size: int, quarters: int) -> Events:
    """Draw trading halts inside a quarter; ``value`` is the number of sessions."""
    draw = uniform(seed, "halt", size, quarters)
    symbol, quarter = np.nonzero(draw < HALT_RATE)
    fine = draw[symbol, quarter] / HALT_RATE
    place = 2 + (fine * 1e3 % 1.0 * 50).astype(np.int64)
    length = np.minimum(1.0 + np.floor(fine**3 * 45.0), 64 - place)
    return Events.of(size, symbol, quarter, place, length)
