"""The grammar of the scan language once more, without Python's: tokens and binding powers.

A precedence-climbing reader. It has no sentences, no places and no limits but that of a look-back.
"""

from __future__ import annotations

import keyword
import re

from technic.language.syntax.nodes import (
    And,
    Arithmetic,
    Call,
    Comparison,
    Membership,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Or,
    Shift,
    Text,
)

__all__ = ["NotInTheLanguageError", "tree_by_climbing"]

_TOKEN = re.compile(
    r"""\s*(?:([0-9][0-9_]*(?:\.[0-9]*)?(?:e-?[0-9]+)?|\.[0-9]+)|([A-Za-z_]\w*)"""
    r"""|("[^"\\]*"|'[^'\\]*')|(\*\*|[=!<>]=|[-+*/%<>()\[\],=]))""",
    re.ASCII,
)
_NOT, _COMPARISON, _SUM, _PRODUCT, _SIGN, _POWER = range(3, 9)
_BINDS = {
    "or": 1,
    "and": 2,
    **dict.fromkeys(("<", "<=", ">", ">=", "==", "!=", "in", "not"), _COMPARISON),
    **dict.fromkeys("+-", _SUM),
    **dict.fromkeys("*/%", _PRODUCT),
    "**": _POWER,
}


class NotInTheLanguageError(Exception):
    """The language does not have the text."""


def tree_by_climbing(text: str) -> Node:
    """Return the tree of a text."""
    reader = _Reader(text)
    tree = reader.expression(1)
    reader.take("")
    return tree


class _Reader:
    def __init__(self, text: str) -> None:
        self.words: list[str] = []
        text, at = text.rstrip(), 0
        while at < len(text):
            if (match := _TOKEN.match(text, at)) is None:
                raise NotInTheLanguageError(text[at:])
            self.words.append(match.group().lstrip())
            at = match.end()
        self.words.append("")

    def take(self, expected: str | None = None) -> str:
        if expected is not None and self.words[0] != expected:
            raise NotInTheLanguageError(self.words[0])
        return self.words.pop(0)

    def expression(self, least: int) -> Node:
        left = self.operand(least)
        while (binds := _BINDS.get(self.words[0], 0)) >= least:
            if binds == _COMPARISON:
                left = self.chain(left)
            elif binds < _COMPARISON:
                kind = And if self.take() == "and" else Or
                left = _flat(kind, [left, self.expression(binds + 1)])
            else:
                sign = self.take()
                right = self.expression(_SIGN if sign == "**" else binds + 1)
                left = Arithmetic(sign, left, right)
        return left

    def chain(self, left: Node) -> Node:
        links: list[Node] = []
        while _BINDS.get(self.words[0]) == _COMPARISON:
            if links and isinstance(links[-1], Membership | Not):
                raise NotInTheLanguageError("a comparison with a list")
            sign = self.take()
            if sign in ("in", "not"):
                if sign == "not":
                    self.take("in")
                member = Membership(left, self.listed())
                links.append(member if sign == "in" else Not(member))
                if _BINDS.get(self.words[0], 0) > _COMPARISON:
                    raise NotInTheLanguageError("computing with a list")
            else:
                right = self.expression(_SUM)
                links.append(Comparison(sign, left, right))
                left = right
        return _flat(And, links) if len(links) > 1 else links[0]

    def operand(self, least: int) -> Node:
        if self.words[0] == "not" and least <= _NOT:
            self.take()
            return Not(self.expression(_NOT))
        if self.words[0] == "-":
            self.take()
            inner = self.expression(_SIGN)
            return Number(-inner.value) if isinstance(inner, Number) else Negative(inner)
        node = self.primary()
        while self.words[0] == "[":
            self.take()
            bars = self.take()
            if not bars.isdigit() or int(bars) > 2520:
                raise NotInTheLanguageError(bars)
            node = Shift(node, int(bars))
            self.take("]")
        return node

    def primary(self) -> Node:
        word = self.take()
        if word[:1] in ("'", '"') and word:
            return Text(word[1:-1])
        if re.match(r"\.?[0-9]", word):
            return Number(float(word))
        if word == "(":
            node = self.expression(1)
            self.take(")")
            return node
        if not word.isidentifier() or keyword.iskeyword(word):
            raise NotInTheLanguageError(word)
        return self.call(word) if self.words[0] == "(" else Name(word)

    def call(self, name: str) -> Call:
        self.take("(")
        arguments: list[Node] = []
        named: dict[str, Node] = {}
        while self.words[0] != ")":
            if self.words[1] == "=":
                key = self.take()
                self.take("=")
                if key in named or not key.isidentifier():
                    raise NotInTheLanguageError(key)
                named[key] = self.expression(1)
            elif named:
                raise NotInTheLanguageError("a name is missing")
            else:
                arguments.append(self.expression(1))
            if self.words[0] != ")":
                self.take(",")
        self.take(")")
        return Call(name, tuple(arguments), tuple(named.items()))

    def listed(self) -> tuple[Number | Text, ...]:
        closing = {"(": ")", "[": "]"}.get(self.take())
        values: list[Node] = []
        while self.words[0] != closing:
            values.append(self.expression(_SUM))
            if self.words[0] != closing:
                self.take(",")
        self.take(closing)
        if not values or not all(isinstance(value, Number | Text) for value in values):
            raise NotInTheLanguageError("no constants")
        return tuple(values)


def _flat(kind: type, operands: list[Node]) -> Node:
    opened: list[Node] = []
    for operand in operands:
        opened += operand.operands if isinstance(operand, kind) else [operand]
    return kind(tuple(opened))
