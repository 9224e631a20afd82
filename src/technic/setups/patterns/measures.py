"""What chart patterns are measured with: depths, rises, distances, mean volumes.

The order of the operations is part of the rule (docs/patterns.md), so that a threshold decides
the same way everywhere: percentages are ``100 * difference / base``, means are exact sums.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from technic.typing import FloatArray

__all__ = [
    "Bars",
    "ends_an_advance",
    "in_reach",
    "line_rise",
    "mean",
    "percent_below",
    "volume_ratio",
]


class Bars(NamedTuple):
    """The last bars of one symbol, ``(n_bars,)`` each; the last one is the day of the scan.

    ``volume`` is empty for a pattern that does not read it.
    """

    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray = np.empty(0)

    @classmethod
    def of(cls, fields: tuple[FloatArray, ...], row: int, column: int, bars: int) -> Bars:
        """Views of the last ``bars`` bars up to ``row`` of ``(n_bars, n_symbols)`` arrays.

        Highs and lows are copied: they are read many times, and side by side in memory faster.
        """
        first = max(0, row + 1 - bars)
        high, low, *others = (field[first : row + 1, column] for field in fields)
        return cls(high.copy(), low.copy(), *others)


def percent_below(top: float, price: float) -> float:
    """How far ``price`` is under ``top``, in percent of ``top``; NaN unless ``top`` is above 0."""
    return 100.0 * (top - price) / top if top > 0.0 else math.nan


def in_reach(close: float, pivot: float, below: float, above: float) -> bool:
    """Whether ``close`` is at most ``below`` percent under the pivot and ``above`` over it."""
    return pivot > 0.0 and -above <= percent_below(pivot, close) <= below


def ends_an_advance(bars: Bars, at: int, top: float, prior_bars: int, gain: float) -> bool:
    """Whether the bars before bar ``at`` are an advance to ``top``.

    All of the ``prior_bars`` bars before it are there, none of their highs is above ``top``, which
    is at least ``gain`` percent above the lowest of their lows.
    """
    if at < prior_bars or float(bars.high[at - prior_bars : at].max()) > top:
        return False
    lowest = float(bars.low[at - prior_bars : at].min())
    return lowest > 0.0 and 100.0 * (top - lowest) / lowest >= gain


def line_rise(values: FloatArray) -> float:
    """How far the line of least squares through the values rises from the first to the last."""
    last = len(values) - 1
    weights = [float(2 * i - last) for i in range(last + 1)]
    spread = math.fsum(weight * weight for weight in weights)
    if not spread:
        return 0.0
    tilt = math.fsum(weight * value for weight, value in zip(weights, values.tolist(), strict=True))
    return 2.0 * tilt / spread * last


def mean(values: FloatArray) -> float:
    """Mean of the values, summed exactly: the same bits in any order."""
    return math.fsum(values.tolist()) / len(values)


def volume_ratio(quiet: FloatArray, before: FloatArray) -> float:
    """Mean of ``quiet`` in units of the mean of ``before``; NaN where nothing traded before."""
    usual = mean(before)
    return mean(quiet) / usual if usual > 0.0 else math.nan
