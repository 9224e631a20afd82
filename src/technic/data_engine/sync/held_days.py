"""Whole-market days that lack prices of single symbols, until these have been asked.

What is missing is asked at once, before the days that follow, so few days wait at a time. One that
waits for long, as behind a slow rate limit, is written by and by as far as it has come; so is what
waits when the run is interrupted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from technic.data_engine.interfaces.requests import BarRequest
from technic.data_engine.network.clock import Clock
from technic.data_engine.sync.write_buffer import OLDEST_S, WriteBuffer
from technic.panel import LongBars
from technic.panel.long_bars import concatenated

__all__ = ["HeldDays"]


@dataclass(slots=True)
class _Day:
    """The bars of a day so far, whose prices are still asked, and whose cannot be had."""

    parts: list[LongBars]
    asked: set[str]
    since_s: float
    without: set[str] = field(default_factory=set)


class HeldDays:
    """Hands days on to ``buffer`` as soon as nobody of them is asked any more.

    ``wanted``: the symbols of the sync; ``clock`` tells how long a day has waited.
    """

    def __init__(self, buffer: WriteBuffer, wanted: Iterable[str], clock: Clock) -> None:
        self._buffer, self._wanted, self._clock = buffer, frozenset(wanted), clock
        self._days: dict[np.datetime64, _Day] = {}

    def hold(self, day: np.datetime64, bars: LongBars, lacking: Iterable[str]) -> None:
        """Take the whole bars of a day of which the ``lacking`` are asked once more."""
        self._days[day] = _Day([bars], set(lacking), self._clock.monotonic())

    def came(self, day: np.datetime64, symbol: str, bars: LongBars) -> None:
        """Take what was answered for one symbol."""
        if (held := self._days.get(day)) is not None:
            held.parts.append(bars)
            self._settle(day, held, {symbol})

    def failed(self, day: np.datetime64, symbols: Iterable[str]) -> None:
        """Note whose price cannot be had; none named: of all that are asked."""
        if (held := self._days.get(day)) is not None:
            gone = set(symbols) or set(held.asked)
            held.without |= gone
            self._settle(day, held, gone)

    def came_again(self, day: np.datetime64, bars: LongBars) -> None:
        """Take a day's second answer, and of the first who is not in it."""
        there = {bars.symbols[at] for at in bars.column}
        held = self._days.pop(day, None)
        before = concatenated(held.parts if held is not None else [])
        absent = [at for at, name in enumerate(before.symbols) if name not in there]
        rows = before.rows(np.isin(before.column, absent))
        self._buffer.put_day(day, concatenated([bars, rows]))

    def write(self) -> None:
        """Hand on what waits as it is; what was not answered is asked by the next sync."""
        for day, held in self._days.items():
            self._put_others(day, held)
        self._days.clear()

    def clear(self) -> None:
        """Let the days that wait go: they are asked again."""
        self._days.clear()

    def _settle(self, day: np.datetime64, held: _Day, symbols: set[str]) -> None:
        held.asked -= symbols
        now_s = self._clock.monotonic()
        if not held.asked:
            del self._days[day]
            if held.without:
                self._put_others(day, held)
            else:
                self._buffer.put_day(day, concatenated(held.parts))
        elif now_s - held.since_s >= OLDEST_S:
            held.since_s = now_s
            self._put_others(day, held)

    def _put_others(self, day: np.datetime64, held: _Day) -> None:
        """Hand on the bars of all wanted symbols that lack nothing."""
        others = self._wanted - held.without - held.asked
        if others:
            bars = concatenated(held.parts)
            of_them = [at for at, name in enumerate(bars.symbols) if name in others]
            answered = tuple(sorted(others))
            request = BarRequest("symbol_range", day, day, answered)
            self._buffer.put_range(request, answered, bars.rows(np.isin(bars.column, of_them)))
