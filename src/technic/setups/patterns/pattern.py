"""What the chart patterns share: how a search becomes functions of the scan language.

A pattern is one search, a condition and the numbers that go with it. The search answers for the
day of the scan alone: 1.0 where the pattern is there, 0.0 where it is not, NaN where it was not
found in fewer bars than it may need. More history never turns 1.0 into 0.0: a pattern is made of
its own bars and of a fixed number before them, all of which must be there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from technic.errors import ParameterError
from technic.language.functions.function import Function, Parameter
from technic.typing import FloatArray

__all__ = [
    "ABOVE_PIVOT",
    "BELOW_PIVOT",
    "MAX_VOLUME_RATIO",
    "PRIOR_BARS",
    "SWING",
    "Findings",
    "Found",
    "Pattern",
    "answers",
    "constants_of",
    "functions",
    "in_order",
    "percent",
    "whole",
]

Found: TypeAlias = dict[str, FloatArray]
"""An array ``(n_symbols,)`` for each function of a pattern, by the function's name."""
Findings: TypeAlias = Iterable[tuple[int, tuple[float, ...]]]
"""Column of a symbol that has the pattern, and its numbers in the order of ``Pattern.numbers``."""


def percent(name: str, default: float, most: float = 100, least: float = 0) -> Parameter:
    """A constant in percent, or a ratio."""
    return Parameter(name, "number", default, least, most)


def whole(name: str, default: int, least: int = 1, most: int = 2_000) -> Parameter:
    """A whole number: of bars, or of contractions."""
    return Parameter(name, "bars", default, least, most)


SWING = whole("swing", 5, most=100)
PRIOR_BARS = whole("prior_bars", 120, most=1_000)
MAX_VOLUME_RATIO = percent("max_volume_ratio", 1)
BELOW_PIVOT = percent("below_pivot", 5)
ABOVE_PIVOT = percent("above_pivot", 5)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A chart pattern: ``numbers`` maps the names of its number functions to what they say.

    ``search``: the arrays of ``fields``, ``(n_bars, n_symbols)``, the rows of the scan's day and
    the constants in, an array for each function out. ``bars``: bars after which "not found" means
    that it is not there.
    """

    name: str
    parameters: tuple[Parameter, ...]
    fields: tuple[str, ...]
    search: Callable[..., Found]
    bars: Callable[..., int]
    description: str
    source: str
    numbers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kernel:
    """One array of a search. Kernels with the same ``search`` and arguments can share one run."""

    search: Callable[..., Found]
    name: str

    def __call__(self, *arguments: object) -> FloatArray:
        """Run the search and return the array of this function."""
        return self.search(*arguments)[self.name]


def functions(pattern: Pattern) -> dict[str, Function]:
    """Return the condition and the numbers of a pattern as functions of the scan language."""
    told = {pattern.name: pattern.description} | dict(pattern.numbers)
    return {
        name: Function(
            name=name,
            parameters=pattern.parameters,
            returns="condition" if name == pattern.name else "number",
            memory="day",
            kernel=Kernel(pattern.search, name),
            description=description,
            source=pattern.source,
            fields=pattern.fields,
            bars=pattern.bars,
            costly=True,
            together=pattern.search,
        )
        for name, description in told.items()
    }


def constants_of(parameters: tuple[Parameter, ...], constants: tuple[float, ...]) -> list[float]:
    """Return the constants, those that count bars as ``int``."""
    return [
        int(value) if parameter.takes == "bars" else value
        for parameter, value in zip(parameters, constants, strict=True)
    ]


def in_order(**limits: float) -> None:
    """Check two constants that belong together; ParameterError when the first is greater."""
    (low, least), (high, most) = limits.items()
    if least > most:
        raise ParameterError(low, least, f"at most {high}, which is {most}")


def answers(
    pattern_name: str,
    numbers: Iterable[str],
    rows: NDArray[np.intp],
    needed: int,
    findings: Findings,
) -> Found:
    """Put what was found into arrays: 1.0 and its numbers, elsewhere 0.0 or NaN, and NaN."""
    names = tuple(numbers)
    found = {name: np.full(len(rows), np.nan) for name in (pattern_name, *names)}
    found[pattern_name][rows + 1 >= needed] = 0.0
    for column, values in findings:
        found[pattern_name][column] = 1.0
        for name, value in zip(names, values, strict=True):
            found[name][column] = value
    return found
