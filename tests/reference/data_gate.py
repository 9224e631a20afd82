"""The data gate for one symbol in plain loops: the slow twin of `technic.data_engine.gate`.

A bar is ``(session, open, high, low, close, volume)``; only bars up to the day of the scan are
passed in. The thresholds are the defaults, written out.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from itertools import pairwise

Bar = tuple[int, float, float, float, float, float]
RATIOS = (5 / 4, 4 / 3, 3 / 2, 2, 5 / 2, 3)


def gate_code(bars: Sequence[Bar], today: int) -> str | None:
    """Return the code of one symbol, None when it passes."""
    usable, last_code = bars_left(bars)
    if len(usable) < 20:
        return "few_bars"
    if bars[-1][0] < today:
        return "stale"
    return last_code or _recent_code(usable)


def bars_left(bars: Sequence[Bar]) -> tuple[list[Bar], str | None]:
    """Return the bars that a scan reads, and what is wrong with the last bar of all."""
    shifts: list[tuple[str, str] | None] = []
    for kind in ("impossible", "single", "print"):
        if kind == "print":
            shifts = [_shift(bars, at) for at in range(len(bars))]
            none = {at: one[1] for at, one in enumerate(shifts) if one and one[0] == "returned"}
        else:
            judge = _impossible if kind == "impossible" else _single
            none = {at: code for at in range(len(bars)) if (code := judge(bars, at))}
        if none:
            usable, code = bars_left([bar for at, bar in enumerate(bars) if at not in none])
            return usable, none.get(len(bars) - 1) if len(bars) - 1 in none else code
    begin, last_code = 0, None
    for at, shift in enumerate(shifts):
        hole = at and bars[at][0] - bars[at - 1][0] - 1 > 30
        if hole or (shift and shift[0] == "lasting"):
            begin = at
        if shift and shift[0] == "pending":
            last_code = shift[1]
    return list(bars[begin:]), last_code


def _impossible(bars: Sequence[Bar], at: int) -> str | None:
    """Return what is wrong with a bar whatever lies around it."""
    _, open_, high, low, close, volume = bars[at]
    prices = (open_, high, low, close)
    if min(prices) <= 0 or max(prices) > 1e12 or volume < 0 or volume > 1e15:
        return "bad_price"
    if low > high or _outside(close, low, high, 1.001) or _outside(open_, low, high, 1.1):
        return "high_below_low"
    return None


def _single(bars: Sequence[Bar], at: int) -> str | None:
    """Return the code of a bar of which one price is × 100 and the close is not."""
    near = at and bars[at - 1][4] / 10 <= bars[at][4] <= bars[at - 1][4] * 10
    return "price_x100" if near and _hundred(bars, at) else None


def _outside(price: float, low: float, high: float, slack: float) -> bool:
    return price > high * slack or price * slack < low


def _hundred(bars: Sequence[Bar], at: int) -> bool:
    """Tell whether a price is 100 times or a hundredth of the close before, on usual volume."""
    _, _, high, low, _, volume = bars[at]
    previous = bars[at - 1][4]
    if not (80 <= high / previous <= 125 or 1 / 125 <= low / previous <= 1 / 80):
        return False
    usual = _ordinary(bars, at)
    return usual is not None and 0.1 <= volume / usual["shares"] <= 10


def _shift(bars: Sequence[Bar], at: int) -> tuple[str, str] | None:
    """Return what becomes of an overnight shift and its code, None where the bar is none."""
    if not at:
        return None
    _, open_, high, low, close, _ = bars[at]
    previous = bars[at - 1][4]
    hundred = not previous / 10 <= close <= previous * 10 and _hundred(bars, at)
    up = close > previous if hundred else open_ > previous
    size, distance = _nearest(abs(math.log(open_ / previous)))
    split = not up or size > math.log(1.9)
    if hundred:
        size = math.log(100)
    else:
        split = split and _gone(low if up else high, previous, up) >= size / 2
        split = split and _gone(close, previous, up) >= size / 2
    usual = _ordinary(bars, at) if split or hundred else None
    if usual is None:
        return None
    today, both, limit = _abnormal(bars, at, usual, size, distance, up)
    code = "price_x100" if hundred else "unadjusted_split"
    if at == len(bars) - 1:
        return ("pending", code) if hundred or today <= limit else None
    if _gone(bars[at + 1][4], previous, up) < size / 2:
        quiet = today <= limit and size >= math.log(1.8)
        return ("returned", code) if hundred or quiet else None
    return ("lasting", code) if hundred or both <= limit else None


def _gone(price: float, previous: float, up: bool) -> float:
    """Return how far a price is on its way, in logarithms."""
    return math.log(price / previous) * (1 if up else -1)


def _nearest(gap: float) -> tuple[float, float]:
    if gap >= math.log(3.3):
        return gap, 0.0
    size = min((math.log(ratio) for ratio in RATIOS), key=lambda size: abs(gap - size))
    return size, abs(gap - size)


def _abnormal(
    bars: Sequence[Bar], at: int, usual: dict[str, float], size: float, distance: float, up: bool
) -> tuple[float, float, float]:
    """Return how abnormal the day was, also in the light of the next, and the limit of both."""
    turnover, spread = _trading(bars[at], usual)
    later, later_spread = _trading(bars[min(at + 1, len(bars) - 1)], usual)
    noise = math.hypot(usual["gap"], usual["move"] / 2)
    mismatch = 0.65 * min(distance / noise, 3 if size >= math.log(1.9) else 6)
    today = turnover + spread + mismatch
    both = 1.3 * turnover - 0.3 * min(later, 9) + 0.6 * spread + 0.3 * later_spread + mismatch
    limit = min(2.6 * math.log(size / usual["move"]) - 3.1, 2.4)
    more = 0.6 * (size - math.log(2)) if up else 0.3 * (size - math.log(4))
    return today, both, limit + max(more, 0)


def _trading(bar: Bar, usual: dict[str, float]) -> tuple[float, float]:
    _, _, high, low, close, volume = bar
    turnover = math.log(volume * close / usual["dollars"]) if volume else -math.inf
    spread = max(math.log(high / low), 0.001)
    return max(turnover, -1), max(math.log(spread / usual["range"]), 0)


def _ordinary(bars: Sequence[Bar], at: int) -> dict[str, float] | None:
    """Figures of the bars around one; None where they say nothing."""
    before = _figures(bars, range(max(at - 20, 0), at))
    if at < 5:
        after = range(at + 1, min(at + 21, len(bars)))
        later = _figures(bars, after)
        if len(after) < 5 or not before or not later:
            return None
        small = {name: min(before[name], later[name]) for name in ("shares", "dollars", "range")}
        before = small | {name: max(before[name], later[name]) for name in ("move", "gap")}
    if not before or before["shares"] <= 0 or before["dollars"] <= 0:
        return None
    scale = math.sqrt(math.pi / 2)
    return before | {
        "range": max(before["range"], 0.001),
        "move": max(before["move"] * scale, 0.006),
        "gap": max(before["gap"] * scale, 0.004),
    }


def _figures(bars: Sequence[Bar], places: range) -> dict[str, float] | None:
    chosen = [bars[i] for i in places]
    if not chosen:
        return None
    moves = [(bars[i], bars[i - 1][4]) for i in places if i]
    return {
        "shares": statistics.median(bar[5] for bar in chosen),
        "dollars": statistics.median(bar[5] * bar[4] for bar in chosen),
        "range": math.log(statistics.median(bar[2] / bar[3] for bar in chosen)),
        "move": _mean([bar[4] / previous for bar, previous in moves]),
        "gap": _mean([bar[1] / previous for bar, previous in moves]),
    }


def _mean(ratios: Sequence[float]) -> float:
    return statistics.fmean([min(abs(math.log(one)), 0.5) for one in ratios]) if ratios else 0.0


def _recent_code(bars: Sequence[Bar]) -> str | None:
    last = bars[-20:]
    if last[-1][4] < 1:
        return "price_floor"
    if sum(bar[4] * bar[5] for bar in last) / 20 < 250_000:
        return "dollar_volume_floor"
    closes = [bar[4] for bar in bars[-21:]]
    if sum(new > old * 1.5 or new * 1.5 < old for old, new in pairwise(closes)) > 12:
        return "volatility"
    end, window = bars[-1][0], min(60, bars[-1][0] - bars[0][0] + 1)
    if window - sum(bar[0] > end - window for bar in bars) > 10:
        return "missing_sessions"
    if sum(bar[5] == 0 for bar in last) > 10:
        return "zero_volume"
    return None
