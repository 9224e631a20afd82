"""What a checked tree gives: its kind, and the scope where its value exists."""

from __future__ import annotations

from collections.abc import Iterable

from technic.language.analysis.vocabulary import Vocabulary
from technic.language.functions.function import OPERANDS, Function, Kind, Memory, Scope
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
    "NARROWEST_RESULT",
    "WIDEST_OPERAND",
    "kind_of",
    "scope_of",
    "scope_of_call",
    "widest",
    "within",
]

_ORDER: dict[Scope, int] = {"constant": 0, "bar": 1, "day": 2, "listing": 3, "market": 4}

WIDEST_OPERAND: dict[Memory, Scope] = {
    "point": "market",
    "window": "bar",
    "recursive": "bar",
    "timeframe": "bar",
    "day": "bar",
    "market": "listing",
    "fact": "bar",
}
"""The widest scope that the operands of a function may have, by its memory."""

NARROWEST_RESULT: dict[Memory, Scope] = {
    "point": "constant",
    "window": "bar",
    "recursive": "bar",
    "timeframe": "day",
    "day": "day",
    "market": "market",
    "fact": "bar",
}
"""The narrowest scope of what a function gives, by its memory."""


def widest(scopes: Iterable[Scope]) -> Scope:
    """Return the widest of some scopes; constant < bar < day < listing < market."""
    return max(scopes, key=_ORDER.__getitem__, default="constant")


def within(scope: Scope, most: Scope) -> bool:
    """Whether a scope is at most another."""
    return _ORDER[scope] <= _ORDER[most]


def scope_of_call(function: Function, operands: Iterable[Scope]) -> Scope:
    """Return the scope of a function's result, given those of the series it gets."""
    fields: Scope = "bar" if function.fields else "constant"
    return widest((*operands, fields, NARROWEST_RESULT[function.memory]))


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


def scope_of(node: Node, vocabulary: Vocabulary, known: dict[Node, Scope] | None = None) -> Scope:
    """Return the scope of a checked tree: the widest among its parts, or what a call makes.

    ``known``: scopes of trees that were looked at before in this vocabulary, added to.
    """
    if known is None:
        known = {}
    found = known.get(node)
    if found is None:
        found = known[node] = _scope(node, vocabulary, known)
    return found


def _scope(node: Node, vocabulary: Vocabulary, known: dict[Node, Scope]) -> Scope:
    match node:
        case Name():
            return vocabulary.names[node.name].scope
        case Call():
            function = vocabulary.functions[node.function]
            series = zip(function.parameters, node.arguments, strict=False)
            return scope_of_call(
                function,
                [
                    scope_of(argument, vocabulary, known)
                    for parameter, argument in series
                    if parameter.takes in OPERANDS
                ],
            )
        case _:
            return widest(scope_of(child, vocabulary, known) for child in children(node))
