"""What values count in, and so what ``5%`` means: 5 beside percent, 0.05 beside a ratio.

A value's unit is told from the names, functions and signs it is made of. Where that does not tell,
a percentage is refused, since both numbers could be meant.
"""

from __future__ import annotations

from technic.language.analysis.vocabulary import Vocabulary
from technic.language.syntax.nodes import Arithmetic, Call, Name, Negative, Node, Number, Shift
from technic.language.syntax.percent import Percent

__all__ = ["KEEP", "PERCENT_HINT", "UNITS", "is_percent", "plain_percent", "unit_of"]

PERCENT_HINT = "write 5 where the value counts in percent, 0.05 where it is a ratio"
_COUNTED = ("%", "0-100", "1-99", "-100-0")
_RATIOS = ("ratio", "0-1", "factor")
_NUMBER = "number"
UNITS = {
    **dict.fromkeys(
        ("pct_change", "percent_from", "percent_of", "roc", "natr", "realised_volatility"), "%"
    ),
    **dict.fromkeys(("gap_pct", "ytd_change", "ppo", "trix"), "%"),
    **dict.fromkeys(
        ("rsi", "mfi", "adx", "dx", "plus_di", "minus_di", "stoch_k", "stoch_d", "stochf_k"),
        "0-100",
    ),
    **dict.fromkeys(("stochf_d", "stochrsi_k", "stochrsi_d", "ultosc", "willr"), "0-100"),
    **dict.fromkeys(("aroon_up", "aroon_down", "percentile", "percentrank"), "0-100"),
    **dict.fromkeys(("connors_rsi", "stc", "cmo", "tsi", "aroon_osc"), "0-100"),
    **dict.fromkeys(("rvol", "cmf", "correlation", "beta"), "ratio"),
    "dollar_volume": "$",
    **dict.fromkeys(("obv", "ad", "adosc", "klinger"), "shares"),
    **dict.fromkeys(("bars_since", "bar_count", "count"), "bars"),
    **dict.fromkeys(("bars_since_highest", "bars_since_lowest"), "bars"),
    **dict.fromkeys(("atr", "trange", "typical_price", "midprice"), "price"),
    **dict.fromkeys(("bb_upper", "bb_middle", "bb_lower"), "price"),
    **dict.fromkeys(("kc_upper", "kc_middle", "kc_lower"), "price"),
    **dict.fromkeys(("donchian_high", "donchian_middle", "donchian_low"), "price"),
    **dict.fromkeys(("sar", "supertrend", "zigzag_pivot", "zigzag_extreme"), "price"),
    **dict.fromkeys(("ha_open", "ha_high", "ha_low", "ha_close"), "price"),
    **dict.fromkeys(("vwap", "anchored_vwap", "ao"), "price"),
    **dict.fromkeys(("ichimoku_conversion", "ichimoku_base"), "price"),
    **dict.fromkeys(("ichimoku_lead1", "ichimoku_lead2"), "price"),
    "age": "sessions",
}
"""Units of functions whose values have one of their own; chart patterns say theirs themselves."""
KEEP = (
    *("highest", "lowest", "sma", "ema", "wma", "hma", "mean", "sum", "abs", "min", "max"),
    *("dema", "tema", "rma", "kama", "linearreg", "value_when", "if_missing", "cumsum"),
    *("change", "mom", "weekly", "monthly", "round", "floor", "vwma", "linearreg_slope"),
    *("fq", "macd_line", "macd_signal", "macd_histogram", "dpo", "stddev"),
)
"""Functions whose values count in what their first argument counts in."""


def is_percent(node: Node) -> bool:
    """Tell whether a node is a number that was written with a percent sign."""
    return isinstance(node, Number) and isinstance(node.value, Percent)


def plain_percent(node: Node, unit: str | None) -> Number | None:
    """Return a percentage as a plain number beside a value of some unit, None where that is open.

    Beside a plain number, or as a factor, it is a share of one.
    """
    if not isinstance(node, Number):
        return None
    if unit in _COUNTED:
        return Number(float(node.value), place=node.place)
    if unit in _RATIOS or unit == _NUMBER:
        return Number(float(node.value) / 100, place=node.place)
    return None


def unit_of(node: Node, vocabulary: Vocabulary) -> str | None:
    """Return what a value counts in, None where it is not known."""
    match node:
        case Number():
            return _NUMBER
        case Name():
            info = vocabulary.named(node.name)
            return (info.unit or None) if info is not None else None
        case Shift() | Negative():
            return unit_of(node.operand, vocabulary)
        case Call():
            return _of_call(node, vocabulary)
        case Arithmetic():
            sides = unit_of(node.left, vocabulary), unit_of(node.right, vocabulary)
            return _joined(node.operator, *sides)
        case _:
            return None


def _of_call(node: Call, vocabulary: Vocabulary) -> str | None:
    """Return what the value of a function counts in."""
    name, arguments = node.function, node.arguments
    if name in KEEP and arguments:
        return unit_of(arguments[0], vocabulary)
    if name == "sum_since" and len(arguments) > 1:
        return unit_of(arguments[1], vocabulary)
    if name == "where" and len(arguments) == 3:
        sides = {unit_of(one, vocabulary) for one in arguments[1:]} - {_NUMBER}
        return sides.pop() if len(sides) == 1 else None
    function = vocabulary.functions.get(name)
    return UNITS.get(name) or (function.unit or None if function is not None else None)


def _joined(operator: str, left: str | None, right: str | None) -> str | None:
    """Return the unit of two values and an operator."""
    if operator in ("+", "-"):
        found = {left, right} - {_NUMBER}
        return found.pop() if len(found) == 1 else left if not found else None
    if operator == "*" and {left, right} == {"price", "shares"}:
        return "$"
    if operator == "/" and left == right and left is not None and left != _NUMBER:
        return "ratio"
    return None
