"""Every indicator once: how it is called, how many bars it needs, which TA-Lib function it equals.

The property tests and the TA-Lib comparison go through this one list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import talib

from technic.aliases import FloatArray
from technic.indicators import (
    directional,
    levels,
    momentum,
    stochastic,
    trend,
    volatility,
    volume,
)

PRICE, POINTS, COLUMN = "price", "points", "column"
"""Units of SYSTEM section 4: the close, 100, or the largest value of the column."""


@dataclass(frozen=True)
class Call:
    """One indicator with its inputs, its parameters and the bars its first value needs."""

    function: Callable[..., FloatArray | tuple[FloatArray, ...]]
    inputs: tuple[str, ...]
    parameters: tuple[float, ...]
    bars: int
    unit: str = PRICE
    oracle: Callable[..., object] | None = None
    remembers: bool = False

    @property
    def name(self) -> str:
        """For test ids."""
        return "-".join([self.function.__name__, *(f"{p:g}" for p in self.parameters)])

    def __call__(self, bars: dict[str, FloatArray]) -> tuple[FloatArray, ...]:
        """Return the outputs as a tuple, also of a function with one output."""
        return outputs(self.function(*(bars[name] for name in self.inputs), *self.parameters))


def outputs(answer: object) -> tuple[FloatArray, ...]:
    """One array or several, always as a tuple."""
    return tuple(answer) if isinstance(answer, tuple | list) else (np.asarray(answer),)


C, V = ("close",), ("volume",)
CV, HL = ("close", "volume"), ("high", "low")
HLC = ("high", "low", "close")
HLCV = ("high", "low", "close", "volume")

CALLS = (
    Call(trend.sma, C, (1,), 1, PRICE, talib.SMA),
    Call(trend.sma, C, (20,), 20, PRICE, talib.SMA),
    Call(trend.sma, C, (200,), 200, PRICE, talib.SMA),
    Call(trend.ema, C, (2,), 2, PRICE, talib.EMA, remembers=True),
    Call(trend.ema, C, (20,), 20, PRICE, talib.EMA, remembers=True),
    Call(trend.ema, C, (200,), 200, PRICE, talib.EMA, remembers=True),
    Call(trend.wma, C, (20,), 20, PRICE, talib.WMA),
    Call(trend.wma, C, (7,), 7, PRICE, talib.WMA),
    Call(trend.hma, C, (9,), 11, PRICE, talib.HMA),
    Call(trend.hma, C, (20,), 23, PRICE, talib.HMA),
    Call(trend.hma, C, (3,), 3, PRICE, talib.HMA),
    Call(trend.vwma, CV, (20,), 20, PRICE, talib.VWMA),
    Call(trend.linearreg, C, (20,), 20, PRICE, talib.LINEARREG),
    Call(trend.linearreg_slope, C, (20,), 20, PRICE, talib.LINEARREG_SLOPE),
    Call(trend.ichimoku, HL, (9, 26, 52, 26), 9),
    Call(momentum.rsi, C, (14,), 15, POINTS, talib.RSI, remembers=True),
    Call(momentum.rsi, C, (2,), 3, POINTS, talib.RSI, remembers=True),
    Call(momentum.cci, HLC, (20,), 20, POINTS, talib.CCI),
    Call(momentum.cci, HLC, (14,), 14, POINTS, talib.CCI),
    Call(momentum.mom, C, (10,), 11, PRICE, talib.MOM),
    Call(momentum.roc, C, (10,), 11, POINTS, talib.ROC),
    Call(momentum.macd, C, (12, 26, 9), 34, PRICE, talib.MACD, remembers=True),
    Call(momentum.macd, C, (26, 12, 1), 26, PRICE, talib.MACD, remembers=True),
    Call(momentum.ultosc, HLC, (7, 14, 28), 29, POINTS, talib.ULTOSC),
    Call(momentum.ultosc, HLC, (28, 7, 14), 29, POINTS, talib.ULTOSC),
    Call(momentum.ao, HL, (5, 34), 34, PRICE, talib.AO),
    Call(stochastic.stochf, HLC, (5, 3, 0), 7, POINTS, talib.STOCHF),
    Call(stochastic.stoch, HLC, (14, 3, 0, 3, 0), 18, POINTS, talib.STOCH),
    Call(stochastic.stoch, HLC, (5, 3, 2, 3, 2), 9, POINTS, talib.STOCH),
    Call(stochastic.stoch, HLC, (5, 3, 1, 3, 1), 9, POINTS, talib.STOCH, remembers=True),
    Call(stochastic.stochrsi, C, (14, 14, 3, 0), 30, POINTS, talib.STOCHRSI, remembers=True),
    Call(stochastic.stochrsi, C, (14, 5, 3, 0), 21, POINTS, talib.STOCHRSI, remembers=True),
    Call(stochastic.willr, HLC, (14,), 14, POINTS, talib.WILLR),
    Call(directional.adx, HLC, (14,), 28, POINTS, talib.ADX, remembers=True),
    Call(directional.adx, HLC, (2,), 4, POINTS, talib.ADX, remembers=True),
    Call(directional.dx, HLC, (14,), 15, POINTS, talib.DX, remembers=True),
    Call(directional.plus_di, HLC, (14,), 15, POINTS, talib.PLUS_DI, remembers=True),
    Call(directional.minus_di, HLC, (14,), 15, POINTS, talib.MINUS_DI, remembers=True),
    Call(volatility.trange, HLC, (), 2, PRICE, talib.TRANGE),
    Call(volatility.atr, HLC, (14,), 15, PRICE, talib.ATR, remembers=True),
    Call(volatility.atr, HLC, (1,), 2, PRICE, talib.ATR, remembers=True),
    Call(volatility.natr, HLC, (14,), 15, POINTS, talib.NATR, remembers=True),
    Call(volatility.var, C, (20,), 20, "price squared", talib.VAR),
    Call(volatility.stddev, C, (20, 1.0), 20, PRICE, talib.STDDEV),
    Call(volatility.stddev, C, (5, 2.5), 5, PRICE, talib.STDDEV),
    Call(volatility.bbands, C, (20, 2.0, 2.0, 0), 20, PRICE, talib.BBANDS),
    Call(volatility.bbands, C, (7, 1.0, 3.0, 2), 7, PRICE, talib.BBANDS),
    Call(volatility.kc, HLC, (20, 10, 2.0), 20, PRICE, talib.KC, remembers=True),
    Call(volatility.kc, HLC, (5, 10, 1.5), 11, PRICE, talib.KC, remembers=True),
    Call(volatility.donchian, HL, (20,), 20, PRICE, talib.DONCHIAN),
    Call(volatility.realised_volatility, C, (20,), 21, POINTS),
    Call(volume.obv, CV, (), 1, COLUMN, talib.OBV, remembers=True),
    Call(volume.ad, HLCV, (), 1, COLUMN, talib.AD, remembers=True),
    Call(volume.mfi, HLCV, (14,), 15, POINTS, talib.MFI),
    Call(volume.rvol, V, (20,), 21, COLUMN, talib.RVOL),
    Call(volume.dollar_volume, CV, (), 1, COLUMN),
    Call(levels.returns_pct, C, (5,), 6, POINTS),
    Call(levels.gap_pct, ("open", "close"), (), 2, POINTS),
    Call(levels.highest, ("high",), (20,), 20, PRICE, talib.MAX),
    Call(levels.lowest, ("low",), (20,), 20, PRICE, talib.MIN),
    Call(levels.highest, ("high",), (252,), 252, PRICE, talib.MAX),
    Call(trend.midprice, HL, (26,), 26, PRICE, talib.MIDPRICE),
    Call(volume.obv_change, CV, (20,), 21, COLUMN),
)
IDS = [call.name for call in CALLS]
