"""Indicators over all symbols at once, with TA-Lib's names, parameters and values.

Functions on float64 arrays ``(n_bars, n_symbols)``, oldest row first. Each returns arrays of the
same shape, NaN in the rows before the first value. Arguments are never written to; a bar never
changes what came before it; a column's numbers do not depend on the columns beside it.

A column may begin late and end early: NaN above its first bar and below its last. It is computed
from its first bar on, as TA-Lib's wrapper does. NaN between two bars is not left out: every window
that holds it is NaN, and a recursion is NaN from there on.
"""

from technic.indicators import (
    directional,
    momentum,
    price_range,
    stochastic,
    trend,
    volatility,
    volume,
)
from technic.indicators.late_columns import from_first_bar
from technic.indicators.price_range import percent_from, percent_of
from technic.indicators.volatility import typical_price
from technic.indicators.volume import dollar_volume

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

adx = from_first_bar(directional.adx)
dx = from_first_bar(directional.dx)
minus_di = from_first_bar(directional.minus_di)
plus_di = from_first_bar(directional.plus_di)
ao = from_first_bar(momentum.ao)
cci = from_first_bar(momentum.cci)
macd = from_first_bar(momentum.macd)
mom = from_first_bar(momentum.mom)
roc = from_first_bar(momentum.roc)
rsi = from_first_bar(momentum.rsi)
ultosc = from_first_bar(momentum.ultosc)
gap_pct = from_first_bar(price_range.gap_pct)
highest = from_first_bar(price_range.highest)
lowest = from_first_bar(price_range.lowest)
returns_pct = from_first_bar(price_range.returns_pct)
stoch = from_first_bar(stochastic.stoch)
stochf = from_first_bar(stochastic.stochf)
stochrsi = from_first_bar(stochastic.stochrsi)
willr = from_first_bar(stochastic.willr)
ema = from_first_bar(trend.ema)
hma = from_first_bar(trend.hma)
ichimoku = from_first_bar(trend.ichimoku)
linearreg = from_first_bar(trend.linearreg)
linearreg_slope = from_first_bar(trend.linearreg_slope)
ma = from_first_bar(trend.ma)
midprice = from_first_bar(trend.midprice)
sma = from_first_bar(trend.sma)
vwma = from_first_bar(trend.vwma)
wma = from_first_bar(trend.wma)
atr = from_first_bar(volatility.atr)
bbands = from_first_bar(volatility.bbands)
donchian = from_first_bar(volatility.donchian)
kc = from_first_bar(volatility.kc)
natr = from_first_bar(volatility.natr)
realised_volatility = from_first_bar(volatility.realised_volatility)
stddev = from_first_bar(volatility.stddev)
trange = from_first_bar(volatility.trange)
var = from_first_bar(volatility.var)
ad = from_first_bar(volume.ad)
mfi = from_first_bar(volume.mfi)
obv = from_first_bar(volume.obv)
obv_change = from_first_bar(volume.obv_change)
rvol = from_first_bar(volume.rvol)

keltner = kc
"""The Keltner channel under its full name; TA-Lib calls it KC."""
