"""The table of the 26 votes: names, rules in words, and the history each of them needs."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from technic.indicators.lookback import exponential_unstable_period, wilder_unstable_period

__all__ = ["VOTES", "Vote"]


@dataclass(frozen=True, slots=True)
class Vote:
    """One vote: its column, group and rules in words.

    ``lookback``: with so many bars the vote is there. ``stable_after``: with so many, everything it
    looks at is there and the start of each recursion weighs less than 1e-4; where one recursion
    feeds another their unstable periods add up.
    """

    name: str
    group: Literal["moving average", "oscillator"]
    label: str
    up: str
    down: str
    lookback: int
    stable_after: int


def _average(name: str, label: str, lookback: int, unstable_period: int = 0) -> Vote:
    words = ("close above it", "close below it")
    return Vote(f"tv_{name}", "moving average", label, *words, lookback, lookback + unstable_period)


_LENGTHS = (10, 20, 30, 50, 100, 200)
_TREND = 50 + exponential_unstable_period(50)
_WILDER = wilder_unstable_period(14)

_AVERAGES = (
    *(_average(f"sma_{n}", f"SMA {n}", n) for n in _LENGTHS),
    *(_average(f"ema_{n}", f"EMA {n}", n, exponential_unstable_period(n)) for n in _LENGTHS),
    _average("hull_9", "Hull 9", 11),
    _average("vwma_20", "VWMA 20", 20),
    Vote(
        "tv_ichimoku",
        "moving average",
        "Ichimoku 9, 26, 52",
        "close > conversion > base > lead 1 > lead 2, the leads of 26 bars ago",
        "close < conversion < base < lead 1 < lead 2",
        52,
        78,
    ),
)


def _oscillator(
    name: str,
    label: str,
    up: str,
    down: str,
    lookback: int,
    stable_after: int | None = None,
) -> Vote:
    needed = lookback if stable_after is None else stable_after
    return Vote(f"tv_{name}", "oscillator", label, up, down, lookback, needed)


_OSCILLATORS = (
    _oscillator(
        "rsi",
        "RSI 14",
        "below 30 and rising",
        "above 70 and falling",
        16,
        16 + _WILDER,
    ),
    _oscillator(
        "stochastic",
        "Stochastic 14, 3, 3",
        "K < 20, D < 20, K > D",
        "K > 80, D > 80, K < D",
        19,
    ),
    _oscillator(
        "cci",
        "CCI 20 of the close",
        "below -100 and rising",
        "above 100 and falling",
        21,
    ),
    _oscillator(
        "adx",
        "ADX 14, 14",
        "ADX > 20 and rising, +DI > -DI",
        "ADX > 20 and rising, +DI < -DI",
        28,
        29 + 2 * _WILDER,
    ),
    _oscillator(
        "awesome",
        "Awesome oscillator 5, 34",
        "crosses above 0; or above 0 on both bars, rising after a fall",
        "crosses below 0; or below 0 on both bars, falling after a rise",
        35,
        36,
    ),
    _oscillator("momentum", "Momentum 10", "rising", "falling", 12),
    _oscillator(
        "macd",
        "MACD 12, 26, 9",
        "line > signal",
        "line < signal",
        34,
        34 + exponential_unstable_period(26) + exponential_unstable_period(9),
    ),
    _oscillator(
        "stochrsi",
        "Stochastic RSI 14, 14, 3, 3",
        "close < EMA 50; K < 20, D < 20, K > D",
        "close > EMA 50; K > 80, D > 80, K < D",
        50,
        max(_TREND, 32 + _WILDER),
    ),
    _oscillator(
        "williams",
        "Williams %R 14",
        "below -80 and rising",
        "above -20 and falling",
        15,
    ),
    _oscillator(
        "bull_bear",
        "Bull/bear power 13",
        "close > EMA 50; low - EMA 13 below 0 and rising",
        "close < EMA 50; high - EMA 13 above 0 and falling",
        50,
        max(_TREND, 14 + exponential_unstable_period(13)),
    ),
    _oscillator("ultimate", "Ultimate oscillator 7, 14, 28", "above 70", "below 30", 29),
)

VOTES: MappingProxyType[str, Vote] = MappingProxyType(
    {vote.name: vote for vote in (*_AVERAGES, *_OSCILLATORS)}
)
"""The votes by the name of their column: 15 moving averages, then 11 oscillators."""
