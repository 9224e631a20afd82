"""Run a program over the bars of a panel, for one bar of each column or for all bars.

For one bar, most columns end in the same row: a slice of the panel serves them all and nothing is
copied. The columns that end elsewhere (young, halted) are gathered and computed apart, aligned at
their ends. Steps with a memory run from the first bar; of those, too, only the rows that are needed
are kept. An array is dropped after its last use.

Rows above a column's first bar are no bars: everything is missing there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from technic.aliases import BoolArray, FloatArray
from technic.errors import RuleUnavailableError
from technic.indicators._streams import LastRows, Stream, whole
from technic.language.element_wise import finite
from technic.language.program import Need, Program, Span, Step, needs
from technic.panel import BarPanel
from technic.panel.windows import lagged

__all__ = ["all_bars", "newest_bars"]

MOST_ODD = 0.25
"""Up to this share of columns that end elsewhere, the others are not copied together."""
FEW_BARS = 4
"""So many bars of a window are computed one by one: a single window needs no neighbours' sums."""
MOST_STREAMED = 32
"""A stream of which more rows are needed is kept whole."""


def newest_bars(
    program: Program,
    results: Sequence[int],
    panel: BarPanel,
    rows: NDArray[np.intp],
    benchmark: FloatArray | None = None,
) -> list[FloatArray]:
    """Return the value of each result at each column's row, ``(n_symbols,)``; NaN at row -1.

    ``benchmark``: ``(n_sessions,)``, or ``(n_bars, n_symbols)`` like a field.
    """
    out = [np.full(panel.n_symbols, np.nan) for _ in results]
    needed = needs(program.steps, results)
    for columns in _groups(panel, rows, benchmark):
        run = _Run(program.steps, needed, columns, results)
        for values, number in zip(out, results, strict=True):
            values[columns.picked] = run.tail(number, (0, 1))[-1]
    for values in out:
        values[rows < 0] = np.nan
    return out


def all_bars(
    program: Program, result: int, panel: BarPanel, benchmark: FloatArray | None = None
) -> FloatArray:
    """Return a result at all bars, ``(n_bars, n_symbols)``; NaN after a column's last bar."""
    columns = _Columns(panel, slice(None), np.array([panel.n_bars - 1]), benchmark)
    needed = needs(program.steps, [result], everything=True)
    found = _Run(program.steps, needed, columns, [result]).everything(result)
    return np.where(panel.session >= 0, found, np.nan)


def _groups(
    panel: BarPanel, rows: NDArray[np.intp], benchmark: FloatArray | None
) -> Iterator[_Columns]:
    """Columns that end together, then those that end elsewhere; later ones are right."""
    if not (rows >= 0).any():
        return
    common = int(np.bincount(rows[rows >= 0]).argmax())
    odd = np.flatnonzero((rows >= 0) & (rows != common))
    together: slice | NDArray[np.intp] = slice(None)
    if np.count_nonzero(rows != common) > MOST_ODD * len(rows):
        together = np.flatnonzero(rows == common)
    yield _Columns(panel, together, np.array([common]), benchmark)
    if len(odd):
        yield _Columns(panel, odd, rows[odd], benchmark)


class _Columns:
    """Some columns of a panel, and the row where each ends; one row for all is a slice."""

    def __init__(
        self,
        panel: BarPanel,
        picked: slice | NDArray[np.intp],
        ends: NDArray[np.intp],
        benchmark: FloatArray | None,
    ) -> None:
        self.panel, self.picked, self.ends = panel, picked, ends
        self.height = int(ends.max()) + 1
        self.width = panel.n_symbols if isinstance(picked, slice) else len(picked)
        self.together = len(ends) == 1
        self._benchmark = benchmark

    def field(self, name: str) -> FloatArray:
        """Return a field from the first bar to the last row that is read."""
        if isinstance(self.picked, slice):
            return self._read(name, slice(self.height))
        return self._read(name, (slice(self.height), self.picked))

    def field_tail(self, name: str, span: Span) -> FloatArray:
        """Return some bars of a field, aligned at the columns' ends."""
        lag, bars = span
        first, last = self.height - lag - bars, self.height - lag
        if self.together and first >= 0:
            if isinstance(self.picked, slice):
                return self._read(name, slice(first, last))
            return self._read(name, (slice(first, last), self.picked))
        if self.together:
            return self.tail(self.field(name), span)
        row = self._rows(span)
        return np.where(row < 0, np.nan, self._read(name, (np.maximum(row, 0), self.picked)))

    def _read(self, name: str, cells: Any) -> FloatArray:
        if name != "benchmark":
            return cast("FloatArray", getattr(self.panel, name)[cells])
        if self._benchmark is None:
            raise RuleUnavailableError(
                "benchmark", "the closes of a benchmark", "give one with --benchmark"
            )
        if self._benchmark.ndim > 1:
            return cast("FloatArray", self._benchmark[cells])
        session = self.panel.session[cells]
        return np.where(session >= 0, self._benchmark[session], np.nan)

    def tail(self, values: FloatArray, span: Span) -> FloatArray:
        """Return some bars of an array that begins with the first bar; NaN where none is."""
        lag, bars = span
        if not self.together:
            row = self._rows(span)
            found: FloatArray = values[np.maximum(row, 0), ..., np.arange(self.width)]
            if values.ndim > 2:
                found[row < 0] = np.nan
                return np.moveaxis(found, 1, -1)
            return np.where(row < 0, np.nan, found)
        first, last = self.height - lag - bars, self.height - lag
        if first >= 0:
            return values[first:last]
        out = np.full((bars, *values.shape[1:]), np.nan)
        if last > 0:
            out[-last:] = values[:last]
        return out

    def streamed(self, stream: Stream, bars: int) -> FloatArray:
        """Return the last rows of a stream, aligned."""
        if bars > MOST_STREAMED:
            return self.tail(whole(stream, self.height), (0, bars))
        return LastRows(np.broadcast_to(self.ends, (self.width,))).read(stream, bars)

    def absent(self, span: Span) -> BoolArray | None:
        """Tell where rows of a span are no bars; None where all are."""
        if int(self.ends.min()) - span[0] - span[1] + 1 >= 0:
            return None
        return np.broadcast_to(self._rows(span) < 0, (span[1], self.width))

    def _rows(self, span: Span) -> NDArray[np.intp]:
        lag, bars = span
        return self.ends + np.arange(1 - bars - lag, 1 - lag)[:, None]


class _Run:
    """One pass over the steps for some columns."""

    def __init__(
        self, steps: Sequence[Step], needed: Sequence[Need], columns: _Columns, kept: Sequence[int]
    ) -> None:
        self._steps, self._columns = steps, columns
        self._whole: dict[int, FloatArray] = {}
        self._tails: dict[int, list[tuple[Span, FloatArray]]] = {}
        users = [0] * len(steps)
        for step, need in zip(steps, needed, strict=True):
            for below in step.inputs if need else ():
                users[below] += 1
        for number in kept:
            users[number] += 1
        with np.errstate(all="ignore"):
            for number, (step, need) in enumerate(zip(steps, needed, strict=True)):
                if not need or step.kind == "constant":
                    continue
                if need.everything:
                    self._whole[number] = self._all(step)
                else:
                    self._tails[number] = self._some(step, need.spans)
                for below in step.inputs:
                    users[below] -= 1
                    if not users[below]:
                        self._whole.pop(below, None)
                        self._tails.pop(below, None)

    def everything(self, number: int) -> FloatArray:
        """Return a step at all bars."""
        step = self._steps[number]
        if step.kind == "constant":
            return np.broadcast_to(step.value, (self._columns.height, self._columns.width))
        return self._whole[number]

    def tail(self, number: int, span: Span) -> FloatArray:
        """Return some bars of a step."""
        step = self._steps[number]
        if step.kind == "constant":
            full = np.broadcast_to(step.value, (span[1], self._columns.width))
            return self._masked(full, span)
        if number in self._whole:
            return self._columns.tail(self._whole[number], span)
        lag, bars = span
        for (start, length), values in self._tails[number]:
            if start <= lag and lag + bars <= start + length:
                last = length - (lag - start)
                return values[last - bars : last]
        raise AssertionError(f"{span} of step {number} was not asked for")

    def _all(self, step: Step) -> FloatArray:
        if step.kind == "field":
            return self._columns.field(step.name)
        if step.kind == "shift":
            return lagged(self.everything(step.inputs[0]), step.lag)
        assert step.run is not None
        if step.kind == "operator":
            return cast("FloatArray", step.run(*(self._or_constant(i) for i in step.inputs)))
        found = step.run(*(self.everything(number) for number in step.inputs))
        if isinstance(found, Stream):
            found = whole(found, self._columns.height)
        return finite(found)

    def _some(self, step: Step, spans: Sequence[Span]) -> list[tuple[Span, FloatArray]]:
        """Return the spans of a step that are needed."""
        if step.kind != "start":
            return [(span, self._span(step, span)) for span in spans]
        assert step.run is not None
        found = step.run(*(self.everything(number) for number in step.inputs))
        if not isinstance(found, Stream):
            return [(span, finite(self._columns.tail(found, span).copy())) for span in spans]
        bars = max(lag + bars for lag, bars in spans)
        return [((0, bars), finite(self._columns.streamed(found, bars)))]

    def _span(self, step: Step, span: Span) -> FloatArray:
        lag, bars = span
        if step.kind == "field":
            return self._columns.field_tail(step.name, span)
        if step.kind == "shift":
            return self.tail(step.inputs[0], (lag + step.lag, bars))
        assert step.run is not None
        if step.kind == "operator":
            return cast("FloatArray", step.run(*(self._or_constant(i, span) for i in step.inputs)))
        if step.kind == "window" and 1 < bars <= FEW_BARS <= step.reach:
            rows = [self._span(step, (lag + ago, 1)) for ago in range(bars - 1, -1, -1)]
            return np.concatenate(rows)
        reached = (lag, bars + step.reach)
        found = finite(step.run(*(self.tail(number, reached) for number in step.inputs)))
        if step.kind == "point":
            return self._masked(found, span)
        return found[-bars:].copy() if len(found) > bars else found

    def _or_constant(self, number: int, span: Span | None = None) -> FloatArray | float:
        step = self._steps[number]
        if step.kind == "constant":
            return step.value
        return self.everything(number) if span is None else self.tail(number, span)

    def _masked(self, values: FloatArray, span: Span) -> FloatArray:
        absent = self._columns.absent(span)
        if absent is None:
            return values
        if values.ndim > 2:
            absent = absent[:, None]
        return np.where(absent, np.nan, values)
