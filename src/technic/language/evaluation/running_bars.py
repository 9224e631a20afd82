"""Weekly and monthly bars as they stood on one day after the other, as `resample` makes each anew.

On a day a symbol has its longer bars up to the running one, which is made of the days so far. All
others are whole and the same on every day: the newest of them are laid out for each place, a symbol
and a day, with the running one behind them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.language.evaluation.resample import Timeframe, periods
from technic.panel import FIELDS, BarPanel
from technic.typing import BoolArray, FloatArray

__all__ = ["RunningBars"]

IndexArray = NDArray[np.intp]
Longer = tuple[BarPanel, IndexArray, FloatArray | None]
"""Longer bars, the row of each column, closes of the benchmark."""


@dataclass(frozen=True, slots=True, eq=False)
class RunningBars:
    """Longer bars of a panel, those of their fields that were asked for.

    ``period``: ``(n_bars, n_symbols)``, which of its column's longer bars a bar belongs to;
    ``so_far``: by field, the longer bar as it stands at each bar; ``whole``: by field, the longer
    bars with all their days, ``(n_periods, n_symbols)``; ``bars``: by field, how many of the newest
    are wanted. The benchmark is a field where it is given.
    """

    panel: BarPanel
    last: NDArray[np.datetime64]
    period: IndexArray
    so_far: dict[str, FloatArray]
    whole: dict[str, FloatArray]
    bars: Mapping[str, int]

    @classmethod
    def of(
        cls,
        panel: BarPanel,
        timeframe: Timeframe,
        benchmark: FloatArray | None,
        bars: Mapping[str, int],
    ) -> RunningBars:
        """Make the fields that are wanted; ``benchmark``: ``(n_sessions,)``.

        ``bars``: by field, how many of the newest of them.
        """
        code, last = periods(panel.sessions, timeframe)
        there = panel.session >= 0
        codes = np.where(there, code[panel.session], -1)
        begins = there.copy()
        begins[1:] &= codes[1:] != codes[:-1]
        period: IndexArray = np.cumsum(begins, axis=0, dtype=np.intp) - 1
        so_far = {name: _so_far(name, panel, begins) for name in FIELDS if name in bars}
        if benchmark is not None and "benchmark" in bars:
            so_far["benchmark"] = np.where(there, benchmark[panel.session], np.nan)
        final = there.copy()
        final[:-1] &= codes[1:] != codes[:-1]
        at, column = np.nonzero(final)
        shape = int(period.max(initial=-1)) + 1, panel.n_symbols
        whole = {name: np.full(shape, np.nan) for name in so_far}
        for name, longer in whole.items():
            longer[period[at, column], column] = so_far[name][at, column]
        return cls(panel, last, period, so_far, whole, bars)

    def at(self, rows: IndexArray, columns: IndexArray) -> Longer:
        """Return the longer bars as they stand at places, a column for each place.

        ``rows``, ``columns``: where, all of them with a bar. With the running bar of each place and
        the closes of the benchmark; what is not wanted is NaN.
        """
        own = self.period[rows, columns]
        first = np.maximum(own + 1 - max(self.bars.values(), default=1), 0)
        ends = own - first
        shape = int(ends.max(initial=-1)) + 1, len(rows)
        absent = np.broadcast_to(np.nan, shape)
        made = {name: self._newest(name, shape, rows, columns, first, ends) for name in self.whole}
        panel = BarPanel(
            symbols=("",) * len(rows),
            sessions=self.last,
            session=np.broadcast_to(np.int32(0), shape).copy(),
            length=ends + 1,
            left_out=np.zeros(len(rows), np.int64),
            **{name: made.get(name, absent) for name in FIELDS},
        )
        return panel, ends, made.get("benchmark")

    def _newest(
        self,
        name: str,
        shape: tuple[int, int],
        rows: IndexArray,
        columns: IndexArray,
        first: IndexArray,
        ends: IndexArray,
    ) -> FloatArray:
        """Return a field of the longer bars from ``first`` on, the running one as it stands."""
        out = np.full(shape, np.nan)
        flat, n_symbols = self.whole[name].reshape(-1), self.panel.n_symbols
        at, fewest = first * n_symbols + columns, int(ends.min(initial=0))
        for bar in range(max(fewest + 1 - self.bars[name], 0), shape[0]):
            flat.take(at + bar * n_symbols, out=out[bar], mode="clip")
            if bar > fewest:
                out[bar][bar > ends] = np.nan
        out[ends, np.arange(len(ends))] = self.so_far[name][rows, columns]
        return out


def _so_far(name: str, panel: BarPanel, begins: BoolArray) -> FloatArray:
    """Return a field of the longer bar that each bar belongs to, up to that bar."""
    values: FloatArray = getattr(panel, name)
    if name == "close":
        return values
    out = values.copy()
    for row in range(1, len(out)):
        new = begins[row]
        if not new.all():
            joined = _joined(name, out[row - 1], values[row])
            out[row] = np.where(new, values[row], joined) if new.any() else joined
    return out


def _joined(name: str, before: FloatArray, value: FloatArray) -> FloatArray:
    """Add a day to a longer bar."""
    if name == "high":
        return np.maximum(before, value)
    if name == "low":
        return np.minimum(before, value)
    return before + value if name == "volume" else before
