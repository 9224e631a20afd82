"""Arithmetic on single values."""

from __future__ import annotations

import numpy as np

from technic.indicators import price_range
from technic.indicators.arithmetic import finite
from technic.language.functions import elementwise
from technic.language.functions._define import HERE, X, bars, condition, series
from technic.language.functions.function import Function
from technic.typing import FloatArray

__all__ = ["ARITHMETIC"]


def _absolute(x: FloatArray) -> FloatArray:
    return np.abs(x)


def _smaller(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.minimum(a, b)


def _larger(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.maximum(a, b)


def _root(x: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore"):
        return np.sqrt(x)


def _logarithm(x: FloatArray) -> FloatArray:
    # In one piece: numpy may round otherwise where values are not neighbours.
    with np.errstate(divide="ignore", invalid="ignore"):
        return finite(np.log(x.copy()))


def _sign(x: FloatArray) -> FloatArray:
    return np.sign(x)


def _floor(x: FloatArray) -> FloatArray:
    return np.floor(x)


def _rounded(x: FloatArray, digits: int) -> FloatArray:
    scale = 10.0**digits
    with np.errstate(over="ignore"):
        return finite(np.rint(x * scale) / scale)


def _where(chooses: FloatArray, a: FloatArray, b: FloatArray) -> FloatArray:
    out: FloatArray = np.where(chooses != 0.0, a, b)
    np.copyto(out, np.nan, where=np.isnan(chooses))
    return out


def _between(x: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    above = elementwise.compare("<=", low, x)
    return elementwise.logical_and(above, elementwise.compare("<=", x, high))


def _if_missing(x: FloatArray, instead: FloatArray) -> FloatArray:
    return np.where(np.isnan(x), instead, x)


def _is_missing(x: FloatArray) -> FloatArray:
    return np.where(np.isnan(x), 1.0, 0.0)


_A, _B = series("a"), series("b")

ARITHMETIC = (
    Function("abs", (X,), "number", "point", _absolute, "The value without its sign.", HERE),
    Function("min", (_A, _B), "number", "point", _smaller, "The smaller of two values.", HERE),
    Function("max", (_A, _B), "number", "point", _larger, "The larger of two values.", HERE),
    Function(
        "sqrt", (X,), "number", "point", _root, "Square root; missing for negative values.", HERE
    ),
    Function(
        "log",
        (X,),
        "number",
        "point",
        _logarithm,
        "Natural logarithm; missing for values that are not positive.",
        HERE,
    ),
    Function("sign", (X,), "number", "point", _sign, "-1, 0 or 1.", HERE),
    Function("floor", (X,), "number", "point", _floor, "The next whole number below.", HERE),
    Function(
        "round",
        (X, bars("digits", 0, least=0, most=10)),
        "number",
        "point",
        _rounded,
        "The value with so many digits after the point, halves to the even neighbour.",
        HERE,
    ),
    Function(
        "where",
        (condition(), _A, _B),
        "number",
        "point",
        _where,
        "a where the condition is true, b where it is false, missing where it is unknown.",
        HERE,
    ),
    Function(
        "is_missing",
        (X,),
        "condition",
        "point",
        _is_missing,
        "Whether there is no value; always known.",
        HERE,
    ),
    Function(
        "is_unknown",
        (condition(),),
        "condition",
        "point",
        _is_missing,
        "Whether a condition is neither true nor false; always known.",
        HERE,
    ),
    Function(
        "if_missing",
        (X, series("instead")),
        "number",
        "point",
        _if_missing,
        "The value, or another where there is none.",
        HERE,
    ),
    Function(
        "between",
        (X, series("low"), series("high")),
        "condition",
        "point",
        _between,
        "low <= x <= high: both ends belong to it.",
        HERE,
    ),
    Function(
        "percent_from",
        (X, series("base")),
        "number",
        "point",
        price_range.percent_from,
        "Distance of x from a base in percent of the base; missing where that is 0.",
        HERE,
    ),
    Function(
        "percent_of",
        (X, series("whole")),
        "number",
        "point",
        price_range.percent_of,
        "x in percent of the whole; missing where that is 0.",
        HERE,
    ),
)
