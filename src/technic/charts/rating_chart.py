"""A rating as bars that add up: what each part gave, from 0 to the rating."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import fsum

from technic.charts.drawing import Drawing, Table, foot, foot_height, path, rect, text
from technic.charts.provenance import Provenance
from technic.charts.scale import Scale
from technic.charts.text import clean, number, shortened, width

__all__ = ["RatingPart", "rating_bars"]

EDGE = 12
ROW, GROUP, STACKED = 20, 26, 32
NARROW = 600
SIZE = 12


@dataclass(frozen=True, slots=True)
class RatingPart:
    """One part: its ``points`` of 100 (None: not measured), its weight in percent of the rating.

    ``contribution``: what it gave; all of them add up to the rating. ``value``: what was measured,
    as people read it.
    """

    group: str
    name: str
    value: str
    points: float | None
    weight: float
    contribution: float


def rating_bars(
    parts: Sequence[RatingPart],
    rating: float | None,
    provenance: Provenance,
    *,
    symbol: str,
    width: int = 960,
) -> Drawing:
    """Draw each part where the one before it ends; the pale track is what it could have given.

    ``rating``: the sum, None where there is none.
    """
    stacked = width < NARROW
    scale = (
        Scale(0.0, 100.0, EDGE, width - EDGE) if stacked else Scale(0.0, 100.0, 316, width - 118)
    )
    said = "unrated" if rating is None else f"{rating:.1f}"
    rows = _Rows(scale, width, stacked)
    body = [text(EDGE, 22, f"Rating {said}", "large bold")]
    top = 36 + (0 if stacked else 14)
    y = float(top)
    for group in dict.fromkeys(part.group for part in parts):
        own = [part for part in parts if part.group == group]
        body += rows.group(group, own, y)
        y += GROUP
        for part in own:
            body += rows.part(part, y)
            y += rows.height
    body += rows.total(said, rating, y + 4)
    y += GROUP + 8
    body = [*_grid(scale, top, y, labels=not stacked), *body, *foot(provenance, width, y)]
    return Drawing(
        f"{clean(symbol)} rating, {said} of 100",
        f"Bars that add up to the rating {said}: "
        + ", ".join(f"{clean(p.name)} {p.contribution:.2f} of {p.weight:.2f}" for p in parts)
        + f". {provenance}.",
        width,
        int(y) + foot_height(provenance, width),
        tuple(body),
        _table(parts, said),
    )


def _grid(scale: Scale, top: float, bottom: float, *, labels: bool) -> Iterator[str]:
    for value in (0, 25, 50, 75, 100):
        x = round(scale.at(value)) + 0.5
        yield path(f"M{number(x)} {number(top)}V{number(bottom - 6)}", "hair s-grid")
        if labels:
            yield text(x, top - 4, value, "small middle t-muted")


class _Rows:
    """Rows from top to bottom; each begins where what came before adds up to."""

    def __init__(self, scale: Scale, wide: float, stacked: bool) -> None:
        self.scale, self.wide, self.stacked = scale, wide, stacked
        self.height = STACKED if stacked else ROW
        self.before: list[float] = []
        self.weights: list[float] = []

    def group(self, name: str, parts: Sequence[RatingPart], y: float) -> Iterator[str]:
        given, most = fsum(p.contribution for p in parts), fsum(p.weight for p in parts)
        yield text(EDGE, y + 18, name.replace("_", " "), "bold")
        yield text(self.wide - EDGE, y + 18, f"{given:.1f} of {most:.1f}", "bold end")

    def part(self, part: RatingPart, y: float) -> Iterator[str]:
        start, x = fsum(self.before), self.scale.at
        bar = y + 19 if self.stacked else y + 4
        baseline = y + 14
        label = EDGE + 8.0
        value_end = self.wide - 100 if self.stacked else 304.0
        said = shortened(part.value, 11, 150)
        yield text(value_end, baseline, said, "small end t-muted")
        room = value_end - label - width(said, 11) - 8
        yield text(label, baseline, shortened(part.name.replace("_", " "), SIZE, room))
        if part.points is None:
            yield text(self.wide - EDGE, baseline, "not measured", "small end t-muted")
            return
        tip = (
            f"{part.name} {part.value}: {part.points:.1f} of 100 points, weight {part.weight:.2f} %"
        )
        high = 8 if self.stacked else 12
        full = x(start + part.weight) - x(start)
        yield rect(x(start), bar, full, high, "f-track", tip=tip)
        yield rect(x(start), bar, x(start + part.contribution) - x(start), high, "f-first")
        yield text(
            self.wide - EDGE, baseline, f"{part.contribution:.1f} of {part.weight:.1f}", "small end"
        )
        self.before.append(part.contribution)

    def total(self, said: str, rating: float | None, y: float) -> Iterator[str]:
        line = f"M{EDGE} {number(round(y) - 0.5)}H{number(self.wide - EDGE)}"
        yield path(line, "hair s-edge")
        x = self.scale.at
        if self.stacked:
            yield rect(x(0), y + 22, x(rating or 0) - x(0), 6, "f-first")
        else:
            yield rect(x(0), y + 5, x(rating or 0) - x(0), 14, "f-first")
        yield text(EDGE, y + 17, "rating", "bold")
        yield text(self.wide - EDGE, y + 17, said, "bold end")


def _table(parts: Sequence[RatingPart], said: str) -> Table:
    rows = [
        (
            part.name,
            part.group.replace("_", " "),
            part.value,
            "n/a" if part.points is None else f"{part.points:.1f}",
            f"{part.weight:.2f}",
            f"{part.contribution:.2f}",
        )
        for part in parts
    ]
    weight = f"{fsum(part.weight for part in parts):.2f}"
    headings = ("part", "group", "value", "points of 100", "weight %", "contribution")
    return Table(headings, (*rows, ("rating", "", "", "", weight, said)))
