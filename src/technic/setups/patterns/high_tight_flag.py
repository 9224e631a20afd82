"""High tight flag (O'Neil): a price that doubles in weeks, then hardly gives way.

The complete rule is in docs/patterns.md. In short: the top is the highest high of the last weeks
up to yesterday and a new high, the pole rises to it from a low weeks before, the flag is all after
the top.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from technic.setups.patterns.candidates import Check, Corner
from technic.setups.patterns.measures import (
    Bars,
    most_spike,
    percent_above,
    percent_below,
    reach_check,
    usual_range,
    volume_ratio,
)
from technic.setups.patterns.pattern import (
    ABOVE_PIVOT,
    MAX_SPIKE,
    Pattern,
    percent,
    whole,
)
from technic.setups.patterns.tails import CLOSE, HIGH, LOW, Starts, Tails

__all__ = ["HIGH_TIGHT_FLAG"]

PARAMETERS = (
    percent("min_gain", 100, most=10_000),
    whole("min_pole", 20, most=500),
    whole("max_pole", 40, most=500),
    whole("min_flag", 14, least=2, most=500),
    whole("max_flag", 25, least=2, most=500),
    percent("min_depth", 5),
    percent("max_depth", 25),
    percent("max_volume_ratio", 1.5),
    percent("below_pivot", 12),
    ABOVE_PIVOT,
    whole("new_high_bars", 120, most=1_000),
    percent("min_bar_range", 0),
    MAX_SPIKE,
)
NUMBERS = {
    "flag_pivot": "Top of a high tight flag's pole: the price to pass.",
    "flag_low": "Lowest low of a high tight flag.",
    "flag_pole_gain": "Rise of a high tight flag's pole in percent.",
    "flag_depth": "Depth of a high tight flag in percent.",
    "flag_volume_ratio": "Mean volume in a high tight flag over that in its pole.",
    "flag_bars": "Length of a high tight flag in bars, the pole not counted.",
}


class Rule(NamedTuple):
    """The constants of a search, in the order of the parameters: new ones come last."""

    min_gain: float
    min_pole: int
    max_pole: int
    min_flag: int
    max_flag: int
    min_depth: float
    max_depth: float
    max_volume_ratio: float
    below_pivot: float
    above_pivot: float
    new_high_bars: int
    min_bar_range: float
    max_spike: float


def _needed(rule: Rule) -> int:
    return rule.max_flag + max(rule.max_pole + 1, rule.new_high_bars) + 1


def _likely(tails: Tails, rule: Rule) -> Starts:
    """Which tops are of the right age, with a flag not too deep, a close near and a pole below.

    Half a percent is left for rounding.
    """
    flags = tails.last(HIGH, rule.max_flag, lag=1)
    age = rule.max_flag - np.argmax(flags, axis=0)
    top = flags.max(axis=0)
    lowest = tails.last(LOW, rule.min_flag).min(axis=0)
    worth = (age >= rule.min_flag) & (lowest >= top * (0.995 - rule.max_depth / 100.0))
    worth &= tails.newest(CLOSE) >= top * (0.995 - rule.below_pivot / 100.0)
    places = np.flatnonzero(worth)
    at_top = tails.take(places).before(age[places])
    lows = at_top.last(LOW, rule.max_pole - rule.min_pole + 1, lag=rule.min_pole)
    lowest = np.where(lows > 0.0, lows, np.inf).min(axis=0)
    places = places[100.0 * (top[places] - lowest) / lowest >= rule.min_gain]
    return Starts(places, age[places])


@dataclass
class _Flag:
    """The pole that ends in bar ``top``, and the bars after it."""

    bars: Bars
    rule: Rule
    top: int

    @property
    def today(self) -> int:
        return len(self.bars.high) - 1

    @cached_property
    def start(self) -> int:
        """The bar of the lowest low above 0 of those at which a pole may begin; else the first."""
        first = max(0, self.top - self.rule.max_pole)
        lows = self.bars.low[first : max(first, self.top - self.rule.min_pole + 1)]
        above_zero = np.where(lows > 0.0, lows, np.inf)
        return first + int(np.argmin(above_zero)) if len(lows) else first

    @cached_property
    def pivot(self) -> float:
        return float(self.bars.high[self.top])

    @cached_property
    def lowest(self) -> float:
        return float(self.bars.low[self.top + 1 :].min())

    @cached_property
    def gain(self) -> float:
        return percent_above(float(self.bars.low[self.start]), self.pivot)

    @cached_property
    def volume_ratio(self) -> float:
        volume = self.bars.volume
        return volume_ratio(volume[self.top + 1 : -1], volume[self.start : self.top + 1])

    def checks(self) -> Iterator[Check]:
        rule, bars, depth = self.rule, self.bars, percent_below(self.pivot, self.lowest)
        yield Check(
            "flag", "flag {} bars long", self.today - self.top, rule.min_flag, rule.max_flag
        )
        yield Check("pole", "pole of {} bars", self.top - self.start, rule.min_pole, rule.max_pole)
        yield Check("min_gain", "pole rises {} %", self.gain, least=rule.min_gain)
        yield Check("depth", "flag {} % deep", depth, rule.min_depth, rule.max_depth)
        yield reach_check(bars, self.pivot, rule.below_pivot, rule.above_pivot)
        before = bars.high[max(0, self.top - rule.new_high_bars) : self.top]
        passed = percent_above(self.pivot, float(before.max())) if len(before) else 0.0
        yield Check("new_high", "highest high before it {} % above the top", passed, most=0.0)
        yield Check(
            "new_high_bars",
            "new high of {} bars",
            min(self.top, rule.new_high_bars),
            least=rule.new_high_bars,
        )
        yield Check(
            "min_bar_range",
            "bars of the flag {} % high as a rule",
            usual_range(bars, self.top + 1),
            least=rule.min_bar_range,
        )
        yield Check(
            "max_volume_ratio",
            "volume {} times that of the pole",
            self.volume_ratio,
            most=rule.max_volume_ratio,
        )
        yield Check(
            "max_spike",
            "a bar stands out by {} %",
            most_spike(bars, self.start),
            most=rule.max_spike,
        )

    def numbers(self) -> tuple[float, ...]:
        return (
            self.pivot,
            self.lowest,
            self.gain,
            percent_below(self.pivot, self.lowest),
            self.volume_ratio,
            float(self.today - self.top),
        )

    def corners(self) -> tuple[Corner, ...]:
        after = self.top + 1
        lowest = after + int(np.argmin(self.bars.low[after:]))
        depth = percent_below(self.pivot, self.lowest)
        return (
            Corner(self.start, float(self.bars.low[self.start]), "pole"),
            Corner(self.top, self.pivot, f"pivot, +{self.gain:.0f} %"),
            Corner(lowest, self.lowest, f"flag {depth:.0f} %"),
        )


def _candidates(bars: Bars, rule: Rule, _starts: Sequence[int] | None) -> Iterator[_Flag]:
    """The one top there can be: the highest high of the longest flag up to yesterday."""
    today = len(bars.high) - 1
    if today >= rule.max_flag:
        first = today - rule.max_flag
        yield _Flag(bars, rule, first + int(np.argmax(bars.high[first:today])))


HIGH_TIGHT_FLAG = Pattern(
    name="high_tight_flag",
    parameters=PARAMETERS,
    rule=Rule,
    in_order=(("min_pole", "max_pole"), ("min_flag", "max_flag"), ("min_depth", "max_depth")),
    fields=("high", "low", "close", "volume"),
    needed=_needed,
    likely=_likely,
    candidates=_candidates,
    description="High tight flag, complete, the close within reach of its pivot.",
    source="William O'Neil, How to Make Money in Stocks (4th ed. 2009), ch. 2; docs/patterns.md",
    numbers=NUMBERS,
)
