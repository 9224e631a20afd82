"""How trees are put together and how large they may be, whoever makes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, get_args

from technic.errors import ExpressionError
from technic.language.syntax.nodes import And, Name, Negative, Node, Number, Or, Place, children

__all__ = [
    "MOST_DEPTH",
    "MOST_NODES",
    "concat",
    "negate",
    "refuse_too_large",
    "shared",
    "substituted",
    "too_deep",
]

MOST_DEPTH = 60
"""Operations inside each other; what walks a tree may recurse."""
MOST_NODES = 2_000
_SHORTER = "say it in several conditions"
_PARTS = {
    kind: tuple(one.name for one in fields(kind) if one.name != "place") for kind in get_args(Node)
}
"""The fields of each kind of nodes that may hold nodes."""


def concat(kind: type[And] | type[Or], operands: Sequence[Node], place: Place = None) -> Node:
    """Return conditions joined by and, or by or; those of the same kind among them are opened."""
    flat: list[Node] = []
    for operand in operands:
        flat += operand.operands if isinstance(operand, kind) else (operand,)
    return kind(tuple(flat), place=place) if len(flat) > 1 else flat[0]


def negate(operand: Node, place: Place = None) -> Node:
    """Return a value with its sign changed; a constant changes itself, and no zero is negative."""
    if isinstance(operand, Number):
        kind = type(operand.value)  # a percentage stays one
        return Number(kind(0.0 - operand.value), place=place)
    return Negative(operand, place=place)


def substituted(
    node: Node, names: Mapping[str, Node], done: dict[Node, Node] | None = None
) -> Node:
    """Return the tree with other trees in the place of some names; itself where it has none.

    ``done``: the trees that were looked at before with these names, added to.
    """
    if isinstance(node, Name):
        return names.get(node.name, node)
    if done is not None and node in done:
        return done[node]
    found = _with_parts(node, lambda part: substituted(part, names, done))
    if done is not None:
        done[node] = found
    return found


def shared(node: Node, known: dict[Node, Node]) -> Node:
    """Return the one object that stands for a tree and all that equal it, as for all its parts.

    ``known``: the trees so far, added to. Places in a text are those of the first.
    """
    if node not in known:
        known[node] = _with_parts(node, lambda part: shared(part, known))
    return known[node]


def _with_parts(node: Node, other: Callable[[Node], Node]) -> Node:
    """Return a node with others in the place of those below it, itself where none is another."""
    changes: dict[str, Any] = {}
    for name in _PARTS[type(node)]:
        value = getattr(node, name)
        if isinstance(value, tuple):
            many = tuple(_part(one, other) for one in value)
            if any(new is not old for new, old in zip(many, value, strict=True)):
                changes[name] = many
        elif isinstance(value, Node):
            one = other(value)
            if one is not value:
                changes[name] = one
    return replace(node, **changes) if changes else node


def _part(value: Any, other: Callable[[Node], Node]) -> Any:
    return other(value) if isinstance(value, Node) else value


def refuse_too_large(node: Node, text: str = "") -> tuple[int, int]:
    """Raise ExpressionError for a tree of too many nodes or too deep a one, without recursion.

    A node that stands in two places counts twice, as it does for all who walk the tree. Returns
    how many there are, and how deep.
    """
    seen, deepest, waiting = 0, 0, [(node, 1)]
    while waiting:
        top, depth = waiting.pop()
        seen += 1
        deepest = max(deepest, depth)
        if depth > MOST_DEPTH:
            raise too_deep(text)
        if seen > MOST_NODES:
            reason = f"the expression has more than {MOST_NODES:,} parts"
            raise ExpressionError(text, None, reason, _SHORTER)
        waiting += [(child, depth + 1) for child in children(top)]
    return seen, deepest


def too_deep(text: str, place: Place = None) -> ExpressionError:
    """Return the error for a tree that is too deep; the hint stands for the place."""
    reason = f"more than {MOST_DEPTH} operations stand inside each other"
    return ExpressionError(text, place, reason, "" if place else _SHORTER)
