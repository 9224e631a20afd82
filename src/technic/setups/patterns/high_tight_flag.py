"""High tight flag (O'Neil): a price that doubles in weeks, then hardly gives way.

The complete rule is in docs/patterns.md. In short: the top is the highest high of the last weeks
up to yesterday, the pole rises to it from a low weeks before, the flag is all after the top.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from technic.panel.ragged import last_bars
from technic.setups.patterns.measures import (
    Bars,
    in_reach,
    percent_below,
    volume_ratio,
)
from technic.setups.patterns.pattern import (
    ABOVE_PIVOT,
    BELOW_PIVOT,
    MAX_VOLUME_RATIO,
    Pattern,
    percent,
    whole,
)
from technic.typing import BoolArray, FloatArray

__all__ = ["HIGH_TIGHT_FLAG"]

PARAMETERS = (
    percent("min_gain", 100, most=10_000),
    whole("min_pole", 20, most=500),
    whole("max_pole", 40, most=500),
    whole("min_flag", 15, least=2, most=500),
    whole("max_flag", 25, least=2, most=500),
    percent("min_depth", 10),
    percent("max_depth", 25),
    MAX_VOLUME_RATIO,
    BELOW_PIVOT,
    ABOVE_PIVOT,
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
    """The constants of a search, in the order of the parameters."""

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


def _needed(rule: Rule) -> int:
    return rule.max_flag + rule.max_pole + 1


def _worth_a_look(fields: tuple[FloatArray, ...], rows: NDArray[np.intp], rule: Rule) -> BoolArray:
    """Which symbols have a top of the right age, a flag not too deep and a close near the pivot.

    Half a percent is left for rounding.
    """
    high, low, close = fields[:3]
    flags = last_bars(high, rows, rule.max_flag + 1)[:-1]
    age = rule.max_flag - np.argmax(flags, axis=0)
    top = flags.max(axis=0)
    lowest = last_bars(low, rows, rule.min_flag).min(axis=0)
    worth: BoolArray = (age >= rule.min_flag) & (lowest >= top * (0.995 - rule.max_depth / 100.0))
    worth &= last_bars(close, rows, 1)[0] >= top * (0.995 - rule.below_pivot / 100.0)
    return worth


def _find(bars: Bars, rule: Rule) -> tuple[float, ...] | None:
    """Return the numbers of the flag at the last bar, or None where a condition fails."""
    today = len(bars.high) - 1
    top = today - rule.max_flag + int(np.argmax(bars.high[today - rule.max_flag : today]))
    pivot = float(bars.high[top])
    lowest = float(bars.low[top + 1 :].min())
    depth = percent_below(pivot, lowest)
    if not rule.min_depth <= depth <= rule.max_depth:
        return None
    if not in_reach(float(bars.close[-1]), pivot, rule.below_pivot, rule.above_pivot):
        return None
    start = _pole_start(bars, rule, top)
    if start is None:
        return None
    base = float(bars.low[start])
    gain = 100.0 * (pivot - base) / base
    ratio = volume_ratio(bars.volume[top + 1 : today], bars.volume[start : top + 1])
    if gain < rule.min_gain or not ratio <= rule.max_volume_ratio:
        return None
    return pivot, lowest, gain, depth, ratio, float(today - top)


def _pole_start(bars: Bars, rule: Rule, top: int) -> int | None:
    """Return the bar of the lowest low from which nothing passed the top, or None."""
    first = max(0, top - rule.max_pole)
    passed = np.flatnonzero(bars.high[first:top] > bars.high[top])
    if len(passed):
        first += int(passed[-1]) + 1
    lows = bars.low[first : max(first, top - rule.min_pole + 1)]
    above_zero = np.where(lows > 0.0, lows, np.inf)
    if not np.isfinite(above_zero).any():
        return None
    return first + int(np.argmin(above_zero))


HIGH_TIGHT_FLAG = Pattern(
    name="high_tight_flag",
    parameters=PARAMETERS,
    rule=Rule,
    in_order=(("min_pole", "max_pole"), ("min_flag", "max_flag"), ("min_depth", "max_depth")),
    fields=("high", "low", "close", "volume"),
    needed=_needed,
    worth_a_look=_worth_a_look,
    find=_find,
    description="High tight flag, complete, the close within reach of its pivot.",
    source="William O'Neil, How to Make Money in Stocks (4th ed. 2009), ch. 2; docs/patterns.md",
    numbers=NUMBERS,
)
