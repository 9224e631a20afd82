"""Bollinger bands, Keltner and Donchian channels, the Ichimoku cloud."""

from __future__ import annotations

from functools import partial

import numpy as np

from technic.indicators import price_range, trend, volatility
from technic.indicators.lookback import (
    exponential_unstable_period,
    total_plus,
    wilder_unstable_period,
)
from technic.language.functions import elementwise
from technic.language.functions._define import (
    BAR,
    ONE_BEFORE,
    X,
    bars,
    lines_of,
    number,
    recursive,
    window,
)
from technic.language.functions.function import Parameter
from technic.panel.windows import lagged
from technic.typing import FloatArray

__all__ = ["BANDS"]

_WIDTH = {"least": 0.0, "most": 100.0}


def _bb_upper(x: FloatArray, n: int, nbdevup: float) -> FloatArray:
    return volatility.bbands(x, n, nbdevup, 0.0)[0]


def _bb_lower(x: FloatArray, n: int, nbdevdn: float) -> FloatArray:
    return volatility.bbands(x, n, 0.0, nbdevdn)[2]


def _keltner_lookback(timeperiod: float, atrperiod: float, *_: float | str) -> int:
    return int(max(timeperiod, atrperiod + 1))


def _keltner_unstable_period(timeperiod: float, atrperiod: float, *_: float | str) -> int:
    return max(exponential_unstable_period(timeperiod), wilder_unstable_period(atrperiod))


def _squeeze(
    high: FloatArray,
    low: FloatArray,
    close: FloatArray,
    n: int,
    nbdev: float,
    ranges: float,
    middle: str,
) -> FloatArray:
    above, _, below = volatility.kc(high, low, close, n, n, ranges, middle)
    upper, _, lower = volatility.bbands(close, n, nbdev, nbdev)
    inside = elementwise.compare("<", upper, above)
    return elementwise.logical_and(inside, elementwise.compare(">", lower, below))


def _lead1(high: FloatArray, low: FloatArray, fast: int, slow: int, shift: int) -> FloatArray:
    middle = trend.midprice(high, low, fast) + trend.midprice(high, low, slow)
    return _moved(middle / 2.0, shift, high)


def _lead2(high: FloatArray, low: FloatArray, n: int, shift: int) -> FloatArray:
    return _moved(trend.midprice(high, low, n), shift, high)


def _moved(line: FloatArray, shift: int, bar: FloatArray) -> FloatArray:
    """Draw a line ``shift`` bars later, but not beyond the last bar."""
    out = lagged(line, shift)
    np.copyto(out, np.nan, where=np.isnan(bar))
    return out


def _lead1_lookback(fast: float, slow: float, shift: float) -> int:
    return int(max(fast, slow) + shift)


_MIDDLE = Parameter("middle", "word", "typical", words=volatility.KELTNER_MIDDLES)


BANDS = (
    window(
        "bb_upper",
        (X, bars("timeperiod", 20, least=2), number("nbdevup", 2.0, **_WIDTH)),
        _bb_upper,
        "Upper Bollinger band: plain mean and some standard deviations.",
        "TA-Lib BBANDS",
    ),
    window(
        "bb_middle",
        (X, bars("timeperiod", 20, least=2)),
        trend.sma,
        "Middle Bollinger band: the plain mean.",
        "TA-Lib BBANDS",
    ),
    window(
        "bb_lower",
        (X, bars("timeperiod", 20, least=2), number("nbdevdn", 2.0, **_WIDTH)),
        _bb_lower,
        "Lower Bollinger band: plain mean less some standard deviations.",
        "TA-Lib BBANDS",
    ),
    *lines_of(
        recursive,
        {
            "kc_upper": "Upper Keltner band: middle line and some atr.",
            "kc_middle": "Middle of the Keltner channel: ema of the typical price; "
            '"close" as on TradingView.',
            "kc_lower": "Lower Keltner band: middle line less some atr.",
        },
        (
            bars("timeperiod", 20, least=2),
            bars("atrperiod", 10),
            number("nbdev", 2.0, **_WIDTH),
            _MIDDLE,
        ),
        volatility.kc,
        "TA-Lib KC",
        fields=BAR,
        lookback=_keltner_lookback,
        unstable_period=_keltner_unstable_period,
    ),
    recursive(
        "squeeze",
        (
            bars("timeperiod", 20, least=2),
            number("nbdev", 2.0, **_WIDTH),
            number("ranges", 1.5, **_WIDTH),
            _MIDDLE,
        ),
        _squeeze,
        "Whether the Bollinger bands of the close lie inside the Keltner channel of the same bars.",
        "TA-Lib BBANDS, KC",
        returns="condition",
        fields=BAR,
        lookback=ONE_BEFORE,
        unstable_period=wilder_unstable_period,
    ),
    window(
        "donchian_high",
        (bars("timeperiod", 20),),
        price_range.highest,
        "Upper Donchian band: highest high of the last bars, today included.",
        "TA-Lib DONCHIAN",
        fields=("high",),
    ),
    window(
        "donchian_middle",
        (bars("timeperiod", 20),),
        trend.midprice,
        "Middle of the Donchian channel; the same as midprice.",
        "TA-Lib DONCHIAN",
        fields=("high", "low"),
    ),
    window(
        "donchian_low",
        (bars("timeperiod", 20),),
        price_range.lowest,
        "Lower Donchian band: lowest low of the last bars, today included.",
        "TA-Lib DONCHIAN",
        fields=("low",),
    ),
    window(
        "ichimoku_conversion",
        (bars("conversion_period", 9),),
        trend.midprice,
        "Conversion line: middle of the range of its bars.",
        "Ichimoku",
        fields=("high", "low"),
    ),
    window(
        "ichimoku_base",
        (bars("base_period", 26),),
        trend.midprice,
        "Base line: middle of the range of its bars.",
        "Ichimoku",
        fields=("high", "low"),
    ),
    window(
        "ichimoku_lead1",
        (bars("conversion_period", 9), bars("base_period", 26), bars("displacement", 26, least=0)),
        _lead1,
        "First edge of the cloud under the bar: middle of both lines, displacement bars ago.",
        "Ichimoku",
        fields=("high", "low"),
        lookback=_lead1_lookback,
    ),
    window(
        "ichimoku_lead2",
        (bars("lead_period", 52), bars("displacement", 26, least=0)),
        _lead2,
        "Second edge of the cloud under the bar: middle of the long range, displacement bars ago.",
        "Ichimoku",
        fields=("high", "low"),
        lookback=partial(total_plus, 0),
    ),
)
