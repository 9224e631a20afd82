"""Indicators over all symbols at once, with TA-Lib's names, parameters and values.

Functions on float64 arrays ``(n_bars, n_symbols)``, oldest row first. Each returns arrays of the
same shape, NaN in the rows before the first value. Arguments are never written to; a bar never
changes what came before it; a column's numbers do not depend on the columns beside it.

A column may begin late and end early: NaN above its first bar and below its last. It is computed
from its first bar on, as TA-Lib's wrapper does. NaN between two bars is not left out: every window
that holds it is NaN, and a recursion is NaN from there on. The modules have the same functions for
columns that all begin in the first row, which is what a panel holds.

``beta`` and ``ppo`` of the scan language are not here: TA-Lib has others under these names.
"""

from technic.indicators import (
    comovement,
    directional,
    flow,
    momentum,
    price_range,
    stochastic,
    trailing,
    trend,
    volatility,
    volume,
)
from technic.indicators.candlesticks import heikin_ashi, patterns
from technic.indicators.late_columns import from_first_bar
from technic.indicators.price_range import percent_from, percent_of
from technic.indicators.smoothed import means, oscillators
from technic.indicators.volatility import typical_price
from technic.indicators.volume import dollar_volume

__all__ = [
    "ad",
    "adosc",
    "adx",
    "ao",
    "atr",
    "bbands",
    "bearish_engulfing",
    "bearish_harami",
    "bullish_engulfing",
    "bullish_harami",
    "cci",
    "cmf",
    "cmo",
    "connors_rsi",
    "correlation",
    "dark_cloud_cover",
    "dema",
    "doji",
    "dollar_volume",
    "donchian",
    "dpo",
    "dx",
    "ema",
    "evening_star",
    "fisher",
    "gap_pct",
    "ha",
    "hammer",
    "hanging_man",
    "highest",
    "hma",
    "ichimoku",
    "inverted_hammer",
    "kama",
    "kc",
    "keltner",
    "klinger",
    "linearreg",
    "linearreg_slope",
    "lowest",
    "ma",
    "macd",
    "mfi",
    "midprice",
    "minus_di",
    "mom",
    "morning_star",
    "natr",
    "nvi",
    "obv",
    "obv_change",
    "percent_from",
    "percent_of",
    "percentrank",
    "piercing_line",
    "plus_di",
    "pvi",
    "realised_volatility",
    "returns_pct",
    "rma",
    "roc",
    "rsi",
    "rvol",
    "sar",
    "shooting_star",
    "sma",
    "stc",
    "stddev",
    "stoch",
    "stochf",
    "stochrsi",
    "supertrend",
    "tema",
    "three_black_crows",
    "three_white_soldiers",
    "trange",
    "trix",
    "tsi",
    "typical_price",
    "ultosc",
    "var",
    "vwap",
    "vwma",
    "willr",
    "wma",
    "zigzag",
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
dema = from_first_bar(means.dema)
kama = from_first_bar(means.kama)
rma = from_first_bar(means.rma)
tema = from_first_bar(means.tema)
cmo = from_first_bar(oscillators.cmo)
connors_rsi = from_first_bar(oscillators.connors_rsi)
dpo = from_first_bar(oscillators.dpo)
fisher = from_first_bar(oscillators.fisher)
percentrank = from_first_bar(oscillators.percentrank)
stc = from_first_bar(oscillators.stc)
trix = from_first_bar(oscillators.trix)
tsi = from_first_bar(oscillators.tsi)
adosc = from_first_bar(flow.adosc)
cmf = from_first_bar(flow.cmf)
klinger = from_first_bar(flow.klinger)
nvi = from_first_bar(flow.nvi)
pvi = from_first_bar(flow.pvi)
vwap = from_first_bar(flow.vwap)
correlation = from_first_bar(comovement.correlation)
sar = from_first_bar(trailing.sar)
supertrend = from_first_bar(trailing.supertrend)
zigzag = from_first_bar(trailing.zigzag)
ha = from_first_bar(heikin_ashi.ha)
bearish_engulfing = from_first_bar(patterns.bearish_engulfing)
bearish_harami = from_first_bar(patterns.bearish_harami)
bullish_engulfing = from_first_bar(patterns.bullish_engulfing)
bullish_harami = from_first_bar(patterns.bullish_harami)
dark_cloud_cover = from_first_bar(patterns.dark_cloud_cover)
doji = from_first_bar(patterns.doji)
evening_star = from_first_bar(patterns.evening_star)
hammer = from_first_bar(patterns.hammer)
hanging_man = from_first_bar(patterns.hanging_man)
inverted_hammer = from_first_bar(patterns.inverted_hammer)
morning_star = from_first_bar(patterns.morning_star)
piercing_line = from_first_bar(patterns.piercing_line)
shooting_star = from_first_bar(patterns.shooting_star)
three_black_crows = from_first_bar(patterns.three_black_crows)
three_white_soldiers = from_first_bar(patterns.three_white_soldiers)

keltner = kc
"""The Keltner channel under its full name; TA-Lib calls it KC."""
