"""What is ordinary for a symbol around one of its bars: trading, range and moves."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.panel import BarPanel
from technic.typing import BoolArray, FloatArray, IntArray

__all__ = ["LEAST_RANGE", "OrdinaryTrading", "ordinary_dollars", "ordinary_trading"]

IndexArray = NDArray[np.intp]

ORDINARY_BARS = 20
"""Bars that say what is ordinary."""
LEAST_ORDINARY_BARS = 5
"""Fewer bars than this say nothing about it."""
LEAST_RANGE = 0.001
"""ln(high / low) below this is that of a price that hardly trades."""
MOST_MOVE = 0.5
"""A larger move counts as this: one event must not make all others look ordinary."""
DEVIATION = math.sqrt(math.pi / 2.0)
"""Standard deviation over mean absolute value, of a normal distribution."""
LEAST_CLOSE_DEVIATION, LEAST_GAP_DEVIATION = 0.006, 0.004


@dataclass(frozen=True, slots=True, eq=False)
class OrdinaryTrading:
    """Ordinary figures around some bars, ``(n,)`` each.

    ``shares``, ``dollars``: median volume and median close × volume, both above 0 where ``known``.
    ``range``: ln of the median high / low. ``close_deviation``, ``gap_deviation``: standard
    deviations of ln(close / previous close) and ln(open / previous close), made from their mean
    absolute values.
    """

    shares: FloatArray
    dollars: FloatArray
    range: FloatArray
    close_deviation: FloatArray
    gap_deviation: FloatArray
    known: BoolArray


def ordinary_trading(
    panel: BarPanel, rows: IndexArray, bar: IndexArray, column: IndexArray
) -> OrdinaryTrading:
    """Look at the 20 bars before each bar; where there are fewer than 5, at those after it too.

    Then the calmer trading and the wilder moves of both sides count, so that what is unknown is
    taken for true: a true move is followed by days of heavy trading, a first trade is preceded by
    none. Bars after ``rows`` are not read.
    """
    steps = np.arange(1, ORDINARY_BARS + 1)
    figures, count = _figures(panel, rows, bar[:, None] - steps, column)
    early = np.flatnonzero(count < LEAST_ORDINARY_BARS)
    if early.size:
        after = bar[early][:, None] + steps
        later, later_count = _figures(panel, rows, after, column[early])
        for name, value in later.items():
            pick = np.maximum if name in ("close_move", "gap_move") else np.minimum
            figures[name][early] = pick(figures[name][early], value)
        count[early] = later_count
    known = (count >= LEAST_ORDINARY_BARS) & (figures["shares"] > 0.0) & (figures["dollars"] > 0.0)
    return OrdinaryTrading(
        shares=figures["shares"],
        dollars=figures["dollars"],
        range=np.maximum(figures["range"], LEAST_RANGE),
        close_deviation=np.maximum(figures["close_move"] * DEVIATION, LEAST_CLOSE_DEVIATION),
        gap_deviation=np.maximum(figures["gap_move"] * DEVIATION, LEAST_GAP_DEVIATION),
        known=known,
    )


def ordinary_dollars(
    panel: BarPanel, bar: IndexArray, column: IndexArray
) -> tuple[FloatArray, FloatArray]:
    """Return ``dollars`` and ``close_deviation`` of the 20 bars before each bar, at less cost.

    NaN where there are fewer than 5: bars after it are not asked.
    """
    around = bar[:, None] - np.arange(ORDINARY_BARS + 1)
    there, around, column = around >= 0, np.maximum(around, 0), column[:, None]
    close = panel.close[around, column]
    dollars = np.where(there, panel.volume[around, column] * close, np.inf)[:, 1:]
    count = np.count_nonzero(there[:, 1:], axis=1)
    moves = _mean_moves(close[:, 1:-1] / close[:, 2:], there[:, 2:])
    few = count < LEAST_ORDINARY_BARS
    return (
        np.where(few, np.nan, _medians(dollars, count)),
        np.where(few, np.nan, np.maximum(moves * DEVIATION, LEAST_CLOSE_DEVIATION)),
    )


def _figures(
    panel: BarPanel, rows: IndexArray, around: IndexArray, column: IndexArray
) -> tuple[dict[str, FloatArray], IntArray]:
    """Return figures of the bars ``around`` that exist, and how many do.

    ``around``: (n, k) bars of each ``column`` (n,); those outside the history are left out. A
    median of none is +inf, a mean of none is 0.
    """
    column = column[:, None]
    there = (around >= 0) & (around <= rows[column])
    around = np.where(there, around, 0)
    close, volume = panel.close[around, column], panel.volume[around, column]
    ranges = panel.high[around, column] / panel.low[around, column]
    count = np.count_nonzero(there, axis=1)
    moved = there & (around > 0)
    before = panel.close[np.maximum(around - 1, 0), column]
    return {
        "shares": _medians(np.where(there, volume, np.inf), count),
        "dollars": _medians(np.where(there, volume * close, np.inf), count),
        "range": np.log(_medians(np.where(there, ranges, np.inf), count)),
        "close_move": _mean_moves(close / before, moved),
        "gap_move": _mean_moves(panel.open[around, column] / before, moved),
    }, count


def _medians(values: FloatArray, count: IntArray) -> FloatArray:
    """Median of the ``count`` smallest of each row; the others are +inf."""
    ordered, row = np.sort(values, axis=1), np.arange(len(values))
    below, above = np.maximum(count - 1, 0) // 2, count // 2
    median: FloatArray = (ordered[row, below] + ordered[row, above]) / 2.0
    return median


def _mean_moves(ratio: FloatArray, moved: BoolArray) -> FloatArray:
    """Mean of |ln ratio| where ``moved``, added up in the order of the columns."""
    moves = np.where(moved, np.minimum(np.abs(np.log(ratio)), MOST_MOVE), 0.0)
    total = np.zeros(len(moves))
    for k in range(moves.shape[1]):
        total += moves[:, k]
    mean: FloatArray = total / np.maximum(np.count_nonzero(moved, axis=1), 1)
    return mean
