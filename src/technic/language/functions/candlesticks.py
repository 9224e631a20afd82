"""Candlestick patterns, by TA-Lib's rules, and Heikin-Ashi bars."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from technic.indicators.candlesticks import heikin_ashi, patterns
from technic.indicators.lookback import kept_unstable_period, so_many
from technic.language.functions._define import number, output, recursive, window
from technic.language.functions.function import Function
from technic.typing import FloatArray

__all__ = ["CANDLESTICKS"]

_BARS = ("open", "high", "low", "close")


def _pattern(
    kernel: Callable[..., FloatArray],
    library: str,
    lookback: int,
    what: str,
    penetration: float | None = None,
    fields: tuple[str, ...] = _BARS,
) -> Function:
    share = () if penetration is None else (number("penetration", penetration, 0.0, 10.0),)
    return window(
        kernel.__name__,
        share,
        kernel,
        what,
        f"TA-Lib {library}",
        returns="condition",
        fields=fields,
        lookback=partial(so_many, lookback),
    )


def _heikin_ashi(name: str, part: int, what: str) -> Function:
    return recursive(
        name,
        (),
        partial(output, part, heikin_ashi.ha),
        what,
        "TA-Lib HA",
        fields=_BARS,
        unstable_period=partial(so_many, kept_unstable_period(0.5)),
    )


_BODIES = ("open", "close")

CANDLESTICKS = (
    _pattern(patterns.doji, "CDLDOJI", 11, "Open and close nearly the same."),
    _pattern(
        patterns.hammer,
        "CDLHAMMER",
        12,
        "Small body, long lower shadow, next to no upper one, near or below the low before.",
    ),
    _pattern(
        patterns.inverted_hammer,
        "CDLINVERTEDHAMMER",
        12,
        "Small body below the body before, long upper shadow, next to no lower one.",
    ),
    _pattern(
        patterns.hanging_man,
        "CDLHANGINGMAN",
        12,
        "The shape of a hammer, near or above the high before.",
    ),
    _pattern(
        patterns.shooting_star,
        "CDLSHOOTINGSTAR",
        12,
        "The shape of an inverted hammer, above the body before.",
    ),
    _pattern(
        patterns.bullish_engulfing,
        "CDLENGULFING, above 0",
        2,
        "A white body around the black one before; one end may be the same.",
        fields=_BODIES,
    ),
    _pattern(
        patterns.bearish_engulfing,
        "CDLENGULFING, below 0",
        2,
        "A black body around the white one before; one end may be the same.",
        fields=_BODIES,
    ),
    _pattern(
        patterns.bullish_harami,
        "CDLHARAMI, above 0",
        12,
        "A small body within the large black one before.",
    ),
    _pattern(
        patterns.bearish_harami,
        "CDLHARAMI, below 0",
        12,
        "A small body within the large white one before.",
    ),
    _pattern(
        patterns.morning_star,
        "CDLMORNINGSTAR",
        13,
        "Large black body, small one below it, white one that closes well within the first.",
        penetration=0.3,
    ),
    _pattern(
        patterns.evening_star,
        "CDLEVENINGSTAR",
        13,
        "Large white body, small one above it, black one that closes well within the first.",
        penetration=0.3,
    ),
    _pattern(
        patterns.piercing_line,
        "CDLPIERCING",
        12,
        "Large black body, then a large white one from below its low to beyond its middle.",
    ),
    _pattern(
        patterns.dark_cloud_cover,
        "CDLDARKCLOUDCOVER",
        12,
        "Large white body, then a black one from above its high to well within it.",
        penetration=0.5,
    ),
    _pattern(
        patterns.three_white_soldiers,
        "CDL3WHITESOLDIERS",
        13,
        "Three white bodies, each opening in or near the one before, closing near its high.",
    ),
    _pattern(
        patterns.three_black_crows,
        "CDL3BLACKCROWS",
        14,
        "After a white one three black bodies, each opening in the one before, closing low.",
    ),
    _heikin_ashi("ha_open", 0, "Open of the Heikin-Ashi bar: middle of the one before."),
    _heikin_ashi("ha_high", 1, "High of the Heikin-Ashi bar."),
    _heikin_ashi("ha_low", 2, "Low of the Heikin-Ashi bar."),
    recursive(
        "ha_close",
        (),
        partial(output, 3, heikin_ashi.ha),
        "Close of the Heikin-Ashi bar: mean of the bar's four prices.",
        "TA-Lib HA",
        fields=_BARS,
    ),
)
