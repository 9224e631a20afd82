"""Columns of oscillators and directional movement."""

from __future__ import annotations

from collections.abc import Callable

from technic.indicators import directional, momentum, stochastic, trend, volatility
from technic.indicators._column import Column
from technic.indicators.workspace import Workspace
from technic.typing import FloatArray

__all__ = ["MOMENTUM_COLUMNS"]

Compute = Callable[[Workspace], FloatArray]
STOCHRSI_BARS = 18
"""RSI values under one smoothed and twice smoothed STOCHRSI: 14 + 3 - 1 + 3 - 1."""


def _strength(work: Workspace, bars: int = 1) -> FloatArray:
    def means() -> FloatArray:
        return work.streamed(momentum.gain_and_loss(work.field("close"), 14), STOCHRSI_BARS)

    both = work.tail(work.once("gain_and_loss", means), bars)
    return momentum.strength(both[:, 0], both[:, 1])


def _stoch(line: int) -> Compute:
    return lambda work: work.over(18, stochastic.stoch, "high", "low", "close", 14, 3, 0, 3, 0)[
        line
    ]


def _stochrsi(line: int) -> Compute:
    """Smooth twice, as charts do: TA-Lib's STOCHRSI ends at the first smoothing."""

    def both(work: Workspace) -> tuple[FloatArray, FloatArray]:
        strength = _strength(work, STOCHRSI_BARS)
        _, smooth = stochastic.stochf(strength, strength, strength, 14, 3)
        return work.bottom((smooth, trend.sma(smooth, 3)))

    return lambda work: work.once("stochrsi", lambda: both(work))[line]


def _macd(work: Workspace) -> tuple[FloatArray, FloatArray]:
    lines = work.once(
        "macd", lambda: work.streamed(momentum.macd_lines(work.field("close"), 12, 26, 9))
    )
    return lines[:, 0], lines[:, 1]


def _macd_histogram(work: Workspace) -> FloatArray:
    line, signal = _macd(work)
    return line - signal


def _direction(work: Workspace) -> tuple[FloatArray, FloatArray]:
    """Sums of directional movement, and ADX."""

    def both() -> tuple[FloatArray, FloatArray]:
        reach = work.from_start(volatility.trange, "high", "low", "close")
        sums = directional.movement(reach, work.field("high"), work.field("low"), 14)
        n_symbols = work.panel.n_symbols
        return work.streamed_both(sums, lambda rows: directional.adx_of(rows, n_symbols, 14))

    return work.once("direction", both)


def _di(line: int) -> Compute:
    return lambda work: directional.share(_direction(work)[0][:, line], _direction(work)[0][:, 0])


MOMENTUM_COLUMNS = (
    Column(
        "adx_14",
        "0-100",
        28,
        "Average directional index: strength of a trend.",
        lambda work: _direction(work)[1],
    ),
    Column("plus_di_14", "0-100", 15, "Upward directional indicator.", _di(1)),
    Column("minus_di_14", "0-100", 15, "Downward directional indicator.", _di(2)),
    Column("rsi_14", "0-100", 15, "Relative strength index (Wilder).", _strength),
    Column(
        "stochrsi_k", "0-100", 30, "Stochastic of the RSI (14, 14), smoothed by 3.", _stochrsi(0)
    ),
    Column("stochrsi_d", "0-100", 32, "stochrsi_k smoothed by another 3.", _stochrsi(1)),
    Column("stoch_k", "0-100", 18, "Slow stochastic %K (14, 3, 3).", _stoch(0)),
    Column("stoch_d", "0-100", 18, "Slow stochastic %D (14, 3, 3).", _stoch(1)),
    Column(
        "cci_20",
        "points",
        20,
        "Commodity channel index.",
        lambda work: work.over(20, momentum.cci, "high", "low", "close", 20),
    ),
    Column(
        "mom_10",
        "price",
        11,
        "Close minus the close of 10 bars ago.",
        lambda work: work.over(11, momentum.mom, "close", 10),
    ),
    Column(
        "roc_10",
        "%",
        11,
        "Change of the close over 10 bars.",
        lambda work: work.over(11, momentum.roc, "close", 10),
    ),
    Column(
        "willr_14",
        "-100-0",
        14,
        "Williams %R: close below the highest high.",
        lambda work: work.over(14, stochastic.willr, "high", "low", "close", 14),
    ),
    Column(
        "ultosc",
        "0-100",
        29,
        "Ultimate oscillator (7, 14, 28).",
        lambda work: work.over(29, momentum.ultosc, "high", "low", "close", 7, 14, 28),
    ),
    Column(
        "ao",
        "price",
        34,
        "Awesome oscillator (5, 34).",
        lambda work: work.over(34, momentum.ao, "high", "low", 5, 34),
    ),
    Column("macd", "price", 34, "EMA 12 minus EMA 26 of the close.", lambda work: _macd(work)[0]),
    Column("macd_signal", "price", 34, "EMA 9 of the MACD line.", lambda work: _macd(work)[1]),
    Column("macd_hist", "price", 34, "MACD line minus its signal.", _macd_histogram),
)
