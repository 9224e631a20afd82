"""Indicators that TA-Lib has not, as plain loops over one symbol's bars."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["TWINS", "Bars"]

NAN = math.nan


@dataclass(frozen=True)
class Bars:
    """One symbol's bars as lists."""

    open: Sequence[float]
    high: Sequence[float]
    low: Sequence[float]
    close: Sequence[float]
    volume: Sequence[float]

    def __len__(self) -> int:
        return len(self.close)


def middle(bars: Bars, row: int, n: int) -> float:
    """Middle of the range of the ``n`` bars up to ``row``."""
    if row < n - 1:
        return NAN
    last = slice(row - n + 1, row + 1)
    return (max(bars.high[last]) + min(bars.low[last])) / 2


def ichimoku(bars: Bars, short: int, base: int, long: int, shift: int) -> list[list[float]]:
    """Conversion, base, and the cloud that was drawn ``shift`` bars ahead."""
    rows = range(len(bars))
    return [
        [middle(bars, row, short) for row in rows],
        [middle(bars, row, base) for row in rows],
        [(middle(bars, row - shift, short) + middle(bars, row - shift, base)) / 2 for row in rows],
        [middle(bars, row - shift, long) for row in rows],
    ]


def realised_volatility(bars: Bars, n: int) -> list[list[float]]:
    """Sample deviation of ``n`` log returns, per year, in percent."""
    out = []
    for row in range(len(bars)):
        if row < n:
            out.append(NAN)
            continue
        steps = range(row - n + 1, row + 1)
        moves = [math.log(bars.close[i] / bars.close[i - 1]) for i in steps]
        mean = math.fsum(moves) / n
        spread = math.fsum((x - mean) ** 2 for x in moves) / (n - 1)
        out.append(100 * math.sqrt(252 * spread))
    return [out]


def obv_change(bars: Bars, n: int) -> list[list[float]]:
    """Volume of the days that closed higher less that of the lower ones, over the mean volume."""
    out = []
    for row in range(len(bars)):
        total = sum(bars.volume[max(row - n + 1, 0) : row + 1])
        if row < n or total == 0:
            out.append(NAN)
            continue
        change = 0.0
        for i in range(row - n + 1, row + 1):
            if bars.close[i] > bars.close[i - 1]:
                change += bars.volume[i]
            elif bars.close[i] < bars.close[i - 1]:
                change -= bars.volume[i]
        out.append(change / (total / n))
    return [out]


def returns_pct(bars: Bars, n: int) -> list[list[float]]:
    """Change over ``n`` bars in percent."""
    close = bars.close
    return [[100 * (close[i] / close[i - n] - 1) if i >= n else NAN for i in range(len(bars))]]


def gap_pct(bars: Bars) -> list[list[float]]:
    """Open over the close before, in percent."""
    rows = range(len(bars))
    return [[100 * (bars.open[i] / bars.close[i - 1] - 1) if i else NAN for i in rows]]


def dollar_volume(bars: Bars) -> list[list[float]]:
    """Close times volume."""
    return [[c * v for c, v in zip(bars.close, bars.volume, strict=True)]]


TWINS = {
    "ichimoku": ichimoku,
    "realised_volatility": realised_volatility,
    "obv_change": obv_change,
    "returns_pct": returns_pct,
    "gap_pct": gap_pct,
    "dollar_volume": dollar_volume,
}
