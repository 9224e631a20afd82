"""How each of the 26 votes of the Technical Rating is cast, for all symbols at once.

A vote is missing (NaN) while the one value that TradingView's library checks is missing; another
value that is missing makes its condition false, and the vote counts 0. So Ichimoku counts 0 from
bar 52 to bar 77, before there is a cloud under today.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from technic.indicators.momentum import gain_and_loss
from technic.indicators.recursions import exponential_mean
from technic.indicators.trend import hma, midprice, sma, vwma
from technic.indicators.workspace import Workspace
from technic.scoring import _technical_kernels as kernels
from technic.scoring._technical_kernels import EQUAL, above
from technic.typing import BoolArray, FloatArray

__all__ = [
    "Compute",
    "adx",
    "awesome",
    "bull_bear",
    "cci",
    "ema_vote",
    "hull",
    "ichimoku",
    "macd",
    "momentum",
    "rsi",
    "sma_vote",
    "stochastic",
    "stochrsi",
    "ultimate",
    "vwma_20",
    "williams",
]

Compute = Callable[[Workspace], FloatArray]
"""Returns -1, 0, +1 or NaN for each symbol, aligned as in ``Workspace``."""


def _cast(checked: FloatArray, up: BoolArray, down: BoolArray) -> FloatArray:
    """+1 where ``up``, -1 where ``down``, else 0; NaN where ``checked`` is."""
    out = np.zeros(checked.shape)
    np.copyto(out, -1.0, where=down)
    np.copyto(out, 1.0, where=up)
    np.copyto(out, np.nan, where=np.isnan(checked))
    return out


def _apart(work: Workspace) -> FloatArray:
    """How far apart price-like values may be and still be equal."""
    return kernels.slack(work.recent("close"))


def _ema(work: Workspace, n: int) -> FloatArray:
    """EMA of the close on the last two bars, aligned."""
    return work.once(
        ("tv_ema", n), lambda: work.streamed(exponential_mean(work.field("close"), n), 2)
    )


def _average(find: Callable[[Workspace], FloatArray]) -> Compute:
    """The close against a moving average."""

    def compute(work: Workspace) -> FloatArray:
        close, mean, apart = work.recent("close"), find(work), _apart(work)
        return _cast(mean, above(close, mean, apart), above(mean, close, apart))

    return compute


def sma_vote(n: int) -> Compute:
    """The close against its plain mean of ``n`` bars."""
    return _average(lambda work: work.over(n, sma, "close", n))


def ema_vote(n: int) -> Compute:
    """The close against its exponential mean of ``n`` bars."""
    return _average(lambda work: work.tail(_ema(work, n), 1))


hull = _average(lambda work: work.over(11, hma, "close", 9))
vwma_20 = _average(lambda work: work.over(20, vwma, "close", "volume", 20))


def ichimoku(work: Workspace) -> FloatArray:
    """Cloud, base line, conversion line and close in one order, each above the next or below."""

    def line(bars: int, lag: int = 0) -> FloatArray:
        return work.earlier(lag, bars, midprice, "high", "low", bars)

    close, apart = work.recent("close"), _apart(work)
    conversion, base = line(9), line(26)
    lead1, lead2 = (line(9, 26) + line(26, 26)) / 2.0, line(52, 26)
    falling = (close, conversion, base, lead1, lead2)
    up, down = np.ones(close.shape, np.bool_), np.ones(close.shape, np.bool_)
    for higher, lower in itertools.pairwise(falling):
        up &= above(higher, lower, apart)
        down &= above(lower, higher, apart)
    return _cast(line(52), up, down)


def _turn(value: FloatArray, before: FloatArray, low: float, high: float) -> FloatArray:
    """Up below ``low`` and rising, down above ``high`` and falling."""
    up = above(low, value) & above(value, before)
    return _cast(before, up, above(value, high) & above(before, value))


def _strengths(work: Workspace) -> FloatArray:
    """RSI of as many last bars as its stochastic needs, 14 + 3 - 1 + 3 - 1."""

    def compute() -> FloatArray:
        means = work.streamed(gain_and_loss(work.field("close"), 14), 18)
        return kernels.strength_of(means[:, 0], means[:, 1])

    return work.once("tv_strengths", compute)


def rsi(work: Workspace) -> FloatArray:
    """RSI 14."""
    now, before = work.bottom(kernels.lags(_strengths(work)))
    return _turn(now, before, 30.0, 70.0)


def _extreme(k: FloatArray, d: FloatArray) -> tuple[BoolArray, BoolArray]:
    """Both lines below 20 with K above D, and both above 80 with K below D."""
    up = above(20.0, k) & above(20.0, d) & above(k, d)
    return up, above(k, 80.0) & above(d, 80.0) & above(d, k)


def stochastic(work: Workspace) -> FloatArray:
    """Stochastic 14, 3, 3; no cross is asked for."""
    k, d, before = work.over(19, kernels.stochastic, "high", "low", "close")
    return _cast(before, *_extreme(k, d))


def cci(work: Workspace) -> FloatArray:
    """CCI 20 of the close."""
    now, before = work.over(21, kernels.commodity_channel, "close")
    return _turn(now, before, -100.0, 100.0)


def adx(work: Workspace) -> FloatArray:
    """ADX 14 rising above 20; the direction decides, no cross is asked for."""
    high, low, close = (work.field(name) for name in ("high", "low", "close"))
    found = work.streamed(kernels.directional(high, low, close), 2)
    reach, up, down = np.moveaxis(work.tail(found[:, :3], 1), 1, 0)
    adx = work.bottom(kernels.lags(found[:, 3]))
    plus, minus, (now, before) = kernels.indicators_of(reach, up, down, adx)
    trending = above(now, 20.0) & above(now, before)
    return _cast(now, trending & above(plus, minus), trending & above(minus, plus))


def awesome(work: Workspace) -> FloatArray:
    """Awesome oscillator: a cross of zero, or a saucer on one side of it."""
    now, before, earlier = work.over(36, kernels.awesome, "high", "low")
    apart = _apart(work)

    def says(sign: float) -> BoolArray:
        """The rule for up; with the sign turned, for down."""
        a, b, c = sign * now, sign * before, sign * earlier
        crosses = above(a, 0.0, apart) & ~above(b, 0.0, apart)
        saucer = above(b, 0.0, apart) & above(a, b, apart) & above(c, b, apart)
        return crosses | (above(a, 0.0, apart) & saucer)

    return _cast(before, says(1.0), says(-1.0))


def momentum(work: Workspace) -> FloatArray:
    """Momentum 10 against the bar before."""
    now, before = work.over(12, kernels.momentum, "close")
    apart = _apart(work)
    return _cast(before, above(now, before, apart), above(before, now, apart))


def macd(work: Workspace) -> FloatArray:
    """MACD line against its signal."""
    lines = work.streamed(kernels.macd_lines(work.field("close")))
    line, signal = lines[:, 0], lines[:, 1]
    apart = _apart(work)
    return _cast(signal, above(line, signal, apart), above(signal, line, apart))


def _trend(work: Workspace) -> tuple[FloatArray, BoolArray, BoolArray]:
    """EMA 50 of the close, where the close is above it, and where it is below."""
    close, mean, apart = work.recent("close"), work.tail(_ema(work, 50), 1), _apart(work)
    return mean, above(close, mean, apart), above(mean, close, apart)


def stochrsi(work: Workspace) -> FloatArray:
    """Stochastic of the RSI, against the trend by EMA 50."""
    strength = _strengths(work)
    k, d, _ = work.bottom(kernels.stochastic_of(strength, strength, strength, EQUAL))
    mean, rising, falling = _trend(work)
    low, high = _extreme(k, d)
    return _cast(mean, falling & low, rising & high)


def williams(work: Workspace) -> FloatArray:
    """Williams %R 14."""
    now, before = work.over(15, kernels.williams, "high", "low", "close")
    return _turn(now, before, -80.0, -20.0)


def bull_bear(work: Workspace) -> FloatArray:
    """Bull and bear power of EMA 13, with the trend by EMA 50."""
    now, before = work.bottom(kernels.lags(_ema(work, 13)))
    bull, bull_before = work.recent("high") - now, work.recent("high", 1) - before
    bear, bear_before = work.recent("low") - now, work.recent("low", 1) - before
    mean, rising, falling = _trend(work)
    apart = _apart(work)
    up = rising & above(0.0, bear, apart) & above(bear, bear_before, apart)
    down = falling & above(bull, 0.0, apart) & above(bull_before, bull, apart)
    return _cast(mean, up, down)


def ultimate(work: Workspace) -> FloatArray:
    """Ultimate oscillator; above 70 is up."""
    value = work.over(29, kernels.ultimate, "high", "low", "close")
    return _cast(value, above(value, 70.0), above(30.0, value))
