"""Scales: where a value stands in the picture, and which round values get a line."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from technic.charts.text import width
from technic.typing import DateArray

__all__ = ["DayTick", "Scale", "day_ticks", "scale_of"]

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from ``low`` to ``high`` on pixels from ``bottom`` to ``top``; ``log``: by ratios."""

    low: float
    high: float
    bottom: float
    top: float
    log: bool = False

    def at(self, value: float) -> float:
        """Return the pixel of a value; beyond the ends it goes on."""
        if self.log:
            value = max(value, 1e-300)
            part = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            part = (value - self.low) / (self.high - self.low)
        return self.bottom + part * (self.top - self.bottom)

    def holds(self, value: float) -> bool:
        """Tell whether a value is on the scale."""
        return self.low <= value <= self.high

    def ticks(self, count: int = 6) -> tuple[float, list[float]]:
        """Return round values, about ``count``, and the step that tells how to write them."""
        if self.log and self.high / self.low >= 8:
            found = _round_by_ratio(self.low, self.high, count)
            return min(found[1] - found[0], found[0]), found
        rough = (self.high - self.low) / max(count, 1)
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(one * power for one in _STEPS if one * power >= rough * (1 - 1e-9))
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return step, [place * step for place in range(first, last + 1)]


def _round_by_ratio(low: float, high: float, count: int) -> list[float]:
    """Return 1, 2 and 5 times powers of ten; fewer of them where there are many."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for digits in ((1.0, 2.0, 5.0), (1.0, 3.0), (1.0,)):
        found = [digit * 10.0**power for power in powers for digit in digits]
        found = [value for value in found if low <= value <= high]
        if len(found) <= 2 * count:
            break
    every = math.ceil(len(found) / (2 * count))
    return found[::every]


def scale_of(
    values: Iterable[float], bottom: float, top: float, *, log: bool = False, room: float = 0.04
) -> Scale:
    """Return a scale that holds all finite values, with some room beyond them.

    Values that are all equal get room of their own; where one is not above 0 a scale by ratios
    cannot be and is by differences.
    """
    known = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(known), max(known)
    log = log and low > 0.0
    if high - low <= abs(high) * 1e-9:
        spread = abs(high) * 0.02 or 1.0
        low, high = low - spread, high + spread
    elif log:
        ratio = (high / low) ** room
        return Scale(low / ratio, high * ratio, bottom, top, log=True)
    spread = (high - low) * room
    return Scale(low - spread, high + spread, bottom, top, log)


@dataclass(frozen=True, slots=True)
class DayTick:
    """A label under the bar number ``bar``; ``strong`` where a year begins."""

    bar: int
    label: str
    strong: bool = False


def day_ticks(days: DateArray, pitch: float, size: float) -> list[DayTick]:
    """Return labels that do not meet: first sessions of months, weeks or years, whatever fits.

    ``pitch``: pixels from one session to the next.
    """
    if not len(days):
        return []
    days = days.astype("datetime64[D]")
    months = days.astype("datetime64[M]").astype(int)
    gap = width("Sep", size) + 14
    if len(days) * pitch < 2.2 * 21 * pitch:
        return _spaced(days, max(1, math.ceil((width("Sep 30", size) + 14) / pitch)))
    starts = np.flatnonzero(np.diff(months, prepend=months[0]))
    if not len(starts):
        return _spaced(days, max(1, math.ceil((width("Sep 30", size) + 14) / pitch)))
    for every in (1, 2, 3, 6, 12, 24, 60, 120):
        chosen = [int(at) for at in starts if months[at] % every == 0]
        label = max(gap, width("2024", size) + 14) if every >= 12 else gap
        if 21 * every * pitch >= label:
            break
    return [
        DayTick(at, str(days[at])[:4], strong=True)
        if months[at] % 12 == 0
        else DayTick(at, _MONTHS[int(months[at]) % 12])
        for at in chosen
    ]


def _spaced(days: DateArray, least: int) -> list[DayTick]:
    """Return the first session of each week where there is room, else every so many sessions."""
    weeks = (days.astype(int) + 3) // 7
    starts = [0, *np.flatnonzero(np.diff(weeks)).__add__(1).tolist()]
    ticks: list[DayTick] = []
    for at in starts:
        if not ticks or at - ticks[-1].bar >= least:
            _, month, day = str(days[at]).split("-")
            ticks.append(DayTick(at, f"{_MONTHS[int(month) - 1]} {int(day)}"))
    return ticks
