"""Every indicator once: how it is called, how many bars it needs, which TA-Lib function it equals.

The property tests and the TA-Lib comparison go through this one list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import talib

from technic import indicators as ours
from technic.typing import FloatArray

__all__ = ["CALLS", "IDS", "ORACLE_CALLS", "ORACLE_IDS", "Call", "outputs"]


@dataclass(frozen=True)
class Call:
    """One indicator with its inputs, its parameters and the bars its slowest output needs.

    ``unit``: what SYSTEM section 4 measures differences by: the ``close``, ``100``, or the
    largest value of the ``column``. ``remembers``: it looks at all bars, not at a window.
    """

    function: Callable[..., FloatArray | tuple[FloatArray, ...]]
    inputs: tuple[str, ...]
    parameters: tuple[float, ...]
    bars: int
    unit: str = "close"
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
    return tuple(answer) if isinstance(answer, tuple | list) else (answer,)


C, V = ("close",), ("volume",)
CV, HL = ("close", "volume"), ("high", "low")
HLC = ("high", "low", "close")
HLCV = ("high", "low", "close", "volume")

CALLS = (
    Call(ours.sma, C, (1,), 1, "close", talib.SMA),
    Call(ours.sma, C, (20,), 20, "close", talib.SMA),
    Call(ours.sma, C, (200,), 200, "close", talib.SMA),
    Call(ours.ema, C, (2,), 2, "close", talib.EMA, remembers=True),
    Call(ours.ema, C, (20,), 20, "close", talib.EMA, remembers=True),
    Call(ours.ema, C, (200,), 200, "close", talib.EMA, remembers=True),
    Call(ours.wma, C, (20,), 20, "close", talib.WMA),
    Call(ours.wma, C, (7,), 7, "close", talib.WMA),
    Call(ours.hma, C, (1,), 1, "close", talib.HMA),
    Call(ours.hma, C, (3,), 3, "close", talib.HMA),
    Call(ours.hma, C, (9,), 11, "close", talib.HMA),
    Call(ours.hma, C, (20,), 23, "close", talib.HMA),
    Call(ours.vwma, CV, (1,), 1, "close", talib.VWMA),
    Call(ours.vwma, CV, (20,), 20, "close", talib.VWMA),
    Call(ours.linearreg, C, (20,), 20, "close", talib.LINEARREG),
    Call(ours.linearreg_slope, C, (20,), 20, "close", talib.LINEARREG_SLOPE),
    Call(ours.midprice, HL, (26,), 26, "close", talib.MIDPRICE),
    Call(ours.ichimoku, HL, (9, 26, 52, 26), 78),
    Call(ours.rsi, C, (14,), 15, "100", talib.RSI, remembers=True),
    Call(ours.rsi, C, (2,), 3, "100", talib.RSI, remembers=True),
    Call(ours.cci, HLC, (20,), 20, "100", talib.CCI),
    Call(ours.cci, HLC, (14,), 14, "100", talib.CCI),
    Call(ours.mom, C, (10,), 11, "close", talib.MOM),
    Call(ours.roc, C, (10,), 11, "100", talib.ROC),
    Call(ours.macd, C, (12, 26, 9), 34, "close", talib.MACD, remembers=True),
    Call(ours.macd, C, (26, 12, 1), 26, "close", talib.MACD, remembers=True),
    Call(ours.ultosc, HLC, (7, 14, 28), 29, "100", talib.ULTOSC),
    Call(ours.ultosc, HLC, (28, 7, 14), 29, "100", talib.ULTOSC),
    Call(ours.ao, HL, (5, 34), 34, "close", talib.AO),
    Call(ours.stochf, HLC, (5, 3, 0), 7, "100", talib.STOCHF),
    Call(ours.stoch, HLC, (14, 3, 0, 3, 0), 18, "100", talib.STOCH),
    Call(ours.stoch, HLC, (5, 3, 2, 3, 2), 9, "100", talib.STOCH),
    Call(ours.stoch, HLC, (5, 3, 1, 3, 1), 9, "100", talib.STOCH, remembers=True),
    Call(ours.stochrsi, C, (14, 14, 3, 0), 30, "100", talib.STOCHRSI, remembers=True),
    Call(ours.stochrsi, C, (14, 5, 3, 0), 21, "100", talib.STOCHRSI, remembers=True),
    Call(ours.willr, HLC, (14,), 14, "100", talib.WILLR),
    Call(ours.adx, HLC, (14,), 28, "100", talib.ADX, remembers=True),
    Call(ours.adx, HLC, (2,), 4, "100", talib.ADX, remembers=True),
    Call(ours.dx, HLC, (14,), 15, "100", talib.DX, remembers=True),
    Call(ours.plus_di, HLC, (14,), 15, "100", talib.PLUS_DI, remembers=True),
    Call(ours.minus_di, HLC, (14,), 15, "100", talib.MINUS_DI, remembers=True),
    Call(ours.trange, HLC, (), 2, "close", talib.TRANGE),
    Call(ours.atr, HLC, (14,), 15, "close", talib.ATR, remembers=True),
    Call(ours.atr, HLC, (1,), 2, "close", talib.ATR, remembers=True),
    Call(ours.natr, HLC, (14,), 15, "100", talib.NATR, remembers=True),
    Call(ours.typical_price, HLC, (), 1, "close", talib.TYPPRICE),
    Call(ours.stddev, C, (20, 1.0), 20, "close", talib.STDDEV),
    Call(ours.stddev, C, (5, 2.5), 5, "close", talib.STDDEV),
    Call(ours.bbands, C, (20, 2.0, 2.0, 0), 20, "close", talib.BBANDS),
    Call(ours.bbands, C, (7, 1.0, 3.0, 2), 7, "close", talib.BBANDS),
    Call(ours.bbands, C, (7, 1.0, 3.0, 1), 7, "close", talib.BBANDS, remembers=True),
    Call(ours.kc, HLC, (20, 10, 2.0), 20, "close", talib.KC, remembers=True),
    Call(ours.kc, HLC, (5, 10, 1.5), 11, "close", talib.KC, remembers=True),
    Call(ours.donchian, HL, (20,), 20, "close", talib.DONCHIAN),
    Call(ours.realised_volatility, C, (20,), 21),
    Call(ours.obv, CV, (), 1, "column", talib.OBV, remembers=True),
    Call(ours.obv_change, CV, (20,), 21),
    Call(ours.ad, HLCV, (), 1, "column", talib.AD, remembers=True),
    Call(ours.mfi, HLCV, (14,), 15, "100", talib.MFI),
    Call(ours.rvol, V, (20,), 21, "column", talib.RVOL),
    Call(ours.dollar_volume, CV, (), 1),
    Call(ours.returns_pct, C, (5,), 6),
    Call(ours.gap_pct, ("open", "close"), (), 2),
    Call(ours.highest, ("high",), (20,), 20, "close", talib.MAX),
    Call(ours.highest, ("high",), (252,), 252, "close", talib.MAX),
    Call(ours.lowest, ("low",), (20,), 20, "close", talib.MIN),
    Call(ours.dema, C, (20,), 39, "close", talib.DEMA, remembers=True),
    Call(ours.tema, C, (20,), 58, "close", talib.TEMA, remembers=True),
    Call(ours.kama, C, (10,), 11, "close", talib.KAMA, remembers=True),
    Call(ours.cmo, C, (14,), 15, "100", talib.CMO, remembers=True),
    Call(ours.trix, C, (10,), 29, "100", talib.TRIX, remembers=True),
    Call(ours.adosc, HLCV, (3, 10), 10, "column", talib.ADOSC, remembers=True),
    Call(ours.sar, HL, (0.02, 0.2), 2, "close", talib.SAR, remembers=True),
)
IDS = [call.name for call in CALLS]
ORACLE_CALLS = [call for call in CALLS if call.oracle is not None]
ORACLE_IDS = [call.name for call in ORACLE_CALLS]
