"""Values that do not exist where they are wanted, and how to write what was meant."""

from __future__ import annotations

import re

from technic.language.analysis.scope import scope_of, within
from technic.language.analysis.vocabulary import Vocabulary
from technic.language.functions.function import OPERANDS, Scope
from technic.language.syntax.nodes import Call, Name, Node, Number, Shift, walk

__all__ = ["misplaced"]

_WHAT: dict[Scope, str] = {
    "day": "a value of the scan's day",
    "listing": "a value of the listings",
    "market": "a value of the whole market",
}
_WANTED: dict[Scope, str] = {"bar": "of every bar", "listing": "of one symbol alone"}
_WORD = re.compile(r"\b[a-z_][a-z0-9_]*\b(?!\()")


def misplaced(
    operand: Node, operation: Shift | Call, most: Scope, vocabulary: Vocabulary
) -> tuple[Node, str, tuple[str, ...]]:
    """Return the part of an operand that exists only in a wider scope, what it is, and hints.

    ``operation``: the whole that reads the operand, checked but for its scopes. A hint is a text
    that may be what was meant; whoever shows it has to try whether it is right.
    """
    leaf = _first_wider(operand, most, vocabulary)
    what = _WHAT[scope_of(leaf, vocabulary)]
    hints = [_written_out(str(operation), vocabulary)]
    if (drawn := _drawn_in(operation, vocabulary)) is not None:
        hints.insert(0, str(drawn))
    return leaf, f"{what}, not {_WANTED[most]}", tuple(hints)


def _first_wider(operand: Node, most: Scope, vocabulary: Vocabulary) -> Node:
    """Return the first name or call of a wider scope; the call itself, not what it is made of."""
    for node in walk(operand):
        made_here = isinstance(node, Name | Call) and not within(scope_of(node, vocabulary), most)
        if made_here and not _has_wider(node, most, vocabulary):
            return node
    return operand


def _has_wider(node: Node, most: Scope, vocabulary: Vocabulary) -> bool:
    return isinstance(node, Call) and any(
        not within(scope_of(argument, vocabulary), most)
        for argument, parameter in zip(
            node.arguments, vocabulary.functions[node.function].parameters, strict=False
        )
        if parameter.takes in OPERANDS
    )


def _written_out(text: str, vocabulary: Vocabulary) -> str:
    """Return a text with its names written out that can be: ``sma(close, 50)[1]``."""

    def expression(match: re.Match[str]) -> str:
        info = vocabulary.names.get(match.group())
        if info is None or not info.expression:
            return match.group()
        whole = re.fullmatch(r"\w+\([^()]*\)", info.expression)
        return info.expression if whole else f"({info.expression})"

    return _WORD.sub(expression, text)


def _drawn_in(operation: Shift | Call, vocabulary: Vocabulary) -> Node | None:
    """Return ``weekly(close[1])`` for ``weekly(close)[1]``: the operation within the timeframe.

    None where an operand is not of that timeframe, since that would change what is said.
    """
    operands = operation.arguments if isinstance(operation, Call) else (operation.operand,)
    frames = {
        operand.function
        for operand in operands
        if isinstance(operand, Call)
        and vocabulary.functions[operand.function].memory == "timeframe"
    }
    if len(frames) != 1:
        return None
    frame = frames.pop()
    inner: list[Node] = []
    for operand in operands:
        if isinstance(operand, Call) and operand.function == frame:
            inner.append(operand.arguments[0])
        elif isinstance(operand, Number):
            inner.append(operand)
        else:
            return None
    if isinstance(operation, Shift):
        return Call(frame, (Shift(inner[0], operation.bars),))
    return Call(frame, (Call(operation.function, tuple(inner)),))
