"""The reference scorer: the columns of a scan in plain pandas, one symbol at a time.

Written as well as pandas allows: rolling and ewm on whole series, every shared intermediate
computed once, no Python loop over bars; only the last value is kept. A slow reference would buy
the ratio, so it prints its milliseconds per symbol and per column, and its values are checked
against Technic's before anything is timed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

__all__ = ["reference_columns"]

Values = dict[str, float]


def reference_columns(bars: pd.DataFrame) -> Values:
    """Last value of each column that every scan has, for one symbol.

    ``bars``: Open High Low Close Volume.
    """
    return {
        **_prices(bars),
        **_averages(bars),
        **_bands(bars),
        **_oscillators(bars),
        **_directional(bars),
        **_volume(bars),
    }


def _last(series: pd.Series) -> float:
    return float(series.iloc[-1]) if len(series) else float("nan")


def _seeded(series: pd.Series, period: int, alpha: float) -> pd.Series:
    """Exponential mean that starts with the plain mean of the first ``period`` values."""
    values = series.to_numpy()
    there = ~np.isnan(values)
    first = int(np.argmax(there)) if there.any() else len(values)
    if len(values) < first + period:
        return pd.Series(np.nan, series.index)
    seeded = values.copy()
    seeded[: first + period - 1] = np.nan
    seeded[first + period - 1] = values[first : first + period].mean()
    return pd.Series(seeded, series.index).ewm(alpha=alpha, adjust=False).mean()


def _ema(series: pd.Series, period: int) -> pd.Series:
    return _seeded(series, period, 2 / (period + 1))


def _wilder(series: pd.Series, period: int) -> pd.Series:
    return _seeded(series, period, 1 / period)


def _true_range(bars: pd.DataFrame) -> pd.Series:
    before = bars["Close"].shift()
    high, low = bars["High"], bars["Low"]
    span = np.maximum(high, before) - np.minimum(low, before)
    return pd.Series(np.where(before.isna(), np.nan, span), bars.index)


def _weighted(close: pd.Series, n: int) -> pd.Series:
    """Linearly weighted mean from two rolling sums."""
    place = pd.Series(np.arange(len(close), dtype=float), close.index)
    total = close.rolling(n).sum()
    return ((place * close).rolling(n).sum() - (place - n) * total) / (n * (n + 1) / 2)


def _prices(bars: pd.DataFrame) -> Values:
    close, high, low = bars["Close"], bars["High"], bars["Low"]
    out: Values = {"bars": float(len(bars))}
    out |= {name.lower(): _last(bars[name]) for name in bars.columns}
    for n in (1, 5, 21, 63, 126, 189, 252):
        out[f"return_{n}_pct"] = 100 * _last(close.pct_change(n))
    out["max_return_252_pct"] = 100 * _last(close.pct_change().rolling(252).max())
    out["gap_pct"] = 100 * _last(bars["Open"] / close.shift() - 1)
    lows = {n: low.rolling(n).min() for n in (10, 20, 252)}
    highs = {n: high.rolling(n).max() for n in (20, 55, 252)}
    out |= {f"low_{n}": _last(series) for n, series in lows.items()}
    out |= {f"high_{n}": _last(highs[n]) for n in (20, 252)}
    out |= {f"prior_high_{n}": _last(highs[n].shift()) for n in (20, 55, 252)}
    out["prior_low_20"] = _last(lows[20].shift())
    out["from_high_252_pct"] = 100 * (out["close"] / out["high_252"] - 1)
    out["from_low_252_pct"] = 100 * (out["close"] / out["low_252"] - 1)
    out["donchian_high_20"], out["donchian_low_20"] = out["high_20"], out["low_20"]
    return out


def _averages(bars: pd.DataFrame) -> Values:
    close, high, low = bars["Close"], bars["High"], bars["Low"]
    means = {n: close.rolling(n).mean() for n in (10, 20, 50, 100, 150, 200)}
    out = {f"sma_{n}": _last(series) for n, series in means.items()}
    for n in (50, 200):
        out[f"sma_{n}_change_21_pct"] = 100 * _last(means[n].pct_change(21))
    out |= {f"ema_{n}": _last(_ema(close, n)) for n in (10, 20, 50)}
    out["wma_20"] = _last(_weighted(close, 20))
    out["hma_9"] = _last(_weighted(2 * _weighted(close, 4) - _weighted(close, 9), 3))
    out["vwma_20"] = _last(
        (close * bars["Volume"]).rolling(20).sum() / bars["Volume"].rolling(20).sum()
    )
    line = (_weighted(close, 20) - means[20]) * 6 / 19
    out["linreg_slope_20"] = _last(line)
    out["linreg_20"] = _last(means[20] + line * 9.5)
    middle = {n: (high.rolling(n).max() + low.rolling(n).min()) / 2 for n in (9, 26, 52)}
    out["ichimoku_conversion"], out["ichimoku_base"] = _last(middle[9]), _last(middle[26])
    out["ichimoku_lead1"] = _last(((middle[9] + middle[26]) / 2).shift(26))
    out["ichimoku_lead2"] = _last(middle[52].shift(26))
    return out


def _bands(bars: pd.DataFrame) -> Values:
    close = bars["Close"]
    middle, spread = close.rolling(20).mean(), close.rolling(20).std(ddof=0)
    upper, lower = middle + 2 * spread, middle - 2 * spread
    true_range = _true_range(bars)
    atr = _wilder(true_range, 14)
    reach = _wilder(true_range.iloc[10:], 10)  # seeded so that both averages begin together
    base = _ema((bars["High"] + bars["Low"] + close) / 3, 20)
    moves = pd.Series(np.log(close / close.shift()))
    return {
        "stddev_20": _last(spread),
        "bb_upper": _last(upper),
        "bb_middle": _last(middle),
        "bb_lower": _last(lower),
        "bb_width_pct": 100 * _last((upper - lower) / middle),
        "bb_percent_b": _last((close - lower) / (upper - lower)),
        "atr_14": _last(atr),
        "natr_14": 100 * _last(atr / close),
        "kc_upper": _last(base) + 2 * _last(reach),
        "kc_lower": _last(base) - 2 * _last(reach),
        "volatility_20_pct": 100 * _last(moves.rolling(20).std()) * np.sqrt(252),
        "volatility_63_pct": 100 * _last(moves.rolling(63).std()) * np.sqrt(252),
    }


def _stochastic(close: pd.Series, high: pd.Series, low: pd.Series, n: int) -> pd.Series:
    lowest = low.rolling(n).min()
    return 100 * (close - lowest) / (high.rolling(n).max() - lowest)


def _oscillators(bars: pd.DataFrame) -> Values:
    close, high, low = bars["Close"], bars["High"], bars["Low"]
    change = close.diff()
    gain, loss = _wilder(change.clip(lower=0), 14), _wilder(-change.clip(upper=0), 14)
    rsi = 100 * gain / (gain + loss)
    slow = _stochastic(close, high, low, 14).rolling(3).mean()
    slow_rsi = _stochastic(rsi, rsi, rsi, 14).rolling(3).mean()
    typical = (high + low + close) / 3
    deviation = typical.rolling(20).apply(lambda w: np.abs(w - w.mean()).mean(), raw=True)
    median = (high + low) / 2
    fast = _ema(close.iloc[14:], 12)  # seeded so that both averages begin together
    macd = fast - _ema(close, 26)
    signal = _ema(macd, 9)
    macd = macd.where(signal.notna())  # both begin together
    return {
        "rsi_14": _last(rsi),
        "stochrsi_k": _last(slow_rsi),
        "stochrsi_d": _last(slow_rsi.rolling(3).mean()),
        "stoch_k": _last(slow),
        "stoch_d": _last(slow.rolling(3).mean()),
        "cci_20": _last((typical - typical.rolling(20).mean()) / (0.015 * deviation)),
        "mom_10": _last(close.diff(10)),
        "roc_10": 100 * _last(close.pct_change(10)),
        "willr_14": -100 + _last(_stochastic(close, high, low, 14)),
        "ultosc": _ultimate(bars),
        "ao": _last(median.rolling(5).mean() - median.rolling(34).mean()),
        "macd": _last(macd),
        "macd_signal": _last(signal),
        "macd_hist": _last(macd) - _last(signal),
    }


def _ultimate(bars: pd.DataFrame) -> float:
    floor = np.minimum(bars["Low"], bars["Close"].shift())
    pressure, span = bars["Close"] - floor, _true_range(bars)
    parts = [pressure.rolling(n).sum() / span.rolling(n).sum() for n in (7, 14, 28)]
    return 100 * _last(4 * parts[0] + 2 * parts[1] + parts[2]) / 7


def _directional(bars: pd.DataFrame) -> Values:
    up, down = bars["High"].diff(), -bars["Low"].diff()
    plus = pd.Series(np.where((up > down) & (up > 0), up, 0.0), bars.index)
    minus = pd.Series(np.where((down > up) & (down > 0), down, 0.0), bars.index)
    ranges = _running(_true_range(bars), 14)
    plus_di, minus_di = 100 * _running(plus, 14) / ranges, 100 * _running(minus, 14) / ranges
    dx = 100 * (plus_di - minus_di).abs() / (plus_di + minus_di)
    return {
        "plus_di_14": _last(plus_di),
        "minus_di_14": _last(minus_di),
        "adx_14": _last(_wilder(dx, 14)),
    }


def _running(series: pd.Series, n: int) -> pd.Series:
    """Wilder's running sum: bars 1 to n-1 added up, then S - S/n + new, as n times a mean."""
    values = series.to_numpy()
    if len(values) <= n:
        return pd.Series(np.nan, series.index)
    seed = values[1:n].sum()
    means = values.copy()
    means[:n] = np.nan
    means[n] = (seed - seed / n + values[n]) / n
    return n * pd.Series(means, series.index).ewm(alpha=1 / n, adjust=False).mean()


def _volume(bars: pd.DataFrame) -> Values:
    close, high, low, volume = bars["Close"], bars["High"], bars["Low"], bars["Volume"]
    dollars = close * volume
    typical = (high + low + close) / 3
    flow, rises = typical * volume, typical.diff()
    # the last bits of a sum are no rise: as TA-Lib has it
    rises = rises.mask(rises.abs() <= 1e-14 * (typical + typical.shift()), 0.0)
    inflow = flow.where(rises > 0, 0.0).rolling(14).sum()
    outflow = flow.where(rises < 0, 0.0).rolling(14).sum()
    steps = np.sign(close.diff()).fillna(1.0) * volume
    obv = steps.cumsum()
    return {
        "dollar_volume": _last(dollars),
        "avg_dollar_volume_20": _last(dollars.rolling(20).mean()),
        "avg_volume_50": _last(volume.rolling(50).mean()),
        "rel_volume_20": _last(volume / volume.rolling(20).mean().shift()),
        "mfi_14": _last(100 * inflow / (inflow + outflow)),
        "obv_change_20": _last(obv.diff(20) / volume.rolling(20).mean()),
    }
