"""From text to a tree: the grammar of the scan language.

Operators bind as in Python, with which the language shares the words ``and or not in``; nothing
else of Python is there, and nothing is ever executed. From loosest to tightest::

    or    and    not    < <= > >= == != in    + -    * / %    -x    **    x[n]

The text is bounded before it is read and its nesting while it is, so no text costs more than a few
milliseconds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from technic.errors import ParameterError
from technic.language.nodes import (
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
from technic.language.reader import WORDS, Reader
from technic.language.tokens import Token
from technic.language.trees import MOST_DEPTH, joined, negated, refuse_too_large

__all__ = ["MOST_BARS_AGO", "parse"]

MOST_BARS_AGO = 2_520
_OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _SIGN, _POWER = range(1, 9)
_BINDS: dict[float | str, int] = {
    "or": _OR,
    "and": _AND,
    **dict.fromkeys(("<", "<=", ">", ">=", "==", "!=", "in"), _COMPARISON),
    **dict.fromkeys("+-", _SUM),
    **dict.fromkeys("*/%", _PRODUCT),
    "**": _POWER,
}
"""How tightly an operator between two operands binds."""


def parse(text: str, parameters: Mapping[str, float | str] | None = None) -> Node:
    """Return the tree of a text; each node knows its place in it.

    ``parameters``: names that stand for constants. Raises ExpressionError where the text says
    nothing, is longer than 10,000 characters, has more than 2,000 parts or nests them more than
    60 deep; ParameterError for a text or a constant that is none.
    """
    if not isinstance(text, str):
        raise ParameterError("text", text, "a text")
    constants = {name: _constant(name, value) for name, value in (parameters or {}).items()}
    node = _Parser(text, constants).whole()
    refuse_too_large(node, text)
    return node


def _constant(name: str, value: float | str) -> float | str:
    if isinstance(value, str):
        return value
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise ParameterError(name, value, "a finite number or a text")
    return float(value)


class _Parser(Reader):
    """Each method reads what it is named for and returns its tree."""

    def __init__(self, text: str, constants: Mapping[str, float | str]) -> None:
        super().__init__(text)
        self.constants = constants
        self.depth = 0

    def whole(self) -> Node:
        if self.token.kind == "end":
            raise self.error("the expression is empty")
        node = self.expression(_OR)
        if self.next < len(self.tokens) - 1:
            raise self.not_joined()
        return node

    def expression(self, least: int) -> Node:
        """Read operands joined by operators that bind at least so tightly."""
        self.depth += 1
        # each operation of a tree takes one call, and one more for its parentheses
        if self.depth > 2 * MOST_DEPTH:
            raise self.error(f"more than {MOST_DEPTH} operations stand inside each other")
        start = self.token.start
        left = self.operand(least)
        while (binds := self.binding()) >= least:
            if binds <= _AND:
                left = self.condition(left, start, binds)
            elif binds == _COMPARISON:
                left = self.comparison(left, start)
            else:
                left = self.arithmetic(left, start, binds)
        self.depth -= 1
        return left

    def binding(self) -> int:
        """Return how tightly the operator here binds, 0 where none stands."""
        token = self.tokens[self.next]
        if token.kind not in ("sign", "name"):
            return 0
        if token.value == "not":
            return _COMPARISON if self.stands("in", ahead=1) else 0
        return _BINDS.get(token.value, 0)

    def condition(self, left: Node, start: int, binds: int) -> Node:
        operands = [left]
        while self.take("or" if binds == _OR else "and"):
            operands.append(self.expression(binds + 1))
        return joined(Or if binds == _OR else And, operands, self.since(start))

    def comparison(self, left: Node, start: int) -> Node:
        """Read a chain: ``a < b < c`` is ``a < b and b < c``."""
        links: list[Node] = []
        while self.binding() == _COMPARISON:
            if links and isinstance(links[-1], Membership | Not):
                raise self.error("nothing is compared after 'in'", "join the conditions with and")
            negative = self.take("not")
            if self.take("in"):
                link: Node = Membership(left, self.listed(), self.since(start))
                if self.binding() > _COMPARISON:
                    raise self.error("nothing is computed with a list")
                links.append(Not(link, link.place) if negative else link)
                continue
            operator = self.token.value
            self.next += 1
            begins = self.token.start
            right = self.expression(_SUM)
            links.append(Comparison(operator, left, right, self.since(start)))  # type: ignore[arg-type]
            left, start = right, begins
        first, last = links[0].place, links[-1].place
        return joined(And, links, (first[0], last[1]) if first and last else None)

    def arithmetic(self, left: Node, start: int, binds: int) -> Node:
        sign = self.token
        self.next += 1
        if sign.value == "%" and not self.begins_value():
            hint = "write 5 for 5 %, or 0.05 for a share"
            raise self.error("'%' is the remainder of a division", hint, sign)
        right = self.expression(_SIGN if binds == _POWER else binds + 1)
        return Arithmetic(sign.value, left, right, self.since(start))  # type: ignore[arg-type]

    def operand(self, least: int) -> Node:
        """Read what stands before the first operator."""
        token = self.token
        if self.take("not"):
            if least > _NOT:
                raise self.error("'not' needs parentheses here", "write (not ...)", token)
            return Not(self.expression(_NOT), self.since(token.start))
        if self.take("-"):
            return negated(self.expression(_SIGN), self.since(token.start))
        node = self.primary()
        while opened := self.take("["):
            bars = self.look_back()
            if not self.take("]"):
                raise self.unclosed(opened)
            node = Shift(node, bars, self.since(token.start))
        return node

    def primary(self) -> Node:
        token = self.token
        if token.kind == "name" and token.value not in WORDS:
            return self.name_or_call()
        if token.kind in ("number", "text"):
            self.next += 1
            return _literal(token.value, (token.start, token.end))
        if not self.take("("):
            raise self.no_value()
        if self.take(")"):
            raise self.error("nothing stands in the parentheses", "", token)
        node = self.expression(_OR)
        if not self.take(")"):
            raise self.unclosed(token)
        return node

    def name_or_call(self) -> Node:
        token = self.token
        if (refused := self.of_python(token)) is not None:
            raise refused
        name = str(token.value)
        self.next += 1
        if opened := self.take("("):
            positional, keywords = self.arguments(name, opened)
            return Call(name, positional, keywords, self.since(token.start))
        place = (token.start, token.end)
        return (
            _literal(self.constants[name], place) if name in self.constants else Name(name, place)
        )

    def arguments(
        self, function: str, opened: Token
    ) -> tuple[tuple[Node, ...], tuple[tuple[str, Node], ...]]:
        positional: list[Node] = []
        keywords: dict[str, Node] = {}
        while not self.take(")"):
            token = self.token
            if token.kind == "name" and self.stands("=", ahead=1):
                name = str(token.value)
                if name in keywords:
                    raise self.error(f"{function} is given {name} twice")
                self.next += 2
                keywords[name] = self.expression(_OR)
            elif keywords:
                raise self.error("an argument without a name stands after one with a name")
            else:
                positional.append(self.expression(_OR))
            if not self.take(",") and not self.stands(")"):
                raise self.unclosed(opened)
        return tuple(positional), tuple(keywords.items())

    def listed(self) -> tuple[Number | Text, ...]:
        """Read the list after ``in``: constants in parentheses or square brackets."""
        opened = self.take("(") or self.take("[")
        if not opened:
            raise self.error("a list is expected after 'in'", 'write ("A", "B")')
        closing = ")" if opened.value == "(" else "]"
        values: list[Number | Text] = []
        while not self.take(closing):
            token = self.token
            value = self.expression(_SUM)
            if not isinstance(value, Number | Text):
                raise self.error("a list has numbers and texts only", "", token)
            values.append(value)
            if not self.take(",") and not self.stands(closing):
                raise self.unclosed(opened)
        if not values:
            raise self.error("the list is empty", "", opened)
        return tuple(values)

    def look_back(self) -> int:
        """Read the number of bars between square brackets."""
        token = self.token
        if self.stands("-"):
            raise self.error("a look-back reads the past only", "write [1] for one bar ago")
        value = self.constant_value()
        if not isinstance(value, float) or not 0 <= value <= MOST_BARS_AGO or value % 1:
            reason = f"a look-back is a whole number of bars from 0 to {MOST_BARS_AGO:,}"
            raise self.error(reason, "", token)
        self.next += 1
        return int(value)

    def constant_value(self) -> float | str | None:
        """Return the value of the constant that comes next, None where none does."""
        token = self.token
        if token.kind in ("number", "text"):
            return token.value
        return self.constants.get(str(token.value)) if token.kind == "name" else None


def _literal(value: float | str, place: tuple[int, int]) -> Number | Text:
    return Text(value, place) if isinstance(value, str) else Number(value, place)
