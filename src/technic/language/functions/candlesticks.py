"""Candlestick patterns, by TA-Lib's rules, and Heikin-Ashi bars."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from technic.indicators.candlesticks import heikin_ashi, patterns
from technic.indicators.lookback import kept_unstable_period, so_many
from technic.language.functions._define import lines_of, number, output, recursive, window
from technic.language.functions.function import Function
from technic.typing import FloatArray

__all__ = ["CANDLESTICKS"]

_BARS = ("open", "high", "low", "close")


def _pattern(
    kernel: Callable[..., FloatArray],
    lookback: int,
    what: str,
    library: str = "",
    penetration: float | None = None,
    fields: tuple[str, ...] = _BARS,
) -> Function:
    """Define a pattern; ``library``: TA-Lib's name, unless it is that of the kernel."""
    library = library or f"CDL{kernel.__name__.replace('_', '').upper()}"
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


_BODIES = ("open", "close")

CANDLESTICKS = (
    _pattern(patterns.doji, 11, "Open and close nearly the same."),
    _pattern(
        patterns.hammer,
        12,
        "Small body, long lower shadow, next to no upper one, near or below the low before.",
    ),
    _pattern(
        patterns.inverted_hammer,
        12,
        "Small body below the body before, long upper shadow, next to no lower one.",
    ),
    _pattern(patterns.hanging_man, 12, "The shape of a hammer, near or above the high before."),
    _pattern(patterns.shooting_star, 12, "The shape of an inverted hammer, above the body before."),
    _pattern(
        patterns.bullish_engulfing,
        2,
        "A white body around the black one before; one end may be the same.",
        "CDLENGULFING, above 0",
        fields=_BODIES,
    ),
    _pattern(
        patterns.bearish_engulfing,
        2,
        "A black body around the white one before; one end may be the same.",
        "CDLENGULFING, below 0",
        fields=_BODIES,
    ),
    _pattern(
        patterns.bullish_harami,
        12,
        "A small body within the large black one before.",
        "CDLHARAMI, above 0",
    ),
    _pattern(
        patterns.bearish_harami,
        12,
        "A small body within the large white one before.",
        "CDLHARAMI, below 0",
    ),
    _pattern(
        patterns.morning_star,
        13,
        "Large black body, small one below it, white one that closes well within the first.",
        penetration=0.3,
    ),
    _pattern(
        patterns.evening_star,
        13,
        "Large white body, small one above it, black one that closes well within the first.",
        penetration=0.3,
    ),
    _pattern(
        patterns.piercing_line,
        12,
        "Large black body, then a large white one from below its low to beyond its middle.",
        "CDLPIERCING",
    ),
    _pattern(
        patterns.dark_cloud_cover,
        12,
        "Large white body, then a black one from above its high to well within it.",
        penetration=0.5,
    ),
    _pattern(
        patterns.three_white_soldiers,
        13,
        "Three white bodies, each opening in or near the one before, closing near its high.",
        "CDL3WHITESOLDIERS",
    ),
    _pattern(
        patterns.three_black_crows,
        14,
        "After a white one three black bodies, each opening in the one before, closing low.",
        "CDL3BLACKCROWS",
    ),
    *lines_of(
        recursive,
        {
            "ha_open": "Open of the Heikin-Ashi bar: middle of the one before.",
            "ha_high": "High of the Heikin-Ashi bar.",
            "ha_low": "Low of the Heikin-Ashi bar.",
        },
        (),
        heikin_ashi.ha,
        "TA-Lib HA",
        fields=_BARS,
        unstable_period=partial(so_many, kept_unstable_period(0.5)),
    ),
    recursive(
        "ha_close",
        (),
        partial(output, 3, heikin_ashi.ha),
        "Close of the Heikin-Ashi bar: mean of the bar's four prices.",
        "TA-Lib HA",
        fields=_BARS,
    ),
)
