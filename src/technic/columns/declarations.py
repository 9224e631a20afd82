"""Every column of the scan, said once: name, unit, expression, description.

A new column is one entry here, anything that the scan language can say of every bar: its values,
lookback, unstable period, name in conditions and row in docs/indicators.md follow.
"""

from __future__ import annotations

from technic.columns.column import Column

__all__ = ["DECLARATIONS"]

_BB_WIDTH = "bb_upper(close, 20, 2) - bb_lower(close, 20, 2)"

_PRICES = (
    Column("bars", "bars", "bar_count()", "Bars from the start of the window up to the day."),
    Column("open", "price", "open", "First price of the day."),
    Column("high", "price", "high", "Highest price of the day."),
    Column("low", "price", "low", "Lowest price of the day."),
    Column("close", "price", "close", "Last price of the day."),
    Column("volume", "shares", "volume", "Shares traded on the day."),
    *(
        Column(
            f"return_{n}_pct",
            "%",
            f"pct_change(close, {n})",
            f"Change of the close over {n} bar{'s' * (n > 1)}.",
        )
        for n in (1, 5, 21, 63, 126, 189, 252)
    ),
    Column(
        "max_return_252_pct",
        "%",
        "highest(pct_change(close, 1), 252)",
        "Largest gain from one close to the next within 252 bars.",
    ),
    Column("gap_pct", "%", "percent_from(open, close[1])", "Open over the previous close."),
    Column("low_10", "price", "lowest(low, 10)", "Lowest low of 10 bars, today included."),
    Column("low_20", "price", "lowest(low, 20)", "Lowest low of 20 bars, today included."),
    Column("high_20", "price", "highest(high, 20)", "Highest high of 20 bars, today included."),
    Column("high_252", "price", "highest(high, 252)", "Highest high of 252 bars (a year)."),
    Column("low_252", "price", "lowest(low, 252)", "Lowest low of 252 bars (a year)."),
    *(
        Column(
            f"prior_high_{n}",
            "price",
            f"highest(high, {n})[1]",
            f"Highest high of the {n} bars before today.",
        )
        for n in (20, 55, 252)
    ),
    Column(
        "prior_low_20", "price", "lowest(low, 20)[1]", "Lowest low of the 20 bars before today."
    ),
    Column(
        "from_high_252_pct",
        "%",
        "percent_from(close, highest(high, 252))",
        "Close over the highest high of 252 bars.",
    ),
    Column(
        "from_low_252_pct",
        "%",
        "percent_from(close, lowest(low, 252))",
        "Close over the lowest low of 252 bars.",
    ),
)

_VOLUME = (
    Column("dollar_volume", "$", "close * volume", "Close times volume of the day."),
    Column(
        "avg_dollar_volume_20", "$", "sma(close * volume, 20)", "Mean dollar volume of 20 bars."
    ),
    Column("avg_volume_50", "shares", "sma(volume, 50)", "Mean volume of 50 bars."),
    Column(
        "rel_volume_20",
        "ratio",
        "rvol(20)",
        "Volume over the mean of the 20 bars before; none where those had no volume.",
    ),
    Column("mfi_14", "0-100", "mfi(14)", "Money flow index."),
    Column(
        "obv",
        "shares",
        "obv()",
        "On-balance volume: the sum since the window's start.",
        default=False,
    ),
    Column(
        "obv_change_20",
        "ratio",
        "obv_change(20)",
        "Change of obv over 20 bars, in days of mean volume.",
    ),
    Column(
        "ad",
        "shares",
        "ad()",
        "Accumulation/distribution line: the sum since the window's start.",
        default=False,
    ),
)

_TREND = (
    *(
        Column(f"sma_{n}", "price", f"sma(close, {n})", f"Plain mean of {n} closes.")
        for n in (10, 20, 50, 100, 150, 200)
    ),
    *(
        Column(
            f"sma_{n}_change_21_pct",
            "%",
            f"pct_change(sma(close, {n}), 21)",
            f"Change of sma_{n} over 21 bars.",
        )
        for n in (50, 200)
    ),
    *(
        Column(
            f"ema_{n}",
            "price",
            f"ema(close, {n})",
            f"Exponential mean of the close, {n} bars.",
            default=n < 200,  # the base window does not settle the longest
        )
        for n in (10, 20, 50, 200)
    ),
    Column("wma_20", "price", "wma(close, 20)", "Linearly weighted mean of 20 closes."),
    Column("hma_9", "price", "hma(close, 9)", "Hull mean of the close, 9 bars."),
    Column("vwma_20", "price", "vwma(close, 20)", "Mean of 20 closes, weighted by volume."),
    Column(
        "linreg_20",
        "price",
        "linearreg(close, 20)",
        "End point of the straight line through 20 closes.",
    ),
    Column(
        "linreg_slope_20",
        "price/bar",
        "linearreg_slope(close, 20)",
        "Slope of the straight line through 20 closes.",
    ),
    Column("ichimoku_conversion", "price", "ichimoku_conversion(9)", "Middle of the 9-bar range."),
    Column("ichimoku_base", "price", "ichimoku_base(26)", "Middle of the 26-bar range."),
    Column(
        "ichimoku_lead1",
        "price",
        "ichimoku_lead1(9, 26, 26)",
        "First edge of the cloud under today (26 bars ago).",
    ),
    Column(
        "ichimoku_lead2",
        "price",
        "ichimoku_lead2(52, 26)",
        "Second edge of the cloud under today: middle of 52 bars, 26 bars ago.",
    ),
)

_BANDS = (
    Column("bb_upper", "price", "bb_upper(close, 20, 2)", "Upper Bollinger band (20, 2)."),
    Column("bb_middle", "price", "bb_middle(close, 20)", "Middle Bollinger band (20, 2)."),
    Column("bb_lower", "price", "bb_lower(close, 20, 2)", "Lower Bollinger band (20, 2)."),
    Column(
        "bb_width_pct",
        "%",
        f"percent_of({_BB_WIDTH}, bb_middle(close, 20))",
        "Width of the bands over their middle.",
    ),
    Column(
        "bb_percent_b",
        "ratio",
        f"(close - bb_lower(close, 20, 2)) / ({_BB_WIDTH})",
        "Close within the bands: 0 lower, 1 upper; none where the width is nothing.",
    ),
    Column(
        "donchian_high_20",
        "price",
        "donchian_high(20)",
        "Upper Donchian band: highest high of 20 bars.",
    ),
    Column(
        "donchian_low_20",
        "price",
        "donchian_low(20)",
        "Lower Donchian band: lowest low of 20 bars.",
    ),
    Column("kc_upper", "price", "kc_upper(20, 10, 2)", "Upper Keltner band (EMA 20 + 2 ATR 10)."),
    Column("kc_lower", "price", "kc_lower(20, 10, 2)", "Lower Keltner band (EMA 20 - 2 ATR 10)."),
)

_RANGES = (
    Column("atr_14", "price", "atr(14)", "Average true range (Wilder)."),
    Column("natr_14", "%", "natr(14)", "Average true range over the close."),
    Column(
        "stddev_20",
        "price",
        "stddev(close, 20, 1)",
        "Standard deviation of 20 closes (divisor 20).",
    ),
    *(
        Column(
            f"volatility_{n}_pct",
            "%",
            f"realised_volatility(close, {n})",
            f"Yearly volatility of {n} log returns.",
        )
        for n in (20, 63)
    ),
)

_MOMENTUM = (
    Column("adx_14", "0-100", "adx(14)", "Average directional index: strength of a trend."),
    Column("plus_di_14", "0-100", "plus_di(14)", "Upward directional indicator."),
    Column("minus_di_14", "0-100", "minus_di(14)", "Downward directional indicator."),
    Column("rsi_14", "0-100", "rsi(close, 14)", "Relative strength index (Wilder)."),
    Column(
        "stochrsi_k",
        "0-100",
        "stochrsi_k(close, 14, 14, 3, 3)",
        "Stochastic of the RSI (14, 14), smoothed by 3.",
    ),
    Column(
        "stochrsi_d",
        "0-100",
        "stochrsi_d(close, 14, 14, 3, 3)",
        "stochrsi_k smoothed by another 3.",
    ),
    Column("stoch_k", "0-100", "stoch_k(14, 3, 3)", "Slow stochastic %K (14, 3, 3)."),
    Column("stoch_d", "0-100", "stoch_d(14, 3, 3)", "Slow stochastic %D (14, 3, 3)."),
    Column("cci_20", "points", "cci(20)", "Commodity channel index."),
    Column("mom_10", "price", "mom(close, 10)", "Close minus the close of 10 bars ago."),
    Column("roc_10", "%", "roc(close, 10)", "Change of the close over 10 bars."),
    Column("willr_14", "-100-0", "willr(14)", "Williams %R: close below the highest high."),
    Column("ultosc", "0-100", "ultosc(7, 14, 28)", "Ultimate oscillator (7, 14, 28)."),
    Column("ao", "price", "ao(5, 34)", "Awesome oscillator (5, 34)."),
    Column("macd", "price", "macd_line(close, 12, 26, 9)", "EMA 12 minus EMA 26 of the close."),
    Column("macd_signal", "price", "macd_signal(close, 12, 26, 9)", "EMA 9 of the MACD line."),
    Column("macd_hist", "price", "macd_histogram(close, 12, 26, 9)", "MACD line minus its signal."),
)

DECLARATIONS = (*_PRICES, *_VOLUME, *_TREND, *_BANDS, *_RANGES, *_MOMENTUM)
"""In the order in which columns are computed and shown."""
