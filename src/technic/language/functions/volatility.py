"""Ranges and deviations."""

from __future__ import annotations

from functools import partial

from technic.indicators import volatility
from technic.indicators.lookback import period_plus, wilder_unstable_period
from technic.language.functions._define import BAR, HERE, X, bars, finite_of, number
from technic.language.functions.function import Function

__all__ = ["VOLATILITY"]


def _two(*_: float) -> int:
    return 2


VOLATILITY = (
    Function(
        "atr",
        (bars("timeperiod", 14),),
        "number",
        "recursive",
        volatility.atr,
        "Average true range: Wilder's mean of the true range.",
        "TA-Lib ATR",
        fields=BAR,
        lookback=partial(period_plus, 1),
        unstable_period=wilder_unstable_period,
    ),
    Function(
        "natr",
        (bars("timeperiod", 14),),
        "number",
        "recursive",
        volatility.natr,
        "Average true range in percent of the close.",
        "TA-Lib NATR",
        fields=BAR,
        lookback=partial(period_plus, 1),
        unstable_period=wilder_unstable_period,
    ),
    Function(
        "trange",
        (),
        "number",
        "window",
        volatility.trange,
        "True range: the largest of high - low and both distances to the previous close.",
        "TA-Lib TRANGE",
        fields=BAR,
        lookback=_two,
    ),
    Function(
        "typical_price",
        (),
        "number",
        "point",
        volatility.typical_price,
        "(high + low + close) / 3.",
        "TA-Lib TYPPRICE",
        fields=BAR,
    ),
    Function(
        "stddev",
        (X, bars("timeperiod", 5, least=2), number("nbdev", 1.0, 0.0, 100.0)),
        "number",
        "window",
        volatility.stddev,
        "Standard deviation (divisor n) times nbdev.",
        "TA-Lib STDDEV",
        lookback=partial(period_plus, 0),
    ),
    Function(
        "var",
        (X, bars("timeperiod", 5)),
        "number",
        "window",
        volatility.var,
        "Variance (divisor n).",
        "TA-Lib VAR",
        lookback=partial(period_plus, 0),
    ),
    Function(
        "realised_volatility",
        (X, bars("timeperiod", 20, least=2)),
        "number",
        "window",
        partial(finite_of, volatility.realised_volatility),
        "Yearly volatility in percent: deviation (divisor n - 1) of log changes times sqrt(252).",
        HERE,
        lookback=partial(period_plus, 1),
    ),
)
