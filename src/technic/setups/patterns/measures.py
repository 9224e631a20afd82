"""What chart patterns are measured with: depths, rises, distances, mean volumes.

The order of the operations is part of the rule (docs/patterns.md), so that a threshold decides
the same way everywhere: percentages are ``100 * difference / base``, means are exact sums.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from technic.setups.patterns.candidates import Check
from technic.typing import FloatArray

__all__ = [
    "Bars",
    "advance_checks",
    "line_rise",
    "mean",
    "most_spike",
    "percent_above",
    "percent_below",
    "reach_check",
    "recent_range",
    "usual_range",
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


def reach_check(bars: Bars, pivot: float, below: float, above: float) -> Check:
    """Whether the last close is at most ``below`` percent under the pivot and ``above`` over it."""
    distance = percent_below(pivot, float(bars.close[-1]))
    return Check("reach", "close {} % under the pivot", distance, -above, below)


def advance_checks(
    bars: Bars, base_start: int, top: float, prior_bars: int, gain: float
) -> Iterator[Check]:
    """The rules of an advance that ends in ``top`` just before bar ``base_start``.

    All of the ``prior_bars`` bars are there, none of their highs is above ``top``, and it is at
    least ``gain`` percent above the lowest of their lows.
    """
    first = max(0, base_start - prior_bars)
    there = base_start > first
    passed = percent_above(top, float(bars.high[first:base_start].max())) if there else math.nan
    rise = percent_above(float(bars.low[first:base_start].min()), top) if there else math.nan
    yield Check(
        "prior_bars", "{} bars before the base", float(base_start - first), least=prior_bars
    )
    yield Check("prior_high", "highest high before the base {} % above its top", passed, most=0.0)
    yield Check("prior_gain", "advance of {} % before the base", rise, least=gain)


def line_rise(values: FloatArray, unit: float) -> float:
    """How far the line of least squares through the values rises from the first to the last.

    In percent of ``unit``; NaN unless that is above 0.
    """
    if not unit > 0.0:
        return math.nan
    last = len(values) - 1
    weights, spread = _weights(last + 1)
    if not spread:
        return 0.0
    tilt = math.fsum((weights * values).tolist())
    return 100.0 * (2.0 * tilt / spread * last) / unit


@lru_cache(maxsize=1_024)
def _weights(count: int) -> tuple[FloatArray, float]:
    """Twice the distances of so many bars from their middle, and the exact sum of the squares."""
    weights = np.arange(1 - count, count, 2, dtype=np.float64)
    return weights, math.fsum((weights * weights).tolist())


def mean(values: FloatArray) -> float:
    """Mean of the values, summed exactly: the same bits in any order; NaN of none."""
    return math.fsum(values.tolist()) / len(values) if len(values) else math.nan


def volume_ratio(quiet: FloatArray, before: FloatArray) -> float:
    """Mean of ``quiet`` in units of the mean of ``before``; NaN where nothing traded before."""
    usual = mean(before)
    return mean(quiet) / usual if usual > 0.0 else math.nan


def percent_above(base: float, price: float) -> float:
    """How far ``price`` is above ``base``, in percent of ``base``; NaN unless that is above 0."""
    return 100.0 * (price - base) / base if base > 0.0 else math.nan


def usual_range(bars: Bars, first: int) -> float:
    """Median range of the bars from ``first`` on, in percent of closes; NaN at a close of 0."""
    high, low, close = bars.high[first:], bars.low[first:], bars.close[first:]
    if not (len(close) and float(close.min()) > 0.0):
        return math.nan
    return float(statistics.median((100.0 * (high - low) / close).tolist()))


def recent_range(bars: Bars, count: int) -> float:
    """How far the lowest low of the last ``count`` bars is under their highest high, percent."""
    return percent_below(float(bars.high[-count:].max()), float(bars.low[-count:].min()))


def most_spike(bars: Bars, first: int) -> float:
    """How far a bar from ``first`` on stands out from the closes of the bars beside it, percent.

    Its high above both closes, in percent of the higher one, or its low under both, in percent of
    the lower one; the greatest of all bars, at least 0. The last bar has but one neighbour, as has
    the first there is. NaN where a close is not above 0.
    """
    begin = max(0, first - 1)
    close = bars.close[begin:]
    if not float(close.min()) > 0.0:
        return math.nan
    before, after = np.append(close[0], close[:-1]), np.append(close[1:], close[-2:-1])
    if begin == first:
        before[0] = close[1] if len(close) > 1 else close[0]
    upper, lower = np.maximum(before, after), np.minimum(before, after)
    above = 100.0 * (bars.high[begin:] - upper) / upper
    under = 100.0 * (lower - bars.low[begin:]) / lower
    return max(0.0, float(np.maximum(above, under)[first - begin :].max()))
