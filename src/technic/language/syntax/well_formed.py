"""Whether the words of a text stand where they may, and what to say of the first that does not.

What passes here is well formed and bounded, so Python's parser reads it quickly and in full, and
every sentence about a slip is the language's own.
"""

from __future__ import annotations

import keyword
from dataclasses import dataclass, field
from typing import Literal

from technic.errors import ExpressionError
from technic.language.syntax.tokens import Token, shown
from technic.language.syntax.trees import MOST_DEPTH, too_deep

__all__ = ["refuse_malformed"]

_WORDS = ("and", "or", "not", "in")
"""The words of the language; they are no names."""
_COMPARING = ("<", "<=", ">", ">=", "==", "!=", "in")
_COMPUTING = ("+", "-", "*", "/", "%", "**")
_WITH_COMMAS = ("call", "list")
_EMPTY = {"group": "nothing stands in the parentheses", "list": "the list is empty"}
_NO_VALUE = {
    "[": ("a list only stands after 'in'", ""),
    "+": ("'+' stands before a value", "write the value without it"),
    "=": ("'=' stands where a value is expected", "write >=, <= or == in one"),
}
_OF_PYTHON = {
    "if": "write where(condition, a, b)",
    "else": "write where(condition, a, b)",
    "is": "write ==, or is_missing(x) for a missing value",
    "True": "a condition stands for itself",
    "False": "write not before the condition",
    "None": "write is_missing(x) for a missing value",
}
_OF_SPEECH = {
    "above": "write >",
    "below": "write <",
    "equals": "write ==",
    "between": "write 20 < x < 40",
    "crosses": "write crosses_above(a, b)",
    "crossed": "write crosses_above(a, b)",
    "crosses_above": "write crosses_above(a, b)",
    "crossed_above": "write crosses_above(a, b)",
    "crosses_below": "write crosses_below(a, b)",
    "crossed_below": "write crosses_below(a, b)",
}


@dataclass(slots=True)
class _Bracket:
    """A bracket that is open, the whole text first; ``depth``: what may be around it."""

    kind: Literal["whole", "group", "call", "list", "look-back"]
    opened: Token
    depth: int
    names: list[str] = field(default_factory=list)


def refuse_malformed(text: str, words: list[Token]) -> None:
    """Raise ExpressionError for the first of the words of a text that stands where it may not."""
    _Walk(text, words).refuse()


class _Walk:
    """Goes through the words once, from left to right; values and operators take turns."""

    def __init__(self, text: str, words: list[Token]) -> None:
        self.text, self.words, self.next, self.depth = text, words, 0, 0
        self.brackets = [_Bracket("whole", words[0], 0)]
        self.list_end = 0

    def refuse(self) -> None:
        """Raise ExpressionError for the first word that does not fit."""
        if self.word.kind == "end":
            raise self.error("the expression is empty")
        while self.next < len(self.words):
            before, bracket = self.words[self.next - 1], self.brackets[-1]
            named = before.kind == "name" and before.value not in _WORDS
            if named or before.kind in ("number", "text") or self.stands(")", "]", ahead=-1):
                self.operator(bracket)
            else:
                self.value(bracket)
            self.next += 1

    @property
    def word(self) -> Token:
        """The word that comes next."""
        return self.words[self.next]

    def stands(self, *signs: str, ahead: int = 0) -> bool:
        """Whether one of these signs or words of the language is next, or ``ahead`` further."""
        word = self.words[self.next + ahead]
        return word.kind in ("sign", "name") and word.value in signs

    def value(self, bracket: _Bracket) -> None:
        """Look at what stands where a value should."""
        listed = self.stands("in", ahead=-1)
        if listed and not self.stands("(", "["):
            raise self.error("a list is expected after 'in'", 'write ("A", "B")')
        if bracket.kind == "call" and self.stands("(", ",", ahead=-1):
            self.argument(bracket)
        if self.depth >= 2 * MOST_DEPTH:
            raise too_deep(self.text, (self.word.start, self.word.end))
        if self.stands("not") and self.stands(*_COMPARING, *_COMPUTING, ahead=-1):
            raise self.error("'not' needs parentheses here", "write (not ...)")
        if self.stands("not", "-"):
            self.depth += 1
        elif self.stands("(") or listed:
            self.open("list" if listed else "group")
        elif self.stands(")", "]"):
            self.close_without_value(bracket)
        elif self.begins_value():
            self.refuse_python(self.word)
        else:
            raise self.no_value()

    def argument(self, call: _Bracket) -> None:
        """Go past the name of an argument, where it has one."""
        if self.word.kind == "name" and self.stands("=", ahead=1):
            self.refuse_python(self.word)
            name = str(self.word.value)
            if name in call.names:
                function = self.words[self.words.index(call.opened) - 1].value
                raise self.error(f"{function} is given {name} twice")
            call.names.append(name)
            self.next += 2
        elif call.names and not self.stands(")"):
            raise self.error("an argument without a name stands after one with a name")

    def operator(self, bracket: _Bracket) -> None:
        """Look at what stands after a value."""
        comparing = self.stands(*_COMPARING) or (self.stands("not") and self.stands("in", ahead=1))
        if self.next == self.list_end and comparing:
            raise self.error("nothing is compared after 'in'", "join the conditions with and")
        if self.next == self.list_end and self.stands(*_COMPUTING):
            raise self.error("nothing is computed with a list")
        if self.word.kind == "end" or self.stands(")", "]"):
            self.close(bracket)
        elif self.stands("[") and self.next != self.list_end:
            self.open("look-back")
        elif self.stands("(") and self.words[self.next - 1].kind == "name":
            self.open("call")
        elif self.stands("**"):
            self.depth += 1
        elif self.stands("%") and not self.begins_value(ahead=1):
            hint = "write 5 for 5 %, or 0.05 for a share"
            raise self.error("'%' is the remainder of a division", hint)
        elif comparing or self.stands(
            "and", "or", *_COMPUTING, *("," if bracket.kind in _WITH_COMMAS else "")
        ):
            self.depth = bracket.depth
            self.next += self.stands("not")
        else:
            raise self.not_joined()

    def open(self, kind: Literal["group", "call", "list", "look-back"]) -> None:
        """Go into a bracket."""
        self.depth += 1
        self.brackets.append(_Bracket(kind, self.word, self.depth))

    def close(self, bracket: _Bracket) -> None:
        """Leave a bracket, or the text."""
        opened = bracket.opened
        if self.word.kind == "end":
            if bracket.kind != "whole":
                raise self.error(f"{self.said(opened)} is never closed", "", opened)
            return
        if bracket.kind == "whole":
            raise self.not_joined()
        if self.stands(")") != (opened.value == "("):
            raise self.error(f"{self.said(self.word)} does not close {self.said(opened)}")
        self.brackets.pop()
        self.depth = bracket.depth - 1
        self.list_end = self.next + 1 if bracket.kind == "list" else 0

    def close_without_value(self, bracket: _Bracket) -> None:
        """Leave a call without arguments, or a bracket behind a comma."""
        at_once = self.words[self.next - 1] is bracket.opened
        if at_once and bracket.kind in _EMPTY:
            raise self.error(_EMPTY[bracket.kind], "", bracket.opened)
        if not self.stands(",", ahead=-1) and not (at_once and bracket.kind == "call"):
            raise self.no_value()
        self.close(bracket)

    def begins_value(self, ahead: int = 0) -> bool:
        """Whether a value could begin here."""
        word = self.words[self.next + ahead]
        if word.kind == "name":
            return word.value not in ("and", "or", "in")
        return word.kind in ("number", "text") or self.stands("(", "-", ahead=ahead)

    def said(self, word: Token) -> str:
        """Return a word as a message shows it."""
        return shown(self.text[word.start : word.end])

    def error(self, reason: str, hint: str = "", word: Token | None = None) -> ExpressionError:
        """Return an error at a word, by default the next one."""
        at = word or self.word
        return ExpressionError(self.text, (at.start, at.end), reason, hint)

    def no_value(self) -> ExpressionError:
        """Return the error for a word where a value should stand."""
        if self.word.kind == "end":
            return self.error("the expression ends where a value is expected")
        reason, hint = _NO_VALUE.get(str(self.word.value), ("", ""))
        return self.error(reason or f"a value is expected before {self.said(self.word)}", hint)

    def not_joined(self) -> ExpressionError:
        """Return the error for a word that stands where an operator should."""
        word, before = self.word, self.words[self.next - 1]
        if word.kind == "text" and before.kind == "name" and before.end == word.start:
            reason = f"{self.said(before)} stands directly before a text"
            return self.error(reason, "write the text in quotes alone", before)
        for one in (before, word):
            if one.kind == "name":
                self.refuse_word(one)
        if self.stands(")", "]"):
            return self.error(f"{self.said(word)} closes nothing")
        if self.stands("="):
            return self.error("'=' compares nothing", "write ==")
        if self.stands(","):
            numbers = before.kind == "number" and self.words[self.next + 1].kind == "number"
            hint = "write 1000000 or 1_000_000" if numbers else ""
            return self.error("a comma only stands between arguments and in lists", hint)
        return self.error(f"an operator is missing before {self.said(word)}")

    def refuse_word(self, word: Token) -> None:
        """Refuse a name that stands for an operator in speech or in another language."""
        name, said = str(word.value), self.said(word)
        if name == "not":
            raise self.error("'not' stands between two values", "write and not, or not in", word)
        if name not in _WORDS and name.lower() in _WORDS:
            reason = f"{said} is not a word of the language"
            raise self.error(reason, f"write {name.lower()}", word)
        if name in _OF_SPEECH:
            raise self.error(f"{said} is no operator", _OF_SPEECH[name], word)
        self.refuse_python(word)

    def refuse_python(self, word: Token) -> None:
        """Refuse a word that Python keeps for itself."""
        name = str(word.value)
        if word.kind == "name" and keyword.iskeyword(name) and name not in _WORDS:
            reason = f"{self.said(word)} is not a word of the language"
            raise self.error(reason, _OF_PYTHON.get(name, ""), word)
