"""How many bars an indicator reads: for its first value, and until its seed weighs nothing.

*Lookback*: bars up to and with the first one that has a value, given the constants of a call (one
more than TA-Lib's, which counts the bars before it). *Unstable period*, TA-Lib's word: further
bars until the weight of the seed of a recursion is under ``SEED_LEFT``; before, the value depends
on where history begins.
"""

from __future__ import annotations

import math

__all__ = [
    "SEED_LEFT",
    "exponential_unstable_period",
    "hma_lookback",
    "kept_unstable_period",
    "longest_plus",
    "longest_unstable_period",
    "one_bar",
    "period_plus",
    "so_many",
    "stable_at_once",
    "total_plus",
    "wilder_unstable_period",
]

SEED_LEFT = 1e-4
"""A recursion is stable when its seed weighs less than this."""


def one_bar(*_: float) -> int:
    """Lookback of a function of the bar itself, and of a running total."""
    return 1


def so_many(bars: int, *_: float) -> int:
    """Lookback that no constant changes."""
    return bars


def period_plus(extra: int, period: float, *_: float) -> int:
    """Lookback: the first constant and a few bars."""
    return int(period) + extra


def longest_plus(extra: int, *periods: float) -> int:
    """Lookback: the largest constant and a few bars."""
    return int(max(periods)) + extra


def total_plus(extra: int, *periods: float) -> int:
    """Lookback: all constants together and a few bars."""
    return int(sum(periods)) + extra


def hma_lookback(timeperiod: float) -> int:
    """Lookback of the Hull mean: a mean of n bars under one of sqrt(n)."""
    return int(timeperiod) + math.isqrt(int(timeperiod)) - 1


def stable_at_once(*_: float) -> int:
    """Unstable period of a function that forgets what lies before its window."""
    return 0


def exponential_unstable_period(period: float, *_: float) -> int:
    """Unstable period of an exponential mean, weight 2 / (period + 1)."""
    return _bars_until_forgotten(1.0 - 2.0 / (period + 1.0))


def longest_unstable_period(*periods: float) -> int:
    """Unstable period of exponential means beside each other."""
    return exponential_unstable_period(max(periods))


def wilder_unstable_period(period: float, *_: float) -> int:
    """Unstable period of Wilder's mean, weight 1 / period."""
    return _bars_until_forgotten(1.0 - 1.0 / period)


def kept_unstable_period(keep: float) -> int:
    """Unstable period of a mean that keeps ``keep`` of itself with each bar."""
    return _bars_until_forgotten(keep)


def _bars_until_forgotten(keep: float) -> int:
    """Bars until ``keep``, multiplied by itself once a bar, is under ``SEED_LEFT``."""
    return math.floor(math.log(SEED_LEFT) / math.log(keep)) + 1 if keep > 0.0 else 0
