"""Volume and money."""

from __future__ import annotations

from functools import partial

from technic.indicators import volume
from technic.indicators.lookback import period_plus
from technic.language.functions._define import HERE, bars, finite_of
from technic.language.functions.function import Function

__all__ = ["VOLUME"]

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
