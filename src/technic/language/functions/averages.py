"""Moving averages and regression lines."""

from __future__ import annotations

from functools import partial

from technic.indicators import trend
from technic.indicators.lookback import (
    exponential_unstable_period,
    hma_lookback,
    kept_unstable_period,
    wilder_unstable_period,
)
from technic.indicators.smoothed import means
from technic.language.functions._define import OF_PERIOD, ONE_BEFORE, X, bars, recursive, window
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
    window("sma", (X, bars("timeperiod")), trend.sma, "Plain mean of the last values."),
    window("mean", (X, bars("timeperiod")), trend.sma, "The same as sma.", "TA-Lib SMA"),
    recursive(
        "ema",
        (X, bars("timeperiod")),
        trend.ema,
        "Exponential mean, weight 2 / (n + 1), seeded by the first plain mean.",
        lookback=OF_PERIOD,
        unstable_period=exponential_unstable_period,
    ),
    recursive(
        "rma",
        (X, bars("timeperiod")),
        means.rma,
        "Wilder's mean, weight 1 / n, seeded by the first plain mean.",
        lookback=OF_PERIOD,
        unstable_period=wilder_unstable_period,
    ),
    recursive(
        "dema",
        (X, bars("timeperiod")),
        means.dema,
        "Double exponential mean: 2 ema - ema of ema.",
        lookback=partial(_chain_lookback, 2),
        unstable_period=partial(_chain_unstable_period, 2),
    ),
    recursive(
        "tema",
        (X, bars("timeperiod")),
        means.tema,
        "Triple exponential mean: 3 ema - 3 ema of ema + ema of that.",
        lookback=partial(_chain_lookback, 3),
        unstable_period=partial(_chain_unstable_period, 3),
    ),
    recursive(
        "kama",
        (X, bars("timeperiod", 10, least=2)),
        means.kama,
        "Kaufman's adaptive mean, quick in a straight move, slow where it goes to and fro.",
        lookback=ONE_BEFORE,
        unstable_period=_adaptive_unstable_period,
    ),
    window(
        "wma", (X, bars("timeperiod")), trend.wma, "Mean with weights 1 (oldest) to n (newest)."
    ),
    window(
        "hma",
        (X, bars("timeperiod")),
        trend.hma,
        "Hull mean: wma over sqrt(n) of 2 wma(n / 2) - wma(n).",
        lookback=hma_lookback,
    ),
    window(
        "vwma",
        (X, bars("timeperiod")),
        _vwma,
        "Mean weighted by volume; missing where the window has no volume.",
        fields=("volume",),
    ),
    window(
        "linearreg",
        (X, bars("timeperiod", 14, least=2)),
        trend.linearreg,
        "End point of the least-squares line through the last values.",
    ),
    window(
        "linearreg_slope",
        (X, bars("timeperiod", 14, least=2)),
        trend.linearreg_slope,
        "Slope per bar of the least-squares line through the last values.",
    ),
    window(
        "midprice",
        (bars("timeperiod", 14),),
        trend.midprice,
        "Middle between the highest high and the lowest low of the last bars.",
        fields=("high", "low"),
    ),
)
