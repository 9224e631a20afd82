"""Oscillators: RSI, MACD, stochastics, CCI, rates of change."""

from __future__ import annotations

from functools import partial

from technic.indicators import momentum, stochastic, trend
from technic.indicators.lookback import (
    exponential_unstable_period,
    longest_plus,
    total_plus,
    wilder_unstable_period,
)
from technic.language.functions._define import BAR, ONE_BEFORE, X, bars, lines_of, recursive, window
from technic.typing import FloatArray

__all__ = ["MOMENTUM", "slow_stochastic", "stochrsi_d_of", "stochrsi_k_of"]


def slow_stochastic(
    high: FloatArray, low: FloatArray, close: FloatArray, k: int, slow: int, slower: int
) -> tuple[FloatArray, FloatArray]:
    """Slow stochastic smoothed by plain means."""
    return stochastic.stoch(high, low, close, k, slow, 0, slower, 0)


def stochrsi_k_of(strength: FloatArray, fastk_period: int, slowk_period: int) -> FloatArray:
    """Mean of the place of an RSI in its own range, 0 to 100."""
    return stochastic.stochf(strength, strength, strength, fastk_period, slowk_period)[1]


def stochrsi_d_of(
    strength: FloatArray, fastk_period: int, slowk_period: int, slowd_period: int
) -> FloatArray:
    """Mean of ``stochrsi_k_of``."""
    return trend.sma(stochrsi_k_of(strength, fastk_period, slowk_period), slowd_period)


def _stochrsi_k(x: FloatArray, n: int, k: int, slow: int, _slower: int) -> FloatArray:
    return stochrsi_k_of(momentum.rsi(x, n), k, slow)


def _stochrsi_d(x: FloatArray, n: int, k: int, slow: int, slower: int) -> FloatArray:
    return stochrsi_d_of(momentum.rsi(x, n), k, slow, slower)


def _stochrsi_k_lookback(n: float, k: float, slow: float, _slower: float) -> int:
    return int(n + k + slow) - 1


def _macd_lookback(fast: float, slow: float, signal: float) -> int:
    return int(max(fast, slow) + signal) - 1


def _macd_unstable_period(fast: float, slow: float, signal: float) -> int:
    return exponential_unstable_period(max(fast, slow)) + exponential_unstable_period(signal)


_STOCH = (bars("fastk_period", 14), bars("slowk_period", 3), bars("slowd_period", 3))

MOMENTUM = (
    recursive(
        "rsi",
        (X, bars("timeperiod", 14, least=2)),
        momentum.rsi,
        "Wilder's relative strength index, 0 to 100; 0 where nothing moves.",
        lookback=ONE_BEFORE,
        unstable_period=wilder_unstable_period,
    ),
    *lines_of(
        recursive,
        {
            "macd_line": "Fast ema minus slow ema; begins together with its signal.",
            "macd_signal": "Ema of the MACD line.",
            "macd_histogram": "MACD line minus its signal.",
        },
        (
            X,
            bars("fastperiod", 12, least=2),
            bars("slowperiod", 26, least=2),
            bars("signalperiod", 9),
        ),
        momentum.macd,
        "TA-Lib MACD",
        lookback=_macd_lookback,
        unstable_period=_macd_unstable_period,
    ),
    *lines_of(
        window,
        {
            "stoch_k": "Slow stochastic %K: place of the close in its range, 0 to 100, smoothed.",
            "stoch_d": "Slow stochastic %D: plain mean of stoch_k.",
        },
        _STOCH,
        slow_stochastic,
        "TA-Lib STOCH",
        fields=BAR,
        lookback=partial(total_plus, -2),
    ),
    *lines_of(
        window,
        {
            "stochf_k": "Fast stochastic %K: place of the close in its range, 0 to 100.",
            "stochf_d": "Fast stochastic %D: plain mean of stochf_k.",
        },
        (bars("fastk_period", 5), bars("fastd_period", 3)),
        stochastic.stochf,
        "TA-Lib STOCHF",
        fields=BAR,
        lookback=partial(total_plus, -1),
    ),
    recursive(
        "stochrsi_k",
        (X, bars("timeperiod", 14, least=2), *_STOCH),
        _stochrsi_k,
        "Stochastic of the RSI, 0 to 100, smoothed by slowk_period, as charts show it.",
        "TA-Lib STOCHRSI (its %D)",
        lookback=_stochrsi_k_lookback,
        unstable_period=wilder_unstable_period,
    ),
    recursive(
        "stochrsi_d",
        (X, bars("timeperiod", 14, least=2), *_STOCH),
        _stochrsi_d,
        "Plain mean of stochrsi_k over slowd_period.",
        "TA-Lib STOCHRSI (mean of its %D)",
        lookback=partial(total_plus, -2),
        unstable_period=wilder_unstable_period,
    ),
    window(
        "cci",
        (bars("timeperiod", 20, least=2),),
        momentum.cci,
        "Commodity channel index: distance of the typical price from its mean.",
        fields=BAR,
    ),
    window(
        "willr",
        (bars("timeperiod", 14, least=2),),
        stochastic.willr,
        "Williams %R: distance of the close from the highest high, 0 to -100.",
        fields=BAR,
    ),
    window(
        "ultosc",
        (bars("timeperiod1", 7), bars("timeperiod2", 14), bars("timeperiod3", 28)),
        momentum.ultosc,
        "Ultimate oscillator over three spans, 0 to 100.",
        fields=BAR,
        lookback=partial(longest_plus, 1),
    ),
    window(
        "ao",
        (bars("fastperiod", 5), bars("slowperiod", 34)),
        momentum.ao,
        "Awesome oscillator: fast minus slow plain mean of the middle of each bar.",
        fields=("high", "low"),
        lookback=partial(longest_plus, 0),
    ),
    window(
        "mom",
        (X, bars("timeperiod", 10)),
        momentum.mom,
        "Value minus the value of timeperiod bars ago.",
        lookback=ONE_BEFORE,
    ),
    window(
        "roc",
        (X, bars("timeperiod", 10)),
        momentum.roc,
        "Change in percent over timeperiod bars; 0 where the older value is 0.",
        lookback=ONE_BEFORE,
    ),
)
