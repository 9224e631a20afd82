"""Columns of moving averages, regression lines, bands and the Ichimoku cloud."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from technic.indicators import price_range as levels
from technic.indicators import trend, volatility
from technic.indicators._column import Column
from technic.indicators._recursions import exponential_mean
from technic.indicators.workspace import Workspace
from technic.typing import FloatArray

__all__ = ["BAND_COLUMNS", "TREND_COLUMNS"]

Compute = Callable[[Workspace], FloatArray]


def _sma(bars: int) -> Compute:
    return lambda work: work.over(bars, trend.sma, "close", bars)


def _ema(bars: int) -> Compute:
    return lambda work: work.streamed(exponential_mean(work.field("close"), bars))


def _sma_change(bars: int, lag: int) -> Compute:
    return lambda work: levels.percent_from(
        work.over(bars, trend.sma, "close", bars),
        work.earlier(lag, bars, trend.sma, "close", bars),
    )


def _midprice(bars: int, lag: int = 0) -> Compute:
    return lambda work: work.earlier(lag, bars, trend.midprice, "high", "low", bars)


def _lead1(work: Workspace) -> FloatArray:
    return (_midprice(9, 26)(work) + _midprice(26, 26)(work)) / 2.0


def _bbands(work: Workspace) -> tuple[FloatArray, FloatArray, FloatArray]:
    return work.over(20, volatility.bbands, "close", 20, 2.0, 2.0)


def _bb_width(work: Workspace) -> FloatArray:
    upper, middle, lower = _bbands(work)
    return levels.percent_of(upper - lower, middle)


def _bb_percent_b(work: Workspace) -> FloatArray:
    upper, _, lower = _bbands(work)
    with np.errstate(divide="ignore", invalid="ignore"):
        out = (work.recent("close") - lower) / (upper - lower)
    np.copyto(out, np.nan, where=upper == lower)
    return out


def _kc(deviations: float) -> Compute:
    def parts(work: Workspace) -> tuple[FloatArray, FloatArray]:
        reach = work.from_start(volatility.trange, "high", "low", "close")
        typical = volatility.typical_rows(*(work.field(x) for x in ("high", "low", "close")))
        centre, width = volatility.kc_parts(reach, typical, 20, 10)
        return work.streamed(centre), work.streamed(width)

    def compute(work: Workspace) -> FloatArray:
        centre, reach = work.once("kc", lambda: parts(work))
        return centre + reach * deviations

    return compute


TREND_COLUMNS = (
    *(
        Column(f"sma_{n}", "price", n, f"Plain mean of {n} closes.", _sma(n))
        for n in (10, 20, 50, 100, 150, 200)
    ),
    Column("sma_50_change_21_pct", "%", 71, "Change of sma_50 over 21 bars.", _sma_change(50, 21)),
    Column(
        "sma_200_change_21_pct", "%", 221, "Change of sma_200 over 21 bars.", _sma_change(200, 21)
    ),
    *(
        Column(f"ema_{n}", "price", n, f"Exponential mean of the close, {n} bars.", _ema(n))
        for n in (10, 20, 50, 200)
    ),
    Column(
        "wma_20",
        "price",
        20,
        "Linearly weighted mean of 20 closes.",
        lambda work: work.over(20, trend.wma, "close", 20),
    ),
    Column(
        "hma_9",
        "price",
        11,
        "Hull mean of the close, 9 bars.",
        lambda work: work.over(11, trend.hma, "close", 9),
    ),
    Column(
        "vwma_20",
        "price",
        20,
        "Mean of 20 closes, weighted by volume.",
        lambda work: work.over(20, trend.vwma, "close", "volume", 20),
    ),
    Column(
        "linreg_20",
        "price",
        20,
        "End point of the straight line through 20 closes.",
        lambda work: work.over(20, trend.linearreg, "close", 20),
    ),
    Column(
        "linreg_slope_20",
        "price/bar",
        20,
        "Slope of the straight line through 20 closes.",
        lambda work: work.over(20, trend.linearreg_slope, "close", 20),
    ),
    Column("ichimoku_conversion", "price", 9, "Middle of the 9-bar range.", _midprice(9)),
    Column("ichimoku_base", "price", 26, "Middle of the 26-bar range.", _midprice(26)),
    Column(
        "ichimoku_lead1", "price", 52, "First edge of the cloud under today (26 bars ago).", _lead1
    ),
    Column(
        "ichimoku_lead2",
        "price",
        78,
        "Second edge of the cloud under today: middle of 52 bars, 26 bars ago.",
        _midprice(52, 26),
    ),
)

BAND_COLUMNS = (
    Column("bb_upper", "price", 20, "Upper Bollinger band (20, 2).", lambda work: _bbands(work)[0]),
    Column(
        "bb_middle", "price", 20, "Middle Bollinger band (20, 2).", lambda work: _bbands(work)[1]
    ),
    Column("bb_lower", "price", 20, "Lower Bollinger band (20, 2).", lambda work: _bbands(work)[2]),
    Column("bb_width_pct", "%", 20, "Width of the bands over their middle.", _bb_width),
    Column(
        "bb_percent_b",
        "ratio",
        20,
        "Close within the bands: 0 lower, 1 upper; none where the width is nothing.",
        _bb_percent_b,
    ),
    Column(
        "donchian_high_20",
        "price",
        20,
        "Upper Donchian band: highest high of 20 bars.",
        lambda work: work.over(20, levels.highest, "high", 20),
    ),
    Column(
        "donchian_low_20",
        "price",
        20,
        "Lower Donchian band: lowest low of 20 bars.",
        lambda work: work.over(20, levels.lowest, "low", 20),
    ),
    Column("kc_upper", "price", 20, "Upper Keltner band (EMA 20 + 2 ATR 10).", _kc(2.0)),
    Column("kc_lower", "price", 20, "Lower Keltner band (EMA 20 - 2 ATR 10).", _kc(-2.0)),
)
