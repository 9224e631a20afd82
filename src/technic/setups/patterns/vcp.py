"""Volatility contraction pattern (Minervini): pull-backs that get smaller from left to right.

The complete rule is in docs/patterns.md. In short: the base begins at a swing high that tops an
advance. Its first contraction is the fall from there to the lowest low of the base, the next one
the deepest pull-back from a swing high after that low, and so on, until no swing high is left.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from technic.setups.patterns.candidates import Check, Corner, NoBase
from technic.setups.patterns.measures import (
    Bars,
    advance_checks,
    most_spike,
    percent_below,
    reach_check,
    recent_range,
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
    so_far,
    swing_at,
)
from technic.typing import BoolArray

__all__ = ["VCP"]

PARAMETERS = (
    whole("min_contractions", 2, most=20),
    whole("max_contractions", 6, most=20),
    percent("max_ratio", 0.9, most=1),
    percent("min_depth", 10),
    percent("max_depth", 35),
    percent("max_last_depth", 10),
    percent("max_below_top", 15),
    percent("max_volume_ratio", 1.35),
    whole("min_base", 25),
    whole("max_base", 325),
    percent("prior_gain", 30, most=1_000),
    PRIOR_BARS,
    percent("below_pivot", 6),
    ABOVE_PIVOT,
    SWING,
    percent("min_right_side", 50),
    percent("max_recent_range", 13),
    MAX_SPIKE,
)
NUMBERS = {
    "vcp_pivot": "High of a volatility contraction pattern's last contraction: the price to pass.",
    "vcp_low": "Lowest low of a volatility contraction pattern's last contraction.",
    "vcp_contractions": "How many contractions a volatility contraction pattern has.",
    "vcp_depth": "Depth of a volatility contraction pattern's first contraction in percent.",
    "vcp_depth_last": "Depth of a volatility contraction pattern's last contraction in percent.",
    "vcp_volume_ratio": "Mean volume in the last contraction over that of the base before it.",
    "vcp_bars": "Length of a volatility contraction pattern's base in bars.",
}
RECENT = 20
"""Bars that have to be tight: the last four weeks."""
SEARCHED = 60
"""Bars in which nearly every symbol has a swing high; of the others every top is looked at."""


class Rule(NamedTuple):
    """The constants of a search, in the order of the parameters: new ones come last."""

    min_contractions: int
    max_contractions: int
    max_ratio: float
    min_depth: float
    max_depth: float
    max_last_depth: float
    max_below_top: float
    max_volume_ratio: float
    min_base: int
    max_base: int
    prior_gain: float
    prior_bars: int
    below_pivot: float
    above_pivot: float
    swing: int
    min_right_side: float
    max_recent_range: float
    max_spike: float


def _needed(rule: Rule) -> int:
    return rule.max_base + max(rule.prior_bars, rule.swing, RECENT)


def _likely(tails: Tails, rule: Rule) -> Starts:
    """Which tops have a first contraction of the right depth, an advance before, tight weeks after.

    How tight the last weeks are no base changes. Half a percent is left for rounding.
    """
    top = np.fmax.reduce(tails.last(HIGH, RECENT))
    bottom = np.fmin.reduce(tails.last(LOW, RECENT))
    tight = np.flatnonzero(bottom >= top * (0.995 - rule.max_recent_range / 100.0))
    places = tight[_near_last_peak(tails.take(tight), rule)]
    return _first_contractions(tails.take(places), rule).among(places)


def _near_last_peak(tails: Tails, rule: Rule) -> BoolArray:
    """Which symbols have a last swing high that could stand in a last contraction.

    No contraction is less deep than the pull-back from the last swing high, and no pivot lower
    than it. Half a percent is left for rounding.
    """
    bars = SEARCHED + rule.swing
    high, low = tails.last(HIGH, bars), tails.last(LOW, bars)
    marked = swing_highs(high, rule.swing)[::-1]
    since = np.argmax(marked, axis=0)
    place = np.arange(len(since))
    peak = high[bars - 1 - since, place]
    lowest = so_far(np.minimum, low[::-1])[np.maximum(since - 1, 0), place]
    near: BoolArray = lowest >= peak * (0.995 - rule.max_last_depth / 100.0)
    near &= tails.newest(CLOSE) >= peak * (0.995 - rule.below_pivot / 100.0)
    near |= ~marked[since, place]
    return near


def _first_contractions(tails: Tails, rule: Rule) -> Starts:
    """The tops that keep the rules which can be said of all lengths of a base at once.

    A pivot is no higher than the top, so the close is not far above it; and not far below, since
    both the pivot under the top and the close under the pivot have limits. One percent is left for
    rounding.
    """
    ago = np.arange(1.0, rule.max_base)[:, None]
    high = tails.last(HIGH, rule.max_base)[:-1][::-1]
    low = tails.last(LOW, rule.max_base - 1)[::-1]
    lowest = so_far(np.minimum, low)  # of the bars after the top
    trough = so_far(np.maximum, np.where(low == lowest, ago - 1.0, 0.0))
    depth = 100.0 * (high - lowest) / high
    close = tails.newest(CLOSE)
    least = close / (1.0 + rule.above_pivot / 100.0) / 1.01
    under = (1.0 - rule.max_below_top / 100.0) * (1.0 - rule.below_pivot / 100.0)
    fits = (high >= least) & (0.99 * under * high <= close)
    fits &= (depth >= rule.min_depth) & (depth <= rule.max_depth)
    fits &= 100.0 * trough / (ago + 1.0) >= rule.min_right_side
    fits[: max(rule.min_base - 2, 0)] = False
    starts = Starts.where(fits, np.arange(1, rule.max_base))
    starts = starts.take(swing_at(tails, starts, rule.swing))
    top = high[starts.ago - 1, starts.place]
    starts = starts.take(advance_ends(tails, starts, top, rule.prior_bars, rule.prior_gain))
    return starts.take(_passed_by_no_later_peak(tails, starts, rule))


def _passed_by_no_later_peak(tails: Tails, starts: Starts, rule: Rule) -> BoolArray:
    """Which tops no later swing high passes."""
    places, at = np.unique(starts.place, return_inverse=True)
    high = tails.take(places).last(HIGH, rule.max_base + rule.swing)
    peaks = np.where(swing_highs(high, rule.swing), high, -np.inf)[::-1]
    later = so_far(np.maximum, peaks)[starts.ago - 1, at]
    kept: BoolArray = later <= high[-1 - starts.ago, at]
    return kept


class _Pullbacks:
    """The fall after each swing high of a symbol, down to the lowest low from there to the day."""

    def __init__(self, bars: Bars, peaks: NDArray[np.intp]) -> None:
        self.low = bars.low
        self.at: list[int] = peaks.tolist()
        self.peak: list[float] = bars.high[peaks].tolist()
        stretches = np.minimum.reduceat(bars.low, peaks + 1)  # from one swing high to the next
        self.stretch = stretches.tolist()
        self.lowest: list[float] = np.minimum.accumulate(stretches[::-1])[::-1].tolist()
        self.depth = [
            percent_below(peak, low) for peak, low in zip(self.peak, self.lowest, strict=True)
        ]

    def trough(self, start: int) -> int:
        """The bar that first reached the low of the fall after a swing high."""
        after = self.at[start] + 1
        return after + int(np.argmin(self.low[after:]))

    def tops(self) -> list[int]:
        """Swing highs that no later one passes, oldest first."""
        tops: list[int] = []
        for i in range(len(self.peak) - 1, -1, -1):
            if not tops or self.peak[i] >= self.peak[tops[-1]]:
                tops.append(i)
        return tops[::-1]

    def contractions(self, start: int) -> list[int]:
        """Swing highs at which the contractions begin: each the deepest after the low before."""
        chain = [start]
        while True:
            trough = self.stretch.index(self.lowest[chain[-1]], chain[-1])
            later = range(trough + 1, len(self.peak))
            if not later:
                return chain
            chain.append(max(later, key=self.depth.__getitem__))


@dataclass
class _Contractions:
    """The base that begins with the swing high number ``first``."""

    bars: Bars
    rule: Rule
    pullbacks: _Pullbacks
    first: int

    @property
    def start(self) -> int:
        return self.pullbacks.at[self.first]

    @cached_property
    def chain(self) -> list[int]:
        return self.pullbacks.contractions(self.first)

    @cached_property
    def depths(self) -> list[float]:
        return [self.pullbacks.depth[i] for i in self.chain]

    @property
    def pivot(self) -> float:
        return self.pullbacks.peak[self.chain[-1]]

    @property
    def length(self) -> int:
        return len(self.bars.high) - self.start

    @cached_property
    def volume_ratio(self) -> float:
        """Volume after the pivot, up to the first close above it, over that of the base before."""
        bars, pivot = self.bars, self.pullbacks.at[self.chain[-1]]
        passed = np.flatnonzero(bars.close[pivot + 1 :] > bars.high[pivot])
        end = pivot + 1 + int(passed[0]) if len(passed) else len(bars.close)
        return volume_ratio(bars.volume[pivot + 1 : end], bars.volume[self.start : pivot + 1])

    def checks(self) -> Iterator[Check]:
        rule, top = self.rule, self.pullbacks.peak[self.first]
        yield Check("base", "base {} bars long", self.length, rule.min_base, rule.max_base)
        depth = self.pullbacks.depth[self.first]
        yield Check("depth", "first contraction {} % deep", depth, rule.min_depth, rule.max_depth)
        yield Check(
            "contractions",
            "{} contractions",
            len(self.chain),
            rule.min_contractions,
            rule.max_contractions,
        )
        ratios = [
            later / earlier for earlier, later in itertools.pairwise(self.depths) if earlier > 0.0
        ]
        yield Check(
            "max_ratio",
            "a contraction {} times the one before",
            max(ratios, default=0.0),
            most=rule.max_ratio,
        )
        yield Check(
            "max_last_depth",
            "last contraction {} % deep",
            self.depths[-1],
            most=rule.max_last_depth,
        )
        below = percent_below(top, self.pivot)
        yield Check("max_below_top", "pivot {} % under the top", below, most=rule.max_below_top)
        yield reach_check(self.bars, self.pivot, rule.below_pivot, rule.above_pivot)
        trough = self.pullbacks.trough(self.first)
        right = 100.0 * (len(self.bars.high) - 1 - trough) / self.length
        yield Check(
            "min_right_side", "{} % of the base after its low", right, least=rule.min_right_side
        )
        yield Check(
            "max_recent_range",
            f"last {RECENT} bars {{}} % from high to low",
            recent_range(self.bars, RECENT),
            most=rule.max_recent_range,
        )
        yield from advance_checks(self.bars, self.start, top, rule.prior_bars, rule.prior_gain)
        yield Check(
            "max_volume_ratio",
            "volume in the last contraction {} times that before",
            self.volume_ratio,
            most=rule.max_volume_ratio,
        )
        spike = most_spike(self.bars, self.start)
        yield Check("max_spike", "a bar stands out by {} %", spike, most=rule.max_spike)

    def numbers(self) -> tuple[float, ...]:
        return (
            self.pivot,
            self.pullbacks.lowest[self.chain[-1]],
            float(len(self.chain)),
            self.depths[0],
            self.depths[-1],
            self.volume_ratio,
            float(self.length),
        )

    def corners(self) -> tuple[Corner, ...]:
        found = []
        for place, (peak, depth) in enumerate(zip(self.chain, self.depths, strict=True)):
            pullbacks, last = self.pullbacks, place == len(self.chain) - 1
            label = "pivot" if last else "top" if place == 0 else ""
            found.append(Corner(pullbacks.at[peak], pullbacks.peak[peak], label))
            low = pullbacks.trough(peak)
            found.append(Corner(low, pullbacks.lowest[peak], f"{depth:.0f} %"))
        return tuple(found)


def _candidates(
    bars: Bars, rule: Rule, starts: Sequence[int] | None
) -> Iterator[_Contractions | NoBase]:
    peaks = np.flatnonzero(swing_highs(bars.high, rule.swing))
    if starts is None and not len(peaks):
        tops = Check("first_top", "{} swing highs to fall from", 0, least=1)
        yield NoBase(len(bars.high) - 1, (tops,))
    if len(peaks):
        pullbacks = _Pullbacks(bars, peaks)
        for first in pullbacks.tops():
            if starts is None or pullbacks.at[first] in starts:
                yield _Contractions(bars, rule, pullbacks, first)


VCP = Pattern(
    name="vcp",
    parameters=PARAMETERS,
    rule=Rule,
    in_order=(
        ("min_contractions", "max_contractions"),
        ("min_depth", "max_depth"),
        ("min_base", "max_base"),
    ),
    fields=("high", "low", "close", "volume"),
    needed=_needed,
    likely=_likely,
    candidates=_candidates,
    description="Volatility contraction pattern, complete, the close within reach of its pivot.",
    source="Mark Minervini, Trade Like a Stock Market Wizard (2013), ch. 10; docs/patterns.md",
    numbers=NUMBERS,
)
