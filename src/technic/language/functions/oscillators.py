"""Oscillators beside those of ``momentum``: CMO, DPO, PPO, TRIX, TSI, Aroon, Fisher, Schaff."""

from __future__ import annotations

from functools import partial

from technic.indicators.lookback import (
    exponential_unstable_period,
    kept_unstable_period,
    longest_plus,
    longest_unstable_period,
    total_plus,
    wilder_unstable_period,
)
from technic.indicators.smoothed import oscillators
from technic.language.functions._define import OF_PERIOD, ONE_BEFORE, X, bars, recursive, window
from technic.language.functions.since import bars_since_highest, bars_since_lowest
from technic.typing import FloatArray

__all__ = ["OSCILLATORS"]

_HALVED = kept_unstable_period(0.5)
_FISHER = kept_unstable_period(oscillators.KEEP)


def _aroon_up(high: FloatArray, n: int) -> FloatArray:
    return _freshness(bars_since_highest(high, n + 1), n)


def _aroon_down(low: FloatArray, n: int) -> FloatArray:
    return _freshness(bars_since_lowest(low, n + 1), n)


def _aroon_osc(high: FloatArray, low: FloatArray, n: int) -> FloatArray:
    return _aroon_up(high, n) - _aroon_down(low, n)


def _freshness(ago: FloatArray, n: int) -> FloatArray:
    return 100.0 * (n - ago) / n


def _dpo_lookback(n: float) -> int:
    return int(max(n, n // 2 + 2))


def _trix_lookback(n: float) -> int:
    return 3 * int(n) - 1


def _trix_unstable_period(n: float) -> int:
    return 3 * exponential_unstable_period(n)


def _tsi_unstable_period(first: float, second: float) -> int:
    return exponential_unstable_period(first) + exponential_unstable_period(second)


def _connors_lookback(strength: float, streak: float, rank: float) -> int:
    return int(max(strength + 1, streak + 1, rank + 2))


def _connors_unstable_period(strength: float, streak: float, _: float) -> int:
    return wilder_unstable_period(max(strength, streak))


def _stc_lookback(fast: float, slow: float, cycle: float) -> int:
    return int(max(fast, slow) + 2 * cycle) - 2


def _stc_unstable_period(fast: float, slow: float, _: float) -> int:
    return exponential_unstable_period(max(fast, slow)) + 2 * _HALVED


def _fisher_unstable_period(_: float) -> int:
    return _FISHER + _HALVED


_FAST_SLOW = (bars("fastperiod", 12, least=2), bars("slowperiod", 26, least=2))

OSCILLATORS = (
    recursive(
        "cmo",
        (X, bars("timeperiod", 14, least=2)),
        oscillators.cmo,
        "Chande's momentum oscillator, -100 to 100, by Wilder's means; TradingView takes sums.",
        lookback=ONE_BEFORE,
        unstable_period=wilder_unstable_period,
    ),
    window(
        "dpo",
        (X, bars("timeperiod", 20)),
        oscillators.dpo,
        "Detrended price: value of n // 2 + 1 bars ago less the plain mean; TradingView takes the "
        "value of today and the mean of then.",
        lookback=_dpo_lookback,
    ),
    recursive(
        "ppo",
        (X, *_FAST_SLOW),
        oscillators.ppo,
        "Fast ema less slow ema, in percent of the slow one.",
        "TA-Lib PPO (exponential)",
        lookback=partial(longest_plus, 0),
        unstable_period=longest_unstable_period,
    ),
    recursive(
        "trix",
        (X, bars("timeperiod", 18)),
        oscillators.trix,
        "Change in percent over one bar of an ema of an ema of an ema.",
        lookback=_trix_lookback,
        unstable_period=_trix_unstable_period,
    ),
    recursive(
        "tsi",
        (X, bars("firstperiod", 25, least=2), bars("secondperiod", 13, least=2)),
        oscillators.tsi,
        "True strength index, -100 to 100: steps over their sizes, both smoothed twice.",
        lookback=partial(total_plus, 0),
        unstable_period=_tsi_unstable_period,
    ),
    window(
        "percentrank",
        (X, bars("timeperiod", 100)),
        oscillators.percentrank,
        "Share of the n values before that are lower, 0 to 100; TradingView counts equal ones too.",
        lookback=ONE_BEFORE,
    ),
    recursive(
        "connors_rsi",
        (
            X,
            bars("rsi_period", 3, least=2),
            bars("streak_period", 2, least=2),
            bars("rank_period", 100),
        ),
        oscillators.connors_rsi,
        "Mean of the rsi, the rsi of the streak of rises or falls, and the percentrank of the "
        "change.",
        "Connors and Alvarez (2012)",
        lookback=_connors_lookback,
        unstable_period=_connors_unstable_period,
    ),
    recursive(
        "stc",
        (
            X,
            bars("fastperiod", 23, least=2),
            bars("slowperiod", 50, least=2),
            bars("cycle", 10, least=2),
        ),
        oscillators.stc,
        "Schaff trend cycle, 0 to 100: place of the MACD in its range, smoothed by half, twice.",
        "Schaff (1999)",
        lookback=_stc_lookback,
        unstable_period=_stc_unstable_period,
    ),
    recursive(
        "fisher",
        (bars("timeperiod", 9, least=2),),
        oscillators.fisher,
        "Fisher transform of the place of the bar's middle in its range.",
        "Ehlers (2002)",
        fields=("high", "low"),
        lookback=OF_PERIOD,
        unstable_period=_fisher_unstable_period,
    ),
    window(
        "aroon_up",
        (bars("timeperiod", 14, least=2),),
        _aroon_up,
        "How new the highest high of n + 1 bars is: 100 today, 0 n bars ago.",
        "TA-Lib AROON",
        fields=("high",),
        lookback=ONE_BEFORE,
    ),
    window(
        "aroon_down",
        (bars("timeperiod", 14, least=2),),
        _aroon_down,
        "How new the lowest low of n + 1 bars is: 100 today, 0 n bars ago.",
        "TA-Lib AROON",
        fields=("low",),
        lookback=ONE_BEFORE,
    ),
    window(
        "aroon_osc",
        (bars("timeperiod", 14, least=2),),
        _aroon_osc,
        "aroon_up less aroon_down.",
        "TA-Lib AROONOSC",
        fields=("high", "low"),
        lookback=ONE_BEFORE,
    ),
)
