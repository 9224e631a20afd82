"""Wilder's directional movement."""

from __future__ import annotations

from functools import partial

from technic.indicators import directional
from technic.indicators.lookback import period_plus, wilder_unstable_period
from technic.language.functions._define import BAR, bars
from technic.language.functions.function import Function

__all__ = ["TRENDS"]


def _adx_lookback(n: float) -> int:
    return 2 * int(n)


def _adx_unstable_period(n: float) -> int:
    """ADX smooths twice: the unstable period of the first smoothing, then that of the second."""
    return 2 * wilder_unstable_period(n)


TRENDS = (
    Function(
        "adx",
        (bars("timeperiod", 14, least=2),),
        "number",
        "recursive",
        directional.adx,
        "Average directional index, 0 to 100: strength of a trend, whatever its direction.",
        "TA-Lib ADX",
        fields=BAR,
        lookback=_adx_lookback,
        unstable_period=_adx_unstable_period,
    ),
    Function(
        "dx",
        (bars("timeperiod", 14, least=2),),
        "number",
        "recursive",
        directional.dx,
        "Difference of plus_di and minus_di in percent of their sum.",
        "TA-Lib DX",
        fields=BAR,
        lookback=partial(period_plus, 1),
        unstable_period=wilder_unstable_period,
    ),
    Function(
        "plus_di",
        (bars("timeperiod", 14, least=2),),
        "number",
        "recursive",
        directional.plus_di,
        "Upward movement in percent of the true range.",
        "TA-Lib PLUS_DI",
        fields=BAR,
        lookback=partial(period_plus, 1),
        unstable_period=wilder_unstable_period,
    ),
    Function(
        "minus_di",
        (bars("timeperiod", 14, least=2),),
        "number",
        "recursive",
        directional.minus_di,
        "Downward movement in percent of the true range.",
        "TA-Lib MINUS_DI",
        fields=BAR,
        lookback=partial(period_plus, 1),
        unstable_period=wilder_unstable_period,
    ),
)
