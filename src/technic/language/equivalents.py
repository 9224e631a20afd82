"""Columns of the scan as expressions: how to write them where every bar is wanted.

A column is a value of the scan's day. Who wants it some bars ago, or over some bars, writes it out;
error messages say how.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["WRITTEN_OUT"]

_AVERAGES = {f"sma_{n}": f"sma(close, {n})" for n in (10, 20, 50, 100, 150, 200)} | {
    f"ema_{n}": f"ema(close, {n})" for n in (10, 20, 50, 200)
}
_RETURNS = {f"return_{n}_pct": f"pct_change(close, {n})" for n in (1, 5, 21, 63, 126, 189, 252)}
_BANDS = "bb_upper(close, 20, 2) - bb_lower(close, 20, 2)"

WRITTEN_OUT: Mapping[str, str] = MappingProxyType(
    {
        **_AVERAGES,
        **_RETURNS,
        "bars": "bar_count()",
        "gap_pct": "percent_from(open, close[1])",
        "low_10": "lowest(low, 10)",
        "low_20": "lowest(low, 20)",
        "high_20": "highest(high, 20)",
        "high_252": "highest(high, 252)",
        "low_252": "lowest(low, 252)",
        "prior_high_20": "highest(high, 20)[1]",
        "prior_high_55": "highest(high, 55)[1]",
        "prior_high_252": "highest(high, 252)[1]",
        "prior_low_20": "lowest(low, 20)[1]",
        "from_high_252_pct": "percent_from(close, highest(high, 252))",
        "from_low_252_pct": "percent_from(close, lowest(low, 252))",
        "dollar_volume": "close * volume",
        "avg_dollar_volume_20": "sma(close * volume, 20)",
        "avg_volume_50": "sma(volume, 50)",
        "rel_volume_20": "rvol(20)",
        "mfi_14": "mfi(14)",
        "obv": "obv()",
        "obv_change_20": "obv_change(20)",
        "ad": "ad()",
        "sma_50_change_21_pct": "pct_change(sma(close, 50), 21)",
        "sma_200_change_21_pct": "pct_change(sma(close, 200), 21)",
        "wma_20": "wma(close, 20)",
        "hma_9": "hma(close, 9)",
        "vwma_20": "vwma(close, 20)",
        "linreg_20": "linearreg(close, 20)",
        "linreg_slope_20": "linearreg_slope(close, 20)",
        "ichimoku_conversion": "ichimoku_conversion(9)",
        "ichimoku_base": "ichimoku_base(26)",
        "ichimoku_lead1": "ichimoku_lead1(9, 26, 26)",
        "ichimoku_lead2": "ichimoku_lead2(52, 26)",
        "bb_upper": "bb_upper(close, 20, 2)",
        "bb_middle": "bb_middle(close, 20)",
        "bb_lower": "bb_lower(close, 20, 2)",
        "bb_width_pct": f"percent_of({_BANDS}, bb_middle(close, 20))",
        "bb_percent_b": f"(close - bb_lower(close, 20, 2)) / ({_BANDS})",
        "donchian_high_20": "donchian_high(20)",
        "donchian_low_20": "donchian_low(20)",
        "kc_upper": "kc_upper(20, 10, 2)",
        "kc_lower": "kc_lower(20, 10, 2)",
        "atr_14": "atr(14)",
        "natr_14": "natr(14)",
        "stddev_20": "stddev(close, 20)",
        "volatility_20_pct": "realised_volatility(close, 20)",
        "volatility_63_pct": "realised_volatility(close, 63)",
        "adx_14": "adx(14)",
        "plus_di_14": "plus_di(14)",
        "minus_di_14": "minus_di(14)",
        "rsi_14": "rsi(close, 14)",
        "stochrsi_k": "stochrsi_k(close, 14, 14, 3, 3)",
        "stochrsi_d": "stochrsi_d(close, 14, 14, 3, 3)",
        "stoch_k": "stoch_k(14, 3, 3)",
        "stoch_d": "stoch_d(14, 3, 3)",
        "cci_20": "cci(20)",
        "mom_10": "mom(close, 10)",
        "roc_10": "roc(close, 10)",
        "willr_14": "willr(14)",
        "ultosc": "ultosc(7, 14, 28)",
        "ao": "ao(5, 34)",
        "macd": "macd_line(close, 12, 26, 9)",
        "macd_signal": "macd_signal(close, 12, 26, 9)",
        "macd_hist": "macd_histogram(close, 12, 26, 9)",
    }
)
"""An expression of the level bar for each column that is not a field of the bar."""
