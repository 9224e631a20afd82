"""Flat base (O'Neil): weeks of sideways trading, not deep, after an advance.

The complete rule is in docs/patterns.md. In short: the base is the longest stretch up to
yesterday that begins near its top and stays shallow; the pivot is its highest high.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from technic.panel.ragged import last_bars
from technic.setups.patterns.measures import Bars, ends_an_advance
from technic.setups.patterns.pattern import (
    ABOVE_PIVOT,
    BELOW_PIVOT,
    PRIOR_BARS,
    Pattern,
    percent,
    whole,
)
from technic.typing import BoolArray, FloatArray

__all__ = ["FLAT_BASE"]

PARAMETERS = (
    whole("min_base", 25, least=2),
    whole("max_base", 325, least=2),
    percent("min_depth", 5),
    percent("max_depth", 15),
    percent("max_start_below_top", 3),
    percent("prior_gain", 20, most=1_000),
    PRIOR_BARS,
    BELOW_PIVOT,
    ABOVE_PIVOT,
)
NUMBERS = {
    "flat_base_pivot": "Highest high of a flat base: the price to pass.",
    "flat_base_low": "Lowest low of a flat base.",
    "flat_base_depth": "Depth of a flat base in percent.",
    "flat_base_bars": "Length of a flat base in bars.",
}


class Rule(NamedTuple):
    """The constants of a search, in the order of the parameters."""

    min_base: int
    max_base: int
    min_depth: float
    max_depth: float
    max_start_below_top: float
    prior_gain: float
    prior_bars: int
    below_pivot: float
    above_pivot: float


def _needed(rule: Rule) -> int:
    return rule.max_base + rule.prior_bars + 1


def _worth_a_look(fields: tuple[FloatArray, ...], rows: NDArray[np.intp], rule: Rule) -> BoolArray:
    """Which symbols have a shortest base that is shallow enough and near enough to the close.

    A longer base is not less deep and its top not lower. Half a percent is left for rounding.
    """
    high, low, close = fields[:3]
    top = last_bars(high, rows, rule.min_base + 1)[:-1].max(axis=0)
    lowest = last_bars(low, rows, rule.min_base + 1).min(axis=0)
    worth: BoolArray = lowest >= top * (0.995 - rule.max_depth / 100.0)
    worth &= last_bars(close, rows, 1)[0] >= top * (0.995 - rule.below_pivot / 100.0)
    return worth


def _find(bars: Bars, rule: Rule) -> tuple[float, ...] | None:
    """Return the numbers of the longest base that keeps the rule, or None.

    Entry ``i`` of what is computed speaks of the base that begins in bar ``i``. The high of the day
    itself is left out, its low is not.
    """
    high, close = bars.high, bars.close[-1]
    top = np.maximum.accumulate(high[-2::-1])[::-1]
    lowest = np.minimum.accumulate(bars.low[::-1])[::-1][:-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        depth = 100.0 * (top - lowest) / top
        fits = 100.0 * (top - high[:-1]) / top <= rule.max_start_below_top
        below = 100.0 * (top - close) / top
    fits &= (depth >= rule.min_depth) & (depth <= rule.max_depth) & (top > 0.0)
    fits &= (below <= rule.below_pivot) & (below >= -rule.above_pivot)
    fits[max(0, len(fits) - rule.min_base + 1) :] = False
    for start in np.flatnonzero(fits).tolist():
        if ends_an_advance(bars, start, float(top[start]), rule.prior_bars, rule.prior_gain):
            return (
                float(top[start]),
                float(lowest[start]),
                float(depth[start]),
                float(len(fits) - start),
            )
    return None


FLAT_BASE = Pattern(
    name="flat_base",
    parameters=PARAMETERS,
    rule=Rule,
    in_order=(("min_base", "max_base"), ("min_depth", "max_depth")),
    fields=("high", "low", "close"),
    needed=_needed,
    worth_a_look=_worth_a_look,
    find=_find,
    description="Flat base, complete, the close within reach of its pivot.",
    source="William O'Neil, How to Make Money in Stocks (4th ed. 2009), ch. 2; docs/patterns.md",
    numbers=NUMBERS,
)
