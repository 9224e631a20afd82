"""What becomes of text from outside where it enters: vendors' words, listings, names of files.

Letters stay as they are. What moves a terminal's cursor, turns the direction of writing, cannot be
seen or ends a line goes: in a table, a log or a file it could pass for something else.
"""

from __future__ import annotations

import re

__all__ = [
    "LABEL",
    "LINE",
    "PATH",
    "READ",
    "SENTENCE",
    "SYMBOL",
    "clean",
    "could_be_symbol",
]

SYMBOL = 24
"""Characters of a symbol; what has more is none."""
LABEL = 200
"""Of a company's name, a sector, an exchange; the longest name of 12,000 listings has 160."""
SENTENCE = 300
"""Of what a vendor says is wrong."""
PATH = 1_000
"""Of the name of a file."""
LINE = 4_000
"""Of a line for people: an error, a warning, a line of a log."""
READ = 20_000
"""Of a text that is to be cut, that are looked at."""

_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f]).{0,256}?(?:\x07|\x1b\\|\x9c)"  # OSC: titles, links
    r"|\x1b[ -/]*[0-~]",
    re.DOTALL,
)
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufe00-\ufe0f]")
"""Printable by name, nothing to see: fillers, blanks, selectors of variants."""


def clean(text: str, most: int = SENTENCE) -> str:
    """Return ``text`` as one line of visible characters, cut to ``most`` with an ellipsis."""
    if not (text.isascii() and text.isprintable()):
        text = _UNSEEN.sub("", _ESCAPES.sub("", text))
        text = "".join(
            letter if letter.isprintable() else " " if letter.isspace() else "" for letter in text
        )
    if "  " in text or text[:1] == " " or text[-1:] == " ":
        text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def could_be_symbol(text: str) -> bool:
    """Tell whether a text from outside may go by as a symbol, known or not."""
    return 0 < len(text) <= SYMBOL and text.isascii() and text.isprintable()
