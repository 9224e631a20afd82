"""What definitions of functions are put together from; all of it travels between processes.

``point``, ``window`` and ``recursive`` define a function by what its kernel has to see. Its source
is TA-Lib's function of the same name unless another is named; it gives numbers unless ``returns``
says that it gives a condition.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from technic.indicators.arithmetic import finite
from technic.indicators.late_columns import from_first_value
from technic.indicators.lookback import one_bar, period_plus, so_many, stable_at_once
from technic.indicators.streams import Stream, whole
from technic.language.functions.function import OPERANDS, Function, Kind, Parameter
from technic.panel.ragged import first_rows
from technic.typing import FloatArray

__all__ = [
    "BAR",
    "HERE",
    "OF_PERIOD",
    "ONE_BEFORE",
    "TWO_BARS",
    "X",
    "bars",
    "condition",
    "finite_of",
    "lines_of",
    "number",
    "output",
    "point",
    "recursive",
    "series",
    "stream_from_first_value",
    "window",
]

HERE = "here"
"""The source of a function that is defined by its description."""
BAR = ("high", "low", "close")
OF_PERIOD, ONE_BEFORE = partial(period_plus, 0), partial(period_plus, 1)
"""Lookbacks: the bars of the first constant; the same and the bar before them."""
TWO_BARS = partial(so_many, 2)


def series(name: str) -> Parameter:
    """A number that changes from bar to bar."""
    return Parameter(name, "series")


def condition(name: str = "condition") -> Parameter:
    """A condition that changes from bar to bar."""
    return Parameter(name, "condition")


def bars(name: str, default: int | None = None, least: int = 1, most: int = 2_520) -> Parameter:
    """A whole number of bars."""
    return Parameter(name, "bars", default, least, most)


def number(name: str, default: float, least: float = -1e6, most: float = 1e6) -> Parameter:
    """A constant."""
    return Parameter(name, "number", default, least, most)


X = series("x")


def point(
    name: str,
    parameters: tuple[Parameter, ...],
    kernel: Callable[..., Any],
    description: str,
    source: str = HERE,
    *,
    returns: Kind = "number",
    fields: tuple[str, ...] = (),
) -> Function:
    """Define a function of the bar itself; most of them are defined by their description."""
    return Function(name, parameters, returns, "point", kernel, description, source, fields)


def window(
    name: str,
    parameters: tuple[Parameter, ...],
    kernel: Callable[..., Any],
    description: str,
    source: str = "",
    *,
    returns: Kind = "number",
    fields: tuple[str, ...] = (),
    lookback: Callable[..., int] = OF_PERIOD,
) -> Function:
    """Define a function of the last bars of its inputs."""
    source = source or f"TA-Lib {name.upper()}"
    return Function(
        name, parameters, returns, "window", kernel, description, source, fields, lookback
    )


def recursive(
    name: str,
    parameters: tuple[Parameter, ...],
    kernel: Callable[..., Any],
    description: str,
    source: str = "",
    *,
    returns: Kind = "number",
    fields: tuple[str, ...] = (),
    lookback: Callable[..., int] = one_bar,
    unstable_period: Callable[..., int] = stable_at_once,
) -> Function:
    """Define a function that feeds on its own last value.

    It begins where its operands do, since its fields are packed and they may not be.
    """
    operands = sum(parameter.takes in OPERANDS for parameter in parameters)
    return Function(
        name,
        parameters,
        returns,
        "recursive",
        partial(from_first_value, operands, kernel) if operands else kernel,
        description,
        source or f"TA-Lib {name.upper()}",
        fields,
        lookback,
        unstable_period,
    )


def lines_of(
    define: Callable[..., Function],
    lines: Mapping[str, str],
    parameters: tuple[Parameter, ...],
    kernel: Callable[..., Any],
    source: str,
    **how: Any,
) -> tuple[Function, ...]:
    """Define a function for each of the lines that a kernel gives: its name and description."""
    return tuple(
        define(name, parameters, partial(output, number, kernel), description, source, **how)
        for number, (name, description) in enumerate(lines.items())
    )


def output(index: int, function: Callable[..., Any], *inputs: Any) -> FloatArray:
    """Return one of the arrays that an indicator gives."""
    found: FloatArray = function(*inputs)[index]
    return found


def finite_of(function: Callable[..., FloatArray], *inputs: Any) -> FloatArray:
    """Return what an indicator gives, NaN where that is infinite."""
    return finite(function(*inputs))


def stream_from_first_value(
    count: int, function: Callable[..., Stream], *inputs: Any
) -> Stream | FloatArray:
    """Do the same for a function that gives a stream; an array where columns begin apart."""
    arrays, constants = inputs[:count], inputs[count:]
    first = first_rows(arrays)
    begun = first[first >= 0]
    shift = int(begun.max(initial=0))
    if begun.min(initial=shift) < shift:
        found: FloatArray = from_first_value(count, partial(_whole, function), *inputs)
        return found
    stream = function(*(array[shift:] for array in arrays), *constants)
    below = tuple(replace(one, first=one.first + shift) for one in stream.below)
    return replace(stream, first=stream.first + shift, below=below, begins_apart=True)


def _whole(function: Callable[..., Stream], *inputs: Any) -> FloatArray:
    return whole(function(*inputs), len(inputs[0]))
