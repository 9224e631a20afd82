"""Flat base (O'Neil): weeks of sideways trading, not deep, after an advance.

The complete rule is in docs/patterns.md. In short: the base is the longest stretch up to
yesterday that begins near its top and stays shallow; the pivot is its highest high.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from technic.setups.patterns.candidates import Check, Corner
from technic.setups.patterns.measures import (
    Bars,
    advance_checks,
    line_rise,
    most_spike,
    reach_check,
    usual_range,
)
from technic.setups.patterns.pattern import (
    ABOVE_PIVOT,
    MAX_SPIKE,
    PRIOR_BARS,
    Pattern,
    percent,
    whole,
)
from technic.setups.patterns.tails import (
    CLOSE,
    HIGH,
    LOW,
    Starts,
    Tails,
    advance_ends,
    in_reach,
    so_far,
)

__all__ = ["FLAT_BASE"]

PARAMETERS = (
    whole("min_base", 30, least=2),
    whole("max_base", 100, least=2),
    percent("min_depth", 5),
    percent("max_depth", 15),
    percent("max_start_below_top", 2),
    percent("prior_gain", 30, most=1_000),
    PRIOR_BARS,
    percent("below_pivot", 6),
    ABOVE_PIVOT,
    percent("max_slope", 5),
    percent("min_bar_range", 0),
    MAX_SPIKE,
)
NUMBERS = {
    "flat_base_pivot": "Highest high of a flat base: the price to pass.",
    "flat_base_low": "Lowest low of a flat base.",
    "flat_base_depth": "Depth of a flat base in percent.",
    "flat_base_bars": "Length of a flat base in bars.",
}


class Rule(NamedTuple):
    """The constants of a search, in the order of the parameters: new ones come last."""

    min_base: int
    max_base: int
    min_depth: float
    max_depth: float
    max_start_below_top: float
    prior_gain: float
    prior_bars: int
    below_pivot: float
    above_pivot: float
    max_slope: float
    min_bar_range: float
    max_spike: float


def _needed(rule: Rule) -> int:
    return rule.max_base + rule.prior_bars + 1


def _likely(tails: Tails, rule: Rule) -> Starts:
    """Which bases are flat, begin near their top, end near the close, and follow an advance.

    First those symbols are left out whose shortest base is too deep or too far from the close: a
    longer one is not less deep and its top not lower. Half a percent is left for rounding.
    """
    top = tails.last(HIGH, rule.min_base, lag=1).max(axis=0)
    lowest = tails.last(LOW, rule.min_base + 1).min(axis=0)
    worth = lowest >= top * (0.995 - rule.max_depth / 100.0)
    worth &= tails.newest(CLOSE) >= top * (0.995 - rule.below_pivot / 100.0)
    places = np.flatnonzero(worth)
    return _flat(tails.take(places), rule).among(places)


def _flat(tails: Tails, rule: Rule) -> Starts:
    """The bases that keep the rules which can be said of all lengths at once."""
    high = tails.last(HIGH, rule.max_base, lag=1)[::-1]  # row i: the base of i + 1 bars
    top = so_far(np.maximum, high)
    lowest = so_far(np.minimum, tails.last(LOW, rule.max_base + 1)[::-1])[1:]
    depth = 100.0 * (top - lowest) / top
    fits = (depth >= rule.min_depth) & (depth <= rule.max_depth)
    fits &= 100.0 * (top - high) / top <= rule.max_start_below_top
    fits &= in_reach(tails.newest(CLOSE), top, rule.below_pivot, rule.above_pivot)
    fits[: rule.min_base - 1] = False
    starts = Starts.where(fits, np.arange(1, rule.max_base + 1))
    tops = top[starts.ago - 1, starts.place]
    return starts.take(advance_ends(tails, starts, tops, rule.prior_bars, rule.prior_gain))


class _Bases:
    """What can be said of every base at once; entry ``i`` is of the one that begins in bar ``i``.

    The high of the day itself is left out, its low is not.
    """

    def __init__(self, bars: Bars) -> None:
        self.bars = bars
        self.top = np.maximum.accumulate(bars.high[-2::-1])[::-1]
        self.lowest = np.minimum.accumulate(bars.low[::-1])[::-1][:-1]
        with np.errstate(divide="ignore", invalid="ignore"):
            self.depth = 100.0 * (self.top - self.lowest) / self.top
            self.start_below_top = 100.0 * (self.top - bars.high[:-1]) / self.top

    def starts(self, rule: Rule) -> range:
        """First bars of the bases of the right length, oldest first."""
        first = max(0, len(self.top) - rule.max_base)
        return range(first, len(self.top) - rule.min_base + 1)


@dataclass
class _Base:
    """The base that begins in bar ``start``."""

    bases: _Bases
    rule: Rule
    start: int

    @property
    def pivot(self) -> float:
        return float(self.bases.top[self.start])

    @property
    def depth(self) -> float:
        return float(self.bases.depth[self.start]) if self.pivot > 0.0 else math.nan

    def checks(self) -> Iterator[Check]:
        rule, bars = self.rule, self.bases.bars
        length = len(self.bases.top) - self.start
        yield Check("base", "base {} bars long", length, rule.min_base, rule.max_base)
        yield Check("depth", "base {} % deep", self.depth, rule.min_depth, rule.max_depth)
        yield Check(
            "max_start_below_top",
            "base begins {} % under its top",
            float(self.bases.start_below_top[self.start]),
            most=rule.max_start_below_top,
        )
        yield reach_check(bars, self.pivot, rule.below_pivot, rule.above_pivot)
        yield from advance_checks(bars, self.start, self.pivot, rule.prior_bars, rule.prior_gain)
        slope = line_rise(bars.close[self.start : -1], self.pivot)
        yield Check(
            "max_slope",
            "closes rise by {} % along the base",
            slope,
            -rule.max_slope,
            rule.max_slope,
        )
        usual = usual_range(bars, self.start)
        yield Check("min_bar_range", "bars {} % high as a rule", usual, least=rule.min_bar_range)
        spike = most_spike(bars, self.start)
        yield Check("max_spike", "a bar stands out by {} %", spike, most=rule.max_spike)

    def numbers(self) -> tuple[float, ...]:
        length = float(len(self.bases.top) - self.start)
        return self.pivot, float(self.bases.lowest[self.start]), self.depth, length

    def corners(self) -> tuple[Corner, ...]:
        bars, first = self.bases.bars, self.start
        top = first + int(np.argmax(bars.high[first:-1]))
        lowest = first + int(np.argmin(bars.low[first:]))
        found = [
            Corner(top, self.pivot, "pivot"),
            Corner(lowest, float(bars.low[lowest]), f"base {self.depth:.0f} %"),
        ]
        if first not in (top, lowest):
            found.append(Corner(first, float(bars.high[first]), ""))
        return tuple(sorted(found))


def _candidates(bars: Bars, rule: Rule, starts: Sequence[int] | None) -> Iterator[_Base]:
    if len(bars.high) > rule.min_base:
        bases = _Bases(bars)
        for start in bases.starts(rule) if starts is None else starts:
            yield _Base(bases, rule, start)


FLAT_BASE = Pattern(
    name="flat_base",
    parameters=PARAMETERS,
    rule=Rule,
    in_order=(("min_base", "max_base"), ("min_depth", "max_depth")),
    fields=("high", "low", "close"),
    needed=_needed,
    likely=_likely,
    candidates=_candidates,
    description="Flat base, complete, the close within reach of its pivot.",
    source="William O'Neil, How to Make Money in Stocks (4th ed. 2009), ch. 2; docs/patterns.md",
    numbers=NUMBERS,
)
