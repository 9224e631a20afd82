"""Lines that turn with the trend, and Heikin-Ashi bars."""

from __future__ import annotations

from functools import partial

from technic.indicators import heikin_ashi, trailing
from technic.indicators.lookback import (
    kept_unstable_period,
    one_bar,
    period_plus,
    wilder_unstable_period,
)
from technic.language.functions._define import BAR, HERE, bars, number, output
from technic.language.functions.function import Function

__all__ = ["TRAILING"]

_HALVED = kept_unstable_period(0.5)


def _two(*_: float) -> int:
    return 2


def _halved(*_: float) -> int:
    return _HALVED


def _supertrend(name: str, part: int, what: str) -> Function:
    return Function(
        name,
        (bars("timeperiod", 10, least=2), number("multiplier", 3.0, 0.0, 100.0)),
        "number",
        "recursive",
        partial(output, part, trailing.supertrend),
        what,
        "TA-Lib SUPERTREND",
        fields=BAR,
        lookback=partial(period_plus, 1),
        unstable_period=wilder_unstable_period,
    )


def _zigzag(name: str, part: int, what: str) -> Function:
    return Function(
        name,
        (number("percent", 5.0, 0.1, 90.0),),
        "number",
        "recursive",
        partial(output, part, trailing.zigzag),
        what,
        HERE,
        fields=("high", "low"),
        lookback=_two,
    )


def _heikin_ashi(name: str, part: int, what: str) -> Function:
    return Function(
        name,
        (),
        "number",
        "recursive",
        partial(output, part, heikin_ashi.ha),
        what,
        "TA-Lib HA",
        fields=("open", *BAR),
        lookback=one_bar,
        unstable_period=_halved,
    )


TRAILING = (
    Function(
        "sar",
        (number("acceleration", 0.02, 0.0, 10.0), number("maximum", 0.2, 0.0, 10.0)),
        "number",
        "recursive",
        trailing.sar,
        "Wilder's parabolic stop and reverse; below the bar in a rise, above it in a fall.",
        "TA-Lib SAR",
        fields=("high", "low"),
        lookback=_two,
    ),
    _supertrend(
        "supertrend",
        0,
        "SuperTrend line: middle of the bar less some atr in a rise, plus some in a fall.",
    ),
    _supertrend(
        "supertrend_direction",
        1,
        "Direction of the SuperTrend, 1 up, -1 down; TradingView has the signs the other way.",
    ),
    _zigzag("zigzag_direction", 0, "Direction of the running leg, 1 up, -1 down, as known then."),
    _zigzag("zigzag_pivot", 1, "Price where the running leg began: the last turn known then."),
    _zigzag("zigzag_extreme", 2, "Furthest price of the running leg so far."),
    _heikin_ashi("ha_open", 0, "Open of the Heikin-Ashi bar: middle of the one before."),
    _heikin_ashi("ha_high", 1, "High of the Heikin-Ashi bar."),
    _heikin_ashi("ha_low", 2, "Low of the Heikin-Ashi bar."),
    Function(
        "ha_close",
        (),
        "number",
        "recursive",
        partial(output, 3, heikin_ashi.ha),
        "Close of the Heikin-Ashi bar: mean of the bar's four prices.",
        "TA-Lib HA",
        fields=("open", *BAR),
    ),
)
