"""Moving averages and regression lines."""

from __future__ import annotations

from functools import partial

from technic.indicators import trend
from technic.indicators.lookback import (
    exponential_unstable_period,
    hma_lookback,
    kept_unstable_period,
    period_plus,
    wilder_unstable_period,
)
from technic.indicators.smoothed import means
from technic.language.functions._define import X, bars, from_first_value
from technic.language.functions.function import Function
from technic.typing import FloatArray

__all__ = ["AVERAGES"]


def _vwma(volume: FloatArray, x: FloatArray, n: int) -> FloatArray:
    return trend.vwma(x, volume, n)


def _chain_lookback(times: int, n: float) -> int:
    """Lookback of ``times`` exponential means on top of each other."""
    return times * (int(n) - 1) + 1


def _chain_unstable_period(times: int, n: float) -> int:
    return times * exponential_unstable_period(n)


def _adaptive_unstable_period(_: float) -> int:
    """Where the close goes to and fro all the time, and the mean is at its slowest."""
    return kept_unstable_period(1.0 - means.SLOWEST**2)


AVERAGES = (
    Function(
        "sma",
        (X, bars("timeperiod")),
        "number",
        "window",
        trend.sma,
        "Plain mean of the last values.",
        "TA-Lib SMA",
        lookback=partial(period_plus, 0),
    ),
    Function(
        "mean",
        (X, bars("timeperiod")),
        "number",
        "window",
        trend.sma,
        "The same as sma.",
        "TA-Lib SMA",
        lookback=partial(period_plus, 0),
    ),
    Function(
        "ema",
        (X, bars("timeperiod")),
        "number",
        "recursive",
        partial(from_first_value, 1, trend.ema),
        "Exponential mean, weight 2 / (n + 1), seeded by the first plain mean.",
        "TA-Lib EMA",
        lookback=partial(period_plus, 0),
        unstable_period=exponential_unstable_period,
    ),
    Function(
        "rma",
        (X, bars("timeperiod")),
        "number",
        "recursive",
        partial(from_first_value, 1, means.rma),
        "Wilder's mean, weight 1 / n, seeded by the first plain mean.",
        "TA-Lib RMA",
        lookback=partial(period_plus, 0),
        unstable_period=wilder_unstable_period,
    ),
    Function(
        "dema",
        (X, bars("timeperiod")),
        "number",
        "recursive",
        partial(from_first_value, 1, means.dema),
        "Double exponential mean: 2 ema - ema of ema.",
        "TA-Lib DEMA",
        lookback=partial(_chain_lookback, 2),
        unstable_period=partial(_chain_unstable_period, 2),
    ),
    Function(
        "tema",
        (X, bars("timeperiod")),
        "number",
        "recursive",
        partial(from_first_value, 1, means.tema),
        "Triple exponential mean: 3 ema - 3 ema of ema + ema of that.",
        "TA-Lib TEMA",
        lookback=partial(_chain_lookback, 3),
        unstable_period=partial(_chain_unstable_period, 3),
    ),
    Function(
        "kama",
        (X, bars("timeperiod", 10, least=2)),
        "number",
        "recursive",
        partial(from_first_value, 1, means.kama),
        "Kaufman's adaptive mean, quick in a straight move, slow where it goes to and fro.",
        "TA-Lib KAMA",
        lookback=partial(period_plus, 1),
        unstable_period=_adaptive_unstable_period,
    ),
    Function(
        "wma",
        (X, bars("timeperiod")),
        "number",
        "window",
        trend.wma,
        "Mean with weights 1 (oldest) to n (newest).",
        "TA-Lib WMA",
        lookback=partial(period_plus, 0),
    ),
    Function(
        "hma",
        (X, bars("timeperiod")),
        "number",
        "window",
        trend.hma,
        "Hull mean: wma over sqrt(n) of 2 wma(n / 2) - wma(n).",
        "TA-Lib HMA",
        lookback=hma_lookback,
    ),
    Function(
        "vwma",
        (X, bars("timeperiod")),
        "number",
        "window",
        _vwma,
        "Mean weighted by volume; missing where the window has no volume.",
        "TA-Lib VWMA",
        fields=("volume",),
        lookback=partial(period_plus, 0),
    ),
    Function(
        "linearreg",
        (X, bars("timeperiod", 14, least=2)),
        "number",
        "window",
        trend.linearreg,
        "End point of the least-squares line through the last values.",
        "TA-Lib LINEARREG",
        lookback=partial(period_plus, 0),
    ),
    Function(
        "linearreg_slope",
        (X, bars("timeperiod", 14, least=2)),
        "number",
        "window",
        trend.linearreg_slope,
        "Slope per bar of the least-squares line through the last values.",
        "TA-Lib LINEARREG_SLOPE",
        lookback=partial(period_plus, 0),
    ),
    Function(
        "midprice",
        (bars("timeperiod", 14),),
        "number",
        "window",
        trend.midprice,
        "Middle between the highest high and the lowest low of the last bars.",
        "TA-Lib MIDPRICE",
        fields=("high", "low"),
        lookback=partial(period_plus, 0),
    ),
)
