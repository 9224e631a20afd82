"""A place among the tokens of a text, and what to say when the next one does not fit."""

from __future__ import annotations

import keyword

from technic.errors import ExpressionError
from technic.language.tokens import Token, shown, tokens

__all__ = ["WORDS", "Reader"]

WORDS = ("and", "or", "not", "in")
"""The words of the language; they are no names."""

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


class Reader:
    """Goes through the tokens from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.next = 0

    @property
    def token(self) -> Token:
        """The token that comes next."""
        return self.tokens[self.next]

    def stands(self, sign: str, ahead: int = 0) -> bool:
        """Whether a sign, or a word of the language, comes next (or ``ahead`` tokens later)."""
        token = self.tokens[self.next + ahead]
        return token.value == sign and token.kind in ("sign", "name")

    def take(self, sign: str) -> Token | None:
        """Take a sign or a word of the language if it comes next."""
        if not self.stands(sign):
            return None
        self.next += 1
        return self.tokens[self.next - 1]

    def since(self, start: int) -> tuple[int, int]:
        """Return the place from a position to the end of the token before."""
        return start, self.tokens[self.next - 1].end

    def said(self, token: Token) -> str:
        """Return a token as a message shows it."""
        return shown(self.text[token.start : token.end])

    def error(self, reason: str, hint: str = "", token: Token | None = None) -> ExpressionError:
        """Return an error at a token, by default the next one."""
        at = token or self.token
        return ExpressionError(self.text, (at.start, at.end), reason, hint)

    def begins_value(self) -> bool:
        """Whether a value could begin here."""
        token = self.token
        if token.kind == "name":
            return token.value not in ("and", "or", "in")
        return token.kind in ("number", "text") or self.stands("(") or self.stands("-")

    def no_value(self) -> ExpressionError:
        """Return the error for a token where a value should stand."""
        token = self.token
        if token.kind == "end":
            return self.error("the expression ends where a value is expected")
        if self.stands("["):
            return self.error("a list only stands after 'in'")
        if self.stands("+"):
            return self.error("'+' stands before a value", "write the value without it")
        if self.stands("="):
            return self.error("'=' stands where a value is expected", "write >=, <= or == in one")
        return self.error(f"a value is expected before {self.said(token)}")

    def not_joined(self) -> ExpressionError:
        """Return the error for a token that stands where an operator should."""
        token, before = self.token, self.tokens[self.next - 1]
        for word in (before, token):
            if word.kind == "name" and (refused := self.no_operator(word)) is not None:
                return refused
        if self.stands(")") or self.stands("]"):
            return self.error(f"{self.said(token)} closes nothing")
        if self.stands("="):
            return self.error("'=' compares nothing", "write ==")
        if self.stands(","):
            numbers = before.kind == "number" and self.tokens[self.next + 1].kind == "number"
            hint = "write 1000000 or 1_000_000" if numbers else ""
            return self.error("a comma only stands between arguments and in lists", hint)
        return self.error(f"an operator is missing before {self.said(token)}")

    def no_operator(self, token: Token) -> ExpressionError | None:
        """Return the error for a name where an operator should be, None where nothing is known."""
        word, said = str(token.value), self.said(token)
        if word == "not":
            return self.error("'not' stands between two values", "write and not, or not in", token)
        if word not in WORDS and word.lower() in WORDS:
            reason = f"{said} is not a word of the language"
            return self.error(reason, f"write {word.lower()}", token)
        if word in _OF_SPEECH:
            return self.error(f"{said} is no operator", _OF_SPEECH[word], token)
        return self.of_python(token)

    def unclosed(self, opened: Token) -> ExpressionError:
        """Return the error for a bracket that is not closed where it should be."""
        if self.token.kind == "end":
            return self.error(f"{self.said(opened)} is never closed", "", opened)
        if self.stands(")") or self.stands("]"):
            return self.error(f"{self.said(self.token)} does not close {self.said(opened)}")
        return self.not_joined()

    def of_python(self, token: Token) -> ExpressionError | None:
        """Return the error for a word that Python keeps for itself, None for all others."""
        if not keyword.iskeyword(str(token.value)) or token.value in WORDS:
            return None
        hint = _OF_PYTHON.get(str(token.value), "")
        return self.error(f"{self.said(token)} is not a word of the language", hint, token)
