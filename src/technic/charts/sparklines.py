"""A line as small as a word, for a cell of a table."""

from __future__ import annotations

from technic.charts.drawing import path
from technic.charts.scale import scale_of
from technic.charts.style import STYLE
from technic.charts.text import escape, number, price_text
from technic.typing import FloatArray

__all__ = ["sparkline"]


def sparkline(
    values: FloatArray, *, title: str, width: int = 120, height: int = 28, style: bool = False
) -> str:
    """Return the line as SVG, its last value as a dot; broken where a value is missing.

    It is no picture of its own: day and source of the data stand beside the table it is in.
    """
    known = [(place, value) for place, value in enumerate(values.tolist()) if value == value]
    scale = scale_of([value for _, value in known], height - 3, 3, room=0.0)
    step = (width - 6) / max(len(values) - 1, 1)
    drawn, before = [], -2
    for place, value in known:
        letter = "L" if place == before + 1 else "M"
        drawn.append(f"{letter}{number(3 + place * step)} {number(scale.at(value))}")
        before = place
    said, dot = title, ""
    if known:
        place, last = known[-1]
        said = f"{title}: {price_text(known[0][1])} to {price_text(last)}"
        rising = "up" if last >= known[0][1] else "down"
        dot = f'<circle cx="{number(3 + place * step)}" cy="{number(scale.at(last))}" r="2" '
        dot += f'class="f-{rising}"/>'
        line = path("".join(drawn), f"line s-{rising}")
    else:
        said, line = f"{title}: no values", ""
    sheet = f"<style>{STYLE}</style>" if style else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="tc" role="img" '
        f'aria-label="{escape(said)}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}"><title>{escape(said)}</title>{sheet}{line}{dot}</svg>'
    )
