"""Numbers as the report writes them: signs always, a true minus, a dash where nothing is known."""

from __future__ import annotations

import math

from technic.study.statistics import Interval

__all__ = ["NOT_KNOWN", "between", "count", "percent", "plain", "signed", "verdict_word"]

NOT_KNOWN = "\u2013"
_WORDS = {"too_few": "too few to say", "none": "none", "luck": "no more than luck"}


def signed(value: float, decimals: int = 2) -> str:
    """Return the number with its sign; one that rounds to nothing has none."""
    if not math.isfinite(value):
        return NOT_KNOWN
    text = f"{value:+,.{decimals}f}"
    return _minus(text) if text.strip("+-0.,") else text[1:]


def percent(value: float, decimals: int = 2) -> str:
    """Return a part of one as percent, without the mark."""
    return signed(value * 100, decimals)


def plain(value: float, decimals: int = 1) -> str:
    """Return a number without a sign where it is above zero."""
    return _minus(f"{value:,.{decimals}f}") if math.isfinite(value) else NOT_KNOWN


def count(value: float) -> str:
    """Return a count."""
    return f"{value:,.0f}" if math.isfinite(value) else NOT_KNOWN


def between(one: Interval, scale: float = 100.0) -> str:
    """Return the interval in words; where it is not known, why."""
    if not math.isfinite(one.low):
        return "too few"
    return f"{signed(one.low * scale)} to {signed(one.high * scale)}"


def verdict_word(word: str) -> str:
    """Return a verdict's short word as people read it."""
    return _WORDS.get(word, word)


def _minus(text: str) -> str:
    return text.replace("-", "\u2212")
