"""Texts in drawings: cleaned and escaped, measured, wrapped; numbers as people read them."""

from __future__ import annotations

import math
import re
import unicodedata
from html import escape as html_escape

__all__ = [
    "amount_text",
    "clean",
    "escape",
    "number",
    "price_text",
    "shortened",
    "width",
    "wrapped",
]

MOST_CHARACTERS = 500
"""Of one text from outside; a longer one is cut."""
_UNSEEN = re.compile(
    "[\u200b\u200e\u200f\u061c\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
"""Marks that turn the direction of what stands beside them, or that nobody sees."""
_WIDTHS = (
    (" !',./:;I[\\]`fijlt|", 0.28),
    ("()-r\u00b7", 0.34),
    ("ckszvxyJ", 0.5),
    ("ABEKPSVXY&FTZL", 0.66),
    ("CDHNRUw", 0.72),
    ("GOQ", 0.78),
    ("mM%", 0.86),
    ("W@", 0.97),
)
_WIDTH = {character: size for characters, size in _WIDTHS for character in characters}
_USUAL, _WIDE, _ROOM = 0.556, 1.0, 1.12
"""Widths in units of the font size; a reader's font may be wider than the one measured."""


def clean(text: object) -> str:
    """Return the text in one line, without control characters and marks that turn directions."""
    kept = _UNSEEN.sub("", str(text)[: 4 * MOST_CHARACTERS])
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Zl") else c for c in kept)
    return shortened_to(" ".join(kept.split()), MOST_CHARACTERS)


def escape(text: object) -> str:
    """Return the text cleaned, for content and attributes of SVG and HTML."""
    return html_escape(clean(text), quote=True)


def shortened_to(text: str, characters: int) -> str:
    """Return the text with at most so many characters."""
    return text if len(text) <= characters else f"{text[: characters - 1]}\u2026"


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return about how wide the text is, rather too wide than too narrow."""
    units = sum(_WIDTH.get(c, _USUAL if c.isascii() else _foreign(c)) for c in text)
    return units * size * _ROOM * (1.06 if bold else 1.0)


def _foreign(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    return _WIDE if unicodedata.east_asian_width(character) in "WF" else 0.66


def shortened(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """Return the text cut to what fits into ``room``; "" where not even a letter does."""
    text = clean(text)
    if width(text, size, bold=bold) <= room:
        return text
    while text and width(f"{text}\u2026", size, bold=bold) > room:
        text = text[:-1].rstrip()
    return f"{text}\u2026" if text else ""


def wrapped(text: str, size: float, room: float) -> list[str]:
    """Return the text in lines that fit into ``room``, broken between words; long words are cut."""
    lines: list[str] = []
    for word in clean(text).split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, size) <= room:
            lines[-1] = longer
        else:
            lines.append(shortened(word, size, room))
    return lines


def number(value: float) -> str:
    """Return a position: at most one decimal."""
    rounded = round(value, 1)
    return str(int(rounded)) if rounded == int(rounded) else str(rounded)


def price_text(value: float, step: float | None = None) -> str:
    """Return a price with cents, more decimals for small ones; for a tick as many as its step."""
    if not math.isfinite(value):
        return "n/a"
    if step is not None:
        decimals = 0
        while decimals < 10 and abs(step * 10**decimals - round(step * 10**decimals)) > 1e-6:
            decimals += 1
        return f"{value:,.{2 if decimals == 1 else decimals}f}"
    size = abs(value)
    if size >= 1.0 or size == 0.0:
        return f"{value:,.2f}"
    return f"{value:.4f}" if size >= 0.01 else f"{value:.{3 - math.floor(math.log10(size))}f}"


def amount_text(value: float) -> str:
    """Return a large number in thousands, millions, billions or trillions."""
    if not math.isfinite(value):
        return "n/a"
    for name, size in (("T", 1e12), ("B", 1e9), ("M", 1e6), ("K", 1e3)):
        if abs(value) >= size:
            return f"{value / size:,.1f}{name}".replace(".0", "", 1)
    return f"{value:,.0f}"
