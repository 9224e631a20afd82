"""Columns of ranges, volatility, volume and money."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from technic.indicators import price_range as levels
from technic.indicators import trend, volatility, volume
from technic.indicators._column import Column
from technic.indicators._recursions import wilder_mean
from technic.indicators.workspace import Workspace
from technic.typing import FloatArray

__all__ = ["RANGE_COLUMNS", "VOLUME_COLUMNS"]

Compute = Callable[[Workspace], FloatArray]


def _atr(work: Workspace) -> FloatArray:
    def smooth() -> FloatArray:
        reach = work.from_start(volatility.trange, "high", "low", "close")
        return work.streamed(wilder_mean(reach, 14, start=1))

    return work.once("atr", smooth)


def _natr(work: Workspace) -> FloatArray:
    return levels.percent_of(_atr(work), work.recent("close"))


def _volatility(bars: int) -> Compute:
    return lambda work: work.over(bars + 1, volatility.realised_volatility, "close", bars)


def _relative_volume(work: Workspace) -> FloatArray:
    out = work.over(21, volume.rvol, "volume", 20)
    return np.where(np.isinf(out), np.nan, out)


def _mean_dollar_volume(close: FloatArray, shares: FloatArray, bars: int) -> FloatArray:
    return trend.sma(volume.dollar_volume(close, shares), bars)


RANGE_COLUMNS = (
    Column("atr_14", "price", 15, "Average true range (Wilder).", _atr),
    Column("natr_14", "%", 15, "Average true range over the close.", _natr),
    Column(
        "stddev_20",
        "price",
        20,
        "Standard deviation of 20 closes (divisor 20).",
        lambda work: work.over(20, volatility.stddev, "close", 20),
    ),
    Column("volatility_20_pct", "%", 21, "Yearly volatility of 20 log returns.", _volatility(20)),
    Column("volatility_63_pct", "%", 64, "Yearly volatility of 63 log returns.", _volatility(63)),
)

VOLUME_COLUMNS = (
    Column(
        "dollar_volume",
        "$",
        1,
        "Close times volume of the day.",
        lambda work: work.over(1, volume.dollar_volume, "close", "volume"),
    ),
    Column(
        "avg_dollar_volume_20",
        "$",
        20,
        "Mean dollar volume of 20 bars.",
        lambda work: work.over(20, _mean_dollar_volume, "close", "volume", 20),
    ),
    Column(
        "avg_volume_50",
        "shares",
        50,
        "Mean volume of 50 bars.",
        lambda work: work.over(50, trend.sma, "volume", 50),
    ),
    Column(
        "rel_volume_20",
        "ratio",
        21,
        "Volume over the mean of the 20 bars before; none where those had no volume.",
        _relative_volume,
    ),
    Column(
        "mfi_14",
        "0-100",
        15,
        "Money flow index.",
        lambda work: work.over(15, volume.mfi, "high", "low", "close", "volume", 14),
    ),
    Column(
        "obv",
        "shares",
        1,
        "On-balance volume since the start of the window.",
        lambda work: work.streamed(volume.obv_rows(work.field("close"), work.field("volume"))),
    ),
    Column(
        "obv_change_20",
        "ratio",
        21,
        "Change of obv over 20 bars, in days of mean volume.",
        lambda work: work.over(21, volume.obv_change, "close", "volume", 20),
    ),
    Column(
        "ad",
        "shares",
        1,
        "Accumulation/distribution line since the start of the window.",
        lambda work: work.streamed(
            volume.ad_rows(*(work.field(x) for x in ("high", "low", "close", "volume")))
        ),
    ),
)
