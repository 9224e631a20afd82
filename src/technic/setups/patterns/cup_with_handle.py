"""Cup with handle (O'Neil): a rounded base after an advance, then a small drift down.

The complete rule is in docs/patterns.md. In short: the handle begins at the highest high of the
last weeks up to yesterday, which is the cup's right rim and the pivot; the left rim is a swing
high weeks before that no bar between the rims passes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from technic.setups.patterns.candidates import ABOVE_ZERO, Check, Corner, NoBase
from technic.setups.patterns.measures import (
    Bars,
    advance_checks,
    line_rise,
    most_spike,
    percent_below,
    reach_check,
    volume_ratio,
)
from technic.setups.patterns.pattern import (
    ABOVE_PIVOT,
    MAX_SPIKE,
    PRIOR_BARS,
    SWING,
    Pattern,
    percent,
    whole,
)
from technic.setups.patterns.pivots import swing_highs
from technic.setups.patterns.tails import (
    CLOSE,
    HIGH,
    LOW,
    Starts,
    Tails,
    advance_ends,
    in_reach,
    so_far,
    swing_at,
)
from technic.typing import FloatArray

__all__ = ["CUP_WITH_HANDLE"]

PARAMETERS = (
    percent("min_depth", 12),
    percent("max_depth", 35),
    whole("min_cup", 30, least=2),
    whole("max_base", 250, least=4),
    percent("max_rim_below", 15),
    percent("max_rim_above", 5),
    percent("min_roundness", 20),
    whole("min_handle", 5, least=2, most=500),
    whole("max_handle", 30, least=2, most=500),
    percent("max_handle_depth", 12),
    percent("max_handle_rise", 2),
    percent("max_volume_ratio", 1.25),
    percent("prior_gain", 30, most=1_000),
    PRIOR_BARS,
    percent("below_pivot", 6),
    ABOVE_PIVOT,
    SWING,
    percent("min_right_side", 35),
    percent("max_week_rise", 50),
    MAX_SPIKE,
)
NUMBERS = {
    "cup_pivot": "High of a cup's handle: the price to pass.",
    "cup_depth": "Depth of a cup with handle in percent.",
    "cup_bars": "Length of a cup with handle in bars, both rims and the handle counted.",
    "cup_roundness": "Share of a cup's closes that lie in its lowest third, in percent.",
    "handle_low": "Lowest low of a cup's handle.",
    "handle_depth": "Depth of a cup's handle in percent.",
    "handle_bars": "Length of a cup's handle in bars.",
    "handle_volume_ratio": "Mean volume in a cup's handle over that in the cup.",
}


WEEK = 5
"""Bars of a week."""


class Rule(NamedTuple):
    """The constants of a search, in the order of the parameters: new ones come last."""

    min_depth: float
    max_depth: float
    min_cup: int
    max_base: int
    max_rim_below: float
    max_rim_above: float
    min_roundness: float
    min_handle: int
    max_handle: int
    max_handle_depth: float
    max_handle_rise: float
    max_volume_ratio: float
    prior_gain: float
    prior_bars: int
    below_pivot: float
    above_pivot: float
    swing: int
    min_right_side: float
    max_week_rise: float
    max_spike: float


def _needed(rule: Rule) -> int:
    return max(rule.max_base, rule.max_handle + 1) + max(rule.prior_bars, rule.swing)


def _likely(tails: Tails, rule: Rule) -> Starts:
    """Which left rims have a cup of the right shape, after an advance and before a handle.

    First those symbols are left out whose right rim is of the wrong age, whose handle is too deep
    or whose close is too far below it. Half a percent is left for rounding.
    """
    handles = tails.last(HIGH, rule.max_handle, lag=1)
    age = rule.max_handle - np.argmax(handles, axis=0)
    pivot = handles.max(axis=0)
    lowest = tails.last(LOW, rule.min_handle).min(axis=0)
    worth = (age >= rule.min_handle) & (lowest >= pivot * (0.995 - rule.max_handle_depth / 100.0))
    worth &= tails.newest(CLOSE) >= pivot * (0.995 - rule.below_pivot / 100.0)
    places = np.flatnonzero(worth)
    some, age, pivot = tails.take(places), age[places], pivot[places]
    ago = np.arange(rule.max_handle)[::-1, None]
    low = np.where(ago < age, some.last(LOW, rule.max_handle), np.inf).min(axis=0)
    before = np.fmax.reduce(some.before(age).last(HIGH, rule.swing, lag=1))
    fits = 100.0 * (pivot - low) / pivot <= rule.max_handle_depth
    fits &= 100.0 * (pivot - before) / pivot >= ABOVE_ZERO
    fits &= in_reach(some.newest(CLOSE), pivot, rule.below_pivot, rule.above_pivot)
    found = _cups(some.take(fits), age[fits], pivot[fits], low[fits], rule)
    return found.among(places[fits])


def _cups(
    tails: Tails, age: NDArray[np.intp], pivot: FloatArray, handle_low: FloatArray, rule: Rule
) -> Starts:
    """The cups that keep the rules which can be said of all lengths at once.

    ``age``: bars from the right rim to the day.
    """
    lengths = np.arange(1, max(rule.max_base - rule.min_handle, 1))  # from rim to rim
    at_rim = tails.before(age)
    high = at_rim.last(HIGH, len(lengths), lag=1)[::-1]
    bottom = so_far(np.minimum, at_rim.last(LOW, len(lengths))[::-1])
    below, depth = 100.0 * (high - pivot) / high, 100.0 * (high - bottom) / high
    middle = (high + bottom) / 2.0
    fits = high == so_far(np.maximum, high)
    fits &= (lengths[:, None] >= rule.min_cup) & (lengths[:, None] + age < rule.max_base)
    fits &= (below >= -rule.max_rim_above) & (below <= rule.max_rim_below)
    fits &= (depth >= rule.min_depth) & (depth <= rule.max_depth)
    fits &= 100.0 * (handle_low - middle) / middle >= 0.0
    cups = Starts.where(fits, lengths)
    top = high[cups.ago - 1, cups.place]
    starts = Starts(cups.place, cups.ago + age[cups.place])
    swings = swing_at(tails, starts, rule.swing)
    starts, top = starts.take(swings), top[swings]
    return starts.take(advance_ends(tails, starts, top, rule.prior_bars, rule.prior_gain))


class _Handle:
    """The bars after the right rim ``rim``, with what does not depend on the left one."""

    def __init__(self, bars: Bars, rule: Rule) -> None:
        self.bars, self.rule, self.today = bars, rule, len(bars.high) - 1
        first = self.today - rule.max_handle
        self.rim = first + int(np.argmax(bars.high[first : self.today]))
        self.pivot = float(bars.high[self.rim])
        self.low = float(bars.low[self.rim + 1 :].min())
        self.depth = percent_below(self.pivot, self.low)
        self.kept = tuple(self._checks())

    def _checks(self) -> Iterator[Check]:
        rule, bars, length = self.rule, self.bars, self.today - self.rim
        yield Check("handle", "handle {} bars long", length, rule.min_handle, rule.max_handle)
        before = bars.high[max(0, self.rim - rule.swing) : self.rim]
        under = percent_below(self.pivot, float(before.max())) if len(before) else math.nan
        yield Check("swing", "highs before the right rim {} % under it", under, least=ABOVE_ZERO)
        yield Check("max_handle_depth", "handle {} % deep", self.depth, most=rule.max_handle_depth)
        yield reach_check(bars, self.pivot, rule.below_pivot, rule.above_pivot)
        rise = line_rise(bars.low[self.rim + 1 : self.today], self.pivot)
        yield Check(
            "max_handle_rise", "lows of the handle rise by {} %", rise, most=rule.max_handle_rise
        )


@dataclass
class _Cup:
    """The cup from the rim in bar ``start`` to that of the handle."""

    bars: Bars
    rule: Rule
    handle: _Handle
    start: int

    @property
    def top(self) -> float:
        return float(self.bars.high[self.start])

    @cached_property
    def low_at(self) -> int:
        """The bar that first reached the cup's low, after the left rim."""
        after = self.start + 1
        return after + int(np.argmin(self.bars.low[after : self.handle.rim + 1]))

    @property
    def bottom(self) -> float:
        return float(self.bars.low[self.low_at])

    @cached_property
    def week_rise(self) -> float:
        """Greatest rise of the close in a week that ends after the low, in percent of the depth."""
        ends = np.arange(max(self.low_at, self.start + WEEK), self.handle.rim + 1)
        close = self.bars.close
        rise = float((close[ends] - close[ends - WEEK]).max()) if len(ends) else math.nan
        depth = self.top - self.bottom
        return 100.0 * rise / depth if depth > 0.0 else math.nan

    @property
    def depth(self) -> float:
        return percent_below(self.top, self.bottom)

    @cached_property
    def roundness(self) -> float:
        """Share of the closes from rim to rim in the lowest third, in percent."""
        closes = self.bars.close[self.start : self.handle.rim + 1]
        low_closes = np.count_nonzero(closes <= self.bottom + (self.top - self.bottom) / 3.0)
        return 100.0 * int(low_closes) / len(closes)

    @cached_property
    def volume_ratio(self) -> float:
        volume, rim = self.bars.volume, self.handle.rim
        return volume_ratio(volume[rim + 1 : -1], volume[self.start : rim + 1])

    def checks(self) -> Iterator[Check]:
        rule, handle = self.rule, self.handle
        yield from handle.kept
        cup, base = handle.rim - self.start, handle.today - self.start + 1
        yield Check("min_cup", "cup {} bars from rim to rim", cup, least=rule.min_cup)
        yield Check("max_base", "base {} bars long", base, most=rule.max_base)
        below = percent_below(self.top, handle.pivot)
        yield Check(
            "rims", "right rim {} % under the left", below, -rule.max_rim_above, rule.max_rim_below
        )
        yield Check("depth", "cup {} % deep", self.depth, rule.min_depth, rule.max_depth)
        middle = (self.top + self.bottom) / 2.0
        above = 100.0 * (handle.low - middle) / middle if middle > 0.0 else math.nan
        yield Check("upper_half", "handle's low {} % above the middle of the cup", above, least=0.0)
        yield Check(
            "min_roundness",
            "{} % of the closes in the lowest third",
            self.roundness,
            least=rule.min_roundness,
        )
        right = 100.0 * (handle.rim - self.low_at) / cup
        yield Check(
            "min_right_side", "{} % of the cup after its low", right, least=rule.min_right_side
        )
        yield Check(
            "max_week_rise",
            "{} % of the depth made good in a week",
            self.week_rise,
            most=rule.max_week_rise,
        )
        yield Check(
            "max_volume_ratio",
            "volume in the handle {} times that of the cup",
            self.volume_ratio,
            most=rule.max_volume_ratio,
        )
        yield from advance_checks(self.bars, self.start, self.top, rule.prior_bars, rule.prior_gain)
        spike = most_spike(self.bars, self.start)
        yield Check("max_spike", "a bar stands out by {} %", spike, most=rule.max_spike)

    def numbers(self) -> tuple[float, ...]:
        handle = self.handle
        return (
            handle.pivot,
            self.depth,
            float(handle.today - self.start + 1),
            self.roundness,
            handle.low,
            handle.depth,
            float(handle.today - handle.rim),
            self.volume_ratio,
        )

    def corners(self) -> tuple[Corner, ...]:
        handle = self.handle
        after = handle.rim + 1
        lowest = after + int(np.argmin(self.bars.low[after:]))
        return (
            Corner(self.start, self.top, "left rim"),
            Corner(self.low_at, self.bottom, f"cup {self.depth:.0f} %"),
            Corner(handle.rim, handle.pivot, "pivot"),
            Corner(lowest, handle.low, f"handle {handle.depth:.0f} %"),
        )


def _candidates(bars: Bars, rule: Rule, starts: Sequence[int] | None) -> Iterator[_Cup | NoBase]:
    if len(bars.high) <= rule.max_handle + rule.swing:
        return
    handle = _Handle(bars, rule)
    if starts is None or all(check.held for check in handle.kept):
        lefts = _left_rims(bars, rule, handle.rim)
        for left in lefts if starts is None else sorted({*lefts} & {*starts}):
            yield _Cup(bars, rule, handle, left)
        if starts is None and not lefts:
            rims = Check("left_rim", "{} swing highs that no later one passes", 0, least=1)
            yield NoBase(handle.rim, (rims, *handle.kept))


def _left_rims(bars: Bars, rule: Rule, rim: int) -> list[int]:
    """Swing highs, oldest first, that no bar up to the right rim passes."""
    before = bars.high[:rim]
    later = np.append(np.maximum.accumulate(before[:0:-1])[::-1], -np.inf)
    marked = swing_highs(bars.high, rule.swing)[:rim] & (before >= later) & (before > 0.0)
    rims: list[int] = np.flatnonzero(marked).tolist()
    return rims


CUP_WITH_HANDLE = Pattern(
    name="cup_with_handle",
    parameters=PARAMETERS,
    rule=Rule,
    in_order=(("min_depth", "max_depth"), ("min_handle", "max_handle"), ("min_cup", "max_base")),
    fields=("high", "low", "close", "volume"),
    needed=_needed,
    likely=_likely,
    candidates=_candidates,
    description="Cup with handle, complete, the close within reach of its pivot.",
    source="William O'Neil, How to Make Money in Stocks (4th ed. 2009), ch. 2; docs/patterns.md",
    numbers=NUMBERS,
)
