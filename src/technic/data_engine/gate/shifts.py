"""Price levels that change overnight while trading does not: splits that were not applied.

A split scales prices and share volume and leaves dollar volume as it was, the day opens at the
new level and stays there; news trades wide and on many times the dollar volume. So the evidence
against a split is how *abnormal* the day was, in logarithms:

    ln(dollar volume / ordinary) + ln(range / ordinary) + 0.65 · mismatch

where ``mismatch`` is the distance of the opening gap from the nearest ratio that splits have, in
standard deviations of what the symbol does overnight. A quiet range counts as ordinary: so trades
a share under a takeover offer. From the next bar's scan on that bar is heard too:

    1.3 · ln(dollar volume) - 0.3 · ln(that of the next day) + 0.6 · ln(range)
    + 0.3 · ln(that of the next day) + 0.65 · mismatch

A shift is likely a split up to a limit that grows with the size of the ratio beside the
symbol's own moves, 2.6 · ln(size / deviation) - 3.1, and ends at
``GateRules.split_abnormal_trading``; large ratios may be busier, reverse splits more so. The
coefficients are those of a logistic regression on half of the symbols of all US daily bars of
2022-24, rounded (docs/data-gate.md has the measurement).

Beside trading stands what is known (`technic.data_engine.gate.evidence`): a split that a witness
has and that explains the shift is one however the day traded; a move that adjusted closes have as
well is none; where a feed of splits has none the limit is lower; and a shift is counted from the
close before less what was paid.

Only bars at or before each symbol's row are read.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.gate.defects import as_usual, close_is_far, times_100
from technic.data_engine.gate.evidence import (
    KnownSplitBars,
    known_split_bars,
    less_dividends,
    weigh,
)
from technic.data_engine.gate.ordinary import (
    LEAST_RANGE,
    OrdinaryTrading,
    ordinary_dollars,
    ordinary_trading,
)
from technic.data_engine.gate.rules import GateRules
from technic.data_engine.gate.suspects import LEAST_REVERSE_SPLIT, SuspectBars
from technic.data_engine.interfaces.known_actions import NOTHING_KNOWN, KnownActions, SplitsBySymbol
from technic.panel import BarPanel
from technic.typing import BoolArray, FloatArray

__all__ = ["ANY_RATIO", "RATIOS", "Shifts", "find_shifts"]

IndexArray = NDArray[np.intp]

RATIOS = {"5:4": 5 / 4, "4:3": 4 / 3, "3:2": 3 / 2, "2:1": 2.0, "5:2": 5 / 2, "3:1": 3.0}
ANY_RATIO = 3.3
"""From here on every ratio is taken as one that splits have: they lie close together."""
LEAST_PRINT = 1.8
"""A smaller shift that is gone on the next day is a matter of the market."""
MISMATCH_WEIGHT = 0.65
TURNOVER_WEIGHT, NEXT_TURNOVER_WEIGHT = 1.3, -0.3
RANGE_WEIGHT, NEXT_RANGE_WEIGHT = 0.6, 0.3
MOST_MISMATCH, MOST_MISMATCH_OF_LARGE = 6.0, 3.0
LARGE = 1.9
LEAST_TURNOVER, MOST_TURNOVER = -1.0, 9.0
SIZE_WEIGHT, SIZE_OFFSET = 2.6, 3.1
SPLIT_ALLOWANCE, REVERSE_ALLOWANCE = 0.3, 0.6
"""What each unit of ln(ratio) above ln(4), for reverse splits ln(2), adds to the limit."""
SILENCE = 0.6
"""What the limit is lowered by where a feed of splits has none: feeds lack some."""
NO_SPLIT_IN_FEED = "the feed of splits has none"
SAME_MOVE = "the adjusted closes have the same move"


@dataclass(frozen=True, slots=True, eq=False)
class Shifts:
    """Overnight shifts that trading does not explain, ascending: ``(n_shifts,)`` each.

    ``factor``: the ratio of the split that it looks like, above 1; ``up``: a reverse one.
    ``turnover``: dollar volume over its median. Each is one of three: on the last bar and
    ``pending``, ``returned`` with the next bar, or lasting. ``note``: what a feed of splits or
    adjusted closes say of that day, None where nothing is known.
    """

    bar: IndexArray
    column: IndexArray
    code: NDArray[np.object_]
    factor: FloatArray
    up: BoolArray
    turnover: FloatArray
    pending: BoolArray
    returned: BoolArray
    note: NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class _Candidates:
    """Bars that lie where a split would have put them: size in logarithms, direction, mismatch."""

    bars: SuspectBars
    up: BoolArray
    size: FloatArray
    mismatch: FloatArray
    split: BoolArray
    hundred: BoolArray
    """Times 100 or a hundredth, with the close; both may be."""

    def where(self, kept: BoolArray) -> _Candidates:
        return _Candidates(
            bars=self.bars.where(kept),
            up=self.up[kept],
            size=self.size[kept],
            mismatch=self.mismatch[kept],
            split=self.split[kept],
            hundred=self.hundred[kept],
        )


def find_shifts(
    panel: BarPanel,
    rows: IndexArray,
    bars: SuspectBars,
    rules: GateRules,
    known: KnownActions = NOTHING_KNOWN,
) -> Shifts:
    """Judge the suspects by the trading around them and by what is ``known`` of splits.

    What ``rules`` skip is not looked for.
    """
    candidates = _candidates(bars, rules)
    after = _bars_after(panel, rows, candidates.bars)
    quiet = _may_be_quiet(panel, candidates, after, rules)
    candidates = candidates.where(quiet)
    ex_dividend = less_dividends(panel, candidates.bars, known.dividends)
    if ex_dividend is not None:
        candidates = _candidates(ex_dividend, rules)
    found = _judged(panel, rows, candidates, rules, known.splits)
    if not known.splits or "unadjusted_split" in rules.skip:
        return found
    named = known_split_bars(panel, rows, known.splits, rules)
    return _with_known(found, _known_shifts(panel, rows, named)) if len(named.size) else found


def _judged(
    panel: BarPanel,
    rows: IndexArray,
    candidates: _Candidates,
    rules: GateRules,
    splits: SplitsBySymbol,
) -> Shifts:
    """Judge by trading which candidates are splits, prints or neither.

    That there was no split says nothing of a print, which is gone with the next bar.
    """
    bars, after = candidates.bars, _bars_after(panel, rows, candidates.bars)
    usual = ordinary_trading(panel, rows, bars.bar, bars.column)
    day, turnover = _abnormal_day(candidates, usual)
    both = _abnormal_days(candidates, after, usual)
    limit = _limit(candidates, usual.close_deviation, rules)
    judged = candidates.split & usual.known
    evidence = weigh(panel, bars, splits, judged & (np.minimum(day, both) <= limit))
    a_print = judged & (day <= limit) & (candidates.size >= math.log(LEAST_PRINT))
    judged &= ~evidence.moved
    doubtful = limit - SILENCE * evidence.silent
    likely, still_likely = judged & (day <= doubtful), judged & (both <= doubtful)
    hundred = candidates.hundred & usual.known & as_usual(bars.volume / usual.shares, rules)
    followed, back = _what_followed(bars, after, candidates.up, candidates.size)
    pending = ~followed & (likely | a_print | hundred)
    returned = followed & back & (a_print | hundred)
    found = pending | returned | (followed & ~back & (still_likely | hundred))
    code: NDArray[np.object_] = np.where(hundred, "price_x100", "unadjusted_split").astype(object)
    note: NDArray[np.object_] = np.full(len(bars.bar), None, dtype=object)
    note[evidence.silent], note[evidence.moved] = NO_SPLIT_IN_FEED, SAME_MOVE
    return Shifts(
        bar=bars.bar[found],
        column=bars.column[found],
        code=code[found],
        factor=np.exp(candidates.size)[found],
        up=candidates.up[found],
        turnover=np.exp(turnover)[found],
        pending=pending[found],
        returned=returned[found],
        note=note[found],
    )


def _known_shifts(panel: BarPanel, rows: IndexArray, named: KnownSplitBars) -> Shifts:
    """Take the bars that a known split explains as they are, however they traded."""
    bars, after = named.bars, _bars_after(panel, rows, named.bars)
    usual = ordinary_trading(panel, rows, bars.bar, bars.column)
    followed, back = _what_followed(bars, after, named.up, named.size)
    kept = ~(followed & back) | (named.size >= math.log(LEAST_PRINT))
    code: NDArray[np.object_] = np.full(len(named.size), "unadjusted_split", dtype=object)
    return Shifts(
        bar=bars.bar[kept],
        column=bars.column[kept],
        code=code[kept],
        factor=np.exp(named.size)[kept],
        up=named.up[kept],
        turnover=np.where(usual.known, bars.volume * bars.close / usual.dollars, np.nan)[kept],
        pending=~followed[kept],
        returned=(followed & back)[kept],
        note=named.note[kept],
    )


def _with_known(found: Shifts, known: Shifts) -> Shifts:
    """Put both together, ascending; of one bar what is known stays."""
    height = int(max(found.bar.max(initial=0), known.bar.max(initial=0))) + 1
    key, known_key = found.column * height + found.bar, known.column * height + known.bar
    kept = ~np.isin(key, known_key)
    order = np.lexsort(
        (
            np.concatenate([found.column[kept], known.column]),
            np.concatenate([found.bar[kept], known.bar]),
        )
    )
    return Shifts(
        *(
            np.concatenate([getattr(found, name)[kept], getattr(known, name)])[order]
            for name in Shifts.__slots__
        )
    )


def _what_followed(
    bars: SuspectBars, after: SuspectBars, up: BoolArray, size: FloatArray
) -> tuple[BoolArray, BoolArray]:
    """Tell which bars have a next one, and where that is back at the old level."""
    return after.bar > bars.bar, ~_beyond(after.close, bars.previous, up, size)


def _candidates(bars: SuspectBars, rules: GateRules) -> _Candidates:
    """Leave the bars that open near a ratio of splits and close, as a whole, at the new level."""
    gap = np.log(bars.open / bars.previous)
    size, mismatch = _nearest_ratio(np.abs(gap), rules.split_factor)
    hundred = times_100(bars, rules) & close_is_far(bars)
    if "price_x100" in rules.skip:
        hundred[:] = False
    up = np.where(hundred, bars.close > bars.previous, gap > 0.0)
    split = np.isfinite(size) & ~(up & (size < math.log(LARGE)))
    size = np.where(hundred, math.log(100.0), size)
    split &= _beyond(np.where(up, bars.low, bars.high), bars.previous, up, size)
    split &= _beyond(bars.close, bars.previous, up, size)
    if "unadjusted_split" in rules.skip:
        split[:] = False
    candidates = _Candidates(bars, up, size, mismatch, split, hundred)
    return candidates.where((split | hundred) & (bars.previous > 0.0))


def _bars_after(panel: BarPanel, rows: IndexArray, bars: SuspectBars) -> SuspectBars:
    """Return the bar after each, or the bar itself where the next one is not known yet."""
    return SuspectBars.of(panel, np.minimum(bars.bar + 1, rows[bars.column]), bars.column)


def _may_be_quiet(
    panel: BarPanel, candidates: _Candidates, after: SuspectBars, rules: GateRules
) -> BoolArray:
    """Tell by dollar volume alone which days may be under the limit: most large gaps are news."""
    bars = candidates.bars
    dollars, deviation = ordinary_dollars(panel, bars.bar, bars.column)
    turnover, later = (np.log(one.volume * one.close / dollars) for one in (bars, after))
    turnover = np.maximum(turnover, LEAST_TURNOVER)
    both = TURNOVER_WEIGHT * turnover
    both += NEXT_TURNOVER_WEIGHT * np.clip(later, LEAST_TURNOVER, MOST_TURNOVER)
    loud = np.minimum(turnover, both) > _limit(candidates, deviation, rules)
    return candidates.hundred | ~loud


def _abnormal_day(candidates: _Candidates, usual: OrdinaryTrading) -> tuple[FloatArray, FloatArray]:
    """How abnormal the day itself was, and the logarithm of its dollar volume over its median."""
    turnover, spread = _trading(candidates.bars, usual)
    day = np.maximum(turnover, LEAST_TURNOVER) + np.maximum(spread, 0.0)
    return day + MISMATCH_WEIGHT * _mismatch(candidates, usual), turnover


def _abnormal_days(
    candidates: _Candidates, after: SuspectBars, usual: OrdinaryTrading
) -> FloatArray:
    """How abnormal the day was in the light of the next one."""
    turnover, spread = _trading(candidates.bars, usual)
    next_turnover, next_spread = _trading(after, usual)
    both = TURNOVER_WEIGHT * np.maximum(turnover, LEAST_TURNOVER)
    both += NEXT_TURNOVER_WEIGHT * np.clip(next_turnover, LEAST_TURNOVER, MOST_TURNOVER)
    both += RANGE_WEIGHT * np.maximum(spread, 0.0)
    both += NEXT_RANGE_WEIGHT * np.maximum(next_spread, 0.0)
    return both + MISMATCH_WEIGHT * _mismatch(candidates, usual)


def _nearest_ratio(gap: FloatArray, least: float) -> tuple[FloatArray, FloatArray]:
    """Return the logarithm of the ratio nearest to each gap and its distance; inf: none is."""
    size, distance = np.full(gap.shape, np.inf), np.full(gap.shape, np.inf)
    for ratio in RATIOS.values():
        if ratio < least:
            continue
        apart = np.abs(gap - math.log(ratio))
        size = np.where(apart < distance, math.log(ratio), size)
        distance = np.minimum(apart, distance)
    large = gap >= math.log(max(ANY_RATIO, least))
    return np.where(large, gap, size), np.where(large, 0.0, distance)


def _beyond(price: FloatArray, previous: FloatArray, up: BoolArray, size: FloatArray) -> BoolArray:
    """Tell where a price is nearer to the new level than to the old one."""
    move = np.log(price / previous)
    return np.asarray(np.where(up, move, -move) >= size / 2.0)


def _limit(candidates: _Candidates, deviation: FloatArray, rules: GateRules) -> FloatArray:
    """How abnormal a day may be and still be that of a split."""
    limit = SIZE_WEIGHT * np.log(candidates.size / deviation) - SIZE_OFFSET
    return np.minimum(limit, rules.split_abnormal_trading) + _allowance(candidates)


def _allowance(candidates: _Candidates) -> FloatArray:
    """What large ratios add to the limit."""
    return np.where(
        candidates.up,
        REVERSE_ALLOWANCE * np.maximum(candidates.size - math.log(LEAST_REVERSE_SPLIT), 0.0),
        SPLIT_ALLOWANCE * np.maximum(candidates.size - math.log(4.0), 0.0),
    )


def _mismatch(candidates: _Candidates, usual: OrdinaryTrading) -> FloatArray:
    """Distance from the ratio in standard deviations of an overnight move."""
    noise = np.sqrt(usual.gap_deviation**2 + (usual.close_deviation / 2.0) ** 2)
    large = candidates.size >= math.log(LARGE)
    most = np.where(large, MOST_MISMATCH_OF_LARGE, MOST_MISMATCH)
    return np.minimum(candidates.mismatch / noise, most)


def _trading(bars: SuspectBars, usual: OrdinaryTrading) -> tuple[FloatArray, FloatArray]:
    """Logarithms of dollar volume and of range over what is ordinary."""
    turnover = np.log(bars.volume * bars.close / usual.dollars)
    spread = np.maximum(np.log(bars.high / bars.low), LEAST_RANGE)
    return turnover, np.log(spread / usual.range)
