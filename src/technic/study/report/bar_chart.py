"""Bars side by side from zero, with whiskers where there are intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from technic.charts.drawing import Drawing, Table, path
from technic.charts.scale import Scale, scale_of
from technic.study.report.line_chart import BOTTOM, HIGH, LEFT, TOP, WIDE
from technic.study.report.numbers import count, signed
from technic.study.report.strokes import Label, half, labels

__all__ = ["Bar", "bar_chart", "bar_places"]

GAP = 1.0


@dataclass(frozen=True, slots=True)
class Bar:
    """``value`` from zero, in the class of a colour; ``label`` stands below it where it is one.

    ``low``, ``high``: the ends of a whisker, NaN for none.
    """

    value: float
    colour: str
    label: str = ""
    low: float = math.nan
    high: float = math.nan


def bar_chart(
    title: str,
    description: str,
    bars: Sequence[Bar],
    table: Table,
    *,
    whole: bool = False,
) -> Drawing:
    """Draw the bars; ``whole``: values are counts."""
    ends = [0.0]
    for bar in bars:
        ends += [bar.value, bar.low, bar.high]
    scale = scale_of(ends, BOTTOM, TOP)
    if whole:
        scale = Scale(0.0, max(scale.high, 1.0), BOTTOM, TOP)
    first, pitch = bar_places(len(bars))
    zero, (first, pitch) = scale.at(0.0), bar_places(len(bars))
    filled: dict[str, str] = {}
    whiskers, said = "", list[Label]()
    for place, bar in enumerate(bars):
        x = first + place * pitch
        if math.isfinite(bar.value) and bar.value:
            step = scale.at(bar.value) - zero
            step = step if abs(step) >= 0.5 else math.copysign(0.5, step)
            wide = half(pitch - GAP)
            box = f"M{half(x + GAP / 2)} {half(zero)}v{half(step)}h{wide}v{half(-step)}z"
            filled[bar.colour] = filled.get(bar.colour, "") + box
        whiskers += _whisker(bar, x + pitch / 2, scale)
        if bar.label:
            said.append((x + pitch / 2, BOTTOM + 16, bar.label))
    y = half(round(zero) + 0.5)
    body = [
        _grid(scale, whole=whole),
        *(path(steps, colour) for colour, steps in filled.items()),
        path(whiskers, "line s-ink"),
        labels("small middle t-muted", said),
        path(f"M{LEFT} {y}H{WIDE - 6}", "hair s-edge"),
    ]
    return Drawing(title, description, WIDE, HIGH, tuple(body), table)


def bar_places(bars: int) -> tuple[float, float]:
    """Return where the first bar begins, and how far it is from one to the next."""
    return LEFT, (WIDE - 6 - LEFT) / max(bars, 1)


def _grid(scale: Scale, *, whole: bool) -> str:
    step, ticks = scale.ticks(4)
    decimals = 0 if step >= 1 and step == round(step) else 1 if step >= 0.1 else 2
    lines, said = "", list[Label]()
    for value in ticks:
        if whole and value != round(value):
            continue
        y = round(scale.at(value)) + 0.5
        lines += f"M{LEFT} {half(y)}H{WIDE - 6}"
        said.append((LEFT - 5, y + 3.5, count(value) if whole else signed(value, decimals)))
    return path(lines, "hair s-grid") + labels("small end t-muted", said)


def _whisker(bar: Bar, x: float, scale: Scale) -> str:
    if not (math.isfinite(bar.low) and math.isfinite(bar.high)):
        return ""
    low, high = half(scale.at(bar.low)), half(scale.at(bar.high))
    left = half(x - 3)
    return f"M{half(x)} {low}V{high}M{left} {low}h6M{left} {high}h6"
