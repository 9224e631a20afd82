"""Paths in few letters: steps from point to point, on half pixels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from technic.charts.text import escape

__all__ = ["Label", "boxes", "half", "labels", "trace"]

Label = tuple[float, float, str]
"""A text and where it stands."""


def half(value: float) -> str:
    """Return a number rounded to halves: ``3``, ``2.5``, ``.5``, ``-1``."""
    twice = round(2 * value)
    sign, size = ("-" if twice < 0 else ""), abs(twice)
    whole = str(size // 2) if size > 1 or not size else ""
    return f"{sign}{whole}{'.5' if size % 2 else ''}"


def trace(points: Sequence[tuple[float, float]]) -> str:
    """Return a line through points: the first as a place, the others as steps from it."""
    if not points:
        return ""
    x, y = (round(2 * value) / 2 for value in points[0])
    out, letter = [f"M{half(x)} {half(y)}"], "l"
    for place in points[1:]:
        nx, ny = (round(2 * value) / 2 for value in place)
        out.append(f"{letter}{_pair(nx - x, ny - y)}")
        x, y, letter = nx, ny, " "
    return "".join(out).replace(" -", "-")


def boxes(corners: Iterable[tuple[float, float]], wide: float, high: float) -> str:
    """Return boxes of one size as one path."""
    out, at = [], (0.0, 0.0)
    side, down = half(wide), half(high)
    for x, y in corners:
        out.append(f"m{_pair(x - at[0], y - at[1])}h{side}v{down}h-{side}z")
        at = (x, y)
    path = "".join(out)
    return f"M{path[1:]}" if path else ""


def labels(classes: str, said: Iterable[Label]) -> str:
    """Return texts that look alike."""
    content = "".join(
        f'<text x="{half(x)}" y="{half(y)}">{escape(what)}</text>' for x, y, what in said
    )
    return f'<g class="{classes}">{content}</g>' if content else ""


def _pair(x: float, y: float) -> str:
    """Return two numbers, parted only where they have to be."""
    second = half(y)
    return f"{half(x)}{'' if second.startswith('-') else ' '}{second}"
