"""Indicators over all symbols at once, with TA-Lib's names, parameters and values.

Functions on float64 arrays ``(n_bars, n_symbols)``, oldest row first, packed from the top: NaN
only after a column's last bar. Each returns arrays of the same shape, NaN in the rows before the
first value. Arguments are never written to; a bar never changes what came before it; a column's
numbers do not depend on the columns beside it.
"""

from technic.indicators.directional import adx, dx, minus_di, plus_di
from technic.indicators.momentum import ao, cci, macd, mom, roc, rsi, ultosc
from technic.indicators.price_range import (
    gap_pct,
    highest,
    lowest,
    percent_from,
    percent_of,
    returns_pct,
)
from technic.indicators.stochastic import stoch, stochf, stochrsi, willr
from technic.indicators.trend import (
    ema,
    hma,
    ichimoku,
    linearreg,
    linearreg_slope,
    ma,
    midprice,
    sma,
    vwma,
    wma,
)
from technic.indicators.volatility import (
    atr,
    bbands,
    donchian,
    kc,
    natr,
    realised_volatility,
    stddev,
    trange,
    typical_price,
    var,
)
from technic.indicators.volume import ad, dollar_volume, mfi, obv, obv_change, rvol

__all__ = [
    "ad",
    "adx",
    "ao",
    "atr",
    "bbands",
    "cci",
    "dollar_volume",
    "donchian",
    "dx",
    "ema",
    "gap_pct",
    "highest",
    "hma",
    "ichimoku",
    "kc",
    "keltner",
    "linearreg",
    "linearreg_slope",
    "lowest",
    "ma",
    "macd",
    "mfi",
    "midprice",
    "minus_di",
    "mom",
    "natr",
    "obv",
    "obv_change",
    "percent_from",
    "percent_of",
    "plus_di",
    "realised_volatility",
    "returns_pct",
    "roc",
    "rsi",
    "rvol",
    "sma",
    "stddev",
    "stoch",
    "stochf",
    "stochrsi",
    "trange",
    "typical_price",
    "ultosc",
    "var",
    "vwma",
    "willr",
    "wma",
]

keltner = kc
"""The Keltner channel under its full name; TA-Lib calls it KC."""
