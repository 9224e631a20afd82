"""A symbol among the others: rank, percentile, distance from the mean; beta to the benchmark.

Vectors over symbols, ``(n_symbols,)``. Symbols without a value are not counted and get none, nor
do symbols without a group where groups are asked for. Nothing depends on the order of the symbols:
ranks are counted, sums are exact before they are rounded.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np

from technic.indicators import comovement
from technic.language.functions._define import (
    HERE,
    ONE_BEFORE,
    X,
    bars,
    finite_of,
    window,
)
from technic.language.functions.elementwise import Values, missing_text
from technic.language.functions.function import Function, Parameter
from technic.panel.ties import below_and_equal
from technic.typing import BoolArray, FloatArray

__all__ = ["COMOVEMENT", "CROSS_SECTION"]

_BY = Parameter("by", "group", "")


def _within_groups(
    one: Callable[[FloatArray], FloatArray], x: FloatArray, by: Values
) -> FloatArray:
    """Call ``one`` on the values of each group; ``by``: their names, a constant for no groups."""
    out = np.full(x.shape, np.nan)
    counted: BoolArray = np.isfinite(x)
    if isinstance(by, str):
        out[counted] = one(x[counted])
        return out
    counted &= ~missing_text(by)
    at = np.flatnonzero(counted)
    _, group = np.unique(np.asarray(by, object)[at].astype(str), return_inverse=True)
    for number in range(int(group.max(initial=-1)) + 1):
        members = at[group == number]
        out[members] = one(x[members])
    return out


def _rank(x: FloatArray) -> FloatArray:
    below, equal = below_and_equal(x)
    above = len(x) - below - equal
    place: FloatArray = above + (equal + 1.0) / 2.0
    return place


def _percentile(x: FloatArray) -> FloatArray:
    if len(x) == 1:
        return np.full(1, 50.0)
    below, equal = below_and_equal(x)
    return 100.0 * (below + (equal - 1.0) / 2.0) / (len(x) - 1)


def _zscore(x: FloatArray) -> FloatArray:
    if not len(x) or x.min() == x.max():
        return np.full(x.shape, np.nan)
    # By a power of two, which rounds nothing: squares of what is large have no floats.
    _, exponent = math.frexp(float(np.abs(x).max()))
    scaled = np.ldexp(x, -exponent)
    apart = scaled - math.fsum(scaled) / len(scaled)
    deviation = math.sqrt(math.fsum(apart * apart) / len(x))
    return apart / deviation if deviation > 0.0 else np.full(x.shape, np.nan)


CROSS_SECTION = (
    Function(
        "rank",
        (X, _BY),
        "number",
        "market",
        partial(_within_groups, _rank),
        "Place among all symbols, or those of the same group: 1 for the highest value; equal "
        "values share the mean of their places.",
        HERE,
    ),
    Function(
        "percentile",
        (X, _BY),
        "number",
        "market",
        partial(_within_groups, _percentile),
        "Share of the other symbols with a lower value, 0 to 100; equal ones count half. A symbol "
        "without others has 50.",
        HERE,
    ),
    Function(
        "zscore",
        (X, _BY),
        "number",
        "market",
        partial(_within_groups, _zscore),
        "Distance from the mean of all symbols in standard deviations (divisor n); missing where "
        "all values are equal.",
        HERE,
    ),
)


def _beside(
    name: str, kernel: Callable[..., FloatArray], period: int, what: str, source: str
) -> Function:
    series = Parameter("x", "series", "close"), Parameter("base", "series", "benchmark")
    return window(
        name,
        (*series, bars("timeperiod", period, least=2)),
        partial(finite_of, kernel),
        what,
        source,
        lookback=ONE_BEFORE,
    )


COMOVEMENT = (
    _beside(
        "beta",
        comovement.beta,
        252,
        "Slope of the changes of x over those of the base, bar by bar, over the last bars.",
        "TA-Lib BETA (base first)",
    ),
    _beside(
        "correlation",
        comovement.correlation,
        63,
        "Correlation of the changes of x and of the base, -1 to 1.",
        "TA-Lib CORREL (of changes)",
    ),
)
