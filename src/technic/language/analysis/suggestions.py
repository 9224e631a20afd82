"""What to write instead: hints for words that nobody knows and calls that do not fit."""

from __future__ import annotations

import re

from technic.language.analysis.vocabulary import Vocabulary
from technic.language.functions.function import Function, Parameter
from technic.language.syntax.tokens import shown
from technic.wording.nearest import nearest

__all__ = ["example", "unknown_function", "unknown_name", "unknown_parameter"]

_ALSO_CALLED = {
    "price": "close",
    "last": "close",
    "adj_close": "close",
    "vol": "volume",
    "ticker": "symbol",
    "name": "company",
    "mcap": "market_cap",
    "cap": "market_cap",
    "rs": "rs_rating",
    "rating": "tech_rating",
    "spy": "benchmark",
    "index": "benchmark",
    "pe": "pe_ttm",
    "pe_ratio": "pe_ttm",
    "price_to_sales": "ps",
    "ps_ttm": "ps",
    "price_to_book": "pb",
    "shares_float": "float_shares",
    "sales": "revenue",
    "earnings": "net_income",
    "roe": "roe_ttm",
    "short_float": "short_pct_float",
}
_ALSO_CALLED_FUNCTIONS = {
    "avg": "sma",
    "average": "sma",
    "ma": "sma",
    "hhv": "highest",
    "llv": "lowest",
    "iff": "where",
    "if_": "where",
    "isnan": "is_missing",
    "isnull": "is_missing",
    "isna": "is_missing",
    "nan": "is_missing",
    "nz": "if_missing",
    "coalesce": "if_missing",
    "fillna": "if_missing",
    "psar": "sar",
    "parabolic_sar": "sar",
    "avwap": "anchored_vwap",
    "crsi": "connors_rsi",
    "schaff": "stc",
    "kvo": "klinger",
    "wilder": "rma",
    "smma": "rma",
    "heikin_ashi": "ha_close",
    "heikinashi": "ha_close",
    "like": "contains",
    "correl": "correlation",
    "barssince": "bars_since",
    "valuewhen": "value_when",
    "barslast": "bars_since",
    "hhvbars": "bars_since_highest",
    "llvbars": "bars_since_lowest",
    "crossover": "crosses_above",
    "crossunder": "crosses_below",
    "cross": "crosses_above",
    "std": "stddev",
    "macd": "macd_line",
    "stoch": "stoch_k",
    "stochf": "stochf_k",
    "stochrsi": "stochrsi_k",
    "bbands": "bb_upper",
    "kc": "kc_upper",
    "keltner": "kc_upper",
    "donchian": "donchian_high",
}
_QUARTERS = 4
"""A fact is most often compared with that of the year before."""
_LOOK_BACKS = ("ref", "shift", "lag", "prev", "previous", "delay", "offset")
_NUMBERED = re.compile(r"([a-z_]*[a-z])_?([0-9]{1,4})")


def example(function: Function, *numbers: float) -> str:
    """Return a call that works; ``numbers`` take the place of the defaults, from the first on."""
    given, fields = list(numbers), ["open", "close"]
    arguments: list[str] = []
    for parameter in function.parameters:
        match parameter.takes:
            case "series":
                arguments.append(fields.pop() if len(fields) > 1 else fields[0])
            case "condition":
                arguments.append("close > open")
            case "group":
                arguments += ["sector"] if parameter.default is None else []
            case "text":
                arguments.append("company")
            case "fact":
                arguments.append("eps")
                given = given or [_QUARTERS]
            case "word":
                arguments.append(f'"{parameter.default or "bank"}"')
            case _:
                arguments.append(f"{given.pop(0) if given else _likely(parameter):g}")
    return f"{function.name}({', '.join(arguments)})"


def _likely(parameter: Parameter) -> float:
    if isinstance(parameter.default, int | float):
        return parameter.default
    return min(max(20.0, parameter.least), parameter.most)


def unknown_name(name: str, vocabulary: Vocabulary) -> tuple[str, str]:
    """Return what is wrong with a name that the vocabulary does not have, and a hint."""
    if name in vocabulary.functions:
        return f"{name} is a function", f"write {example(vocabulary.functions[name])}"
    if name.lower() in ("ytd", "ytd_pct", "ytd_return"):
        return f"{shown(name)} is no name", "write ytd_change()"
    bare = re.sub("_", "", name.casefold())
    same = next((known for known in vocabulary.names if re.sub("_", "", known) == bare), None)
    numbered = _NUMBERED.fullmatch(name.lower())
    if same is None and numbered and numbered.group(1) in vocabulary.functions:
        function = vocabulary.functions[numbered.group(1)]
        return f"{shown(name)} is no name", f"write {example(function, int(numbered.group(2)))}"
    also = _ALSO_CALLED.get(name.lower())
    guess = same or (also if also in vocabulary.names else vocabulary.nearest_name(name))
    return f"{shown(name)} is no name", f"did you mean {guess}?" if guess else _WHERE_NAMES


def unknown_function(name: str, vocabulary: Vocabulary) -> tuple[str, str]:
    """Return what is wrong with a function that the vocabulary does not have, and a hint."""
    also = _ALSO_CALLED_FUNCTIONS.get(name.lower())
    guess = also if also in vocabulary.functions else vocabulary.nearest_function(name)
    reason = f"{shown(name)} is no function"
    if name.lower() in _LOOK_BACKS:
        return reason, "write close[1] for the close of one bar ago"
    if also not in vocabulary.functions and name in vocabulary.names:
        return f"{name} is a value, not a function", f"write {name} without parentheses"
    return reason, f"did you mean {guess}?" if guess else _WHERE_FUNCTIONS


_WHERE_NAMES = "technic columns lists them"
_WHERE_FUNCTIONS = "technic functions lists them"


def unknown_parameter(name: str, function: Function) -> tuple[str, str]:
    """Return what is wrong with a parameter that a function does not have, and a hint."""
    names = [parameter.name for parameter in function.parameters]
    guess = nearest(name, names)
    if not names:
        hint = f"write {function.name}()"
    else:
        hint = f"did you mean {guess}?" if guess else f"it has {', '.join(names)}"
    return f"{function.name} has no parameter {shown(name)}", hint
