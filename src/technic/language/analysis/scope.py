"""What a checked tree gives: its kind, and the level where its value exists."""

from __future__ import annotations

from collections.abc import Iterable

from technic.language.analysis.vocabulary import Vocabulary
from technic.language.functions.function import Function, Kind, Level, Memory
from technic.language.syntax.nodes import (
    Arithmetic,
    Call,
    Name,
    Negative,
    Node,
    Number,
    Shift,
    Text,
    children,
)

__all__ = [
    "HIGHEST_OPERAND",
    "LEAST_RESULT",
    "highest",
    "kind_of",
    "level_of",
    "level_of_call",
    "within",
]

_ORDER: dict[Level, int] = {"constant": 0, "bar": 1, "day": 2, "listing": 3, "market": 4}

HIGHEST_OPERAND: dict[Memory, Level] = {
    "point": "market",
    "window": "bar",
    "start": "bar",
    "timeframe": "bar",
    "day": "bar",
    "market": "listing",
}
"""The highest level that the operands of a function may have, by its memory."""

LEAST_RESULT: dict[Memory, Level] = {
    "point": "constant",
    "window": "bar",
    "start": "bar",
    "timeframe": "day",
    "day": "day",
    "market": "market",
}
"""The least level of what a function gives, by its memory."""


def highest(levels: Iterable[Level]) -> Level:
    """Return the highest of some levels; constant < bar < day < listing < market."""
    return max(levels, key=_ORDER.__getitem__, default="constant")


def within(level: Level, most: Level) -> bool:
    """Whether a level is at most another."""
    return _ORDER[level] <= _ORDER[most]


def level_of_call(function: Function, operands: Iterable[Level]) -> Level:
    """Return the level of a function's result, given those of the series it gets."""
    fields: Level = "bar" if function.fields else "constant"
    return highest((*operands, fields, LEAST_RESULT[function.memory]))


def kind_of(node: Node, vocabulary: Vocabulary) -> Kind:
    """Return what a checked tree gives."""
    match node:
        case Number() | Negative() | Arithmetic():
            return "number"
        case Text():
            return "text"
        case Name():
            return vocabulary.names[node.name].kind
        case Shift():
            return kind_of(node.operand, vocabulary)
        case Call():
            function = vocabulary.functions[node.function]
            timeframe = function.memory == "timeframe"
            return kind_of(node.arguments[0], vocabulary) if timeframe else function.returns
        case _:
            return "condition"


def level_of(node: Node, vocabulary: Vocabulary) -> Level:
    """Return the level of a checked tree: the highest among its parts, or what a call makes."""
    match node:
        case Name():
            return vocabulary.names[node.name].level
        case Call():
            function = vocabulary.functions[node.function]
            series = zip(function.parameters, node.arguments, strict=True)
            return level_of_call(
                function,
                [
                    level_of(argument, vocabulary)
                    for parameter, argument in series
                    if parameter.takes in ("series", "condition")
                ],
            )
        case _:
            return highest(level_of(child, vocabulary) for child in children(node))
