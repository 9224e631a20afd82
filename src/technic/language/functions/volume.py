"""Volume and money."""

from __future__ import annotations

from functools import partial

from technic.indicators import flow, volume
from technic.indicators.lookback import longest_plus, longest_unstable_period
from technic.language.functions._define import (
    BAR,
    HERE,
    ONE_BEFORE,
    bars,
    finite_of,
    point,
    recursive,
    window,
)

__all__ = ["VOLUME"]

_BAR_AND_VOLUME = (*BAR, "volume")


VOLUME = (
    recursive(
        "obv",
        (),
        volume.obv,
        "On-balance volume: a running total, whose level depends on where history begins.",
        fields=("close", "volume"),
    ),
    recursive(
        "ad",
        (),
        volume.ad,
        "Accumulation/distribution line: a running total, as obv.",
        fields=_BAR_AND_VOLUME,
    ),
    window(
        "obv_change",
        (bars("timeperiod", 20),),
        volume.obv_change,
        "Change of obv over the last bars, in bars of their mean volume.",
        HERE,
        fields=("close", "volume"),
        lookback=ONE_BEFORE,
    ),
    window(
        "mfi",
        (bars("timeperiod", 14, least=2),),
        volume.mfi,
        "Money flow index: share of the money that moved at rising prices, 0 to 100.",
        fields=_BAR_AND_VOLUME,
        lookback=ONE_BEFORE,
    ),
    window(
        "rvol",
        (bars("timeperiod", 20),),
        partial(finite_of, volume.rvol),
        "Volume over its mean of the bars before; missing where those had none.",
        fields=("volume",),
        lookback=ONE_BEFORE,
    ),
    recursive(
        "nvi",
        (),
        flow.nvi,
        "Negative volume index: moves with the close on less volume than before; begins at 1,000 "
        "with the window.",
        fields=("close", "volume"),
    ),
    recursive(
        "pvi",
        (),
        flow.pvi,
        "Positive volume index: moves with the close on more volume than before, as nvi.",
        fields=("close", "volume"),
    ),
    window(
        "cmf",
        (bars("timeperiod", 20),),
        flow.cmf,
        "Chaikin's money flow, -1 to 1: volume by the close's place in its bar, over all volume.",
        fields=_BAR_AND_VOLUME,
    ),
    recursive(
        "adosc",
        (bars("fastperiod", 3, least=2), bars("slowperiod", 10, least=2)),
        flow.adosc,
        "Chaikin's oscillator: fast less slow exponential mean of ad.",
        fields=_BAR_AND_VOLUME,
        lookback=partial(longest_plus, 0),
        unstable_period=longest_unstable_period,
    ),
    recursive(
        "klinger",
        (bars("fastperiod", 34), bars("slowperiod", 55)),
        flow.klinger,
        "Fast less slow ema of volume with the sign of the typical price's change, as TradingView; "
        "Klinger's own weighs it by the range.",
        "Klinger (1997), TradingView",
        fields=_BAR_AND_VOLUME,
        lookback=partial(longest_plus, 1),
        unstable_period=longest_unstable_period,
    ),
    window(
        "vwap",
        (bars("timeperiod", 20),),
        flow.vwap,
        "Typical price of the last bars weighted by volume; missing without volume.",
        "TA-Lib VWAP (of a window)",
        fields=_BAR_AND_VOLUME,
    ),
    point(
        "dollar_volume", (), volume.dollar_volume, "Close times volume.", fields=("close", "volume")
    ),
)
