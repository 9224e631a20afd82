"""What several functions are made of, so that it is computed once.

``atr`` and ``natr`` smooth the same true range, ``plus_di`` and ``adx`` share Wilder's sums, the
three MACD functions are one. ``rewritten`` writes such calls as expressions of parts that have
names of their own, which no text can use. The numbers are those of the functions' own kernels, bit
for bit. It also makes work smaller: a step that looks at a bar alone, at the end of a recursion, is
then done for the bars that are asked for and no others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from technic.indicators import directional, momentum, price_range, volatility, volume
from technic.indicators.arithmetic import ArithmeticOperator
from technic.indicators.division import percent
from technic.indicators.lookback import one_bar, period_plus, total_plus
from technic.indicators.recursions import exponential_mean, wilder_mean
from technic.indicators.streams import Stream
from technic.indicators.tiles import tiles_of
from technic.language.functions._define import HERE, X, bars, number, stream_from_first_value
from technic.language.functions.function import Function, Memory
from technic.language.functions.history import bars_so_far
from technic.language.functions.momentum import slow_stochastic, stochrsi_d_of, stochrsi_k_of
from technic.language.syntax.nodes import (
    And,
    Arithmetic,
    Call,
    Comparison,
    ComparisonOperator,
    Name,
    Node,
    Number,
    Shift,
    Text,
)
from technic.panel.windows import window_variance
from technic.typing import FloatArray

__all__ = ["PARTS", "rewritten", "shortened"]


def _part(index: int, parts: FloatArray) -> FloatArray:
    return parts[:, index]


def _strength(means: FloatArray) -> FloatArray:
    return momentum.strength(means[:, 0], means[:, 1])


def _histogram(lines: FloatArray) -> FloatArray:
    return lines[:, 0] - lines[:, 1]


def _wilder(reach: FloatArray, n: int) -> Stream:
    return wilder_mean(reach, n, start=1)


def _share_of(line: int, sums: FloatArray) -> FloatArray:
    return directional.percent_of_range(sums[:, line], sums[:, 0])


def _keltner_centre(high: FloatArray, low: FloatArray, close: FloatArray, n: int, m: int) -> Stream:
    """Of the true range the centre line looks at nothing but its shape."""
    return volatility.kc_parts(high, volatility.typical_tiles(high, low, close), n, m)[0]


def _keltner_close(close: FloatArray, n: int, m: int) -> Stream:
    return volatility.kc_parts(close, tiles_of(close), n, m)[0]


def _keltner_reach(reach: FloatArray, n: int, m: int) -> Stream:
    return volatility.kc_parts(reach, tiles_of(reach), n, m)[1]


def _spread(x: FloatArray, n: int) -> FloatArray:
    squares, mean = window_variance(x, n)
    return np.stack((mean, np.sqrt(squares, out=squares)), axis=1)


def _deviations(mean_and_spread: FloatArray, width: float) -> FloatArray:
    return mean_and_spread[:, 1] * width


def _above(centre_and_reach: FloatArray, width: float) -> FloatArray:
    return centre_and_reach[:, 0] + centre_and_reach[:, 1] * width


def _below(centre_and_reach: FloatArray, width: float) -> FloatArray:
    return centre_and_reach[:, 0] - centre_and_reach[:, 1] * width


def _stoch(*inputs: Any) -> FloatArray:
    return np.stack(slow_stochastic(*inputs), axis=1)


def _part_of(
    name: str,
    memory: Memory,
    inputs: int,
    kernel: Callable[..., Any],
    constants: int = 0,
    need: Callable[..., int] = one_bar,
) -> Function:
    parameters = (X,) * inputs + (bars("n"),) * constants
    return Function(
        name, parameters, "number", memory, kernel, "A part of functions.", HERE, lookback=need
    )


def _band(name: str, kernel: Callable[..., Any]) -> Function:
    return Function(
        name, (X, number("width", 1.0)), "number", "point", kernel, "A part of functions.", HERE
    )


_ALL = (
    _part_of("_ema", "recursive", 1, partial(stream_from_first_value, 1, exponential_mean), 1),
    _part_of(
        "_gain_and_loss",
        "recursive",
        1,
        partial(stream_from_first_value, 1, momentum.gain_and_loss),
        1,
    ),
    _part_of("_strength", "point", 1, _strength),
    _part_of("_stochrsi_k", "window", 1, stochrsi_k_of, 2, partial(total_plus, -1)),
    _part_of("_stochrsi_d", "window", 1, stochrsi_d_of, 3, partial(total_plus, -2)),
    _part_of("_macd", "recursive", 1, partial(stream_from_first_value, 1, momentum.macd_lines), 3),
    _part_of("_histogram", "point", 1, _histogram),
    _part_of("_first", "point", 1, partial(_part, 0)),
    _part_of("_second", "point", 1, partial(_part, 1)),
    _part_of("_wilder", "recursive", 1, _wilder, 1),
    _part_of("_in_percent", "point", 2, percent),
    _part_of("_direction", "recursive", 3, directional.direction, 1),
    _part_of("_plus", "point", 1, partial(_share_of, 1)),
    _part_of("_minus", "point", 1, partial(_share_of, 2)),
    _part_of("_average", "point", 1, partial(_part, 3)),
    _part_of("_keltner_centre", "recursive", 3, _keltner_centre, 2),
    _part_of("_keltner_close", "recursive", 1, _keltner_close, 2),
    _part_of("_keltner_reach", "recursive", 1, _keltner_reach, 2),
    _part_of("_spread", "window", 1, _spread, 1, partial(period_plus, 0)),
    _part_of("_stoch", "window", 3, _stoch, 3, partial(total_plus, -2)),
    _part_of("_max_return", "window", 1, price_range.max_return_pct, 1, partial(period_plus, 1)),
    _part_of("_rate", "point", 2, momentum.rate),
    _part_of("_bars", "recursive", 1, bars_so_far),
    _part_of("_obv", "recursive", 2, volume.obv_rows),
    _part_of("_ad", "recursive", 4, volume.ad_rows),
    _band("_deviations", _deviations),
    _band("_above", _above),
    _band("_below", _below),
)
PARTS: Mapping[str, Function] = MappingProxyType({part.name: part for part in _ALL})
"""The parts by name."""

HIGH, LOW, CLOSE, VOLUME = Name("high"), Name("low"), Name("close"), Name("volume")
_RANGE = Call("trange", ())


def _before(node: Node, bars_ago: Node) -> Node:
    assert isinstance(bars_ago, Number)
    return Shift(node, int(bars_ago.value))


def _crossing(now: ComparisonOperator, then: ComparisonOperator, a: Node, b: Node) -> Node:
    one = Number(1.0)
    return And((Comparison(now, a, b), Comparison(then, _before(a, one), _before(b, one))))


def _moved_from(name: str, x: Node, n: Node) -> Node:
    return Call(name, (x, _before(x, n)))


def _difference(x: Node, n: Node) -> Node:
    return Arithmetic("-", x, _before(x, n))


def _of_direction(part: str, n: Node) -> Node:
    return Call(part, (Call("_direction", (_RANGE, HIGH, LOW, n)),))


def _atr(n: Node) -> Node:
    return Call("_wilder", (_RANGE, n))


def _rsi(x: Node, n: Node) -> Node:
    return Call("_strength", (Call("_gain_and_loss", (x, n)),))


def _stochrsi(name: str, x: Node, n: Node, *periods: Node) -> Node:
    return Call(name, (_rsi(x, n), *periods))


def _of_macd(part: str, *arguments: Node) -> Node:
    return Call(part, (Call("_macd", arguments),))


def _of_stoch(part: str, *periods: Node) -> Node:
    return Call(part, (Call("_stoch", (HIGH, LOW, CLOSE, *periods)),))


def _centre(n: Node, m: Node, middle: Node) -> Node:
    if middle == Text("close"):
        return Call("_keltner_close", (CLOSE, n, m))
    return Call("_keltner_centre", (HIGH, LOW, CLOSE, n, m))


def _keltner_band(
    operator: ArithmeticOperator, n: Node, m: Node, width: Node, middle: Node
) -> Node:
    reach = Call("_keltner_reach", (_RANGE, n, m))
    return Arithmetic(operator, _centre(n, m, middle), Arithmetic("*", reach, width))


def _of_spread(part: str, x: Node, n: Node, width: Node) -> Node:
    return Call(part, (Call("_spread", (x, n)), width))


def _middle(n: Node) -> Node:
    return Call("midprice", (n,))


def _lead1(fast: Node, slow: Node, displacement: Node) -> Node:
    middle = Arithmetic("/", Arithmetic("+", _middle(fast), _middle(slow)), Number(2.0))
    return _before(middle, displacement)


_RULES: Mapping[str, Callable[..., Node]] = {
    "ema": lambda x, n: Call("_ema", (x, n)),
    "rsi": _rsi,
    "stochrsi_k": lambda x, n, k, slow, _: _stochrsi("_stochrsi_k", x, n, k, slow),
    "stochrsi_d": partial(_stochrsi, "_stochrsi_d"),
    "macd_line": partial(_of_macd, "_first"),
    "macd_signal": partial(_of_macd, "_second"),
    "macd_histogram": partial(_of_macd, "_histogram"),
    "atr": _atr,
    "natr": lambda n: Call("_in_percent", (_atr(n), CLOSE)),
    "adx": partial(_of_direction, "_average"),
    "plus_di": partial(_of_direction, "_plus"),
    "minus_di": partial(_of_direction, "_minus"),
    "stoch_k": partial(_of_stoch, "_first"),
    "stoch_d": partial(_of_stoch, "_second"),
    "kc_upper": partial(_keltner_band, "+"),
    "kc_middle": lambda n, m, _, middle: _centre(n, m, middle),
    "kc_lower": partial(_keltner_band, "-"),
    "bb_upper": partial(_of_spread, "_above"),
    "bb_middle": lambda x, n: Call("sma", (x, n)),
    "bb_lower": partial(_of_spread, "_below"),
    "stddev": partial(_of_spread, "_deviations"),
    "mean": lambda x, n: Call("sma", (x, n)),
    "donchian_high": lambda n: Call("highest", (HIGH, n)),
    "donchian_middle": _middle,
    "donchian_low": lambda n: Call("lowest", (LOW, n)),
    "ichimoku_conversion": _middle,
    "ichimoku_base": _middle,
    "ichimoku_lead1": _lead1,
    "ichimoku_lead2": lambda n, displacement: _before(_middle(n), displacement),
    "change": _difference,
    "mom": _difference,
    "roc": partial(_moved_from, "_rate"),
    "pct_change": partial(_moved_from, "percent_from"),
    "crosses_above": partial(_crossing, ">", "<="),
    "crosses_below": partial(_crossing, "<", ">="),
    "bar_count": lambda: Call("_bars", (CLOSE,)),
    "obv": lambda: Call("_obv", (CLOSE, VOLUME)),
    "ad": lambda: Call("_ad", (HIGH, LOW, CLOSE, VOLUME)),
    "dollar_volume": lambda: Arithmetic("*", CLOSE, VOLUME),
}


def shortened(call: Call) -> Call:
    """Return a checked call, or one that does the same in fewer passes."""
    match call:
        case Call("highest", (Call("pct_change", (x, Number(1.0))), n)):
            return Call("_max_return", (x, n))
        case _:
            return call


def rewritten(call: Call) -> Node | None:
    """Return a checked call as an expression of its parts; None where it has none."""
    rule = _RULES.get(call.function)
    return rule(*call.arguments) if rule is not None else None
