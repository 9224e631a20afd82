"""Cup with handle (O'Neil): a rounded base after an advance, then a small drift down.

The complete rule is in docs/patterns.md. In short: the handle begins at the highest high of the
last weeks up to yesterday, which is the cup's right rim and the pivot; the left rim is a swing
high weeks before that no bar between the rims passes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from technic.panel.ragged import last_bars
from technic.setups.patterns.measures import (
    Bars,
    ends_an_advance,
    in_reach,
    line_rise,
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

__all__ = ["CUP_WITH_HANDLE"]

PARAMETERS = (
    percent("min_depth", 12),
    percent("max_depth", 33),
    whole("min_cup", 30, least=2),
    whole("max_base", 325, least=4),
    percent("max_rim_below", 15),
    percent("max_rim_above", 5),
    percent("min_roundness", 25),
    whole("min_handle", 5, least=2, most=500),
    whole("max_handle", 30, least=2, most=500),
    percent("max_handle_depth", 12),
    percent("max_handle_rise", 0),
    MAX_VOLUME_RATIO,
    percent("prior_gain", 30, most=1_000),
    PRIOR_BARS,
    BELOW_PIVOT,
    ABOVE_PIVOT,
    SWING,
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


class Rule(NamedTuple):
    """The constants of a search, in the order of the parameters."""

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


class Handle(NamedTuple):
    """A handle that keeps its part of the rule: where it begins, its pivot and its lowest low."""

    rim: int
    pivot: float
    low: float
    depth: float


def _needed(rule: Rule) -> int:
    return max(rule.max_base, rule.max_handle + 1) + max(rule.prior_bars, rule.swing)


def _worth_a_look(fields: tuple[FloatArray, ...], rows: NDArray[np.intp], rule: Rule) -> BoolArray:
    """Which symbols have a right rim of the right age, a shallow handle and a close near it.

    Half a percent is left for rounding.
    """
    high, low, close = fields[:3]
    handles = last_bars(high, rows, rule.max_handle + 1)[:-1]
    age = rule.max_handle - np.argmax(handles, axis=0)
    rim = handles.max(axis=0)
    lowest = last_bars(low, rows, rule.min_handle).min(axis=0)
    worth: BoolArray = (age >= rule.min_handle) & (
        lowest >= rim * (0.995 - rule.max_handle_depth / 100.0)
    )
    worth &= last_bars(close, rows, 1)[0] >= rim * (0.995 - rule.below_pivot / 100.0)
    return worth


def _find(bars: Bars, rule: Rule) -> tuple[float, ...] | None:
    """Return the numbers of the longest cup that keeps the rule, or None."""
    handle = _handle(bars, rule)
    if handle is None:
        return None
    today = len(bars.high) - 1
    for left in _left_rims(bars, rule, handle.rim).tolist():
        if today - left + 1 > rule.max_base or handle.rim - left < rule.min_cup:
            continue
        cup = _cup(bars, rule, left, handle)
        if cup is not None:
            depth, roundness, ratio = cup
            return (
                handle.pivot,
                depth,
                float(today - left + 1),
                roundness,
                handle.low,
                handle.depth,
                float(today - handle.rim),
                ratio,
            )
    return None


def _handle(bars: Bars, rule: Rule) -> Handle | None:
    today = len(bars.high) - 1
    if today < rule.max_handle + rule.swing:
        return None
    rim = today - rule.max_handle + int(np.argmax(bars.high[today - rule.max_handle : today]))
    pivot = float(bars.high[rim])
    if today - rim < rule.min_handle or bars.high[rim - rule.swing : rim].max() >= pivot:
        return None
    if not in_reach(float(bars.close[-1]), pivot, rule.below_pivot, rule.above_pivot):
        return None
    low = float(bars.low[rim + 1 :].min())
    depth = percent_below(pivot, low)
    rise = 100.0 * line_rise(bars.low[rim + 1 : today]) / pivot
    if depth > rule.max_handle_depth or rise > rule.max_handle_rise:
        return None
    return Handle(rim, pivot, low, depth)


def _left_rims(bars: Bars, rule: Rule, rim: int) -> NDArray[np.intp]:
    """Swing highs, oldest first, that no bar up to the right rim passes, at about its height."""
    before = bars.high[:rim]
    later = np.append(np.maximum.accumulate(before[:0:-1])[::-1], -np.inf)
    marked = swing_highs(bars.high, rule.swing)[:rim] & (before >= later) & (before > 0.0)
    rims = np.flatnonzero(marked)
    below = 100.0 * (before[rims] - bars.high[rim]) / before[rims]
    at_height: NDArray[np.intp] = rims[
        (below <= rule.max_rim_below) & (below >= -rule.max_rim_above)
    ]
    return at_height


def _cup(bars: Bars, rule: Rule, left: int, handle: Handle) -> tuple[float, float, float] | None:
    """Depth, roundness and volume ratio of the cup that begins at ``left``, or None."""
    top = float(bars.high[left])
    bottom = float(bars.low[left + 1 : handle.rim + 1].min())
    depth = percent_below(top, bottom)
    if not rule.min_depth <= depth <= rule.max_depth or handle.low < (top + bottom) / 2.0:
        return None
    if not ends_an_advance(bars, left, top, rule.prior_bars, rule.prior_gain):
        return None
    cup = slice(left, handle.rim + 1)
    low_closes = int(np.count_nonzero(bars.close[cup] <= bottom + (top - bottom) / 3.0))
    roundness = 100.0 * low_closes / (handle.rim + 1 - left)
    ratio = volume_ratio(bars.volume[handle.rim + 1 : -1], bars.volume[cup])
    if roundness < rule.min_roundness or not ratio <= rule.max_volume_ratio:
        return None
    return depth, roundness, ratio


CUP_WITH_HANDLE = Pattern(
    name="cup_with_handle",
    parameters=PARAMETERS,
    rule=Rule,
    in_order=(("min_depth", "max_depth"), ("min_handle", "max_handle"), ("min_cup", "max_base")),
    fields=("high", "low", "close", "volume"),
    needed=_needed,
    worth_a_look=_worth_a_look,
    find=_find,
    description="Cup with handle, complete, the close within reach of its pivot.",
    source="William O'Neil, How to Make Money in Stocks (4th ed. 2009), ch. 2; docs/patterns.md",
    numbers=NUMBERS,
)
