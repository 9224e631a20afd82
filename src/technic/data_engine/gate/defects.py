"""Bars that cannot be true whatever lies around them: impossible levels, single prices × 100."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.gate.ordinary import ordinary_trading
from technic.data_engine.gate.rules import GateRules
from technic.data_engine.gate.suspects import MOST_PRICE, MOST_VOLUME, SuspectBars
from technic.panel import BarPanel
from technic.typing import BoolArray, FloatArray

__all__ = ["BarDefects", "as_usual", "close_is_far", "find_bar_defects", "times_100"]

IndexArray = NDArray[np.intp]

FAR = 10.0
"""A close this many times the one before went with the price that is 100 times too high."""


@dataclass(frozen=True, slots=True, eq=False)
class BarDefects:
    """Bars that are none, in ascending order of their bar: shape ``(n_defects,)`` each.

    ``code``: bad_price, high_below_low or price_x100; ``shares``: share volume over its median,
    which says something for price_x100 alone.
    """

    bar: IndexArray
    column: IndexArray
    code: NDArray[np.object_]
    shares: FloatArray


def find_bar_defects(
    panel: BarPanel, rows: IndexArray, bars: SuspectBars, rules: GateRules
) -> BarDefects:
    """Find the suspects that are no bars. What ``rules`` skip is not looked for.

    Single prices are judged by the trading around them: only in columns without an impossible bar.
    """
    code: NDArray[np.object_] = np.full(len(bars.bar), None, dtype=object)
    shares = np.full(len(bars.bar), np.nan)
    for name, impossible in (
        ("high_below_low", _out_of_order(bars, rules)),
        ("bad_price", _beyond_belief(bars)),
    ):
        if name not in rules.skip:
            code[impossible] = name
    single = times_100(bars, rules) & ~close_is_far(bars)
    single &= ~np.isin(bars.column, bars.column[_given(code)])
    if single.any() and "price_x100" not in rules.skip:
        at = np.flatnonzero(single)
        usual = ordinary_trading(panel, rows, bars.bar[at], bars.column[at])
        shares[at] = bars.volume[at] / usual.shares
        code[at[usual.known & as_usual(shares[at], rules)]] = "price_x100"
    found = _given(code)
    return BarDefects(bars.bar[found], bars.column[found], code[found], shares[found])


def _given(code: NDArray[np.object_]) -> BoolArray:
    return np.array([one is not None for one in code], dtype=np.bool_)


def as_usual(shares: FloatArray, rules: GateRules) -> BoolArray:
    """Tell where share volume is near its median, as on a day whose prices alone are wrong."""
    limit = rules.x100_share_volume
    return np.asarray((shares <= limit) & (shares * limit >= 1.0))


def times_100(bars: SuspectBars, rules: GateRules) -> BoolArray:
    """Tell which bars have a price 100 times the previous close, or a hundredth of it."""
    least, most = 100.0 / rules.x100_tolerance, 100.0 * rules.x100_tolerance
    high, low, previous = bars.high, bars.low, bars.previous
    far: BoolArray = (high >= previous * least) & (high <= previous * most)
    far |= (low * least <= previous) & (low * most >= previous)
    return far & (previous > 0.0)


def close_is_far(bars: SuspectBars) -> BoolArray:
    """Tell which closes lie far from the previous one."""
    return np.asarray((bars.close > bars.previous * FAR) | (bars.close * FAR < bars.previous))


def _out_of_order(bars: SuspectBars, rules: GateRules) -> BoolArray:
    """Tell which bars have a high below the low, or an open or close far outside."""
    outside = bars.low > bars.high
    for price, percent in (
        (bars.close, rules.close_outside_pct),
        (bars.open, rules.open_outside_pct),
    ):
        slack = 1.0 + percent / 100.0
        outside |= (price > bars.high * slack) | (price * slack < bars.low)
    return outside


def _beyond_belief(bars: SuspectBars) -> BoolArray:
    """Tell which bars have a price at or below zero or above a trillion, or such a volume."""
    prices = np.stack((bars.open, bars.high, bars.low, bars.close))
    impossible = (prices.min(axis=0) <= 0.0) | (prices.max(axis=0) > MOST_PRICE)
    return np.asarray(impossible | (bars.volume < 0.0) | (bars.volume > MOST_VOLUME))
