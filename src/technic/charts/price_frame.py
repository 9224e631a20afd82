"""The frame of a price chart: where sessions, prices, volumes and the RS line stand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from technic.charts.price_data import Average, Level, PriceBars, RelativeLine
from technic.charts.scale import Scale, scale_of
from technic.typing import FloatArray

__all__ = ["PriceFrame", "price_frame", "prices_to_show"]

LEFT = 12
GAP = 12
AXIS = 20
WIDEST = 24.0
"""Pixels of a session at most: a few bars stand at the right edge and are no beams."""
TOUCHING = 3.3
"""Pixels of a session from which on a body is three wide."""
AVERAGES_ADD = 0.4
"""How far averages may widen the scale, in units of the bars' own range."""


@dataclass(frozen=True, slots=True)
class PriceFrame:
    """``left`` to ``right`` is the plot, ``pitch`` pixels a session from ``first`` on.

    A scale for each pane.
    ``axis``: the upper edge of the labels of days, ``bottom`` where the chart ends.
    """

    left: float
    right: float
    first: float
    pitch: float
    prices: Scale
    relative: Scale | None
    volume: Scale | None
    axis: float
    bottom: float

    def x(self, session: float) -> float:
        """Return the middle of a session, on half a pixel so that a hair is crisp."""
        return math.floor(self.first + (session + 0.5) * self.pitch) + 0.5

    @property
    def body(self) -> int:
        """Width of a candle's body: an odd number of pixels."""
        wide = int(self.pitch * 0.72) if self.pitch > 4 else 3 * (self.pitch >= TOUCHING)
        return max(wide - (wide + 1) % 2, 1)

    @property
    def merged(self) -> bool:
        """Whether several sessions share a pixel, so that no candle can be told from the next."""
        return self.pitch < 1.6


def price_frame(
    bars: PriceBars,
    relative: RelativeLine | None,
    prices: Sequence[float],
    size: tuple[float, float],
    place: tuple[float, float],
    *,
    log: bool,
) -> PriceFrame:
    """Lay a chart out; ``size``: its width and that of the labels at its right edge.

    ``place``: the upper edge of the price pane, and its height. ``prices``: what the scale of the
    price pane holds.
    """
    (wide, gutter), (top, high) = size, place
    right = wide - gutter
    y = top + high
    scale = scale_of(prices, y, top, log=log)
    strength = None
    if relative is not None and np.isfinite(relative.values).any():
        lower = math.floor(high * 0.24)
        strength = scale_of(relative.values.tolist(), y + GAP + lower, y + GAP + 16, room=0.08)
        y += GAP + lower
    traded = None
    most = _most(bars.volume)
    if most > 0.0:
        lower = math.floor(high * 0.2)
        traded = Scale(0.0, most, y + GAP + lower, y + GAP + 14)
        y += GAP + lower
    pitch = min((right - LEFT) / len(bars), WIDEST)
    first = right - pitch * len(bars)
    return PriceFrame(LEFT, right, first, pitch, scale, strength, traded, y, y + AXIS)


def _most(volume: FloatArray) -> float:
    known = volume[np.isfinite(volume)]
    return float(known.max()) if len(known) else 0.0


def prices_to_show(
    bars: PriceBars,
    averages: Sequence[Average],
    levels: Sequence[Level],
    corners: Sequence[float],
) -> list[float]:
    """Return the prices that the scale has to hold: usable bars, levels, corners of shapes.

    Averages as far as they do not press the bars together.
    """
    used = bars.used if bars.used.any() else bars.there
    found = [*bars.high[used].tolist(), *bars.low[used].tolist()]
    found += [level.price for level in levels]
    found += corners
    if not found:
        return found
    low, high = min(found), max(found)
    for average in averages:
        known = average.values[np.isfinite(average.values)]
        if len(known):
            room = (high - low) * AVERAGES_ADD
            ends = np.clip([known.min(), known.max()], low - room, high + room)
            found += [float(end) for end in ends]
    return found
