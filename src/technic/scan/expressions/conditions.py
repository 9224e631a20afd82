"""Conditions of a scan: as they are asked, and what they came to, symbol by symbol."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from technic.typing import BoolArray, FloatArray

if TYPE_CHECKING:
    from technic.language import Node

__all__ = [
    "EARNINGS_AHEAD",
    "WHERE",
    "Condition",
    "ConditionResult",
    "Expression",
    "NotSettled",
    "first_unmet",
]

IndexArray = NDArray[np.intp]
WHERE = "where"
"""The owner of the conditions that the scan itself names."""
EARNINGS_AHEAD = "min_days_to_earnings"
"""The filter that is a condition of ``where``, since who is unknown is told apart; its name."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked tree and the window that its bars come from, as ScanWindows names it."""

    node: Node
    window: int


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of ``owner`` (``where`` or a setup), true where all its ``operands`` are.

    ``node``: the whole of it; ``shown``: numbers that explain it; ``facts``: those it names.
    """

    owner: str
    name: str
    node: Node
    operands: tuple[Expression, ...]
    shown: tuple[Expression, ...] = ()
    facts: tuple[Expression, ...] = ()

    @property
    def key(self) -> str:
        """The name it has in a result: ``trend_template.above_long_averages``."""
        return f"{self.owner}.{self.name}"


@dataclass(frozen=True, slots=True)
class NotSettled:
    """A recursion that still depends on where history begins: bars it needs, bars there are."""

    expression: str
    bars_needed: int
    bars: int


@dataclass(frozen=True, slots=True, eq=False)
class ConditionResult:
    """A condition of ``where`` or of a setup (``owner``) for each scored symbol.

    ``values``: 1 true, 0 false, NaN unknown. ``shown``: the numbers that explain it, by their text;
    ``facts``: those it names, the same.
    """

    owner: str
    name: str
    text: str
    values: FloatArray
    shown: Mapping[str, NDArray[np.generic]] = field(default_factory=dict)
    facts: Mapping[str, FloatArray] = field(default_factory=dict)

    def take(self, rows: BoolArray) -> ConditionResult:
        """Return what it is for these symbols alone."""
        shown = {text: values[rows] for text, values in self.shown.items()}
        facts = {text: values[rows] for text, values in self.facts.items()}
        return replace(self, values=self.values[rows], shown=shown, facts=facts)

    @property
    def lacks_facts(self) -> BoolArray:
        """Whether it is unknown and a fact is missing, for each symbol."""
        missing = np.zeros(len(self.values), np.bool_)
        for values in self.facts.values():
            missing |= np.isnan(values)
        return missing & np.isnan(self.values)

    def missing_facts(self, row: int) -> tuple[str, ...]:
        """The facts that it names and that nobody knows of a symbol."""
        return tuple(text for text, values in self.facts.items() if math.isnan(values[row]))

    def verdict(self, row: int) -> str:
        """What it is for a symbol: true, false or unknown."""
        return _word(self.values.item(row))

    def numbers(self, row: int) -> tuple[tuple[str, str], ...]:
        """The numbers that explain it for a symbol, each as its text and its value."""
        at = np.array([row])
        return tuple((text, _short(values, at)[0]) for text, values in self.shown.items())

    def numbers_of(self, rows: IndexArray) -> list[dict[str, str]]:
        """The same for several symbols."""
        written = [_short(values, rows) for values in self.shown.values()]
        if not written:
            return [{} for _ in rows]
        return [dict(zip(self.shown, own, strict=True)) for own in zip(*written, strict=True)]

    def sentences(self, rows: IndexArray) -> list[str]:
        """Say what it is for some symbols, with its numbers."""
        name = "" if self.name == self.text else f"{self.name}: "
        said = [f"{name}{self.text} is {word}" for word in map(_word, self.values[rows].tolist())]
        if not self.shown:
            return said
        written = (
            [f"{text} {value}" for value in _short(values, rows)]
            for text, values in self.shown.items()
        )
        return [
            f"{one} ({', '.join(numbers)})" for one, *numbers in zip(said, *written, strict=True)
        ]

    @property
    def counts(self) -> dict[str, int]:
        """How many symbols it is true, false and unknown for."""
        unknown = int(np.count_nonzero(np.isnan(self.values)))
        true = int(np.count_nonzero(self.values == 1.0))
        return {"true": true, "false": len(self.values) - true - unknown, "unknown": unknown}


def first_unmet(results: Sequence[ConditionResult], at: int) -> ConditionResult:
    """Return the condition that a symbol does not meet first, false before unknown."""
    values = [result.values.item(at) for result in results]
    if 0.0 in values:
        return results[values.index(0.0)]
    return next(result for result, one in zip(results, values, strict=True) if math.isnan(one))


def _word(value: float) -> str:
    return "unknown" if math.isnan(value) else "true" if value else "false"


def _short(values: NDArray[np.generic], rows: IndexArray) -> list[str]:
    """Write numbers as short as they can be told apart; a missing one as such."""
    if values.dtype.kind == "f":
        return [f"{one:,.6g}" if one == one else "missing" for one in values[rows].tolist()]
    return [_text(one) for one in values[rows]]


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.6g}" if value == value else "missing"
    return "missing" if value is None or value == "" else str(value)
