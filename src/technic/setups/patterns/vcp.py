"""Volatility contraction pattern (Minervini): pull-backs that get smaller from left to right.

The complete rule is in docs/patterns.md. In short: the base begins at a swing high that tops an
advance. Its first contraction is the fall from there to the lowest low of the base, the next one
the deepest pull-back from a swing high after that low, and so on, until no swing high is left.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from technic.panel.ragged import last_bars
from technic.setups.patterns.measures import (
    Bars,
    ends_an_advance,
    in_reach,
    percent_below,
    volume_ratio,
)
from technic.setups.patterns.pattern import (
    ABOVE_PIVOT,
    BELOW_PIVOT,
    MAX_VOLUME_RATIO,
    PRIOR_BARS,
    SWING,
    Pattern,
    percent,
    whole,
)
from technic.setups.patterns.pivots import swing_highs
from technic.typing import BoolArray, FloatArray

__all__ = ["VCP"]

PARAMETERS = (
    whole("min_contractions", 2, most=20),
    whole("max_contractions", 6, most=20),
    percent("max_ratio", 0.7, most=1),
    percent("min_depth", 10),
    percent("max_depth", 35),
    percent("max_last_depth", 10),
    percent("max_below_top", 15),
    MAX_VOLUME_RATIO,
    whole("min_base", 15),
    whole("max_base", 325),
    percent("prior_gain", 30, most=1_000),
    PRIOR_BARS,
    BELOW_PIVOT,
    ABOVE_PIVOT,
    SWING,
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
RECENT = 60
"""Bars in which nearly every symbol has a swing high; the others are searched without a look."""


class Rule(NamedTuple):
    """The constants of a search, in the order of the parameters."""

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


def _needed(rule: Rule) -> int:
    return rule.max_base + max(rule.prior_bars, rule.swing)


def _worth_a_look(fields: tuple[FloatArray, ...], rows: NDArray[np.intp], rule: Rule) -> BoolArray:
    """Which symbols have a last swing high that could stand in a last contraction.

    No contraction is less deep than the pull-back from the last swing high, and no pivot lower
    than it: so both can be looked at for all symbols at once. Half a percent is left for rounding.
    """
    high, low, close = fields[:3]
    bars = RECENT + rule.swing
    recent = [last_bars(field, rows, bars) for field in (high, low)]
    marked = swing_highs(recent[0], rule.swing)[::-1]
    since = np.argmax(marked, axis=0)
    columns = np.arange(len(rows))
    seen = marked[since, columns]
    peak = recent[0][bars - 1 - since, columns]
    lows = np.minimum.accumulate(recent[1][::-1], axis=0)
    lowest = lows[np.maximum(since - 1, 0), columns]
    last = last_bars(close, rows, 1)[0]
    near = lowest >= peak * (0.995 - rule.max_last_depth / 100.0)
    near &= last >= peak * (0.995 - rule.below_pivot / 100.0)
    return np.where(seen, near, rows >= 0)


def _find(bars: Bars, rule: Rule) -> tuple[float, ...] | None:
    """Return the numbers of the longest base that keeps the rule, or None."""
    peaks = np.flatnonzero(swing_highs(bars.high, rule.swing))
    if not len(peaks):
        return None
    today = len(bars.high) - 1
    pullbacks = _Pullbacks(bars, peaks)
    for start in pullbacks.tops():
        length = today - int(peaks[start]) + 1
        if not rule.min_base <= length <= rule.max_base:
            continue
        if not rule.min_depth <= pullbacks.depth[start] <= rule.max_depth:
            continue
        numbers = _numbers(bars, rule, pullbacks, start)
        if numbers is not None:
            return (*numbers, float(length))
    return None


class _Pullbacks:
    """The fall after each swing high of a symbol, down to the lowest low from there to the day."""

    def __init__(self, bars: Bars, peaks: NDArray[np.intp]) -> None:
        self.at = peaks.tolist()
        self.peak = bars.high[peaks].tolist()
        stretches = np.minimum.reduceat(bars.low, peaks + 1)  # from one swing high to the next
        self.stretch = stretches.tolist()
        self.lowest = np.minimum.accumulate(stretches[::-1])[::-1].tolist()
        self.depth = [
            percent_below(peak, low) for peak, low in zip(self.peak, self.lowest, strict=True)
        ]

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


def _numbers(bars: Bars, rule: Rule, pullbacks: _Pullbacks, start: int) -> tuple[float, ...] | None:
    """Return all numbers but the length of the base, or None where a condition fails."""
    chain = pullbacks.contractions(start)
    depths = [pullbacks.depth[i] for i in chain]
    if not rule.min_contractions <= len(chain) <= rule.max_contractions:
        return None
    if any(later > rule.max_ratio * depth for depth, later in itertools.pairwise(depths)):
        return None
    if depths[-1] > rule.max_last_depth:
        return None
    top, pivot = pullbacks.peak[start], pullbacks.peak[chain[-1]]
    if percent_below(top, pivot) > rule.max_below_top:
        return None
    if not in_reach(float(bars.close[-1]), pivot, rule.below_pivot, rule.above_pivot):
        return None
    if not ends_an_advance(bars, pullbacks.at[start], top, rule.prior_bars, rule.prior_gain):
        return None
    ratio = _volume_ratio(bars, pullbacks.at[start], pullbacks.at[chain[-1]])
    if not ratio <= rule.max_volume_ratio:
        return None
    low = pullbacks.lowest[chain[-1]]
    return pivot, low, float(len(chain)), depths[0], depths[-1], ratio


def _volume_ratio(bars: Bars, start: int, pivot: int) -> float:
    """Volume after the pivot, up to the day before the first close above it, over that before."""
    passed = np.flatnonzero(bars.close[pivot + 1 :] > bars.high[pivot])
    end = pivot + 1 + int(passed[0]) if len(passed) else len(bars.close)
    return volume_ratio(bars.volume[pivot + 1 : end], bars.volume[start : pivot + 1])


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
    worth_a_look=_worth_a_look,
    find=_find,
    description="Volatility contraction pattern, complete, the close within reach of its pivot.",
    source="Mark Minervini, Trade Like a Stock Market Wizard (2013), ch. 10; docs/patterns.md",
    numbers=NUMBERS,
)
