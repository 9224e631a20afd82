"""Weekly and monthly bars as they stood on one day after the other, as `resample` makes each anew.

On a day a symbol has its longer bars up to the running one, which is made of the days so far. All
others are whole and stay: only the running bar is written for a day, and then the whole one again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.language.evaluation.resample import Timeframe, periods
from technic.panel import FIELDS, BarPanel
from technic.typing import FloatArray

__all__ = ["RunningBars"]

IndexArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class RunningBars:
    """Longer bars of a panel.

    ``period``: ``(n_bars, n_symbols)``, which of its column's longer bars a bar belongs to;
    ``final``: the last bar of each longer bar, ``(n_periods, n_symbols)``; ``so_far``: by field,
    the longer bar as it stands at each bar; ``whole``: by field, the longer bars with all their
    days. The benchmark is a field where it is given.
    """

    panel: BarPanel
    last: NDArray[np.datetime64]
    period: IndexArray
    final: IndexArray
    so_far: dict[str, FloatArray]
    whole: dict[str, FloatArray]

    @classmethod
    def of(cls, panel: BarPanel, timeframe: Timeframe, benchmark: FloatArray | None) -> RunningBars:
        """Make them; ``benchmark``: ``(n_sessions,)``."""
        code, last = periods(panel.sessions, timeframe)
        there = panel.session >= 0
        codes = np.where(there, code[panel.session], -1)
        begins = there.copy()
        begins[1:] &= codes[1:] != codes[:-1]
        period: IndexArray = np.cumsum(begins, axis=0, dtype=np.intp) - 1
        so_far = {name: np.empty(panel.close.shape) for name in ("open", "high", "low", "volume")}
        for row in range(panel.n_bars):
            new = begins[row]
            for name, values in so_far.items():
                value = getattr(panel, name)[row]
                values[row] = (
                    value
                    if not row
                    else np.where(new, value, _joined(name, values[row - 1], value))
                )
        so_far["close"] = panel.close
        if benchmark is not None:
            so_far["benchmark"] = np.where(there, benchmark[panel.session], np.nan)
        at, column = np.nonzero(there)  # a later bar of the same period writes over an earlier one
        shape = int(period.max(initial=-1)) + 1, panel.n_symbols
        final = np.zeros(shape, dtype=np.intp)
        final[period[at, column], column] = at
        whole = {name: np.full(shape, np.nan) for name in so_far}
        for name, bars in whole.items():
            bars[period[at, column], column] = so_far[name][at, column]
        return cls(panel, last, period, final, so_far, whole)

    @contextmanager
    def at(
        self, rows: IndexArray, columns: IndexArray
    ) -> Iterator[tuple[BarPanel, IndexArray, FloatArray | None]]:
        """Return the longer bars as they stand at ``rows`` of ``columns``, until the block is left.

        With the running bar of each column of the panel, -1 where none is asked for, and the closes
        of the benchmark.
        """
        held = rows >= 0
        rows, columns = rows[held], columns[held]
        own = self.period[rows, columns]
        ends = np.full(self.panel.n_symbols, -1, dtype=np.intp)
        ends[columns] = own
        for name, values in self.whole.items():
            values[own, columns] = self.so_far[name][rows, columns]
        shape = self.whole["close"].shape
        made = BarPanel(
            symbols=self.panel.symbols,
            sessions=self.last,
            session=np.broadcast_to(np.int32(0), shape).copy(),
            length=ends + 1,
            left_out=self.panel.left_out,
            **{name: self.whole[name].view() for name in FIELDS},
        )
        benchmark = self.whole.get("benchmark")
        try:
            yield made, ends, benchmark
        finally:
            final = self.final[own, columns]
            for name, values in self.whole.items():
                values[own, columns] = self.so_far[name][final, columns]


def _joined(name: str, before: FloatArray, value: FloatArray) -> FloatArray:
    """Add a day to a longer bar."""
    if name == "high":
        return np.maximum(before, value)
    if name == "low":
        return np.minimum(before, value)
    return before + value if name == "volume" else before
