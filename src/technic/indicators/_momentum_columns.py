"""Columns of oscillators and directional movement."""

from __future__ import annotations

from collections.abc import Callable

from technic.aliases import FloatArray
from technic.indicators import directional, momentum, stochastic, trend, volatility
from technic.indicators._column import Column
from technic.indicators.workspace import Workspace

__all__ = ["MOMENTUM_COLUMNS"]

Compute = Callable[[Workspace], FloatArray]


def _strength(work: Workspace, bars: int = 1) -> FloatArray:
    means = work.from_start(momentum.gain_and_loss, "close", 14)
    return momentum.strength(work.last(means[0], bars), work.last(means[1], bars))


def _stoch(line: int) -> Compute:
    return lambda work: work.over(18, stochastic.stoch, "high", "low", "close", 14, 3, 0, 3, 0)[
        line
    ]


def _stochrsi(line: int) -> Compute:
    """Smooth twice, as charts do: TA-Lib's STOCHRSI ends at the first smoothing."""

    def both(work: Workspace) -> tuple[FloatArray, FloatArray]:
        strength = _strength(work, bars=18)
        _, smooth = stochastic.stochf(strength, strength, strength, 14, 3)
        return work.bottom((smooth, trend.sma(smooth, 3)))

    return lambda work: work.once("stochrsi", lambda: both(work))[line]


def _macd(line: int) -> Compute:
    return lambda work: work.last(work.from_start(momentum.macd, "close", 12, 26, 9)[line])


def _movement(work: Workspace) -> directional.Movement:
    def sums() -> directional.Movement:
        reach = work.from_start(volatility.trange, "high", "low", "close")
        return directional.movement(reach, work.field("high"), work.field("low"), 14)

    return work.once("movement", sums)


def _di(line: int) -> Compute:
    return lambda work: directional.share(
        work.last(_movement(work)[line]), work.last(_movement(work)[0])
    )


def _adx(work: Workspace) -> FloatArray:
    return work.last(directional.adx_of(_movement(work), 14))


MOMENTUM_COLUMNS = (
    Column("adx_14", "0-100", 28, "Average directional index: strength of a trend.", _adx),
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
    Column("macd", "price", 34, "EMA 12 minus EMA 26 of the close.", _macd(0)),
    Column("macd_signal", "price", 34, "EMA 9 of the MACD line.", _macd(1)),
    Column("macd_hist", "price", 34, "MACD line minus its signal.", _macd(2)),
)
