"""Lines over a common axis, one of them with a band, each with its name at its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from technic.charts.drawing import Drawing, Table, path
from technic.charts.scale import Scale, scale_of
from technic.charts.text import width
from technic.study.report.numbers import signed
from technic.study.report.strokes import Label, half, labels, trace
from technic.typing import BoolArray, FloatArray

__all__ = [
    "BOTTOM",
    "HIGH",
    "LEFT",
    "TOP",
    "WIDE",
    "Axis",
    "Line",
    "across_of",
    "line_chart",
    "spread_out",
]

WIDE, HIGH = 360, 190
LEFT, TOP, BOTTOM = 38, 14, 168
LABEL = 11
LEADING = 13.0


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """Values ``(n,)`` that are drawn with ``classes``; NaN breaks the line."""

    name: str
    values: FloatArray
    classes: str


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """Where points stand, ``(n,)`` ascending, with labels at some places.

    ``mark``: a place with a line from top to bottom.
    """

    places: FloatArray
    ticks: Sequence[tuple[float, str]]
    mark: float | None = None


def line_chart(
    title: str,
    description: str,
    axis: Axis,
    lines: Sequence[Line],
    *,
    band: tuple[FloatArray, FloatArray] | None = None,
    table: Table,
) -> Drawing:
    """Draw lines, the first on top; zero is always on the scale."""
    right = WIDE - 8 - max(width(line.name, LABEL) for line in lines)
    values = [line.values for line in lines] + list(band or ())
    scale = scale_of([0.0, *np.concatenate(values).tolist()], BOTTOM, TOP)
    across = Scale(float(axis.places[0]), float(axis.places[-1]), LEFT, right)
    if len(axis.places) == 1:
        across = Scale(float(axis.places[0]) - 1, float(axis.places[0]) + 1, LEFT, right)
    body = [_grid(scale, right), *_ticks(axis, across)]
    if band is not None:
        body.append(path(_area(axis.places, *band, across, scale), "f-first w2"))
    for line in reversed(lines):
        body.append(path(_steps(axis.places, line.values, across, scale), line.classes))
    body += _names(lines, scale, right)
    return Drawing(title, description, WIDE, HIGH, tuple(body), table)


def across_of(axis: Axis, lines: Sequence[Line]) -> tuple[float, float]:
    """Return the pixel of the place 0 and how many pixels one is, for the script."""
    right = WIDE - 8 - max(width(line.name, LABEL) for line in lines)
    first, last = float(axis.places[0]), float(axis.places[-1])
    step = (right - LEFT) / (last - first or 1.0)
    return LEFT - first * step, step


def _grid(scale: Scale, right: float) -> str:
    """Return lines at round values, the one of zero stronger, with their numbers."""
    step, ticks = scale.ticks(4)
    decimals = 0 if step >= 1 and step == round(step) else 1 if step >= 0.1 else 2
    said: list[Label] = []
    lines = {"grid": "", "edge": ""}
    for value in ticks:
        y = round(scale.at(value)) + 0.5
        zero = abs(value) < step / 2
        lines["edge" if zero else "grid"] += f"M{LEFT} {half(y)}H{half(right)}"
        said.append((LEFT - 5, y + 3.5, signed(0.0 if zero else value, decimals)))
    drawn = "".join(path(steps, f"hair s-{name}") for name, steps in lines.items())
    return drawn + labels("small end t-muted", said)


def _ticks(axis: Axis, across: Scale) -> Iterator[str]:
    said: list[Label] = []
    for place, label in axis.ticks:
        x = across.at(place)
        half_width = width(label, LABEL) / 2
        x = min(max(x, half_width + 2), across.top - half_width + 10)
        said.append((x, BOTTOM + 16, label))
    yield labels("small middle t-muted", said)
    if axis.mark is not None:
        x = round(across.at(axis.mark)) + 0.5
        yield path(f"M{half(x)} {TOP}V{BOTTOM}", "hair dotted s-edge")


def _steps(places: FloatArray, values: FloatArray, across: Scale, scale: Scale) -> str:
    """Return a line through the values that are known; one stretch for each run of them."""
    return "".join(
        trace(_points(places[cut], values[cut], across, scale))
        for cut in _runs(np.isfinite(values))
    )


def _area(
    places: FloatArray, low: FloatArray, high: FloatArray, across: Scale, scale: Scale
) -> str:
    """Return the band; one stretch for each run of places at which it is known."""
    drawn = []
    for cut in _runs(np.isfinite(low) & np.isfinite(high)):
        there = _points(places[cut], high[cut], across, scale)
        back = _points(places[cut], low[cut], across, scale)
        drawn.append(f"{trace([*there, *back[::-1]])}z")
    return "".join(drawn)


def _runs(known: BoolArray) -> list[slice]:
    edges = np.flatnonzero(np.diff(known, prepend=False, append=False)).tolist()
    return [slice(first, last) for first, last in zip(edges[::2], edges[1::2], strict=True)]


def _points(
    places: FloatArray, values: FloatArray, across: Scale, scale: Scale
) -> list[tuple[float, float]]:
    pairs = zip(places.tolist(), values.tolist(), strict=True)
    return [(across.at(place), scale.at(value)) for place, value in pairs]


def _names(lines: Sequence[Line], scale: Scale, right: float) -> Iterator[str]:
    """Yield the names at the ends of the lines, moved apart where they would meet."""
    ends = []
    for line in lines:
        known = line.values[np.isfinite(line.values)]
        if len(known):
            ends.append((scale.at(float(known[-1])), line))
    ends.sort(key=lambda end: end[0])
    heights = spread_out([y for y, _ in ends], TOP + 4, BOTTOM)
    for y, (_, line) in zip(heights, ends, strict=True):
        yield labels(f"small {_fill(line.classes)}", [(right + 5, y + 4, line.name)])


def spread_out(heights: Sequence[float], top: float, bottom: float) -> list[float]:
    """Return ascending heights moved apart to at least a line, within the picture."""
    placed: list[float] = []
    for y in heights:
        placed.append(max(y, placed[-1] + LEADING if placed else top))
    over = placed[-1] - bottom if placed else 0.0
    if over > 0:
        placed = [y - over for y in placed]
    return placed


def _fill(classes: str) -> str:
    """Return the class of a text in the colour of a line."""
    return next((f"f-{one[2:]}" for one in classes.split() if one.startswith("s-")), "")
