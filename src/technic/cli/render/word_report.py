"""Words of the scan for a terminal: one line each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from rich.text import Text

from technic.cli.render.style import shortened
from technic.scan.expressions.word_list import Word
from technic.wording.counts import count_of

__all__ = ["word_document", "word_lines"]

WIDEST_NAME = 34
GAP = "  "


def word_lines(words: list[Word], noun: str, width: int | None) -> Iterator[Text]:
    """Yield a line for each word, cut at ``width`` where there is one, and how many there are."""
    written = [f"{one.alias} = {one.written}" if one.alias else one.written for one in words]
    widest = min(max(map(len, written)), WIDEST_NAME)
    units = max(len(one.unit) for one in words)
    for one, name in zip(words, written, strict=True):
        line = Text(name.ljust(widest), "bold")
        if len(name) <= widest:
            line.append(GAP + one.unit.ljust(units), "dim")
        room = None if width is None else max(width - line.cell_len - len(GAP), 10)
        says = one.description if room is None else shortened(one.description, room)
        yield line + Text(GAP + says)
    yield Text(count_of(len(words), noun), "dim")


def word_document(words: list[Word]) -> list[dict[str, str]]:
    """Return the words as plain values."""
    return [asdict(one) for one in words]
