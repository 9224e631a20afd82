"""What stands in and beside the price pane: grid, tags of levels, shapes, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from technic.charts.drawing import path, rect, text
from technic.charts.price_data import Level, PriceBars, Shape
from technic.charts.price_frame import PriceFrame
from technic.charts.scale import Scale, day_ticks
from technic.charts.text import number, price_text, shortened, width
from technic.typing import DateArray
from technic.wording.counts import count_of

__all__ = [
    "PlacedShape",
    "day_axis",
    "gaps",
    "gutter_width",
    "holes",
    "level_lines",
    "price_grid",
    "shapes_over",
]

SIZE = 11
TAG = 17
"""Height of a tag, and the least distance from one to the next."""
_COLOURS = {"target": "good", "entry": "ink", "stop": "bad", "pivot": "shape", "last": "muted"}


def _said(level: Level) -> str:
    return f"{level.name} {price_text(level.price)}"


def gutter_width(levels: Sequence[Level], prices: Scale) -> float:
    """Return how wide the labels at the right edge are."""
    step, ticks = prices.ticks()
    tags = [width(_said(level), SIZE, bold=True) + 12 for level in levels]
    return max([*tags, *(width(price_text(tick, step), SIZE) + 6 for tick in ticks), 40]) + 12


@dataclass(frozen=True, slots=True)
class PlacedShape:
    """A shape on the sessions of a chart: place (below 0: before it begins), price, label."""

    name: str
    points: tuple[tuple[int, float, str], ...]

    @classmethod
    def of(cls, shape: Shape, sessions: DateArray, start: int) -> PlacedShape:
        """Place a shape on a chart that begins with session number ``start``."""
        days = np.array([point.day for point in shape.points], "datetime64[D]")
        at = (np.searchsorted(sessions, days) - start).tolist()
        corners = zip(at, shape.points, strict=True)
        return cls(shape.name, tuple((i, point.price, point.label) for i, point in corners))


@dataclass(frozen=True, slots=True)
class _Tag:
    level: Level
    y: float
    place: float


def _tags(levels: Sequence[Level], scale: Scale) -> list[_Tag]:
    """Return tags at their prices, moved apart where they would meet."""
    wanted = sorted((scale.at(level.price), i) for i, level in enumerate(levels))
    places: list[float] = []
    for y, _ in wanted:
        places.append(max(y, places[-1] + TAG) if places else max(y, scale.top + TAG / 2))
    limit = scale.bottom - TAG / 2 + 2
    for i in range(len(places) - 1, -1, -1):
        places[i] = min(places[i], limit)
        limit = places[i] - TAG
    return [_Tag(levels[i], y, place) for (y, i), place in zip(wanted, places, strict=True)]


def price_grid(frame: PriceFrame, levels: Sequence[Level]) -> Iterator[str]:
    """Yield a line for each round price, and its label where no tag of a level stands."""
    scale = frame.prices
    step, ticks = scale.ticks(max(3, round((scale.bottom - scale.top) / 55)))
    tags = _tags(levels, scale)
    for tick in ticks:
        y = round(scale.at(tick)) + 0.5
        yield path(f"M{number(frame.left)} {number(y)}H{number(frame.right)}", "hair s-grid")
        if all(abs(tag.place - y) >= TAG - 2 for tag in tags):
            yield text(frame.right + 8, y + 4, price_text(tick, step), "small t-muted")


def level_lines(frame: PriceFrame, levels: Sequence[Level], room: float) -> Iterator[str]:
    """Yield a line over the pane for each level, and its tag with name and price."""
    for tag in _tags(levels, frame.prices):
        colour, y, x = _COLOURS[tag.level.kind], round(tag.y) + 0.5, frame.right
        dash = "dotted" if tag.level.kind == "last" else "dashed"
        yield path(f"M{number(frame.left)} {number(y)}H{number(x)}", f"hair {dash} s-{colour}")
        top = round(tag.place - TAG / 2) + 0.5
        yield path(
            f"M{number(x)} {number(y)}L{number(x + 5)} {number(top + 8)}", f"line s-{colour}"
        )
        yield rect(x + 5, top, room - 9, TAG - 1, f"f-{colour}", radius=3)
        yield text(x + 10, top + 12, _said(tag.level), "small bold f-ground")


def day_axis(frame: PriceFrame, bars: PriceBars) -> Iterator[str]:
    """Yield a hair through all panes and a label where months, weeks or years begin."""
    end = 0.0
    for tick in day_ticks(bars.sessions, frame.pitch, SIZE):
        x = frame.x(tick.bar)
        yield path(f"M{number(x)} {number(frame.prices.top)}V{number(frame.axis)}", "hair s-grid")
        half = width(tick.label, SIZE) / 2
        if x - half >= max(end, 0.0) and x + half <= frame.right + 4:
            kind = "small middle bold" if tick.strong else "small middle t-muted"
            yield text(x, frame.axis + 14, tick.label, kind)
            end = x + half + 8
    yield path(
        f"M{number(frame.left)} {number(round(frame.axis) + 0.5)}H{number(frame.right)}",
        "hair s-edge",
    )


def holes(bars: PriceBars) -> list[tuple[int, int]]:
    """Return the stretches without a bar, first and last session, between bars and after them."""
    there = bars.there
    if not there.any():
        return []
    missing = np.flatnonzero(~there[int(np.argmax(there)) :]) + int(np.argmax(there))
    runs = np.split(missing, np.flatnonzero(np.diff(missing) > 1) + 1) if len(missing) else []
    return [(int(run[0]), int(run[-1])) for run in runs]


def gaps(frame: PriceFrame, bars: PriceBars) -> Iterator[str]:
    """Yield what is missing: sessions without bars, bars left out, where usable history begins."""
    top, bottom = frame.prices.top, frame.axis
    for first, last in holes(bars):
        count = last - first + 1
        left = frame.first + first * frame.pitch
        wide = count * frame.pitch
        sessions = count_of(count, "session")
        tip = f"no bars on {sessions}: {bars.sessions[first]} to {bars.sessions[last]}"
        yield rect(left, top, max(wide, 1.0), bottom - top, "f-panel crisp", tip=tip)
        said = f"no bars, {sessions}"
        if wide >= width(said, SIZE) + 6:
            yield text(left + wide / 2, frame.prices.bottom - 8, said, "small middle t-muted")
    for at in np.flatnonzero(bars.left_out).tolist():
        x, y = frame.x(at), frame.prices.bottom - 6
        steps = f"M{number(x - 3)} {number(y - 3)}l6 6m0 -6l-6 6"
        yield path(steps, "thick s-bad")
    if bars.usable_from:
        yield from _beginning(frame, bars)


def _beginning(frame: PriceFrame, bars: PriceBars) -> Iterator[str]:
    x = round(frame.first + bars.usable_from * frame.pitch) + 0.5
    yield path(f"M{number(x)} {number(frame.prices.top)}V{number(frame.axis)}", "hair dashed s-bad")
    said = f"usable since {bars.sessions[bars.usable_from]}"
    y = frame.prices.bottom - 8
    if x + 6 + width(said, SIZE) <= frame.right:
        yield text(x + 6, y, said, "small")
    else:
        yield text(x - 6, y, said, "small end")


def shapes_over(frame: PriceFrame, shapes: Sequence[PlacedShape]) -> Iterator[str]:
    """Yield the lines of each shape over its ground, and what its corners are."""
    taken: list[tuple[float, float, float, float]] = []
    for shape in shapes:
        points = [(frame.x(at), frame.prices.at(price)) for at, price, _ in shape.points]
        left, right = max(points[0][0], frame.first), frame.right
        top, bottom = frame.prices.top, frame.prices.bottom
        yield rect(left, top, right - left, bottom - top, "f-shape faint")
        steps = "L".join(f"{number(x)} {number(y)}" for x, y in points)
        yield path(f"M{steps}", "thick s-shape")
        heights = [y for _, y in points]
        for place, (x, y) in enumerate(points):
            if frame.first <= x <= frame.right:
                yield f'<circle cx="{number(x)}" cy="{number(y)}" r="3" class="f-shape"/>'
                above = _is_top(heights, place)
                yield from _corner(frame, (x, y), shape.points[place][2], above, taken)
    for line, shape in enumerate(shapes):
        left = max(frame.x(shape.points[0][0]), frame.first)
        name = shortened(shape.name, SIZE, frame.right - left - 10, bold=True)
        if name:
            y = frame.prices.bottom - 8 - 16 * line
            yield rect(left + 2, y - 12, width(name, SIZE, bold=True) + 6, 15, "f-ground", radius=3)
            yield text(left + 5, y, name, "small bold f-shape")


def _is_top(heights: Sequence[float], place: int) -> bool:
    """Tell whether a corner is a top: its label stands above it."""
    around = [heights[i] for i in (place - 1, place + 1) if 0 <= i < len(heights)]
    return not around or heights[place] <= min(around)


def _corner(
    frame: PriceFrame,
    at: tuple[float, float],
    label: str,
    above: bool,
    taken: list[tuple[float, float, float, float]],
) -> Iterator[str]:
    """Yield a corner's label on a ground of its own, unless another one stands there."""
    if not label:
        return
    (x, y), wide = at, width(label, SIZE, bold=True) + 6
    left = min(max(x - wide / 2, frame.left), frame.right - wide)
    low = y - 8 if above else y + 18
    low = min(max(low, frame.prices.top + 14), frame.prices.bottom - 3)
    box = (left, low - 12, left + wide, low + 3)
    if any(
        box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
        for other in taken
    ):
        return
    taken.append(box)
    yield rect(box[0], box[1], wide, 15, "f-ground", radius=3)
    yield text(left + 3, low, label, "small bold f-shape")
