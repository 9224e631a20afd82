"""A drawing: SVG text with what it says in words, and the same data as a table."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from technic.charts.provenance import Provenance
from technic.charts.style import STYLE
from technic.charts.text import escape, number, width, wrapped

__all__ = ["Drawing", "Table", "foot", "foot_height", "path", "rect", "text"]

EDGE = 12
FOOT_LINE = 15
FOOT_SIZE = 11


@dataclass(frozen=True, slots=True)
class Table:
    """The data of a drawing as text, a row each; ``note`` says what of it is not there."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""

    def html(self, caption: str) -> str:
        """Return the table, folded away until somebody opens it; "" where there are no data."""
        if not self.headings:
            return ""
        heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in self.headings)
        lines = "".join(
            f'<tr><th scope="row">{escape(row[0])}</th>'
            f"{''.join(f'<td>{escape(cell)}</td>' for cell in row[1:])}</tr>"
            for row in self.rows
        )
        note = f"<p>{escape(self.note)}</p>" if self.note else ""
        return (
            f"<details><summary>{escape(caption)}: the data as a table</summary>{note}"
            '<div class="scroll" tabindex="0" role="region" '
            f'aria-label="{escape(caption)}, data"><table><thead><tr>{heads}</tr></thead>'
            f"<tbody>{lines}</tbody></table></div></details>"
        )


@dataclass(frozen=True, slots=True)
class Drawing:
    """One picture of ``width`` x ``height`` pixels.

    ``title`` and ``description`` say what it shows; ``body``: its elements; ``table``: its data.
    """

    title: str
    description: str
    width: int
    height: int
    body: tuple[str, ...]
    table: Table

    def svg(self, *, style: bool = True) -> str:
        """Return the picture as SVG; ``style``: with the style sheet that it needs."""
        content = "".join(self.body)
        own = hashlib.blake2s(f"{self.title}{content}".encode(), digest_size=5).hexdigest()
        sheet = f"<style>{STYLE}</style>" if style else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="tc" role="img" '
            f'aria-labelledby="t{own} d{own}" width="{self.width}" height="{self.height}" '
            f'viewBox="0 0 {self.width} {self.height}">'
            f'<title id="t{own}">{escape(self.title)}</title>'
            f'<desc id="d{own}">{escape(self.description)}</desc>'
            f'{sheet}<rect class="f-ground" width="{self.width}" height="{self.height}"/>'
            f"{content}</svg>"
        )

    def html(self, *, style: bool = False) -> str:
        """Return picture and table for a page."""
        return f"<figure>{self.svg(style=style)}{self.table.html(self.title)}</figure>"


def text(x: float, y: float, said: object, classes: str = "") -> str:
    """Return a text whose baseline begins (or ends, or has its middle) at a point."""
    named = f' class="{classes}"' if classes else ""
    return f'<text x="{number(x)}" y="{number(y)}"{named}>{escape(said)}</text>'


def rect(
    x: float, y: float, wide: float, high: float, classes: str, *, tip: str = "", radius: float = 0
) -> str:
    """Return a rectangle; ``tip`` is shown to who points at it."""
    size = f'width="{number(max(wide, 0))}" height="{number(max(high, 0))}"'
    round_ = f' rx="{number(radius)}"' if radius else ""
    head = f'<rect x="{number(x)}" y="{number(y)}" {size} class="{classes}"{round_}'
    return f"{head}><title>{escape(tip)}</title></rect>" if tip else f"{head}/>"


def path(steps: Iterable[str] | str, classes: str) -> str:
    """Return a path; "" where it has no step."""
    joined = steps if isinstance(steps, str) else "".join(steps)
    return f'<path d="{joined}" class="{classes}"/>' if joined else ""


def foot_height(provenance: Provenance, wide: float) -> int:
    """Return how high the foot is."""
    return FOOT_LINE * len(_foot_lines(provenance, wide)) + 8


def foot(provenance: Provenance, wide: float, y: float) -> list[str]:
    """Return the line that says of which day and from where the data are, from ``y`` down.

    Made-up data say so in a box of their own, at its beginning.
    """
    out, lines = [], _foot_lines(provenance, wide)
    for place, line in enumerate(lines):
        out.append(
            text(
                EDGE + _flag(provenance, place),
                y + FOOT_LINE * (place + 1) - 3,
                line,
                "small t-muted",
            )
        )
    if provenance.simulated:
        out.append(rect(EDGE, y + 1, _badge(), FOOT_LINE, "f-flag", radius=3))
        out.append(text(EDGE + 6, y + FOOT_LINE - 3, "SIMULATED", "small bold f-flagged"))
    return out


def _badge() -> float:
    return width("SIMULATED", FOOT_SIZE, bold=True) + 10


def _flag(provenance: Provenance, line: int) -> float:
    return _badge() + 8 if provenance.simulated and line == 0 else 0.0


def _foot_lines(provenance: Provenance, wide: float) -> Sequence[str]:
    room = wide - 2 * EDGE
    lines: list[str] = []
    for part in provenance.parts:
        longer = f"{lines[-1]} \u00b7 {part}" if lines else part
        place = max(len(lines) - 1, 0)
        if lines and width(longer, FOOT_SIZE) <= room - _flag(provenance, place):
            lines[-1] = longer
        else:
            lines.extend(wrapped(part, FOOT_SIZE, room - _flag(provenance, len(lines))))
    return lines
