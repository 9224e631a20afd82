"""The few bars that deserve a look, found by comparisons that cost little."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.gate.rules import GateRules
from technic.panel import FIELDS, BarPanel
from technic.typing import BoolArray, FloatArray

__all__ = ["LEAST_REVERSE_SPLIT", "MOST_PRICE", "MOST_VOLUME", "SuspectBars", "find_suspects"]

IndexArray = NDArray[np.intp]

MOST_PRICE, MOST_VOLUME = 1e12, 1e15
"""More than any market had, split-adjusted histories included; their product is a plain number."""
LEAST_REVERSE_SPLIT = 2.0
CHUNK_CELLS = 65_536
"""Cells looked at together, so that the temporaries stay in the processor's cache."""
WIDE_RANGE = 50.0
"""High over low from which a single price may be 100 times too high."""


@dataclass(frozen=True, slots=True, eq=False)
class SuspectBars:
    """Suspect bars: their place, their prices, the close before (NaN for a first bar)."""

    bar: IndexArray
    column: IndexArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    previous: FloatArray

    @classmethod
    def of(cls, panel: BarPanel, bar: IndexArray, column: IndexArray) -> SuspectBars:
        """Read the bars of ``panel``."""
        values = {name: getattr(panel, name)[bar, column] for name in FIELDS}
        previous = np.where(bar > 0, panel.close[np.maximum(bar - 1, 0), column], np.nan)
        return cls(bar, column, previous=previous, **values)

    def where(self, kept: BoolArray) -> SuspectBars:
        """Return some of the bars."""
        return SuspectBars(*(getattr(self, name)[kept] for name in self.__slots__))


def find_suspects(panel: BarPanel, rows: IndexArray, rules: GateRules) -> SuspectBars:
    """Return the bars at or before ``rows`` that are out of order or far from the close before.

    Far: the whole bar lies beyond half of the smallest split, counted in logarithms.
    """
    n_symbols = max(panel.n_symbols, 1)
    height = max(CHUNK_CELLS // n_symbols, 1)
    end = int(rows.max(initial=-1)) + 1
    fall = math.sqrt(rules.split_factor)
    rise = math.sqrt(max(rules.split_factor, LEAST_REVERSE_SPLIT))
    found = [np.empty(0, np.intp)]
    for top in range(0, end, height):
        part = slice(top, min(top + height, end))
        high, low = panel.high[part], panel.low[part]
        marked = _disordered(panel, part)
        marked |= low * WIDE_RANGE < high
        first = int(top == 0)
        previous = panel.close[part.start - 1 + first : part.stop - 1]
        marked[first:] |= high[first:] * fall < previous
        marked[first:] |= low[first:] > previous * rise
        found.append(np.flatnonzero(marked) + top * n_symbols)
    bar, column = np.divmod(np.concatenate(found), n_symbols)
    kept = bar <= rows[column]
    return SuspectBars.of(panel, bar[kept], column[kept])


def _disordered(panel: BarPanel, part: slice) -> BoolArray:
    """Mark bars that are not ``0 < low <= open, close <= high`` within what is possible."""
    low, high = panel.low[part], panel.high[part]
    marked: BoolArray = low <= 0.0
    for price in (panel.open[part], panel.close[part]):
        marked |= price > high
        marked |= price < low
    marked |= high > MOST_PRICE
    volume = panel.volume[part]
    return marked | (volume < 0.0) | (volume > MOST_VOLUME)
