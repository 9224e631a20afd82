"""The columns of a scan by TA-Lib, one symbol at a time: the strongest scorer beside the scan.

TA-Lib's C functions wherever it has the indicator, over whole series, since their recursions need
them; numpy on just the last bars for what it has none of. Every function is called once. Its values
are checked against those of the scan before anything is timed, as those of pandas are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

import numpy as np
import pandas as pd

from technic.typing import FloatArray

__all__ = ["Series", "series_of", "talib_columns", "talib_there"]

Values = dict[str, float]
Series = Mapping[str, FloatArray]
NAN = float("nan")


def talib_there() -> ModuleType | None:
    """Return TA-Lib's wrapper, None where it is not installed: nothing else here needs it."""
    return import_module("talib") if find_spec("talib") is not None else None


def series_of(bars: pd.DataFrame) -> Series:
    """Return what TA-Lib is given: contiguous float64 series named open to volume.

    ``bars``: Open High Low Close Volume, oldest first.
    """
    return {
        name.lower(): np.ascontiguousarray(bars[name].to_numpy(np.float64)) for name in bars.columns
    }


def talib_columns(ta: ModuleType, bars: Series) -> Values:
    """Last value of each column that every scan has, for one symbol; NaN where history is short."""
    return {
        **_prices(bars),
        **_averages(ta, bars),
        **_bands(ta, bars),
        **_oscillators(ta, bars),
        **_volume(ta, bars),
    }


def _last(series: FloatArray, back: int = 0) -> float:
    """Value of so many bars ago."""
    return float(series[-1 - back]) if len(series) > back else NAN


def _change(series: FloatArray, n: int) -> float:
    return 100 * (_over(_last(series), _last(series, n)) - 1)


def _over(left: float, right: float) -> float:
    return left / right if right else NAN


def _highest(series: FloatArray, n: int, back: int = 0) -> float:
    seen = series[len(series) - n - back : len(series) - back]
    return float(seen.max()) if len(series) >= n + back else NAN


def _lowest(series: FloatArray, n: int, back: int = 0) -> float:
    return -_highest(-series[-n - back :], n, back)


def _mean(series: FloatArray, n: int, back: int = 0) -> float:
    seen = series[len(series) - n - back : len(series) - back]
    return float(seen.sum()) / n if len(series) >= n + back else NAN


def _prices(bars: Series) -> Values:
    close, high, low = bars["close"], bars["high"], bars["low"]
    out: Values = {"bars": float(len(close))}
    out |= {name: _last(bars[name]) for name in ("open", "high", "low", "close", "volume")}
    out |= {f"return_{n}_pct": _change(close, n) for n in (1, 5, 21, 63, 126, 189, 252)}
    year = close[-253:]
    out["max_return_252_pct"] = 100 * _highest(year[1:] / year[:-1] - 1, 252)
    out["gap_pct"] = 100 * (_over(_last(bars["open"]), _last(close, 1)) - 1)
    out |= {f"low_{n}": _lowest(low, n) for n in (10, 20, 252)}
    out |= {f"high_{n}": _highest(high, n) for n in (20, 252)}
    out |= {f"prior_high_{n}": _highest(high, n, 1) for n in (20, 55, 252)}
    out["prior_low_20"] = _lowest(low, 20, 1)
    out["from_high_252_pct"] = 100 * (_over(out["close"], out["high_252"]) - 1)
    out["from_low_252_pct"] = 100 * (_over(out["close"], out["low_252"]) - 1)
    out["donchian_high_20"], out["donchian_low_20"] = out["high_20"], out["low_20"]
    return out


def _averages(ta: ModuleType, bars: Series) -> Values:
    close, high, low, volume = (bars[name] for name in ("close", "high", "low", "volume"))
    means = {n: ta.SMA(close, n) for n in (10, 20, 50, 100, 150, 200)}
    out = {f"sma_{n}": _last(series) for n, series in means.items()}
    out |= {f"sma_{n}_change_21_pct": _change(means[n], 21) for n in (50, 200)}
    out |= {f"ema_{n}": _last(ta.EMA(close, n)) for n in (10, 20, 50)}
    out["wma_20"] = _last(ta.WMA(close, 20))
    end = close[-11:]
    out["hma_9"] = _last(ta.WMA(2 * ta.WMA(end, 4) - ta.WMA(end, 9), 3)) if len(end) > 10 else NAN
    out["vwma_20"] = _over(_mean(close[-20:] * volume[-20:], 20), _mean(volume, 20))
    out["linreg_20"] = _last(ta.LINEARREG(close, 20))
    out["linreg_slope_20"] = _last(ta.LINEARREG_SLOPE(close, 20))
    nine, base = ta.MIDPRICE(high, low, 9), ta.MIDPRICE(high, low, 26)
    out["ichimoku_conversion"], out["ichimoku_base"] = _last(nine), _last(base)
    out["ichimoku_lead1"] = (_last(nine, 26) + _last(base, 26)) / 2
    out["ichimoku_lead2"] = _last(ta.MIDPRICE(high, low, 52), 26)
    return out


def _bands(ta: ModuleType, bars: Series) -> Values:
    close, high, low = bars["close"], bars["high"], bars["low"]
    upper, middle, lower = (_last(band) for band in ta.BBANDS(close, 20, 2.0, 2.0))
    atr = _last(ta.ATR(high, low, close, 14))
    base = _last(ta.EMA(ta.TYPPRICE(high, low, close), 20))
    # seeded so that both averages begin together
    reach = _last(ta.ATR(high[9:], low[9:], close[9:], 10)) if len(close) > 9 else NAN
    moves = np.log(close[-63:] / close[-64:-1]) if len(close) > 63 else _steps(close[-21:])
    return {
        "stddev_20": _last(ta.STDDEV(close, 20, 1.0)),
        "bb_upper": upper,
        "bb_middle": middle,
        "bb_lower": lower,
        "bb_width_pct": 100 * _over(upper - lower, middle),
        "bb_percent_b": _over(_last(close) - lower, upper - lower),
        "atr_14": atr,
        "natr_14": 100 * _over(atr, _last(close)),
        "kc_upper": base + 2 * reach,
        "kc_lower": base - 2 * reach,
        "volatility_20_pct": _volatility(moves, 20),
        "volatility_63_pct": _volatility(moves, 63),
    }


def _steps(close: FloatArray) -> FloatArray:
    return np.log(close[1:] / close[:-1])


def _volatility(moves: FloatArray, n: int) -> float:
    seen = moves[-n:]
    return 100 * math.sqrt(252) * float(seen.std(ddof=1)) if len(seen) == n else NAN


def _oscillators(ta: ModuleType, bars: Series) -> Values:
    close, high, low = bars["close"], bars["high"], bars["low"]
    rsi = ta.RSI(close, 14)
    slow_k, slow_d = ta.STOCH(high, low, close, 14, 3, 0, 3, 0)
    _, rsi_k = ta.STOCHF(rsi, rsi, rsi, 14, 3, 0)
    line, signal, histogram = ta.MACD(close, 12, 26, 9)
    median = (high[-34:] + low[-34:]) / 2
    return {
        "rsi_14": _last(rsi),
        "stochrsi_k": _last(rsi_k),
        "stochrsi_d": _mean(rsi_k, 3),
        "stoch_k": _last(slow_k),
        "stoch_d": _last(slow_d),
        "cci_20": _last(ta.CCI(high, low, close, 20)),
        "mom_10": _last(close) - _last(close, 10),
        "roc_10": _change(close, 10),
        "willr_14": _last(ta.WILLR(high, low, close, 14)),
        "ultosc": _last(ta.ULTOSC(high, low, close, 7, 14, 28)),
        "ao": _mean(median, 5) - _mean(median, 34),
        "macd": _last(line),
        "macd_signal": _last(signal),
        "macd_hist": _last(histogram),
        "plus_di_14": _last(ta.PLUS_DI(high, low, close, 14)),
        "minus_di_14": _last(ta.MINUS_DI(high, low, close, 14)),
        "adx_14": _last(ta.ADX(high, low, close, 14)),
    }


def _volume(ta: ModuleType, bars: Series) -> Values:
    close, volume = bars["close"], bars["volume"]
    dollars = close[-20:] * volume[-20:]
    mean = _mean(volume, 20)
    signs = np.sign(close[-20:] - close[-21:-1]) if len(close) > 20 else np.full(20, NAN)
    return {
        "dollar_volume": _last(dollars),
        "avg_dollar_volume_20": _mean(dollars, 20),
        "avg_volume_50": _mean(volume, 50),
        "rel_volume_20": _over(_last(volume), _mean(volume, 20, 1)),
        "mfi_14": _last(ta.MFI(bars["high"], bars["low"], close, volume, 14)),
        "obv_change_20": _over(float((signs * volume[-20:]).sum()), mean)
        if len(close) > 20
        else NAN,
    }
