"""Volume and money."""

from __future__ import annotations

from functools import partial

from technic.indicators import flow, volume
from technic.indicators.lookback import exponential_unstable_period, longest_plus, period_plus
from technic.language.functions._define import HERE, bars, finite_of
from technic.language.functions.function import Function

__all__ = ["VOLUME"]

_BAR = ("high", "low", "close", "volume")


def _longest_unstable_period(*periods: float) -> int:
    return exponential_unstable_period(max(periods))


VOLUME = (
    Function(
        "obv",
        (),
        "number",
        "recursive",
        volume.obv,
        "On-balance volume: a running total, whose level depends on where history begins.",
        "TA-Lib OBV",
        fields=("close", "volume"),
    ),
    Function(
        "ad",
        (),
        "number",
        "recursive",
        volume.ad,
        "Accumulation/distribution line: a running total, as obv.",
        "TA-Lib AD",
        fields=("high", "low", "close", "volume"),
    ),
    Function(
        "obv_change",
        (bars("timeperiod", 20),),
        "number",
        "window",
        volume.obv_change,
        "Change of obv over the last bars, in bars of their mean volume.",
        HERE,
        fields=("close", "volume"),
        lookback=partial(period_plus, 1),
    ),
    Function(
        "mfi",
        (bars("timeperiod", 14, least=2),),
        "number",
        "window",
        volume.mfi,
        "Money flow index: share of the money that moved at rising prices, 0 to 100.",
        "TA-Lib MFI",
        fields=("high", "low", "close", "volume"),
        lookback=partial(period_plus, 1),
    ),
    Function(
        "rvol",
        (bars("timeperiod", 20),),
        "number",
        "window",
        partial(finite_of, volume.rvol),
        "Volume over its mean of the bars before; missing where those had none.",
        "TA-Lib RVOL",
        fields=("volume",),
        lookback=partial(period_plus, 1),
    ),
    Function(
        "nvi",
        (),
        "number",
        "recursive",
        flow.nvi,
        "Negative volume index: moves with the close on less volume than before; begins at 1,000 "
        "with the window.",
        "TA-Lib NVI",
        fields=("close", "volume"),
    ),
    Function(
        "pvi",
        (),
        "number",
        "recursive",
        flow.pvi,
        "Positive volume index: moves with the close on more volume than before, as nvi.",
        "TA-Lib PVI",
        fields=("close", "volume"),
    ),
    Function(
        "cmf",
        (bars("timeperiod", 20),),
        "number",
        "window",
        flow.cmf,
        "Chaikin's money flow, -1 to 1: volume by the close's place in its bar, over all volume.",
        "TA-Lib CMF",
        fields=_BAR,
        lookback=partial(period_plus, 0),
    ),
    Function(
        "adosc",
        (bars("fastperiod", 3, least=2), bars("slowperiod", 10, least=2)),
        "number",
        "recursive",
        flow.adosc,
        "Chaikin's oscillator: fast less slow exponential mean of ad.",
        "TA-Lib ADOSC",
        fields=_BAR,
        lookback=partial(longest_plus, 0),
        unstable_period=_longest_unstable_period,
    ),
    Function(
        "klinger",
        (bars("fastperiod", 34), bars("slowperiod", 55)),
        "number",
        "recursive",
        flow.klinger,
        "Fast less slow ema of volume with the sign of the typical price's change, as TradingView; "
        "Klinger's own weighs it by the range.",
        "Klinger (1997), TradingView",
        fields=_BAR,
        lookback=partial(longest_plus, 1),
        unstable_period=_longest_unstable_period,
    ),
    Function(
        "vwap",
        (bars("timeperiod", 20),),
        "number",
        "window",
        flow.vwap,
        "Typical price of the last bars weighted by volume; missing without volume.",
        "TA-Lib VWAP (of a window)",
        fields=_BAR,
        lookback=partial(period_plus, 0),
    ),
    Function(
        "dollar_volume",
        (),
        "number",
        "point",
        volume.dollar_volume,
        "Close times volume.",
        HERE,
        fields=("close", "volume"),
    ),
)
