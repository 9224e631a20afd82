"""Votes, each with its direction as a shape and a word: those of the technical rating."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from technic.charts.drawing import Drawing, Table, foot, foot_height, path, rect, text
from technic.charts.provenance import Provenance
from technic.charts.text import clean, number, shortened

__all__ = ["VoteCast", "votes"]

EDGE, ROW, HEAD, GAP = 12, 21, 46, 14
LEAST_COLUMN = 280
SIZE = 12


@dataclass(frozen=True, slots=True)
class VoteCast:
    """One vote: 1 buy, 0 neutral, -1 sell, None where it is missing.

    ``rule``: when it says buy and when sell; ``settled``: whether there was history enough for it.
    """

    name: str
    group: str
    vote: int | None
    rule: str = ""
    settled: bool = True

    @property
    def word(self) -> str:
        """What the vote says."""
        words = {1: "buy", 0: "neutral", -1: "sell", None: "missing"}
        return words[self.vote] + ("" if self.settled else " *")


def votes(
    cast: Sequence[VoteCast],
    provenance: Provenance,
    *,
    symbol: str,
    status: str = "",
    width: int = 960,
) -> Drawing:
    """Draw the votes group by group, in as many columns as fit; ``status``: what they come to."""
    columns = max(1, (width - 2 * EDGE) // LEAST_COLUMN)
    counts = ", ".join(f"{n} {word}" for word, n in _counts(cast))
    title = f"Votes: {status}" if status else "Votes"
    body, y = [text(EDGE, 22, title, "large bold")], 32.0
    for group in dict.fromkeys(one.group for one in cast):
        own = [one for one in cast if one.group == group]
        body += _head(group, own, y, width)
        rows = -(-len(own) // columns)
        for place, one in enumerate(own):
            x = EDGE + (place // rows) * (width - 2 * EDGE) / columns
            body += _cell(one, x, y + HEAD + (place % rows) * ROW, (width - 2 * EDGE) / columns)
        y += HEAD + rows * ROW + GAP
    if not all(one.settled for one in cast):
        body.append(text(EDGE, y + 8, "* needs more history to settle", "small t-muted"))
        y += ROW
    body += foot(provenance, width, y)
    return Drawing(
        f"{clean(symbol)} votes, {counts}",
        f"{title}. {counts}. "
        + ", ".join(f"{clean(one.name)} {one.word}" for one in cast)
        + f". {provenance}.",
        width,
        int(y) + foot_height(provenance, width),
        tuple(body),
        Table(
            ("vote", "group", "says", "rule"),
            tuple((one.name, one.group, one.word, one.rule) for one in cast),
            "" if all(one.settled for one in cast) else "* needs more history to settle.",
        ),
    )


def _counts(cast: Sequence[VoteCast]) -> list[tuple[str, int]]:
    words = {"buy": 1, "neutral": 0, "sell": -1, "missing": None}
    found = [(word, sum(one.vote == vote for one in cast)) for word, vote in words.items()]
    return [(word, count) for word, count in found if count or word != "missing"]


def _head(group: str, own: Sequence[VoteCast], y: float, wide: float) -> Iterator[str]:
    """Yield the name of a group, its counts, and a bar of them."""
    yield text(EDGE, y + 18, group, "bold")
    said = " \u00b7 ".join(f"{count} {word}" for word, count in _counts(own))
    yield text(wide - EDGE, y + 18, said, "small end t-muted")
    x, room = float(EDGE), (wide - 2 * EDGE) / len(own)
    colours = {"buy": "f-good", "neutral": "f-edge", "sell": "f-bad", "missing": "f-track"}
    for word, count in _counts(own):
        if count:
            tip = f"{group}: {count} {word}"
            yield rect(x, y + 25, count * room - 2, 6, colours[word], tip=tip, radius=2)
        x += count * room


def _cell(one: VoteCast, x: float, y: float, room: float) -> Iterator[str]:
    marks = {
        1: (f"M{number(x)} {number(y + 10)}l5 -9l5 9z", "f-good"),
        -1: (f"M{number(x)} {number(y + 1)}l5 9l5 -9z", "f-bad"),
        0: (f"M{number(x)} {number(y + 4)}h10v3h-10z", "f-edge"),
    }
    word = {1: "f-good", -1: "f-bad"}.get(one.vote or 0, "t-muted")
    if one.vote is not None:
        yield path(*marks[one.vote])
    yield text(x + 17, y + 10, shortened(one.name, SIZE, room - 95))
    yield text(x + room - 20, y + 10, one.word, f"end {word}")
