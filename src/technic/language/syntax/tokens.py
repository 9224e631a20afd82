"""From text to words: numbers, texts, names and signs, each with its place.

What is too long is refused before it is looked at, and what belongs to other languages is named
together with what to write instead.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from technic.errors import ExpressionError
from technic.language.syntax.percent import Percent
from technic.wording.counts import count_of

__all__ = ["MOST_CHARACTERS", "MOST_WORDS", "Token", "shown", "tokens"]

MOST_CHARACTERS = 10_000
MOST_WORDS = 4_000
_MOST_IN_A_WORD = 100
_SHORTER = "say it in several conditions"


class Token(NamedTuple):
    """A word of the text; ``value`` is a number, the text between quotes, a name or the sign."""

    kind: Literal["number", "text", "name", "sign", "end"]
    value: float | str
    start: int
    end: int


_WORD = re.compile(
    r"""
      (?P<blank>[ \t\r\n]+)
    | (?P<number>(?:\.[0-9]|[0-9])(?:[eE][+-]?[0-9]|[0-9A-Za-z_.])*
        (?:[ ]?%(?=[ \t\r\n]*(?:$|[)\],<>=!+*/]|(?:and|or|not|in)\b)))?)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    | (?P<wrong>===|!==|&&|\|\||<>|=<|=>|:=|->|//|[&|!~^@{}:;.\#\\`$?](?!=))
    | (?P<sign>\*\*|==|!=|<=|>=|[-+*/%<>()\[\],=])
    """,
    re.VERBOSE,
)
_NUMBER = re.compile(
    r"(?:[0-9]+(?:_[0-9]+)*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?", re.ASCII
)
_UNITS = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}
_NOT_IN_A_TEXT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")

_INSTEAD = {
    "===": "write ==",
    "!==": "write !=",
    "<>": "write !=",
    "=<": "write <=",
    "=>": "write >=",
    ":=": "write ==",
    "&&": "write and",
    "&": "write and",
    "||": "write or",
    "|": "write or",
    "!": "write not",
    "~": "write not",
    "^": "write ** for a power",
    "//": "write floor(a / b)",
    "{": "write a list in parentheses",
    "}": "write a list in parentheses",
    ":": "a look-back is one number of bars, as in close[5]",
    ";": "join conditions with and",
    ".": "functions stand alone, as in sma(close, 50)",
    "#": "an expression has no comments",
    "\N{LESS-THAN OR EQUAL TO}": "write <=",
    "\N{GREATER-THAN OR EQUAL TO}": "write >=",
    "\N{NOT EQUAL TO}": "write !=",
    "\N{MULTIPLICATION SIGN}": "write *",
    "\N{DIVISION SIGN}": "write /",
    **dict.fromkeys("\N{MINUS SIGN}\N{EN DASH}\N{EM DASH}", "write -"),
    **dict.fromkeys(
        "\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}"
        "\N{DOUBLE LOW-9 QUOTATION MARK}",
        'write "',
    ),
    **dict.fromkeys("\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}", "write '"),
    "\N{NO-BREAK SPACE}": "write a plain blank",
}


def shown(text: str, most: int = 40) -> str:
    """Return a text in quotes for a message, cut where it is long."""
    return repr(text if len(text) <= most else text[: most - 3] + "...")


def tokens(text: str) -> list[Token]:
    """Cut a text into its words; the last is the end. Raises ExpressionError."""
    if len(text) > MOST_CHARACTERS:
        raise ExpressionError(
            text[:MOST_CHARACTERS],
            None,
            f"the expression has {count_of(len(text), 'character')}, more than {MOST_CHARACTERS:,}",
            _SHORTER,
        )
    found: list[Token] = []
    position = 0
    while position < len(text):
        match = _WORD.match(text, position)
        if match is None or match.lastgroup == "wrong":
            raise _stranger(text, position, match)
        if match.lastgroup != "blank":
            found.append(_token(text, match))
        if len(found) > MOST_WORDS:
            reason = f"the expression has more than {MOST_WORDS:,} words and signs"
            raise ExpressionError(text, None, reason, _SHORTER)
        position = match.end()
    return [*found, Token("end", "", len(text), len(text) + 1)]


def _token(text: str, match: re.Match[str]) -> Token:
    word, place = match.group(), match.span()
    match match.lastgroup:
        case "number":
            return Token("number", _number(text, word, place), *place)
        case "text":
            return Token("text", _unquoted(text, word, place), *place)
        case "name":
            if len(word) > _MOST_IN_A_WORD:
                reason = f"a name of {count_of(len(word), 'character')} is too long"
                raise ExpressionError(text, place, reason)
            return Token("name", word, *place)
        case _:
            return Token("sign", word, *place)


def _number(text: str, word: str, place: tuple[int, int]) -> float:
    """Return what a number says: with K, M, B or T in thousands and so on, with % as a Percent."""
    if len(word) > _MOST_IN_A_WORD:
        reason = f"a number of {count_of(len(word), 'character')} is too long"
        raise ExpressionError(text, place, reason, "write it as 1e9")
    plain = word.removesuffix("%").rstrip()
    unit = _UNITS.get(plain[-1].lower(), 1.0)
    digits = plain if unit == 1.0 else plain[:-1]
    if not _NUMBER.fullmatch(digits) or (unit != 1.0 and "e" in digits.lower()):
        raise ExpressionError(text, place, f"{shown(word)} is no number")
    value = float(digits) * unit
    if value == float("inf"):
        raise ExpressionError(text, place, f"the number {shown(word)} is too large")
    return Percent(value) if word.endswith("%") else value


def _unquoted(text: str, word: str, place: tuple[int, int]) -> str:
    inside = re.sub(r"\\(.)", r"\1", word[1:-1])
    for escaped in re.finditer(r"\\(.)", word):
        if escaped.group(1) not in "\\\"'":
            start = place[0] + escaped.start()
            reason = f"{shown(escaped.group())} means nothing in a text"
            raise ExpressionError(
                text, (start, start + 2), reason, "a backslash only stands before a quote or itself"
            )
    if _NOT_IN_A_TEXT.search(inside):
        raise ExpressionError(text, place, "the text has a character that cannot be printed")
    return inside


def _stranger(text: str, position: int, match: re.Match[str] | None) -> ExpressionError:
    """Return the error for a sign that the language does not have."""
    word = match.group() if match else text[position]
    if word in "\"'":
        return ExpressionError(
            text,
            (position, position + 1),
            "the text that begins here never ends",
            "close the quote",
        )
    hint = _INSTEAD.get(word, "")
    if word == ":" and "[" not in text[:position]:
        hint = ""
    place = (position, position + len(word))
    return ExpressionError(text, place, f"{shown(word)} is not a sign of the language", hint)
