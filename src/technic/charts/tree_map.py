"""A map of areas: sectors by their size, coloured by how they did."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from technic.charts.drawing import Drawing, Table, foot, foot_height, rect, text
from technic.charts.provenance import Provenance
from technic.charts.text import amount_text, clean, shortened
from technic.errors import ParameterError

__all__ = ["Tile", "treemap"]

EDGE, TOP = 12, 34
SIZE = 12


@dataclass(frozen=True, slots=True)
class Tile:
    """One area: ``size`` above 0, and a value in percent, None where it is not known."""

    name: str
    size: float
    value: float | None


@dataclass(frozen=True, slots=True)
class _Box:
    x: float
    y: float
    wide: float
    high: float


def treemap(
    tiles: Sequence[Tile],
    provenance: Provenance,
    *,
    title: str,
    size_name: str = "size",
    value_name: str = "change %",
    width: int = 960,
    height: int = 420,
) -> Drawing:
    """Draw each tile as large as its size is, the largest first, near to squares.

    The colour says whether the value is above or below 0, its strength how far, and the tile
    says it in figures. ParameterError where a size is not above 0 or there is no tile.
    """
    if not tiles or any(not tile.size > 0.0 for tile in tiles):
        raise ParameterError("tiles", [tile.size for tile in tiles], "sizes above 0, at least one")
    order = sorted(tiles, key=lambda tile: (-tile.size, tile.name))
    space = _Box(EDGE, TOP, width - 2 * EDGE, height)
    most = max((abs(tile.value) for tile in tiles if tile.value is not None), default=0.0)
    body = [text(EDGE, 22, shortened(title, 16, width - 2 * EDGE, bold=True), "large bold")]
    for tile, box in zip(order, _boxes([tile.size for tile in order], space), strict=True):
        body += _tile(tile, box, most)
    y = TOP + height + 8
    body += foot(provenance, width, y)
    return Drawing(
        clean(title),
        f"{clean(title)}: "
        + ", ".join(f"{clean(tile.name)} {_percent(tile.value)}" for tile in order)
        + f". {provenance}.",
        width,
        y + foot_height(provenance, width),
        tuple(body),
        Table(
            ("name", size_name, value_name),
            tuple((one.name, amount_text(one.size), _percent(one.value)) for one in order),
        ),
    )


def _percent(value: float | None) -> str:
    return "n/a" if value is None else f"{value:+z.2f} %"


def _tile(tile: Tile, box: _Box, most: float) -> Iterator[str]:
    value = tile.value or 0.0
    colour = "panel" if tile.value is None else "up" if value >= 0 else "down"
    strength = min(4, math.ceil(4 * abs(value) / most)) if most else 0
    tip = f"{tile.name}: {_percent(tile.value)}"
    x, y, wide, high = box.x + 1, box.y + 1, box.wide - 2, box.high - 2
    yield rect(x, y, wide, high, "f-panel", tip=tip)
    if strength and tile.value is not None:
        yield rect(x, y, 4 + strength, high, f"f-{colour}")
        yield rect(x, y, wide, high, f"f-{colour} w{strength}", tip=tip)
    room = wide - 22
    name = shortened(tile.name, SIZE, room, bold=True)
    if name and high >= 20:
        yield text(x + 14, y + 17, name, "bold")
    figure = _percent(tile.value)
    if high >= 38 and shortened(figure, SIZE, room) == figure:
        yield text(x + 14, y + 34, figure)


def _boxes(sizes: Sequence[float], space: _Box) -> list[_Box]:
    """Return the boxes of a squarified treemap (Bruls, Huizing and van Wijk, 2000)."""
    total = math.fsum(sizes)
    areas = [size / total * space.wide * space.high for size in sizes]
    boxes: list[_Box] = []
    start = 0
    while start < len(areas):
        side = min(space.wide, space.high)
        end = start + 1
        while end < len(areas) and _worst(areas[start : end + 1], side) <= _worst(
            areas[start:end], side
        ):
            end += 1
        row, space = _row(areas[start:end], space)
        boxes += row
        start = end
    return boxes


def _worst(row: Sequence[float], side: float) -> float:
    """Return the ratio of the sides of the least square box of a row along ``side``."""
    total = math.fsum(row)
    return max(side**2 * max(row) / total**2, total**2 / (side**2 * min(row)))


def _row(areas: Sequence[float], space: _Box) -> tuple[list[_Box], _Box]:
    """Return the boxes of a row along the shorter side, and the space that is left."""
    total, boxes = math.fsum(areas), []
    if space.wide >= space.high:
        thick, y = total / space.high, space.y
        for area in areas:
            boxes.append(_Box(space.x, y, thick, area / thick))
            y += area / thick
        left = _Box(space.x + thick, space.y, max(space.wide - thick, 1e-9), space.high)
        return boxes, left
    thick, x = total / space.wide, space.x
    for area in areas:
        boxes.append(_Box(x, space.y, area / thick, thick))
        x += area / thick
    return boxes, _Box(space.x, space.y + thick, space.wide, max(space.high - thick, 1e-9))
