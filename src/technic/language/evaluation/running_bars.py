"""Weekly and monthly bars as they stood on one day after the other, as `resample` makes each anew.

On a day a symbol has its longer bars up to the running one, which is made of the days so far. All
others are whole and the same on every day: what looks at these alone is computed once for each of
them. The newest of them are laid out for each place, a symbol and a day, with the running one
behind them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.language.evaluation.bar_values import all_bars
from technic.language.evaluation.program import Program, needs
from technic.language.evaluation.resample import Timeframe, periods
from technic.panel import FIELDS, BarPanel
from technic.panel.windows import lagged
from technic.typing import BoolArray, FloatArray

__all__ = ["RunningBars"]

IndexArray = NDArray[np.intp]
Longer = tuple[BarPanel, IndexArray, FloatArray | None, Mapping[str, FloatArray]]
"""Longer bars, the row of each column, closes of the benchmark, further series."""


@dataclass(frozen=True, slots=True, eq=False)
class RunningBars:
    """Longer bars of a panel, those of their fields that were asked for.

    ``period``: ``(n_bars, n_symbols)``, which of its column's longer bars a bar belongs to;
    ``so_far``: by field, the longer bar as it stands at each bar; ``whole``: by field, the longer
    bars with all their days, ``(n_periods, n_symbols)``. The benchmark is a field where it is
    given.
    """

    panel: BarPanel
    last: NDArray[np.datetime64]
    period: IndexArray
    so_far: dict[str, FloatArray]
    whole: dict[str, FloatArray]

    @classmethod
    def of(
        cls,
        panel: BarPanel,
        timeframe: Timeframe,
        benchmark: FloatArray | None,
        fields: Collection[str],
    ) -> RunningBars:
        """Make the ``fields`` that are wanted; ``benchmark``: ``(n_sessions,)``."""
        code, last = periods(panel.sessions, timeframe)
        there = panel.session >= 0
        codes = np.where(there, code[panel.session], -1)
        begins = there.copy()
        begins[1:] &= codes[1:] != codes[:-1]
        period: IndexArray = np.cumsum(begins, axis=0, dtype=np.intp) - 1
        so_far = {name: _so_far(name, panel, begins) for name in FIELDS if name in fields}
        if benchmark is not None and "benchmark" in fields:
            so_far["benchmark"] = np.where(there, benchmark[panel.session], np.nan)
        final = there.copy()
        final[:-1] &= codes[1:] != codes[:-1]
        at, column = np.nonzero(final)
        shape = int(period.max(initial=-1)) + 1, panel.n_symbols
        whole = {name: np.full(shape, np.nan) for name in so_far}
        for name, longer in whole.items():
            longer[period[at, column], column] = so_far[name][at, column]
        return cls(panel, last, period, so_far, whole)

    def lagging(
        self, program: Program, results: Sequence[int]
    ) -> tuple[Program, dict[str, FloatArray]]:
        """Compute the shifts of a program, which look at bars before the running one alone.

        Returns the program with further fields in their places, and the values of these:
        ``(n_periods, n_symbols)``, in each running bar that of the whole bars before it.
        """
        shifts = [
            number
            for number, need in enumerate(needs(program.steps, results))
            if need and program.steps[number].kind == "shift"
        ]
        if not shifts or not self.panel.n_bars:
            return program, {}
        below = [program.steps[number].inputs[0] for number in shifts]
        length = np.maximum(self.period[-1] + 1, 0)
        shape = int(length.max(initial=0)), self.panel.n_symbols
        panel = self._panel(shape, length, self.panel.symbols, self.whole)
        found = all_bars(program, below, panel, self.whole.get("benchmark"))
        names = {number: f"shift {number}" for number in shifts}
        series = {
            names[number]: lagged(values, program.steps[number].lag)
            for number, values in zip(shifts, found, strict=True)
        }
        return program.with_fields(names), series

    def at(
        self,
        rows: IndexArray,
        columns: IndexArray,
        bars: Mapping[str, int],
        series: Mapping[str, FloatArray],
    ) -> Longer:
        """Return the longer bars as they stand at places, a column for each place.

        ``rows``, ``columns``: where, all of them with a bar; ``bars``: how many of the newest are
        wanted of each field, and of each of ``series``. What is not wanted is NaN.
        """
        own = self.period[rows, columns]
        first = np.maximum(own + 1 - max(bars.values(), default=1), 0)
        ends = own - first
        shape, at = (
            (int(ends.max(initial=-1)) + 1, len(rows)),
            first * self.panel.n_symbols + columns,
        )
        every = {**self.whole, **series}
        made = {name: _newest(every[name], shape, at, ends, bars[name]) for name in bars}
        for name in bars.keys() & self.whole.keys():
            made[name][ends, np.arange(len(ends))] = self.so_far[name][rows, columns]
        panel = self._panel(shape, ends + 1, ("",) * len(rows), made)
        return panel, ends, made.get("benchmark"), made

    def _panel(
        self,
        shape: tuple[int, int],
        length: IndexArray,
        symbols: tuple[str, ...],
        fields: Mapping[str, FloatArray],
    ) -> BarPanel:
        """Return a panel of longer bars; fields that are not there are NaN."""
        absent = np.broadcast_to(np.nan, shape)
        return BarPanel(
            symbols=symbols,
            sessions=self.last,
            session=np.where(np.arange(shape[0])[:, None] < length, np.int32(0), np.int32(-1)),
            length=length,
            left_out=np.zeros(len(symbols), np.int64),
            **{name: fields.get(name, absent).view() for name in FIELDS},
        )


def _newest(
    whole: FloatArray, shape: tuple[int, int], at: IndexArray, ends: IndexArray, bars: int
) -> FloatArray:
    """Lay out the newest ``bars`` bars of each place in the rows up to ``ends``.

    ``at``: where the first row of each place is in ``whole``.
    """
    out = np.empty(shape)
    flat, n_symbols, fewest = whole.reshape(-1), whole.shape[1], int(ends.min(initial=0))
    first = max(fewest + 1 - bars, 0)
    out[:first] = np.nan
    for bar in range(first, shape[0]):
        flat.take(at + bar * n_symbols, out=out[bar], mode="clip")
        if bar > fewest:
            out[bar][bar > ends] = np.nan
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
