"""The rule of each function of the scan language that a workspace has a shortcut for."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from technic.columns import recursions
from technic.columns.rules import Arguments, Compute, Rule, X, of_two, recursive, since, window
from technic.indicators import momentum, price_range, stochastic, trend, volatility, volume
from technic.indicators.arithmetic import arithmetic, finite
from technic.indicators.lookback import (
    hma_lookback,
    longest_plus,
    one_bar,
    period_plus,
    total_plus,
)
from technic.indicators.workspace import Workspace
from technic.panel import FIELDS
from technic.typing import FloatArray

__all__ = ["RULES"]

_HLC, _HLCV = ("high", "low", "close"), ("high", "low", "close", "volume")
_ONE_MORE = partial(period_plus, 1)


def _finite_of(kernel: Callable[..., FloatArray], *inputs: Any) -> FloatArray:
    return finite(kernel(*inputs))


def _band(output: int) -> Rule:
    """Both bands are one call of the kernel."""
    return window(
        volatility.bbands,
        X,
        constants=2,
        given=lambda n, width: (n, width, width),
        output=output,
    )


def _stoch(output: int) -> Rule:
    return window(
        stochastic.stoch,
        *_HLC,
        lookback=partial(total_plus, -2),
        constants=3,
        given=lambda k, slow, slower: (k, slow, 0, slower, 0),
        output=output,
    )


def _middle(work: Workspace, n: float, lag: float) -> FloatArray:
    return work.earlier(int(lag), int(n), trend.midprice, "high", "low", n)


def _lead1(call: Arguments) -> Compute | None:
    if not call.are(0, 3):
        return None
    fast, slow, shift = call.constants
    lag = call.lag + shift
    return lambda work: (_middle(work, fast, lag) + _middle(work, slow, lag)) / 2.0


def _lead2(call: Arguments) -> Compute | None:
    if not call.are(0, 2):
        return None
    n, shift = call.constants
    return lambda work: _middle(work, n, call.lag + shift)


def _highest(call: Arguments) -> Compute | None:
    """Rule for the highest of a field, and of its change from one bar to the next."""
    match call.series:
        case (
            ast.Call(
                func=ast.Name(id="pct_change"), args=[ast.Name(id=name), ast.Constant(value=1)]
            ),
        ):
            if name in FIELDS and call.are(1, 1):
                bars = int(call.constants[0])
                changes = price_range.max_return_pct
                return lambda work: work.earlier(call.lag, bars + 1, changes, name, bars)
    return window(price_range.highest, X)(call)


_MIDDLE = window(trend.midprice, "high", "low")
_AVERAGES = {
    "sma": window(trend.sma, X),
    "ema": recursive(recursions.ema, series=1),
    "mean": window(trend.sma, X),
    "wma": window(trend.wma, X),
    "hma": window(trend.hma, X, lookback=hma_lookback),
    "vwma": window(trend.vwma, X, "volume"),
    "linearreg": window(trend.linearreg, X),
    "linearreg_slope": window(trend.linearreg_slope, X),
}
_BANDS = {
    "bb_upper": _band(0),
    "bb_middle": window(trend.sma, X),
    "bb_lower": _band(2),
    "donchian_high": window(price_range.highest, "high"),
    "donchian_middle": _MIDDLE,
    "donchian_low": window(price_range.lowest, "low"),
    "kc_upper": recursive(recursions.kc_upper, constants=3),
    "kc_middle": recursive(recursions.kc_middle, constants=3),
    "kc_lower": recursive(recursions.kc_lower, constants=3),
    "ichimoku_conversion": _MIDDLE,
    "ichimoku_base": _MIDDLE,
    "ichimoku_lead1": _lead1,
    "ichimoku_lead2": _lead2,
    "midprice": _MIDDLE,
}
_MOMENTUM = {
    "rsi": recursive(recursions.rsi, series=1),
    "stochrsi_k": recursive(recursions.stochrsi_k, series=1, constants=4),
    "stochrsi_d": recursive(recursions.stochrsi_d, series=1, constants=4),
    "macd_line": recursive(recursions.macd_line, series=1, constants=3),
    "macd_signal": recursive(recursions.macd_signal, series=1, constants=3),
    "macd_histogram": recursive(recursions.macd_histogram, series=1, constants=3),
    "adx": recursive(recursions.adx),
    "plus_di": recursive(recursions.plus_di),
    "minus_di": recursive(recursions.minus_di),
    "stoch_k": _stoch(0),
    "stoch_d": _stoch(1),
    "cci": window(momentum.cci, *_HLC),
    "mom": window(momentum.mom, X, lookback=_ONE_MORE),
    "roc": window(momentum.roc, X, lookback=_ONE_MORE),
    "willr": window(stochastic.willr, *_HLC),
    "ultosc": window(momentum.ultosc, *_HLC, lookback=partial(longest_plus, 1), constants=3),
    "ao": window(momentum.ao, "high", "low", lookback=partial(longest_plus, 0), constants=2),
}
_RANGES = {
    "atr": recursive(recursions.atr),
    "natr": recursive(recursions.natr),
    "trange": window(volatility.trange, *_HLC, lookback=partial(period_plus, 1, 1), constants=0),
    "typical_price": window(volatility.typical_price, *_HLC, lookback=one_bar, constants=0),
    "var": window(volatility.var, X),
    "stddev": window(volatility.stddev, X, constants=2),
    "realised_volatility": window(
        partial(_finite_of, volatility.realised_volatility), X, lookback=_ONE_MORE
    ),
}
_VOLUME = {
    "obv": recursive(recursions.obv, constants=0),
    "ad": recursive(recursions.ad, constants=0),
    "dollar_volume": window(volume.dollar_volume, "close", "volume", lookback=one_bar, constants=0),
    "obv_change": window(volume.obv_change, "close", "volume", lookback=_ONE_MORE),
    "mfi": window(volume.mfi, *_HLCV, lookback=_ONE_MORE),
    "rvol": window(partial(_finite_of, volume.rvol), "volume", lookback=_ONE_MORE),
}
_HISTORY = {
    "bar_count": recursive(recursions.bar_count, constants=0),
    "highest": _highest,
    "lowest": window(price_range.lowest, X),
    "change": since(partial(arithmetic, "-")),
    "pct_change": since(price_range.percent_from),
    "percent_from": of_two(price_range.percent_from),
    "percent_of": of_two(price_range.percent_of),
}

RULES: Mapping[str, Rule] = MappingProxyType(
    {**_AVERAGES, **_BANDS, **_MOMENTUM, **_RANGES, **_VOLUME, **_HISTORY}
)
"""By the name of the function; a function without a rule is left to the language."""
