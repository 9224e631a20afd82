"""Flat base (O'Neil): weeks of sideways trading, not deep, after an advance.

The complete rule is in docs/patterns.md. In short: the base is the longest stretch up to
yesterday that begins near its top and stays shallow; the pivot is its highest high.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from technic.panel.windows import lagged, window_max, window_min
from technic.setups.patterns.measures import last_bars
from technic.setups.patterns.pattern import (
    ABOVE_PIVOT,
    BELOW_PIVOT,
    PRIOR_BARS,
    Found,
    Pattern,
    answers,
    constants_of,
    in_order,
    percent,
    whole,
)
from technic.typing import FloatArray

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


def search(
    high: FloatArray,
    low: FloatArray,
    close: FloatArray,
    rows: NDArray[np.intp],
    *constants: float,
) -> Found:
    """Find the pattern at ``rows``; an array ``(n_symbols,)`` for ``flat_base`` and each number.

    Fields ``(n_bars, n_symbols)``, packed from the top. ParameterError when a least value is
    above its greatest.
    """
    rule = _rule(constants)

    columns = np.flatnonzero(_worth_a_look(high, low, close, rows, rule))
    highs, lows, closes = (
        last_bars(field[:, columns], rows[columns], _needed(rule)) for field in (high, low, close)
    )
    findings = zip(columns.tolist(), _find(highs, lows, closes[-1], rule), strict=True)
    return answers(
        "flat_base",
        NUMBERS,
        rows,
        _needed(rule),
        ((column, numbers) for column, numbers in findings if numbers is not None),
    )


def bars(*constants: float) -> int:
    """Bars after which "not found" means that there is none."""
    return _needed(_rule(constants))


def _rule(constants: tuple[float, ...]) -> Rule:
    rule = Rule(*constants_of(PARAMETERS, constants))  # type: ignore[arg-type]
    in_order(min_base=rule.min_base, max_base=rule.max_base)
    in_order(min_depth=rule.min_depth, max_depth=rule.max_depth)
    return rule


def _needed(rule: Rule) -> int:
    return rule.max_base + rule.prior_bars + 1


def _worth_a_look(
    high: FloatArray, low: FloatArray, close: FloatArray, rows: NDArray[np.intp], rule: Rule
) -> NDArray[np.bool_]:
    """Which symbols have a shortest base that is shallow enough and near enough to the close.

    A longer base is not less deep and its top not lower. Half a percent is left for rounding.
    """
    top = last_bars(high, rows, rule.min_base + 1)[:-1].max(axis=0)
    lowest = last_bars(low, rows, rule.min_base + 1).min(axis=0)
    worth: NDArray[np.bool_] = lowest >= top * (0.995 - rule.max_depth / 100.0)
    worth &= last_bars(close, rows, 1)[0] >= top * (0.995 - rule.below_pivot / 100.0)
    return worth


def _find(
    high: FloatArray, low: FloatArray, close: FloatArray, rule: Rule
) -> list[tuple[float, ...] | None]:
    """Return the numbers of each column's longest base that keeps the rule, or None.

    Arrays ``(bars needed, n)``; row ``i`` of what is computed speaks of the base that begins in
    bar ``i``. The high of the day itself is left out, its low is not.
    """
    top = np.maximum.accumulate(high[-2::-1], axis=0)[::-1]
    lowest = np.minimum.accumulate(low[::-1], axis=0)[::-1][:-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        depth = 100.0 * (top - lowest) / top
        fits = 100.0 * (top - high[:-1]) / top <= rule.max_start_below_top
        below = 100.0 * (top - close) / top
    fits &= (depth >= rule.min_depth) & (depth <= rule.max_depth) & (top > 0.0)
    fits &= (below <= rule.below_pivot) & (below >= -rule.above_pivot)
    fits[len(fits) - rule.min_base + 1 :] = False
    columns = np.flatnonzero(fits.any(axis=0))
    fits[:, columns] &= _tops_an_advance(high[:, columns], low[:, columns], top[:, columns], rule)
    found: list[tuple[float, ...] | None] = [None] * high.shape[1]
    for column in np.flatnonzero(fits.any(axis=0)).tolist():
        start = int(np.argmax(fits[:, column]))
        at = (start, column)
        found[column] = (top[at], lowest[at], depth[at], float(len(fits) - start))
    return found


def _tops_an_advance(
    high: FloatArray, low: FloatArray, top: FloatArray, rule: Rule
) -> NDArray[np.bool_]:
    """Whether ``top`` passes every high of the bars before, and the lowest low by enough."""
    highest = lagged(window_max(high, rule.prior_bars), 1)[:-1]
    lowest = lagged(window_min(low, rule.prior_bars), 1)[:-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = 100.0 * (top - lowest) / lowest
    return (highest <= top) & (lowest > 0.0) & (gain >= rule.prior_gain)


FLAT_BASE = Pattern(
    name="flat_base",
    parameters=PARAMETERS,
    fields=("high", "low", "close"),
    search=search,
    bars=bars,
    description="Flat base, complete, the close within reach of its pivot.",
    source="William O'Neil, How to Make Money in Stocks (4th ed. 2009), ch. 2; docs/patterns.md",
    numbers=NUMBERS,
)
