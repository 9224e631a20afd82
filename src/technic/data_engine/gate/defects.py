"""Bars that cannot be true: impossible levels, units that change overnight, prices × 100.

1. One pass over the window marks the few bars that deserve a look (`_suspects`): prices at or
   below zero or beyond belief, out of order, or far from the previous close.
2. Each of them is judged with the trading around it (`_judge`). A wild move that is true brings
   wild trading; a bar in other units does not, since price × shares stays what it was.

Only bars at or before each symbol's row are read. What a bar is judged by lies before it; only
the first bars of the window, with little before them, are also judged by what follows. A bad bar
that is the very first of the window shows only in the jump back after it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.gate.rules import GateRules
from technic.panel import FIELDS, BarPanel
from technic.typing import BoolArray, FloatArray

__all__ = ["BarDefects", "find_bar_defects"]

IndexArray = NDArray[np.intp]

NO_CODE = ""
MOST_PRICE, MOST_VOLUME = 1e12, 1e15
"""More than any market had, split-adjusted histories included; their product is a plain number."""
CHUNK_CELLS = 65_536
"""Cells looked at together, so that the temporaries stay in the processor's cache."""
ORDINARY_BARS = 20
"""Bars whose median says what ordinary trading is."""
LEAST_ORDINARY_BARS = 5
"""Fewer bars than this say nothing about what is ordinary."""
SMALL_SPLITS = (2.0, 3.0)
"""Forward splits below 4:1; a fall between them and beyond the tolerance is no split."""
SPLIT_TOLERANCE = 1.125
"""How far the open may lie from the price that the split alone would give."""


@dataclass(frozen=True, slots=True, eq=False)
class BarDefects:
    """Defective bars, in ascending order of their bar: one entry each, shape ``(n_defects,)``.

    ``factor``: the fall or rise from the previous close, above 1; ``up`` its direction.
    ``trading``: the day's dollar turnover (falls) or share volume (rises) over its median. All
    three say nothing where ``code`` is bad_price or high_below_low.
    """

    bar: IndexArray
    column: IndexArray
    code: NDArray[np.object_]
    factor: FloatArray
    up: BoolArray
    trading: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Bars:
    """Suspect bars: their place, their prices, the close before (NaN for a first bar)."""

    bar: IndexArray
    column: IndexArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    previous: FloatArray

    @classmethod
    def of(cls, panel: BarPanel, bar: IndexArray, column: IndexArray) -> _Bars:
        values = {name: getattr(panel, name)[bar, column] for name in FIELDS}
        previous = np.where(bar > 0, panel.close[np.maximum(bar - 1, 0), column], np.nan)
        return cls(bar, column, previous=previous, **values)

    def where(self, kept: BoolArray) -> _Bars:
        return _Bars(*(getattr(self, name)[kept] for name in self.__slots__))


@dataclass(frozen=True, slots=True, eq=False)
class _Trading:
    """Share volume and dollar turnover over their medians.

    Infinite or NaN where the median is zero, so that no limit is kept and nothing is judged; not
    ``known`` where too few bars are there for a median.
    """

    shares: FloatArray
    turnover: FloatArray
    known: BoolArray


def find_bar_defects(panel: BarPanel, rows: IndexArray, rules: GateRules) -> BarDefects:
    """Find the defective bars of each column at or before its row (negative: no bars)."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        bars = _Bars.of(panel, *_suspects(panel, rows, rules))
        impossible = _impossible(bars, rules)
        far = (impossible != NO_CODE) | _times_100(bars, rules)
        far |= bars.low >= bars.previous * rules.split_factor
        far |= bars.high * rules.split_factor <= bars.previous
        bars, impossible = bars.where(far), impossible[far]
        return _judge(bars, impossible, _trading(panel, rows, bars), rules)


def _suspects(panel: BarPanel, rows: IndexArray, rules: GateRules) -> tuple[IndexArray, IndexArray]:
    """Return (bar, column) of the bars worth a look, by comparisons that cost little."""
    n_symbols = max(panel.n_symbols, 1)
    height = max(CHUNK_CELLS // n_symbols, 1)
    end = int(rows.max(initial=-1)) + 1
    found = [np.empty(0, np.intp)]
    for top in range(0, end, height):
        part = slice(top, min(top + height, end))
        marked = _disordered(panel, part)
        first = int(top == 0)
        previous = panel.close[part.start - 1 + first : part.stop - 1]
        marked[first:] |= panel.high[part][first:] > previous * rules.split_factor
        marked[first:] |= panel.low[part][first:] * rules.split_factor < previous
        found.append(np.flatnonzero(marked) + top * n_symbols)
    bar, column = np.divmod(np.concatenate(found), n_symbols)
    kept = bar <= rows[column]
    return bar[kept], column[kept]


def _disordered(panel: BarPanel, part: slice) -> BoolArray:
    """Mark bars that are not ``0 < low <= open, close <= high`` within what is possible."""
    low, high = panel.low[part], panel.high[part]
    marked: BoolArray = low <= 0.0
    for price in (panel.open[part], panel.close[part]):
        marked |= price > high
        marked |= price < low
    marked |= high > MOST_PRICE
    volume = panel.volume[part]
    return marked | (volume < 0.0) | (volume > MOST_VOLUME)


def _impossible(bars: _Bars, rules: GateRules) -> NDArray[np.object_]:
    """Code of the bars that cannot be true whatever lies around them, else NO_CODE."""
    code = np.full(len(bars.bar), NO_CODE, dtype=object)
    outside = bars.low > bars.high
    for price, percent in (
        (bars.close, rules.close_outside_pct),
        (bars.open, rules.open_outside_pct),
    ):
        slack = 1.0 + percent / 100.0
        outside |= (price > bars.high * slack) | (price * slack < bars.low)
    code[outside] = "high_below_low"
    least = np.minimum(np.minimum(bars.open, bars.close), np.minimum(bars.low, bars.high))
    most = np.maximum(np.maximum(bars.open, bars.close), np.maximum(bars.low, bars.high))
    bad = (least <= 0.0) | (most > MOST_PRICE)
    code[bad | (bars.volume < 0.0) | (bars.volume > MOST_VOLUME)] = "bad_price"
    return code


def _trading(panel: BarPanel, rows: IndexArray, bars: _Bars) -> _Trading:
    """Compare the trading of each bar with what is ordinary for its symbol.

    Ordinary is the median of the bars before. Where these are too few it is the smaller of their
    median and that of the bars after: a true move is followed by days of heavy trading, and a
    first trade is preceded by none.
    """
    steps = np.arange(1, ORDINARY_BARS + 1)
    shares, dollars, count = _medians(panel, rows, bars.bar[:, None] - steps, bars.column)
    early = np.flatnonzero(count < LEAST_ORDINARY_BARS)
    after = bars.bar[early][:, None] + steps
    later_shares, later_dollars, later = _medians(panel, rows, after, bars.column[early])
    shares[early] = np.minimum(shares[early], later_shares)
    dollars[early] = np.minimum(dollars[early], later_dollars)
    count[early] = later
    return _Trading(
        shares=bars.volume / shares,
        turnover=bars.volume * bars.close / dollars,
        known=count >= LEAST_ORDINARY_BARS,
    )


def _medians(
    panel: BarPanel, rows: IndexArray, around: IndexArray, column: IndexArray
) -> tuple[FloatArray, FloatArray, NDArray[np.intp]]:
    """Median share volume and dollar turnover of the bars ``around`` that exist, and how many do.

    ``around``: (n, k) bars of each ``column`` (n,); those outside the history are left out, and
    a median of none is +inf.
    """
    column = column[:, None]
    there = (around >= 0) & (around <= rows[column])
    around = np.where(there, around, 0)
    shares = np.where(there, panel.volume[around, column], np.inf)
    dollars = np.where(there, shares * panel.close[around, column], np.inf)
    count = np.count_nonzero(there, axis=1)
    below, above = np.maximum(count - 1, 0) // 2, count // 2
    row = np.arange(len(around))
    ordered = (np.sort(shares, axis=1), np.sort(dollars, axis=1))
    medians = [(values[row, below] + values[row, above]) / 2.0 for values in ordered]
    return medians[0], medians[1], count


def _judge(
    bars: _Bars, impossible: NDArray[np.object_], trading: _Trading, rules: GateRules
) -> BarDefects:
    """Give each suspect bar the first code that applies, and leave out those that have none."""
    comparable = trading.known & (bars.previous > 0.0) & (impossible == NO_CODE)
    rise, fall = bars.low / bars.previous, bars.previous / bars.high
    rose = comparable & (rise >= rules.split_factor)
    rose &= trading.shares <= rules.split_share_volume
    forgiven = np.maximum(rules.split_turnover, rules.split_turnover_per_factor * fall)
    fell = comparable & (fall >= rules.split_factor) & (trading.turnover <= forgiven)
    fell &= _as_splits_go(bars.previous / bars.open)

    x100 = comparable & _times_100(bars, rules) & (trading.shares <= rules.x100_share_volume)
    x100 &= trading.shares * rules.x100_share_volume >= 1.0
    highest, lowest = bars.high / bars.previous, bars.previous / bars.low
    up = np.where(x100, highest > lowest, rose)

    code = impossible.copy()
    code[rose | fell] = "unadjusted_split"
    code[x100] = "price_x100"
    found = code != NO_CODE
    return BarDefects(
        bar=bars.bar[found],
        column=bars.column[found],
        code=code[found],
        factor=np.where(x100, np.where(up, highest, lowest), np.where(up, rise, fall))[found],
        up=up[found],
        trading=np.where(up | x100, trading.shares, trading.turnover)[found],
    )


def _as_splits_go(factor: FloatArray) -> BoolArray:
    """Tell which falls are near 2, near 3, or large enough to be near some split's factor."""
    usual: BoolArray = factor * SPLIT_TOLERANCE >= SMALL_SPLITS[-1] + 1.0
    for size in SMALL_SPLITS:
        usual |= (factor * SPLIT_TOLERANCE >= size) & (factor <= size * SPLIT_TOLERANCE)
    return usual


def _times_100(bars: _Bars, rules: GateRules) -> BoolArray:
    """Tell which bars have a price 100 times the previous close, or a hundredth of it."""
    least, most = 100.0 / rules.x100_tolerance, 100.0 * rules.x100_tolerance
    high, low, previous = bars.high, bars.low, bars.previous
    far: BoolArray = (high >= previous * least) & (high <= previous * most)
    far |= (low * least <= previous) & (low * most >= previous)
    return far
