"""What a node of a checked tree does to the values of its operands."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from technic.indicators.arithmetic import arithmetic, finite
from technic.language.functions import elementwise
from technic.language.functions.elementwise import Values
from technic.language.functions.function import OPERANDS, Function
from technic.language.syntax.nodes import (
    And,
    Arithmetic,
    Call,
    Comparison,
    Membership,
    Negative,
    Node,
    Not,
    Number,
    Or,
    Text,
)
from technic.typing import FloatArray

__all__ = ["Arguments", "applied", "called", "operator_of", "split"]

_CONSTANTS = ("bars", "number", "word")


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a checked call: series and constants apart, and how they stand together."""

    call: Call
    takes: tuple[str, ...]

    @property
    def series(self) -> tuple[Node, ...]:
        """The operands that change from bar to bar."""
        return tuple(node for node, takes in self._both() if takes in OPERANDS)

    @property
    def constants(self) -> tuple[Any, ...]:
        """The constants, in their order; bars are whole numbers, words texts."""
        return tuple(_constant(node, t) for node, t in self._both() if t in _CONSTANTS)

    def with_series(self, series: Sequence[Node]) -> Call:
        """Return the call with other operands."""
        waiting = iter(series)
        return Call(
            self.call.function,
            tuple(next(waiting) if takes in OPERANDS else node for node, takes in self._both()),
        )

    def bound(self, function: Function) -> Callable[..., Any]:
        """Return the kernel with the constants in their places; it takes fields and series.

        A kernel of memory ``day`` gets its arrays first, then the rows, then the constants.
        """
        if function.memory == "day":
            arrays = len(function.fields) + len(self.series) + 1
            return partial(called, function.kernel, (None,) * arrays + self.constants)
        given: list[float | str | None] = [None] * len(function.fields)
        for node, takes in self._both():
            if takes in OPERANDS:
                given.append(None)
            elif takes != "group":
                given.append(_constant(node, takes))
        return partial(called, function.kernel, tuple(given))

    def _both(self) -> Iterator[tuple[Node, str]]:
        return zip(self.call.arguments, self.takes, strict=True)


def split(call: Call, function: Function) -> Arguments:
    """Tell the arguments of a checked call apart; words that it leaves out are the usual ones."""
    left_out = function.parameters[len(call.arguments) :]
    if left_out:
        usual = (Text(str(parameter.default)) for parameter in left_out)
        call = Call(call.function, (*call.arguments, *usual))
    return Arguments(call, tuple(parameter.takes for parameter in function.parameters))


def called(kernel: Callable[..., Any], given: Sequence[float | str | None], *arrays: Any) -> Any:
    """Call a kernel with arrays where no constant is given."""
    waiting = iter(arrays)
    return kernel(*(next(waiting) if constant is None else constant for constant in given))


def operator_of(node: Node) -> tuple[Hashable, Callable[..., Any]]:
    """Return what tells an operator from others, and what it does to arrays or constants."""
    match node:
        case Negative():
            return "negative", elementwise.negative
        case Arithmetic():
            return node.operator, partial(arithmetic, node.operator)
        case Comparison():
            return node.operator, partial(elementwise.compare, node.operator)
        case Membership():
            members = tuple(value.value for value in node.values)
            return ("in", members), partial(elementwise.is_member, members=members)
        case Not():
            return "not", elementwise.logical_not
        case And():
            return "and", elementwise.logical_and
        case Or():
            return "or", elementwise.logical_or
        case _:
            raise TypeError(f"{type(node).__name__} is no operator")


def applied(node: Node, function: Function | None, values: Sequence[Values], n: int) -> FloatArray:
    """Apply an operator, or a function of memory ``point``, to one value for each of n symbols.

    ``values``: those of the operands, or of the series of a call, ``(n,)`` or constants.
    """
    if not isinstance(node, Call):
        _, run = operator_of(node)
        if isinstance(node, And | Or | Not):
            values = [np.broadcast_to(np.asarray(value, np.float64), (n,)) for value in values]
        found: FloatArray = run(*values)
        return found
    assert function is not None
    with np.errstate(all="ignore"):
        rows = [np.broadcast_to(_array(value), (1, n)) for value in values]
        row: FloatArray = split(node, function).bound(function)(*rows)[0]
    return finite(row)


def _array(value: Values) -> np.ndarray[Any, Any]:
    return np.asarray(value, object if elementwise.is_text(value) else np.float64)


def _constant(node: Node, takes: str) -> float | str:
    if isinstance(node, Text):
        return node.value
    assert isinstance(node, Number)
    return int(node.value) if takes == "bars" else node.value
