"""How each of the 26 votes of the Technical Rating is cast: expressions of the scan language.

Beside the language's functions they use those of ``_technical_kernels`` and the rules below, which
no text of a user can say. What votes share, such as EMA 50 or RSI 14, is one step for all of them.

A vote is missing (NaN) while the one value that TradingView's library checks is missing; another
value that is missing makes its condition false, and the vote counts 0. So Ichimoku counts 0 from
bar 52 to bar 77, before there is a cloud under today.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from technic.indicators.lookback import one_bar, period_plus
from technic.language.base import BASE
from technic.language.evaluation.bar_rows import bars_at
from technic.language.evaluation.program import program_of
from technic.language.functions.function import Function, Memory, Parameter
from technic.language.syntax.expr import Expr, close, fn, high, low
from technic.panel import BarPanel
from technic.scoring import _technical_kernels as kernels
from technic.scoring._technical_kernels import EQUAL, above
from technic.typing import BoolArray, FloatArray

__all__ = ["RULES", "VOCABULARY", "votes_at"]


def _cast(checked: FloatArray, up: BoolArray, down: BoolArray) -> FloatArray:
    """+1 where ``up``, -1 where ``down``, else 0; NaN where ``checked`` is, which is finite."""
    out = checked * 0.0
    out += up
    out -= down
    return out


def _against(value: FloatArray, line: FloatArray, apart: FloatArray) -> FloatArray:
    """Up above a line, down below it; the line is checked."""
    lead = value - line
    return _cast(line, lead > apart, lead < -apart)


def _in_order(checked: FloatArray, apart: FloatArray, *falling: FloatArray) -> FloatArray:
    """Up where each value is above the next, down where each is below."""
    up, down = np.ones(checked.shape, np.bool_), np.ones(checked.shape, np.bool_)
    for higher, lower in itertools.pairwise(falling):
        up &= above(higher, lower, apart)
        down &= above(lower, higher, apart)
    return _cast(checked, up, down)


def _turn(value: FloatArray, before: FloatArray, low: float, high: float) -> FloatArray:
    """Up below ``low`` and rising, down above ``high`` and falling."""
    up = above(low, value) & above(value, before)
    return _cast(before, up, above(value, high) & above(before, value))


def _extreme(k: FloatArray, d: FloatArray) -> tuple[BoolArray, BoolArray]:
    """Both lines below 20 with K above D, and both above 80 with K below D."""
    up = above(20.0, k) & above(20.0, d) & above(k, d)
    return up, above(k, 80.0) & above(d, 80.0) & above(d, k)


def _stochastic(k: FloatArray, d: FloatArray, before: FloatArray) -> FloatArray:
    """Extreme lines; no cross is asked for. D of the bar before is checked."""
    return _cast(before, *_extreme(k, d))


def _stochastic_against(trend: FloatArray, k: FloatArray, d: FloatArray) -> FloatArray:
    """Extreme lines against the trend: its vote, which is checked."""
    low, high = _extreme(k, d)
    return _cast(trend, (trend < 0.0) & low, (trend > 0.0) & high)


def _direction(means: FloatArray, means_before: FloatArray) -> FloatArray:
    """ADX rising above 20; the direction decides, no cross is asked for."""
    plus, minus, now, before = kernels.indicators_of(means, means_before)
    trending = above(now, 20.0) & above(now, before)
    return _cast(now, trending & above(plus, minus), trending & above(minus, plus))


def _awesome(
    now: FloatArray, before: FloatArray, earlier: FloatArray, apart: FloatArray
) -> FloatArray:
    """A cross of zero, or a saucer on one side of it."""

    def says(sign: float) -> BoolArray:
        """The rule for up; with the sign turned, for down."""
        a, b, c = sign * now, sign * before, sign * earlier
        crosses = above(a, 0.0, apart) & ~above(b, 0.0, apart)
        saucer = above(b, 0.0, apart) & above(a, b, apart) & above(c, b, apart)
        return crosses | (above(a, 0.0, apart) & saucer)

    return _cast(before, says(1.0), says(-1.0))


def _against_signal(lines: FloatArray, apart: FloatArray) -> FloatArray:
    """MACD line against its signal."""
    return _against(lines[:, 0], lines[:, 1], apart)


def _power(
    trend: FloatArray,
    bull: FloatArray,
    bull_before: FloatArray,
    bear: FloatArray,
    bear_before: FloatArray,
    apart: FloatArray,
) -> FloatArray:
    """Bull and bear power with the trend: its vote, which is checked."""
    up = (trend > 0.0) & above(0.0, bear, apart) & above(bear, bear_before, apart)
    down = (trend < 0.0) & above(bull, 0.0, apart) & above(bull_before, bull, apart)
    return _cast(trend, up, down)


def _beyond(value: FloatArray, low: float, high: float) -> FloatArray:
    """Up above ``high``, down below ``low``."""
    return _cast(value, above(value, high), above(low, value))


def _function(
    name: str,
    memory: Memory,
    kernel: Callable[..., Any],
    takes: str,
    lookback: Callable[..., int] = one_bar,
) -> Function:
    """Define a function; ``takes``: x for values of bars, c for a constant, n for bars."""
    kinds = {
        "x": Parameter("x", "series"),
        "c": Parameter("c", "number"),
        "n": Parameter("n", "bars"),
    }
    parameters = tuple(kinds[one] for one in takes)
    text = "Of the Technical Rating."
    return Function(name, parameters, "number", memory, kernel, text, "Pine", lookback=lookback)


_FUNCTIONS = (
    _function("tv_slack", "point", kernels.slack, "x"),
    _function("tv_strength", "point", kernels.strength_of, "x"),
    _function("tv_place", "point", kernels.place, "xxxx"),
    _function("tv_place_equal", "point", partial(kernels.place, apart=EQUAL), "xxx"),
    _function("tv_deviation", "window", kernels.deviation, "xn", partial(period_plus, 0)),
    _function("tv_channel_index", "point", kernels.channel_index, "xxx"),
    _function("tv_directional", "recursive", kernels.directional, "xxx"),
    _function("tv_macd", "recursive", kernels.macd_lines, "x"),
    _function("tv_ultimate", "point", kernels.ultimate, "x" * 7),
    _function("tv_against", "point", _against, "xxx"),
    _function("tv_in_order", "point", _in_order, "x" * 7),
    _function("tv_turn", "point", _turn, "xxcc"),
    _function("tv_stochastic", "point", _stochastic, "xxx"),
    _function("tv_stochastic_against", "point", _stochastic_against, "xxx"),
    _function("tv_direction", "point", _direction, "xx"),
    _function("tv_awesome", "point", _awesome, "xxxx"),
    _function("tv_against_signal", "point", _against_signal, "xx"),
    _function("tv_power", "point", _power, "x" * 6),
    _function("tv_beyond", "point", _beyond, "xcc"),
)
VOCABULARY = BASE.extended(functions={function.name: function for function in _FUNCTIONS})
"""The scan language with the functions of the votes."""

_SLACK = fn.tv_slack(close)
"""How far apart price-like values may be and still be equal."""
_LENGTHS = (10, 20, 30, 50, 100, 200)
_TREND = fn.tv_against(close, fn.ema(close, 50), _SLACK)


def _average(line: Expr) -> Expr:
    """The close against a moving average."""
    return fn.tv_against(close, line, _SLACK)


def _ichimoku() -> Expr:
    """Cloud, base line, conversion line and close in one order, each above the next or below."""
    conversion, base, longest = (fn.midprice(bars) for bars in (9, 26, 52))
    leads = ((conversion[26] + base[26]) / 2.0, longest[26])
    return fn.tv_in_order(longest, _SLACK, close, conversion, base, *leads)


def _lines(place: Expr) -> tuple[Expr, Expr]:
    """%K (smoothed by 3) and %D (by another 3) of where a value lies in its range."""
    k = fn.sma(place, 3)
    return k, fn.sma(k, 3)


def _awesome_oscillator() -> Expr:
    middle = (high + low) / 2.0
    return fn.sma(middle, 5) - fn.sma(middle, 34)


def _oscillators() -> dict[str, Expr]:
    strength = fn.tv_strength(fn._gain_and_loss(close, 14))
    place = fn.tv_place(close, fn.lowest(low, 14), fn.highest(high, 14), _SLACK)
    k, d = _lines(place)
    strengths = strength, fn.lowest(strength, 14), fn.highest(strength, 14)
    index = fn.tv_channel_index(close, fn.tv_deviation(close, 20), _SLACK)
    means, awesome = fn.tv_directional(high, low, close), _awesome_oscillator()
    momentum, mean = close - close[10], fn.ema(close, 13)
    bull, bear, range_ = high - mean, low - mean, place - 100.0
    bottom = fn.min(low, close[1])
    closed, moved = close - bottom, fn.max(high, close[1]) - bottom
    sums = [fn.sum(part, span) for span in (7, 14, 28) for part in (closed, moved)]
    return {
        "rsi": fn.tv_turn(strength, strength[1], 30, 70),
        "stochastic": fn.tv_stochastic(k, d, d[1]),
        "cci": fn.tv_turn(index, index[1], -100, 100),
        "adx": fn.tv_direction(means, means[1]),
        "awesome": fn.tv_awesome(awesome, awesome[1], awesome[2], _SLACK),
        "momentum": fn.tv_against(momentum, momentum[1], _SLACK),
        "macd": fn.tv_against_signal(fn.tv_macd(close), _SLACK),
        "stochrsi": fn.tv_stochastic_against(_TREND, *_lines(fn.tv_place_equal(*strengths))),
        "williams": fn.tv_turn(range_, range_[1], -80, -20),
        "bull_bear": fn.tv_power(_TREND, bull, bull[1], bear, bear[1], _SLACK),
        "ultimate": fn.tv_beyond(fn.tv_ultimate(_SLACK, *sums), 30, 70),
    }


RULES: Mapping[str, Expr] = MappingProxyType(
    {
        **{f"tv_sma_{n}": _average(fn.sma(close, n)) for n in _LENGTHS},
        **{f"tv_ema_{n}": _average(fn.ema(close, n)) for n in _LENGTHS},
        "tv_hull_9": _average(fn.hma(close, 9)),
        "tv_vwma_20": _average(fn.vwma(close, 20)),
        "tv_ichimoku": _ichimoku(),
        **{f"tv_{name}": rule for name, rule in _oscillators().items()},
    }
)
"""The rule of each vote, in the order of ``VOTES``; it gives -1, 0, +1 or NaN."""


def votes_at(
    panel: BarPanel, rows: NDArray[np.intp], names: Sequence[str]
) -> dict[str, FloatArray]:
    """Cast some votes at rows of each column, ``(n_symbols,)`` or ``(k, n_symbols)``."""
    program, results = program_of(VOCABULARY, tuple(RULES[name].node for name in names))
    return dict(zip(names, bars_at(program, results, panel, rows), strict=True))
