"""Minute bars that add up to a day's bar, for providers that are asked for them.

Made up like everything here: a path from the open to the close that touches high and low, with
most of the volume at both ends of the day. The bars of longer spans are those of minutes, joined.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from technic.loopback.grid import CLOSE, HIGH, LOW, OPEN, VOLUME
from technic.loopback.world import NEW_YORK, World
from technic.typing import FloatArray, IntArray

__all__ = ["MINUTE_SPANS", "minute_bars"]

MINUTE_SPANS = (1, 5, 15, 30, 60)
OPENING = dt.time(9, 30)
OPENING_MINUTE = 9 * 60 + 30
PATH_NOISE = 0.35
"""Swing of the path as a share of the day's range."""


def minute_bars(
    world: World, row: int, places: NDArray[np.intp], values: FloatArray, step: int
) -> tuple[list[int], FloatArray]:
    """Bars of ``step`` minutes for the daily bars ``values``: (start in epoch ms, ``(5, n)``).

    Spans begin at full multiples of ``step`` on the clock of New York; a day whose bar has no
    price has no minutes.
    """
    stamps: list[int] = []
    parts = [np.empty((5, 0))]
    for at, day in zip(places.tolist(), values.T, strict=True):
        if not np.all(np.isfinite(day)) or day[VOLUME] <= 0:
            continue
        start, count = _opening(world, at)
        minutes = _minutes(np.random.default_rng([world.seed, row, at]), day, count)
        of_day = OPENING_MINUTE + np.arange(count)
        begins = np.flatnonzero(np.diff(of_day // step, prepend=-1))
        shifted = start - OPENING_MINUTE * 60_000
        stamps += (shifted + of_day[begins] // step * step * 60_000).tolist()
        parts.append(_resampled(minutes, begins))
    return stamps, np.concatenate(parts, axis=1)


def _opening(world: World, position: int) -> tuple[int, int]:
    """Opening of a session in epoch milliseconds and its length in minutes."""
    day = world.sessions[position].item()
    start = int(dt.datetime.combine(day, OPENING, NEW_YORK).timestamp())
    close = int(world.closes[position].astype("datetime64[s]").astype(np.int64))
    return start * 1000, (close - start) // 60


def _minutes(rng: np.random.Generator, day: FloatArray, count: int) -> FloatArray:
    """Draw the minutes of a day, ``(5, count)``."""
    high, low = max(day[HIGH], day[OPEN], day[CLOSE]), min(day[LOW], day[OPEN], day[CLOSE])
    along = np.linspace(0.0, 1.0, count + 1)
    steps = np.concatenate([[0.0], np.cumsum(rng.normal(0.0, 1.0, count))]) / np.sqrt(count)
    noise = (steps - along * steps[-1]) * PATH_NOISE * (high - low)
    path = np.clip(day[OPEN] + along * (day[CLOSE] - day[OPEN]) + noise, low, high)
    path = np.round(path, 4)
    path[0], path[-1] = day[OPEN], day[CLOSE]
    bars = np.empty((5, count))
    bars[OPEN], bars[CLOSE] = path[:-1], path[1:]
    bars[HIGH], bars[LOW] = np.maximum(path[:-1], path[1:]), np.minimum(path[:-1], path[1:])
    bars[HIGH, int(rng.integers(count))] = high
    bars[LOW, int(rng.integers(count))] = low
    weight = (1.0 + 6.0 * (along[1:] - 0.5) ** 2) * rng.uniform(0.5, 1.5, count)
    bought: FloatArray = np.floor(np.cumsum(weight) / weight.sum() * day[VOLUME])
    bought[-1] = day[VOLUME]
    bars[VOLUME] = np.diff(bought, prepend=0.0)
    return bars


def _resampled(minutes: FloatArray, begins: IntArray) -> FloatArray:
    """Join minutes into the spans that begin at some of them."""
    ends = np.append(begins[1:], minutes.shape[1]) - 1
    return np.stack([
        minutes[OPEN, begins],
        np.maximum.reduceat(minutes[HIGH], begins),
        np.minimum.reduceat(minutes[LOW], begins),
        minutes[CLOSE, ends],
        np.add.reduceat(minutes[VOLUME], begins),
    ])  # fmt: skip
