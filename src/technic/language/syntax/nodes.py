"""The expression tree of the scan language: plain values, equal when they say the same.

Nodes know nothing of bars or functions. ``str(node)`` is the text that parses to the node again;
``place`` is where in the text a node stood (start, end), for error messages, and never compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar, dataclass_transform

if TYPE_CHECKING:
    from technic.indicators.arithmetic import ArithmeticOperator

__all__ = [
    "And",
    "Arithmetic",
    "Call",
    "Comparison",
    "ComparisonOperator",
    "Membership",
    "Name",
    "Negative",
    "Node",
    "Not",
    "Number",
    "Or",
    "Place",
    "Shift",
    "Text",
    "children",
    "walk",
    "walk_new",
]

Place: TypeAlias = tuple[int, int] | None
ComparisonOperator = Literal["<", "<=", ">", ">=", "==", "!="]

_T = TypeVar("_T", bound="_Placed")


class _Remembering:
    """Remembers its hash and its text; what it makes of itself to travel does not have them."""

    __slots__ = ("_hash", "_text")
    _hash: int
    _text: str


@dataclass(frozen=True, slots=True)
class _Placed(_Remembering):
    place: Place = field(default=None, compare=False, repr=False, kw_only=True)


@dataclass_transform(frozen_default=True)
def _node(kind: type[_T]) -> type[_T]:
    """Make a node, which finds its hash and its text once: both walk all below, and are keys."""
    made = dataclass(frozen=True, slots=True)(kind)
    computed, said = made.__hash__, made.__str__

    def known_hash(self: _T) -> int:
        try:
            return self._hash
        except AttributeError:
            value = computed(self)
            object.__setattr__(self, "_hash", value)
            return value

    def known_text(self: _T) -> str:
        try:
            return self._text
        except AttributeError:
            text = said(self)
            object.__setattr__(self, "_text", text)
            return text

    for name, method in (("__hash__", known_hash), ("__str__", known_text)):
        setattr(made, name, method)
    return made


@_node
class Number(_Placed):
    """A constant."""

    value: float

    def __str__(self) -> str:
        whole = float(self.value).is_integer() and abs(self.value) < 1e15
        return str(int(self.value)) if whole else repr(self.value)


@_node
class Text(_Placed):
    """A text constant."""

    value: str

    def __str__(self) -> str:
        return '"' + self.value.replace("\\", "\\\\").replace('"', '\\"') + '"'


@_node
class Name(_Placed):
    """A field of a bar, a column of the scan or a column of the listings."""

    name: str

    def __str__(self) -> str:
        return self.name


@_node
class Negative(_Placed):
    """The operand with its sign changed."""

    operand: Node

    def __str__(self) -> str:
        return f"-{_inside(self.operand, 7)}"


@_node
class Arithmetic(_Placed):
    """Two numbers and an operator."""

    operator: ArithmeticOperator
    left: Node
    right: Node

    def __str__(self) -> str:
        binding = _BINDINGS[self.operator]
        if self.operator == "**":
            return f"{_inside(self.left, binding + 1)} ** {_inside(self.right, 7)}"
        return f"{_inside(self.left, binding)} {self.operator} {_inside(self.right, binding + 1)}"


@_node
class Comparison(_Placed):
    """Two numbers, or two texts with ``==`` and ``!=``."""

    operator: ComparisonOperator
    left: Node
    right: Node

    def __str__(self) -> str:
        return f"{_inside(self.left, 5)} {self.operator} {_inside(self.right, 5)}"


@_node
class Membership(_Placed):
    """Whether the operand is one of some constants."""

    operand: Node
    values: tuple[Number | Text, ...]

    def __str__(self) -> str:
        listed = ", ".join(str(value) for value in self.values)
        return f"{_inside(self.operand, 5)} in ({listed}{',' if len(self.values) == 1 else ''})"


@_node
class Not(_Placed):
    """The opposite of a condition; unknown stays unknown."""

    operand: Node

    def __str__(self) -> str:
        return f"not {_inside(self.operand, 3)}"


@_node
class And(_Placed):
    """True where all operands are, false where one is false, else unknown; never nested."""

    operands: tuple[Node, ...]

    def __str__(self) -> str:
        return " and ".join(_inside(operand, 3) for operand in self.operands)


@_node
class Or(_Placed):
    """True where one operand is, false where all are false, else unknown; never nested."""

    operands: tuple[Node, ...]

    def __str__(self) -> str:
        return " or ".join(_inside(operand, 2) for operand in self.operands)


@_node
class Shift(_Placed):
    """The operand as it was ``bars`` bars ago, each symbol counting its own bars."""

    operand: Node
    bars: int

    def __str__(self) -> str:
        return f"{_inside(self.operand, 9)}[{self.bars}]"


@_node
class Call(_Placed):
    """A function of the registry with its arguments; once checked, all of them, by position."""

    function: str
    arguments: tuple[Node, ...]
    keywords: tuple[tuple[str, Node], ...] = ()

    def __str__(self) -> str:
        given = [str(argument) for argument in self.arguments]
        if given[1:] == ['""']:  # no group: what is left out is what was written
            given.pop()
        given += [f"{name}={argument}" for name, argument in self.keywords]
        return f"{self.function}({', '.join(given)})"


Node: TypeAlias = (
    Number
    | Text
    | Name
    | Negative
    | Arithmetic
    | Comparison
    | Membership
    | Not
    | And
    | Or
    | Shift
    | Call
)

_BINDINGS = {"+": 5, "-": 5, "*": 6, "/": 6, "%": 6, "**": 8}


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly below one, from left to right."""
    match node:
        case Name() | Number() | Text():  # more than half of all nodes
            return ()
        case Negative() | Not() | Membership() | Shift():
            return (node.operand,)
        case Arithmetic() | Comparison():
            return (node.left, node.right)
        case And() | Or():
            return node.operands
        case Call():
            return (*node.arguments, *(argument for _, argument in node.keywords))
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all below it, parents first; a node that stands twice comes twice."""
    yield node
    for child in children(node):
        yield from walk(child)


def walk_new(node: Node, seen: set[Node]) -> Iterator[Node]:
    """Yield what ``walk`` yields, but nothing of what is in ``seen``, and add it there."""
    if node not in seen:
        seen.add(node)
        yield node
        for child in children(node):
            yield from walk_new(child, seen)


def _binds(node: Node) -> int:
    """How tightly a node holds together in the text; what is inside needs at least as much."""
    match node:
        case Or():
            return 1
        case And():
            return 2
        case Not():
            return 3
        case Comparison() | Membership():
            return 4
        case Arithmetic():
            return _BINDINGS[node.operator]
        case Negative():
            return 7
        case Number() if node.value < 0:
            return 7
        case _:
            return 9


def _inside(node: Node, least: int) -> str:
    text = str(node)
    return text if _binds(node) >= least else f"({text})"
