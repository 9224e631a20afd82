"""Ranges and deviations."""

from __future__ import annotations

from functools import partial

from technic.indicators import volatility
from technic.indicators.lookback import wilder_unstable_period
from technic.language.functions._define import (
    BAR,
    HERE,
    ONE_BEFORE,
    TWO_BARS,
    X,
    bars,
    finite_of,
    number,
    point,
    recursive,
    window,
)

__all__ = ["VOLATILITY"]


VOLATILITY = (
    recursive(
        "atr",
        (bars("timeperiod", 14),),
        volatility.atr,
        "Average true range: Wilder's mean of the true range.",
        fields=BAR,
        lookback=ONE_BEFORE,
        unstable_period=wilder_unstable_period,
    ),
    recursive(
        "natr",
        (bars("timeperiod", 14),),
        volatility.natr,
        "Average true range in percent of the close.",
        fields=BAR,
        lookback=ONE_BEFORE,
        unstable_period=wilder_unstable_period,
    ),
    window(
        "trange",
        (),
        volatility.trange,
        "True range: the largest of high - low and both distances to the previous close.",
        fields=BAR,
        lookback=TWO_BARS,
    ),
    point(
        "typical_price",
        (),
        volatility.typical_price,
        "(high + low + close) / 3.",
        "TA-Lib TYPPRICE",
        fields=BAR,
    ),
    window(
        "stddev",
        (X, bars("timeperiod", 5, least=2), number("nbdev", 1.0, 0.0, 100.0)),
        volatility.stddev,
        "Standard deviation (divisor n) times nbdev.",
    ),
    window("var", (X, bars("timeperiod", 5)), volatility.var, "Variance (divisor n)."),
    window(
        "realised_volatility",
        (X, bars("timeperiod", 20, least=2)),
        partial(finite_of, volatility.realised_volatility),
        "Yearly volatility in percent: deviation (divisor n - 1) of log changes times sqrt(252).",
        HERE,
        lookback=ONE_BEFORE,
    ),
)
