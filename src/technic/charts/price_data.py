"""What a price chart draws: bars on their sessions, averages, levels, shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import numpy as np

from technic.errors import ParameterError
from technic.typing import BoolArray, DateArray, FloatArray

__all__ = ["Average", "Level", "LevelKind", "PriceBars", "RelativeLine", "Shape", "ShapePoint"]

LevelKind = str
"""What a level is drawn as: ``target``, ``entry``, ``stop``, ``pivot`` or ``last``."""
_FIELDS = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True, slots=True, eq=False)
class PriceBars:
    """Bars of one symbol on every trading session of a time, ``(n_sessions,)`` each.

    Prices are NaN on sessions without a bar. ``left_out``: the bar of that session is not believed
    and enters no average and no scale. ``usable_from``: the first session of the usable history;
    bars before it are drawn and enter nothing. ``why``: what ended the history there.
    """

    sessions: DateArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    left_out: BoolArray
    usable_from: int = 0
    why: str = ""

    @classmethod
    def on(
        cls,
        sessions: DateArray,
        days: DateArray,
        values: Mapping[str, FloatArray],
        used: DateArray | None = None,
        why: str = "",
    ) -> PriceBars:
        """Put the bars of ``days`` on ``sessions``.

        ``values``: open, high, low, close and perhaps volume of each day; ``used``: the days whose
        bars are believed, all where it is None. Days that are no session raise ParameterError.
        """
        days, sessions = days.astype("datetime64[D]"), sessions.astype("datetime64[D]")
        at = np.searchsorted(sessions, days)
        strange = (at >= len(sessions)) | (sessions[np.minimum(at, len(sessions) - 1)] != days)
        if strange.any():
            raise ParameterError("days", str(days[strange][0]), "days of the sessions")
        arrays = {name: np.full(len(sessions), np.nan) for name in _FIELDS}
        for name, array in arrays.items():
            if name in values:
                array[at] = values[name]
        believed = np.isin(sessions, days if used is None else used.astype("datetime64[D]"))
        first = int(np.argmax(believed)) if believed.any() else 0
        there = ~np.isnan(arrays["close"])
        cut = first if there[:first].any() else 0
        left_out = there & ~believed
        left_out[:cut] = False
        return cls(sessions, **arrays, left_out=left_out, usable_from=cut, why=why)

    def __len__(self) -> int:
        return len(self.sessions)

    @property
    def there(self) -> BoolArray:
        """Sessions that have a bar."""
        return ~np.isnan(self.close)

    @property
    def used(self) -> BoolArray:
        """Sessions whose bar is believed and part of the usable history."""
        found: BoolArray = self.there & ~self.left_out & (np.arange(len(self)) >= self.usable_from)
        return found

    def window(self, count: int) -> slice:
        """Return the latest ``count`` sessions; where the last bar is long ago, those around it."""
        there = np.flatnonzero(self.there)
        end = len(self)
        if len(there):
            end = min(end, int(there[-1]) + 1 + max(count // 4, 1))
        return slice(max(0, end - count), end)

    def cut(self, window: slice) -> PriceBars:
        """Return the bars of some sessions."""
        arrays = {
            field.name: getattr(self, field.name)[window]
            for field in fields(self)
            if isinstance(getattr(self, field.name), np.ndarray)
        }
        start = window.indices(len(self))[0]
        return replace(self, **arrays, usable_from=max(self.usable_from - start, 0))


@dataclass(frozen=True, slots=True, eq=False)
class Average:
    """A line over the bars, ``(n_sessions,)``, NaN where there is none: ``SMA 50``."""

    name: str
    values: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class RelativeLine:
    """Closes in units of a benchmark's, ``(n_sessions,)``, NaN where either is missing."""

    benchmark: str
    values: FloatArray


@dataclass(frozen=True, slots=True)
class Level:
    """A price with a name: the entry, stop or target of a plan, a pivot."""

    name: str
    price: float
    kind: LevelKind


@dataclass(frozen=True, slots=True)
class ShapePoint:
    """A corner of a shape: the day, the price there, and what it is."""

    day: np.datetime64
    price: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """A chart pattern: its corners from left to right."""

    name: str
    points: tuple[ShapePoint, ...]
