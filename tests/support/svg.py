"""Pictures read back: the elements of an SVG, their classes, and the points of their paths."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import numpy as np

from technic.charts import PriceBars, Provenance
from technic.typing import FloatArray

__all__ = [
    "PROVENANCE",
    "boxes",
    "classes",
    "parse",
    "points",
    "price_bars",
    "rects",
    "texts",
]

NAMESPACE = "{http://www.w3.org/2000/svg}"
PROVENANCE = Provenance("2024-03-08", "made-up data to 2024-03-08", "prices as made", 3, None, True)
STEP = re.compile(r"([MLVHhlmz])(-?[\d.]*) ?(-?[\d.]*)")


def parse(svg: str) -> ET.Element:
    """Read a picture as XML."""
    return ET.fromstring(svg)


def classes(root: ET.Element, tag: str, *wanted: str) -> list[ET.Element]:
    """The elements of a kind that have all of some classes, in the order of drawing."""
    return [
        one
        for one in root.iter(f"{NAMESPACE}{tag}")
        if set(wanted) <= set(one.get("class", "").split())
    ]


def texts(root: ET.Element) -> list[str]:
    """What is written in the picture."""
    return ["".join(one.itertext()) for one in root.iter(f"{NAMESPACE}text")]


def rects(root: ET.Element, *wanted: str) -> list[tuple[float, float, float, float]]:
    """Left, top, width and height of rectangles."""
    return [
        (*(float(one.get(name, 0)) for name in ("x", "y", "width", "height")),)
        for one in classes(root, "rect", *wanted)
    ]


def points(path: ET.Element) -> list[list[tuple[float, float]]]:
    """The points of a path that is made of M and L alone, stretch by stretch."""
    found: list[list[tuple[float, float]]] = []
    for letter, x, y in STEP.findall(path.get("d")):
        assert letter in "ML"
        if letter == "M":
            found.append([])
        found[-1].append((float(x), float(y)))
    return found


def boxes(path: ET.Element) -> Iterator[tuple[float, float, float, float]]:
    """Left, top, right and bottom of the boxes that a path of ``M x y h w V b h -w z`` draws."""
    for x, y, wide, bottom in re.findall(
        r"M([\d.]+) (-?[\d.]+)h([\d.]+)V(-?[\d.]+)h-[\d.]+z", path.get("d")
    ):
        yield float(x), float(y), float(x) + float(wide), float(bottom)


def price_bars(close: FloatArray, missing: tuple[int, ...] = (), **values: FloatArray) -> PriceBars:
    """Bars on weekdays to 2024-03-08 that open at the close before and range 1 % around both."""
    n = len(close)
    sessions = np.busday_offset("2024-03-08", np.arange(1 - n, 1))
    opened = np.concatenate([close[:1], close[:-1]])
    fields = {
        "open": opened,
        "high": np.maximum(opened, close) * 1.01,
        "low": np.minimum(opened, close) * 0.99,
        "close": close,
        "volume": np.linspace(1000.0, 2000.0, n),
    } | values
    there = np.ones(n, dtype=np.bool_)
    there[list(missing)] = False
    own = {name: array[there] for name, array in fields.items() if array is not None}
    return PriceBars.on(sessions, sessions[there], own)
