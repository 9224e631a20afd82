"""A picture that says in words why there is none."""

from __future__ import annotations

from technic.charts.drawing import Drawing, Table, foot, foot_height, text
from technic.charts.provenance import Provenance
from technic.charts.text import clean, shortened, wrapped

__all__ = ["notice"]

EDGE = 12
SIZE = 12


def notice(title: str, said: str, provenance: Provenance, *, width: int = 960) -> Drawing:
    """Write a title and what is to be said below it."""
    lines = wrapped(said, SIZE, width - 2 * EDGE)
    body = [text(EDGE, 22, shortened(title, 16, width - 2 * EDGE, bold=True), "large bold")]
    body += [text(EDGE, 46 + 17 * place, line) for place, line in enumerate(lines)]
    y = 46 + 17 * len(lines)
    body += foot(provenance, width, y)
    return Drawing(
        clean(title),
        f"{clean(said)} {provenance}.",
        width,
        y + foot_height(provenance, width),
        tuple(body),
        Table((), ()),
    )
