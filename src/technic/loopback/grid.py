"""Bars of the simulated market as a table of symbols and sessions, with what was changed in it.

Blocks of a quarter are drawn when they are first read and kept: a day is a column of a block, a
symbol's range a few rows, and neither costs more than copying them out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from technic.marketsim import Market
from technic.marketsim.quarters import QUARTER
from technic.panel import PRICES
from technic.typing import BoolArray, FloatArray

__all__ = ["Edits", "Grid", "Halt", "InjectedSplit"]

FIELDS = (*PRICES, "volume")
OPEN, HIGH, LOW, CLOSE, VOLUME = range(len(FIELDS))
TICK_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class InjectedSplit:
    """A split that is put in: from session ``position`` on one old share is ``ratio`` new ones."""

    row: int
    position: int
    ratio: float
    recorded: bool


@dataclass(frozen=True, slots=True)
class Halt:
    """No bars of a symbol from session ``first`` to ``last``."""

    row: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Edits:
    """Changes to the market; rows and sessions are positions in it.

    ``first`` and ``stop`` replace when a symbol begins and ends to trade.
    """

    first: Mapping[int, int] = field(default_factory=dict)
    stop: Mapping[int, int] = field(default_factory=dict)
    halts: tuple[Halt, ...] = ()
    splits: tuple[InjectedSplit, ...] = ()


class Grid:
    """All bars of ``market`` after ``edits``.

    Arrays are ``(5, …)``: open, high, low, close, volume. A bar without all of its prices is not
    there: a vendor leaves it out. Other mistakes of the market stay in.
    """

    def __init__(self, market: Market, edits: Edits) -> None:
        self._market, self._edits = market, edits
        self._blocks: dict[int, tuple[FloatArray, BoolArray]] = {}

    def day(self, position: int) -> tuple[NDArray[np.intp], FloatArray]:
        """Rows that have a bar on session ``position``, and their bars, ``(5, n_rows)``."""
        values, there = self._block(position // QUARTER)
        rows = np.flatnonzero(there[:, position % QUARTER])
        return rows, values[:, rows, position % QUARTER]

    def span(self, row: int, first: int, stop: int) -> tuple[NDArray[np.intp], FloatArray]:
        """Sessions from ``first`` to ``stop`` − 1 with a bar of ``row``; bars ``(5, n)``."""
        if stop <= first:
            return np.empty(0, np.intp), np.empty((len(FIELDS), 0))
        places, parts = [], []
        for number in range(first // QUARTER, (stop - 1) // QUARTER + 1):
            values, there = self._block(number)
            low = max(first - number * QUARTER, 0)
            high = min(stop - number * QUARTER, QUARTER)
            kept = np.flatnonzero(there[row, low:high]) + low
            places.append(kept + number * QUARTER)
            parts.append(values[:, row, kept])
        return np.concatenate(places), np.concatenate(parts, axis=1)

    def _block(self, number: int) -> tuple[FloatArray, BoolArray]:
        block = self._blocks.get(number)
        if block is None:
            block = self._blocks[number] = self._draw(number)
        return block

    def _draw(self, number: int) -> tuple[FloatArray, BoolArray]:
        market, start = self._market, number * QUARTER
        width = min(QUARTER, len(market.sessions) - start)
        bars = market.bars(np.arange(len(market)), start, start + width)
        place = np.searchsorted(market.sessions, bars.session) - start
        values = np.full((len(FIELDS), len(market), QUARTER), np.nan)
        for i, name in enumerate(FIELDS):
            values[i, bars.column, place] = getattr(bars, name)
        there = np.zeros((len(market), QUARTER), dtype=np.bool_)
        there[bars.column, place] = bars.complete()
        self._change(values, there, start)
        return values, there

    def _change(self, values: FloatArray, present: BoolArray, start: int) -> None:
        def place(session: int) -> int:
            return min(max(session - start, 0), QUARTER)

        for row, first in self._edits.first.items():
            present[row, : place(first)] = False
        for row, stop in self._edits.stop.items():
            present[row, place(stop) :] = False
        for halt in self._edits.halts:
            present[halt.row, place(halt.first) : place(halt.last + 1)] = False
        for split in self._edits.splits:
            after = values[:, split.row, place(split.position) :]
            after[:VOLUME] = np.round(after[:VOLUME] / split.ratio, TICK_DECIMALS)
            after[VOLUME] = np.rint(after[VOLUME] * split.ratio)
