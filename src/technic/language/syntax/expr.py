"""Expressions from Python: operators on ``Expr`` make the trees that the text makes.

>>> from technic.language import close, fn, name, volume
>>> str((close > fn.sma(close, 50)) & (volume > 1e6) & (name("sector") == "Energy"))
'close > sma(close, 50) and volume > 1000000 and sector == "Energy"'

Comparisons need parentheses beside ``&`` and ``|``, which bind tighter in Python.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import NoReturn, TypeAlias

import numpy as np

from technic.errors import ExpressionError, ParameterError
from technic.indicators.arithmetic import ArithmeticOperator
from technic.language.syntax.nodes import (
    And,
    Arithmetic,
    Call,
    Comparison,
    ComparisonOperator,
    Membership,
    Name,
    Node,
    Not,
    Number,
    Or,
    Shift,
    Text,
)
from technic.language.syntax.trees import concat, negate

__all__ = [
    "Constant",
    "Expr",
    "benchmark",
    "close",
    "fn",
    "high",
    "low",
    "name",
    "open_",
    "volume",
]

Constant: TypeAlias = float | str
Method: TypeAlias = Callable[["Expr", "Expr | Constant"], "Expr"]


def _both_ways(sign: ArithmeticOperator) -> tuple[Method, Method]:
    """Return the methods of an operator: for what stands on its left, and on its right."""

    def left(self: Expr, other: Expr | Constant) -> Expr:
        return Expr(Arithmetic(sign, self.node, _node(other)))

    def right(self: Expr, other: Expr | Constant) -> Expr:
        return Expr(Arithmetic(sign, _node(other), self.node))

    return left, right


def _compared(sign: ComparisonOperator) -> Method:
    """Return the method of an operator."""
    return lambda self, other: Expr(Comparison(sign, self.node, _node(other)))


class Expr:
    """A tree (``node``) that operators join; ``str`` is the text that says the same.

    An ``Expr`` is neither true nor false, so ``and``, ``or``, ``not``, ``in`` and ``a < b < c``
    raise ExpressionError: write ``&``, ``|``, ``~``, ``is_in`` and ``between``. ``2 < x`` is ``x >
    2``, as Python turns it.
    """

    __hash__ = None  # type: ignore[assignment]
    __slots__ = ("node",)

    def __init__(self, node: Node) -> None:
        self.node = node

    def __str__(self) -> str:
        return str(self.node)

    def __repr__(self) -> str:
        return f"Expr({str(self.node)!r})"

    def is_in(self, values: Iterable[Constant]) -> Expr:
        """Whether the value is one of some constants."""
        if isinstance(values, str):
            raise ParameterError("values", values, "a list of constants", f"write [{values!r}]")
        literals = tuple(_literal(value) for value in values)
        if not literals:
            raise ParameterError("values", list(literals), "at least one constant")
        return Expr(Membership(self.node, literals))

    def between(self, least: Expr | Constant, most: Expr | Constant) -> Expr:
        """``least <= x <= most``."""
        low, high = _node(least), _node(most)
        links = [Comparison("<=", low, self.node), Comparison("<=", self.node, high)]
        return Expr(concat(And, links))

    def __getitem__(self, bars: int) -> Expr:
        if isinstance(bars, bool) or not isinstance(bars, int | np.integer) or bars < 0:
            raise ParameterError("bars", bars, "a whole number of bars ago", "write x[1]")
        return Expr(Shift(self.node, int(bars)))

    def __neg__(self) -> Expr:
        return Expr(negate(self.node))

    def __abs__(self) -> Expr:
        return Expr(Call("abs", (self.node,)))

    __add__, __radd__ = _both_ways("+")
    __sub__, __rsub__ = _both_ways("-")
    __mul__, __rmul__ = _both_ways("*")
    __truediv__, __rtruediv__ = _both_ways("/")
    __mod__, __rmod__ = _both_ways("%")
    __pow__ = _both_ways("**")[0]
    __lt__, __le__ = _compared("<"), _compared("<=")
    __gt__, __ge__ = _compared(">"), _compared(">=")
    __eq__ = _compared("==")  # type: ignore[assignment]
    __ne__ = _compared("!=")  # type: ignore[assignment]

    def __and__(self, other: Expr) -> Expr:
        return Expr(concat(And, (self.node, _node(other))))

    def __or__(self, other: Expr) -> Expr:
        return Expr(concat(Or, (self.node, _node(other))))

    def __invert__(self) -> Expr:
        return Expr(Not(self.node))

    def __bool__(self) -> NoReturn:
        hint = "write &, | and ~ for and, or and not, and x.between(a, b) for a <= x <= b"
        raise ExpressionError(str(self), None, "an expression is neither true nor false", hint)

    def __iter__(self) -> NoReturn:
        hint = "write x[1] for one bar ago, and x.is_in([...]) for one of a list"
        raise ExpressionError(str(self), None, "an expression has no values to go through", hint)


class _Functions:
    """Every attribute is the function of that name: ``fn.rsi(close, 14)``."""

    def __getattr__(self, function: str) -> Callable[..., Expr]:
        if function.startswith("__"):
            raise AttributeError(function)

        def call(*arguments: Expr | Constant, **keywords: Expr | Constant) -> Expr:
            named = tuple((word, _node(value)) for word, value in keywords.items())
            return Expr(Call(function, tuple(map(_node, arguments)), named))

        return call


def name(word: str) -> Expr:
    """Return the value that the vocabulary has under a name."""
    return Expr(Name(word))


def _node(value: Expr | Constant) -> Node:
    return value.node if isinstance(value, Expr) else _literal(value)


def _literal(value: Constant) -> Number | Text:
    if isinstance(value, str):
        return Text(value)
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not number or not math.isfinite(value):
        raise ParameterError("value", value, "an expression, a finite number or a text")
    return Number(0.0 + float(value))


fn = _Functions()
"""The functions of the language."""

open_, high, low, close = name("open"), name("high"), name("low"), name("close")
volume, benchmark = name("volume"), name("benchmark")
