"""A day's trading around the closes: open, high, low, volume, and what goes wrong.

All arrays are ``(n_symbols, n_columns)``, the columns that a block cuts out (see ``paths``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.marketsim.events import FAULTS, Events
from technic.marketsim.paths import RAMP, Block, Paths, chosen, close_paths
from technic.marketsim.quarters import STRIDE
from technic.marketsim.random_streams import (
    LEVELS,
    Keys,
    exponential_table,
    normal_table,
    volume_table,
)
from technic.typing import BoolArray, FloatArray

__all__ = ["Days", "Habits", "trade"]

GAP_SHARE, GAP_NOISE, JUMP_GAP_SHARE, WICK = 0.27, 0.44, 0.85, 0.31
CALM_VOLUME, MOVE_VOLUME, MAX_SURPRISE = 0.85, 0.13, 120.0
LOWEST_PRICE = 0.0001


@dataclass(frozen=True, slots=True, eq=False)
class Habits:
    """When symbols do not trade, and what a vendor makes of it.

    ``still[i]`` of ``LEVELS`` days see no trade; ``skips[i]`` tells that the vendor leaves such
    days out instead of repeating the last close.
    """

    still: NDArray[np.uint64]
    skips: BoolArray
    halts: Events
    faults: Events


@dataclass(frozen=True, slots=True, eq=False)
class Days:
    """Bars of the cells of a block's cut; ``exists`` tells which of them exist."""

    exists: BoolArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray

    @property
    def prices(self) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """The four price arrays."""
        return self.open, self.high, self.low, self.close


def trade(paths: Paths, habits: Habits, block: Block) -> Days:
    """Return the bars of a block, apart from when each symbol is listed."""
    bits, closes = close_paths(paths, block)
    idle_rows, idle = _idle(habits, block, bits)
    if len(idle_rows):
        column = np.where(idle, 0, np.arange(closes.shape[1]))
        last_trade = np.maximum.accumulate(column, axis=1)
        closes[idle_rows] = np.take_along_axis(closes[idle_rows], last_trade, axis=1)

    days = _active_days(paths, block, bits[:, block.cut], closes)
    idle = idle[:, block.cut]
    days.volume[idle_rows] = np.where(idle, 0.0, days.volume[idle_rows])
    for price in (days.open, days.high, days.low):
        price[idle_rows] = np.where(idle, days.close[idle_rows], price[idle_rows])
    days.exists[:, -block.cut.start % STRIDE :: STRIDE] = False
    days.exists[idle_rows] &= ~(idle & habits.skips[block.positions[idle_rows]][:, None])
    _split(paths.quarters.splits, block, days)
    _spoil(habits.faults, block, days)
    _round(days)
    return days


def _idle(habits: Habits, block: Block, bits: Keys) -> tuple[NDArray[np.intp], BoolArray]:
    """Rows that have cells without a trade, and those cells in all columns of the block."""
    halted, at = habits.halts.find(block.positions, block.low, block.high)
    quiet = habits.still[block.positions] > 0
    quiet[halted] = True
    rows = np.flatnonzero(quiet)
    drawn = (bits[rows] >> np.uint64(28)) & np.uint64(LEVELS - 1)
    idle = drawn < habits.still[block.positions[rows]][:, None]
    for row, event in zip(np.searchsorted(rows, halted).tolist(), at.tolist(), strict=True):
        start = _column(habits.halts, event, block)
        idle[row, start : start + int(habits.halts.value[event])] = True
    idle[:, ::STRIDE] = False
    return rows, idle


def _active_days(paths: Paths, block: Block, bits: Keys, closes: FloatArray) -> Days:
    """Draw a day's prices and volume from the closes of the day and of the one before."""
    cut, quarters = block.cut, paths.quarters
    close, before = closes[:, cut].copy(), closes[:, cut.start - 1 : cut.stop - 1]
    heat = paths.heat[block.columns][cut]
    amplitude = block.spread(block.of(quarters.amplitude)) * heat
    move = close - before
    wide = before * amplitude
    open_ = chosen(normal_table(), bits, 40)
    open_ *= wide
    open_ *= GAP_NOISE
    open_ += GAP_SHARE * move
    open_ += before
    row, column = _jump_cells(paths, block)
    open_[row, column] += (JUMP_GAP_SHARE - GAP_SHARE) * move[row, column]

    amplitude *= WICK
    wick = chosen(exponential_table(), bits, 16)
    wick *= amplitude
    wick += 1.0
    high = np.maximum(open_, close)
    high *= wick
    wick = chosen(exponential_table(), bits, 4)
    wick *= amplitude
    wick += 1.0
    low = np.minimum(open_, close)
    low /= wick
    volume = _volumes(paths, block, bits, np.divide(move, wide, out=move))
    return Days(np.ones(close.shape, np.bool_), open_, high, low, close, volume)


def _volumes(paths: Paths, block: Block, bits: Keys, move: FloatArray) -> FloatArray:
    """Draw shares traded: the usual number, more on days whose move is large for the symbol."""
    quarters = paths.quarters
    growth = block.of(quarters.growth)
    usual = quarters.shares[block.positions, block.low : block.high + 1]
    at_start, at_end = usual[:, :-1] * growth, usual[:, 1:] * growth
    volume = block.spread(at_end - at_start)
    volume *= np.resize(RAMP, (block.high - block.low) * STRIDE)[block.cut]
    volume += block.spread(at_start)
    surprise = np.multiply(move, move, out=move)
    np.minimum(surprise, MAX_SURPRISE, out=surprise)
    surprise *= MOVE_VOLUME
    surprise += CALM_VOLUME
    volume *= surprise
    volume *= chosen(volume_table(), bits, 28)
    return np.maximum(volume, 1.0, out=volume)


def _jump_cells(paths: Paths, block: Block) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns, within the cut, of the days on which quarters jump."""
    place = paths.quarters.jump_at[block.positions, block.low : block.high]
    column = place + np.arange(block.high - block.low) * STRIDE - block.cut.start
    inside = (column >= 0) & (column < block.cut.stop - block.cut.start)
    return np.nonzero(inside)[0], column[inside]


def _split(splits: Events, block: Block, days: Days) -> None:
    """Change to the new basis from the day of a split to the end of its quarter."""
    width = block.cut.stop - block.cut.start
    rows, at = splits.find(block.positions, block.low, block.high)
    for row, event in zip(rows.tolist(), at.tolist(), strict=True):
        start = _column(splits, event, block)
        stop = start // STRIDE * STRIDE + STRIDE - block.cut.start
        cells = slice(max(start - block.cut.start, 0), min(max(stop, 0), width))
        ratio = splits.value[event]
        for price in days.prices:
            price[row, cells] /= ratio
        days.volume[row, cells] *= ratio


def _spoil(faults: Events, block: Block, days: Days) -> None:
    """Put in what the vendor got wrong."""
    np.maximum(days.low, LOWEST_PRICE, out=days.low)
    rows, at = faults.find(block.positions, block.low, block.high)
    for row, event in zip(rows.tolist(), at.tolist(), strict=True):
        column = _column(faults, event, block) - block.cut.start
        if not 0 <= column < block.cut.stop - block.cut.start:
            continue
        fault, cell = FAULTS[int(faults.value[event])], (row, column)
        if fault == "missing":
            days.exists[cell] = False
        elif fault == "high_below_low":
            days.high[cell], days.low[cell] = days.low[cell] * 0.97, days.high[cell] * 1.03
        else:
            factor = {"times_100": 100.0, "zero": 0.0, "nan": np.nan}[fault]
            for price in days.prices:
                price[cell] *= factor


def _round(days: Days) -> None:
    """Round to ticks: cents, below a dollar four decimals; whole shares."""
    ticks = np.where(days.close < 1.0, 10_000.0, 100.0)
    for price in days.prices:
        price *= ticks
        np.rint(price, out=price)
        price /= ticks
    np.floor(days.volume, out=days.volume)


def _column(events: Events, event: int, block: Block) -> int:
    return int((events.quarter[event] - block.low) * STRIDE + events.place[event])
