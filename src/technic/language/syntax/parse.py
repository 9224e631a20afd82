"""From text to a tree: the scan language's own grammar over Python's ``ast``.

Operators bind as in Python, so Python's parser finds what belongs together; only the kinds of its
nodes that are listed here become nodes of the language, and nothing is ever executed. From loosest
to tightest::

    or    and    not    < <= > >= == != in    + -    * / %    -x    **    x[n]

The words of the text are bounded and stand where they may before Python's parser sees them, so no
text costs more than a few milliseconds, and no message depends on the version of Python.
"""

from __future__ import annotations

import ast
import itertools
import math
from collections.abc import Mapping
from typing import Any

from technic.errors import ExpressionError, ParameterError
from technic.language.syntax.nodes import (
    And,
    Arithmetic,
    Call,
    Comparison,
    Membership,
    Name,
    Node,
    Not,
    Number,
    Or,
    Shift,
    Text,
)
from technic.language.syntax.tokens import Token, tokens
from technic.language.syntax.trees import concat, negate, refuse_too_large, too_deep
from technic.language.syntax.well_formed import refuse_malformed
from technic.text.python_tree import python_tree

__all__ = ["MOST_BARS_AGO", "parse"]

MOST_BARS_AGO = 2_520
_OPERATORS: dict[type[ast.AST], Any] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}


def parse(text: str, parameters: Mapping[str, float | str] | None = None) -> Node:
    """Return the tree of a text; each node knows its place in it.

    ``parameters``: names that stand for constants. Raises ExpressionError where the text says
    nothing, is longer than 10,000 characters, has more than 2,000 parts or nests them more than
    60 deep; ParameterError for a text or a constant that is none.
    """
    if not isinstance(text, str):
        raise ParameterError("text", text, "a text")
    constants = {name: _constant(name, value) for name, value in (parameters or {}).items()}
    words = tokens(text)
    refuse_malformed(text, words)
    node = _Reader(text, words, constants).whole()
    refuse_too_large(node, text)
    return node


def _constant(name: str, value: float | str) -> float | str:
    if isinstance(value, str):
        return value
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise ParameterError(name, value, "a finite number or a text")
    return float(value)


def _plain(words: list[Token]) -> str:
    """Return the words for Python's parser: one line of ASCII, each word at its old distance.

    A constant is only its own length there, so nothing in it means anything to Python.
    """
    line, at = "", words[0].start
    for word in words[:-1]:
        length = word.end - word.start
        line += " " * (word.start - at)
        at = word.end
        masked = {"number": "1" * length, "text": f"'{'x' * (length - 2)}'"}
        line += masked.get(word.kind, str(word.value))
    return line


class _Reader:
    """Tells Python's tree in the nodes of the language; each method takes what it is named for."""

    def __init__(self, text: str, words: list[Token], constants: Mapping[str, float | str]) -> None:
        self.text, self.constants = text, constants
        self.first, self.line = words[0].start, _plain(words)
        self.values = {word.start: word.value for word in words}

    def whole(self) -> Node:
        try:
            return self.node(python_tree(self.line))
        except (RecursionError, MemoryError):
            raise too_deep(self.text) from None
        except (SyntaxError, ValueError, OverflowError) as error:
            raise ExpressionError(self.text, None, "the expression cannot be read") from error

    def place(self, tree: ast.expr) -> tuple[int, int]:
        """Return where a part stands in the text."""
        return self.first + tree.col_offset, self.first + (tree.end_col_offset or 0)

    def error(self, tree: ast.expr, reason: str, hint: str = "") -> ExpressionError:
        return ExpressionError(self.text, self.place(tree), reason, hint)

    def node(self, tree: ast.expr) -> Node:
        """Tell any part; RecursionError for one far deeper than a tree may be."""
        place = self.place(tree)
        match tree:
            case ast.Constant() | ast.Name():
                return self.leaf(tree, place)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Not(self.node(operand), place=place)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return negate(self.node(operand), place)
            case ast.BinOp(op=operator, left=left, right=right) if type(operator) in _OPERATORS:
                sign = _OPERATORS[type(operator)]
                return Arithmetic(sign, self.node(left), self.node(right), place=place)
            case ast.BoolOp(op=operator, values=values):
                kind = And if isinstance(operator, ast.And) else Or
                return concat(kind, [self.node(value) for value in values], place)
            case ast.Compare():
                return self.comparison(tree)
            case ast.Subscript(value=value, slice=bars):
                return Shift(self.node(value), self.look_back(bars), place=place)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=keywords):
                positional = tuple(self.node(argument) for argument in arguments)
                named = tuple((self.named(word), self.node(word.value)) for word in keywords)
                return Call(name, positional, named, place=place)
        raise self.error(tree, "this is not of the language")

    def leaf(self, tree: ast.Constant | ast.Name, place: tuple[int, int]) -> Node:
        """Tell a name or a constant, whose value is that of its word."""
        if isinstance(tree, ast.Constant):
            value = self.values[place[0]]
        elif tree.id in self.constants:
            value = self.constants[tree.id]
        else:
            return Name(tree.id, place=place)
        if isinstance(value, str):
            return Text(value, place=place)
        return Number(value, place=place)

    def named(self, argument: ast.keyword) -> str:
        """Return the name of an argument; what Python would spread over several has none."""
        if argument.arg is None:
            raise self.error(argument.value, "this is not of the language")
        return argument.arg

    def comparison(self, tree: ast.Compare) -> Node:
        """Tell a chain: ``a < b < c`` is ``a < b and b < c``."""
        links: list[Node] = []
        places, left = self.linked(tree), self.node(tree.left)
        for operator, after, place in zip(tree.ops, tree.comparators, places, strict=True):
            if isinstance(operator, ast.In | ast.NotIn):
                link = Membership(left, self.listed(after), place=place)
                links.append(link if isinstance(operator, ast.In) else Not(link, place=place))
            elif type(operator) in _OPERATORS:
                right = self.node(after)
                links.append(Comparison(_OPERATORS[type(operator)], left, right, place=place))
                left = right
            else:
                raise self.error(tree, "this is not of the language")
        return concat(And, links, self.place(tree))

    def linked(self, tree: ast.Compare) -> list[tuple[int, int]]:
        """Return the places of the links of a chain, each with the parentheses of its sides."""
        start, end = self.place(tree)
        starts, ends = [start], []
        for left, right in itertools.pairwise((tree.left, *tree.comparators)):
            (_, left_ends), (right_begins, _) = self.place(left), self.place(right)
            between = self.line[left_ends - self.first : right_begins - self.first]
            closing = between[: len(between) - len(between.lstrip(" )"))].rstrip()
            opening = between[len(between.rstrip(" (")) :].lstrip()
            ends.append(left_ends + len(closing))
            starts.append(right_begins - len(opening))
        return list(zip(starts, [*ends[1:], end], strict=False))

    def listed(self, tree: ast.expr) -> tuple[Number | Text, ...]:
        """Tell the list after ``in``; one constant in parentheses is a list."""
        values: list[Number | Text] = []
        for one in tree.elts if isinstance(tree, ast.Tuple | ast.List) else [tree]:
            value = self.node(one)
            if not isinstance(value, Number | Text):
                raise self.error(one, "a list has numbers and texts only")
            values.append(value)
        return tuple(values)

    def look_back(self, tree: ast.expr) -> int:
        """Tell the number of bars between square brackets."""
        if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
            raise self.error(tree, "a look-back reads the past only", "write [1] for one bar ago")
        bars = self.node(tree)
        if isinstance(bars, Number) and 0 <= bars.value <= MOST_BARS_AGO and bars.value % 1 == 0:
            return int(bars.value)
        reason = f"a look-back is a whole number of bars from 0 to {MOST_BARS_AGO:,}"
        raise self.error(tree, reason)
