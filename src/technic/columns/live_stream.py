"""Recursions of columns that are kept up to date: the last row, from which the next is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from technic.indicators.streams import LastRows, Stream
from technic.panel.ragged import first_rows
from technic.panel.ring import Ring
from technic.typing import FloatArray

__all__ = ["BarCount", "LiveStream"]

IndexArray = NDArray[np.intp]
BARS_OF_A_STEP = 2
"""What a stream's step looks at, its own bar among them."""


class BarCount:
    """Bars of each symbol so far; ``coming``: the symbols that get one now."""

    def __init__(self, count: FloatArray) -> None:
        self.count = count
        self.coming = np.empty(0, np.intp)
        self._fewest = np.inf

    def take(self, present: NDArray[np.bool_]) -> None:
        """Count a bar of some symbols."""
        self.count += present
        self.coming = np.flatnonzero(present)
        self._fewest = self.count[self.coming].min(initial=np.inf)

    def up_to(self, bars: int) -> IndexArray:
        """Return the symbols that get one of their first bars now."""
        if self._fewest > bars:
            return self.coming[:0]
        return self.coming[self.count[self.coming] <= bars]


class LiveStream:
    """A step with a memory (``Memory`` of a recipe): ``run`` makes its stream from arrays.

    While a symbol has fewer bars than a step can go on from, its row is that of all it has. A
    stream that ``begins_apart`` counts them from the first one with values, unless ``packed`` says
    that all of them have.
    """

    def __init__(
        self, run: Callable[..., Any], n_inputs: int, packed: bool, bars: BarCount
    ) -> None:
        n_symbols = len(bars.count)
        self._run, self._bars = run, bars
        # The stream reads its arrays anew at each step: two bars that are written over.
        self._read = [np.zeros((BARS_OF_A_STEP, n_symbols)) for _ in range(n_inputs)]
        self._stream: Stream = run(*self._read)
        if not isinstance(self._stream, Stream) or self._stream.step is None:
            raise TypeError("no stream that makes a row from the one before")
        self.rings = [Ring(1, x.shape) for x in (self._stream, *self._stream.below)]
        self._rows = [ring.row(0) for ring in self.rings]
        self.is_one_line = self._rows[0].ndim == 1
        self.rows = self._rows[0][None] if self.is_one_line else self._rows[0]
        self._begun_after = self._stream.first + self._stream.unfinished + 1
        self.depth = max(self._begun_after, BARS_OF_A_STEP)
        self.inputs: list[Ring] = []
        self._past: Iterator[FloatArray] = iter(())
        self._own_count: FloatArray | None = None
        if self._stream.begins_apart and not packed:
            self.rings.append(Ring(1, (n_symbols,)))
            self._own_count = self.rings[-1].row(0)
            self._own_count[:] = 0.0

    def step(self, *bars: FloatArray, out: FloatArray) -> None:
        """Write the next row; ``bars``: of each input the newest, and the one before."""
        past = next(self._past, None)
        if past is not None:
            out[...] = past
            return
        for read, newest, before in zip(self._read, bars[::2], bars[1::2], strict=True):
            read[0], read[1] = before, newest
        last, *below = self._rows
        for row, stream in zip(below, self._stream.below, strict=True):
            assert stream.step is not None
            row[...] = stream.step(row)
        assert self._stream.step is not None
        last[...] = self._stream.step(last, *below)
        beginning, count = self._beginning(bars[::2])
        if len(beginning):
            ends = count[beginning].astype(np.intp) - 1
            arrays = [_packed(ring, beginning, ends) for ring in self.inputs]
            self._take(beginning, self._run(*arrays), ends, 1)

    def begin(self, inputs: Sequence[FloatArray], ends: IndexArray, bars: int) -> None:
        """Take over all bars up to a row of each column; the next ``bars`` steps are its last."""
        rows = np.full((bars, *self.rows.shape), np.nan)
        for columns in self._columns(inputs, ends):
            stream = self._run(*(x[:, columns] for x in inputs))
            rows[..., columns] = self._take(columns, stream, ends[columns], bars)
        self._past = iter(rows)

    def _columns(self, inputs: Sequence[FloatArray], ends: IndexArray) -> list[IndexArray]:
        """Return the columns that begin together, and count the bars of those that begin apart."""
        if self._own_count is None:
            return [np.arange(len(ends))]
        first = first_rows(inputs)
        self._own_count[:] = np.where((first >= 0) & (first <= ends), ends - first + 1.0, 0.0)
        return [np.flatnonzero(first == row) for row in np.unique(first[first >= 0])]

    def _take(self, columns: IndexArray, stream: Stream, ends: IndexArray, bars: int) -> FloatArray:
        """Remember the last row of each stream; return the last ones of the stream itself."""
        last = LastRows(ends)
        for row, below in zip(self._rows[1:], stream.below, strict=True):
            row[..., columns] = last.read(below)[-1]
        found = last.read(stream, bars)
        self._rows[0][..., columns] = found[-1]
        return found[:, None] if self.is_one_line else found

    def _beginning(self, newest: Sequence[FloatArray]) -> tuple[IndexArray, FloatArray]:
        """Return symbols whose row is still made from all their bars, and the bars of each."""
        count = self._own_count
        if count is None:
            return self._bars.up_to(self._begun_after), self._bars.count
        there = ~np.isnan(newest[0])
        for row in newest[1:]:
            there &= ~np.isnan(row)
        count[:] = np.where(there | (count > 0.0), count + 1.0, 0.0)
        return np.flatnonzero((count > 0.0) & (count <= self._begun_after)), count


def _packed(ring: Ring, columns: IndexArray, ends: IndexArray) -> FloatArray:
    """Return all bars of columns that have no more than the ring, packed from the top."""
    height = int(ends.max()) + 1
    held = np.array([ring.row(lag)[columns] for lag in range(height - 1, -1, -1)])
    row = np.arange(height)[:, None]
    source = np.minimum(row + (height - 1 - ends), height - 1)
    return np.where(row <= ends, np.take_along_axis(held, source, axis=0), np.nan)
