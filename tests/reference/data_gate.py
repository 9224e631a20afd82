"""The data gate for one symbol in plain loops: the slow twin of `technic.data_engine.gate.gate`.

A bar is ``(session, open, high, low, close, volume)``; only bars up to the day of the scan are
passed in. The thresholds are the defaults, written out.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from itertools import pairwise

Bar = tuple[int, float, float, float, float, float]


def gate_code(bars: Sequence[Bar], today: int) -> str | None:
    """Return the code of one symbol, None when it passes."""
    if len(bars) < 20:
        return "few_bars"
    if today - bars[-1][0] > 5:
        return "stale"
    found = {_bar_code(bars, at) for at in range(len(bars))}
    for code in ("bad_price", "high_below_low", "unadjusted_split", "price_x100"):
        if code in found:
            return code
    return _recent_code(bars)


def _bar_code(bars: Sequence[Bar], at: int) -> str | None:
    _, open_, high, low, close, volume = bars[at]
    prices = (open_, high, low, close)
    if min(prices) <= 0 or max(prices) > 1e12 or volume < 0 or volume > 1e15:
        return "bad_price"
    if low > high or _outside(close, low, high, 1.001) or _outside(open_, low, high, 1.1):
        return "high_below_low"
    previous = bars[at - 1][4] if at else 0.0
    if previous <= 0 or (high < 1.7 * previous and low * 1.7 > previous):
        return None
    ordinary = _ordinary(bars, at)
    if ordinary is None:
        return None
    shares, dollars = volume / ordinary[0], volume * close / ordinary[1]
    far = 80 <= high / previous <= 125 or 80 <= previous / low <= 125
    if far and 0.1 <= shares <= 10:
        return "price_x100"
    if low / previous >= 1.8 and shares <= 4:
        return "unadjusted_split"
    fall, factor = previous / high, previous / open_
    whole = factor * 1.125 >= 4 or any(n / 1.125 <= factor <= n * 1.125 for n in (2, 3))
    if fall >= 1.8 and whole and dollars <= max(2, 0.7 * fall):
        return "unadjusted_split"
    return None


def _outside(price: float, low: float, high: float, slack: float) -> bool:
    return price > high * slack or price * slack < low


def _ordinary(bars: Sequence[Bar], at: int) -> tuple[float, float] | None:
    """Median share volume and dollar turnover around a bar; None where that says nothing."""
    before, after = bars[max(at - 20, 0) : at], bars[at + 1 : at + 21]
    sides = [before] if len(before) >= 5 else [before, after]
    if len(sides[-1]) < 5 or not before:
        return None
    shares = min(statistics.median(bar[5] for bar in side) for side in sides)
    dollars = min(statistics.median(bar[5] * bar[4] for bar in side) for side in sides)
    return (shares, dollars) if shares > 0 and dollars > 0 else None


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
    there = sum(bar[0] > end - window for bar in bars)
    holes = [new[0] - old[0] - 1 for old, new in pairwise(bars)]
    if window - there > 10 or max(holes, default=0) > 30:
        return "missing_sessions"
    if sum(bar[5] == 0 for bar in last) > 10:
        return "zero_volume"
    return None
