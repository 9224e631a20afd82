"""Wilder's directional movement, and lines that turn with the trend."""

from __future__ import annotations

from technic.indicators import directional, trailing
from technic.indicators.lookback import wilder_unstable_period
from technic.language.functions._define import (
    BAR,
    HERE,
    ONE_BEFORE,
    TWO_BARS,
    bars,
    lines_of,
    number,
    recursive,
)

__all__ = ["TRAILING", "TRENDS"]


def _adx_lookback(n: float) -> int:
    return 2 * int(n)


def _adx_unstable_period(n: float) -> int:
    """ADX smooths twice: the unstable period of the first smoothing, then that of the second."""
    return 2 * wilder_unstable_period(n)


TRENDS = (
    recursive(
        "adx",
        (bars("timeperiod", 14, least=2),),
        directional.adx,
        "Average directional index, 0 to 100: strength of a trend, whatever its direction.",
        fields=BAR,
        lookback=_adx_lookback,
        unstable_period=_adx_unstable_period,
    ),
    recursive(
        "dx",
        (bars("timeperiod", 14, least=2),),
        directional.dx,
        "Difference of plus_di and minus_di in percent of their sum.",
        fields=BAR,
        lookback=ONE_BEFORE,
        unstable_period=wilder_unstable_period,
    ),
    recursive(
        "plus_di",
        (bars("timeperiod", 14, least=2),),
        directional.plus_di,
        "Upward movement in percent of the true range.",
        fields=BAR,
        lookback=ONE_BEFORE,
        unstable_period=wilder_unstable_period,
    ),
    recursive(
        "minus_di",
        (bars("timeperiod", 14, least=2),),
        directional.minus_di,
        "Downward movement in percent of the true range.",
        fields=BAR,
        lookback=ONE_BEFORE,
        unstable_period=wilder_unstable_period,
    ),
)

TRAILING = (
    recursive(
        "sar",
        (number("acceleration", 0.02, 0.0, 10.0), number("maximum", 0.2, 0.0, 10.0)),
        trailing.sar,
        "Wilder's parabolic stop and reverse; below the bar in a rise, above it in a fall.",
        fields=("high", "low"),
        lookback=TWO_BARS,
    ),
    *lines_of(
        recursive,
        {
            "supertrend": "SuperTrend line: middle of the bar less some atr in a rise, plus some "
            "in a fall.",
            "supertrend_direction": "Direction of the SuperTrend, 1 up, -1 down; TradingView has "
            "the signs the other way.",
        },
        (bars("timeperiod", 10, least=2), number("multiplier", 3.0, 0.0, 100.0)),
        trailing.supertrend,
        "TA-Lib SUPERTREND",
        fields=BAR,
        lookback=ONE_BEFORE,
        unstable_period=wilder_unstable_period,
    ),
    *lines_of(
        recursive,
        {
            "zigzag_direction": "Direction of the running leg, 1 up, -1 down, as known then.",
            "zigzag_pivot": "Price where the running leg began: the last turn known then.",
            "zigzag_extreme": "Furthest price of the running leg so far.",
        },
        (number("percent", 5.0, 0.1, 90.0),),
        trailing.zigzag,
        HERE,
        fields=("high", "low"),
        lookback=TWO_BARS,
    ),
)
