"""Arithmetic on single values."""

from __future__ import annotations

import numpy as np

from technic.indicators import price_range
from technic.indicators.arithmetic import finite
from technic.language.functions import elementwise
from technic.language.functions._define import X, bars, condition, point, series
from technic.typing import FloatArray

__all__ = ["ARITHMETIC"]


def _root(x: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore"):
        return np.sqrt(x)


def _logarithm(x: FloatArray) -> FloatArray:
    # In one piece: numpy may round otherwise where values are not neighbours.
    with np.errstate(divide="ignore", invalid="ignore"):
        return finite(np.log(x.copy()))


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
    point("abs", (X,), np.abs, "The value without its sign."),
    point("min", (_A, _B), np.minimum, "The smaller of two values."),
    point("max", (_A, _B), np.maximum, "The larger of two values."),
    point("sqrt", (X,), _root, "Square root; missing for negative values."),
    point("log", (X,), _logarithm, "Natural logarithm; missing for values that are not positive."),
    point("sign", (X,), np.sign, "-1, 0 or 1."),
    point("floor", (X,), np.floor, "The next whole number below."),
    point(
        "round",
        (X, bars("digits", 0, least=0, most=10)),
        _rounded,
        "The value with so many digits after the point, halves to the even neighbour.",
    ),
    point(
        "where",
        (condition(), _A, _B),
        _where,
        "a where the condition is true, b where it is false, missing where it is unknown.",
    ),
    point(
        "is_missing",
        (X,),
        _is_missing,
        "Whether there is no value; always known.",
        returns="condition",
    ),
    point(
        "is_unknown",
        (condition(),),
        _is_missing,
        "Whether a condition is neither true nor false; always known.",
        returns="condition",
    ),
    point(
        "if_missing",
        (X, series("instead")),
        _if_missing,
        "The value, or another where there is none.",
    ),
    point(
        "between",
        (X, series("low"), series("high")),
        _between,
        "low <= x <= high: both ends belong to it.",
        returns="condition",
    ),
    point(
        "percent_from",
        (X, series("base")),
        price_range.percent_from,
        "Distance of x from a base in percent of the base; missing where that is 0.",
    ),
    point(
        "percent_of",
        (X, series("whole")),
        price_range.percent_of,
        "x in percent of the whole; missing where that is 0.",
    ),
)
