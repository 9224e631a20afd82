"""Workspaces of columns that are kept up to date bar by bar.

The rules of ``functions`` and ``recursions`` say how a workspace computes a call; they are the same
here. ``RecordingWorkspace`` computes over a panel, as the scan does, and notes what has to be
remembered; ``LiveWorkspace`` goes on from there with one bar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from technic.columns.live_windows import Call, LiveWindows, StreamWindows
from technic.indicators.streams import LastRows, Stream
from technic.indicators.workspace import Workspace
from technic.panel import BarPanel
from technic.panel.ring import Ring
from technic.typing import FloatArray

__all__ = ["LiveWorkspace", "RecordingWorkspace"]

R = TypeVar("R")
UNLIMITED = 1_000_000
"""Results of one row are small, and each stream must be computed once: its turn names it."""
BARS_OF_A_STEP = 2
"""What is computed for a stream of bars looks one bar back at most."""


class RecordingWorkspace(Workspace):
    """A workspace of one row of each column that notes what a live one needs.

    ``depth``: bars that are looked back on. ``settled``: bars after which each stream has made a
    step, and as many as are looked at together. ``memory``: the last row of each stream,
    ``(1, *shape, n_symbols)``, in the order in which they were computed. ``calls``: of kernels that
    look at windows; ``windows``: rows of streams, and the functions that look at windows of them.
    """

    def __init__(self, panel: BarPanel, rows: NDArray[np.intp]) -> None:
        super().__init__(panel, rows)
        self._most_kept = UNLIMITED
        self.depth, self.settled = BARS_OF_A_STEP, 1
        self.memory: list[FloatArray] = []
        self.calls: list[Call] = []
        self.windows: list[tuple[FloatArray, Callable[..., object]]] = []

    def recent(self, name: str, lag: int = 0) -> FloatArray:
        """One field ``lag`` bars ago, aligned."""
        self.depth = max(self.depth, lag + 1)
        return super().recent(name, lag)

    def streamed(self, stream: Stream, bars: int = 1) -> FloatArray:
        """Last ``bars`` rows of a stream, aligned."""
        found = super().streamed(stream, bars)
        self._note(stream, found)
        return found

    def streamed_both(
        self, stream: Stream, then: Callable[[Iterable[FloatArray]], Stream]
    ) -> tuple[FloatArray, FloatArray]:
        """Rows of a stream, and of the stream that is built on them."""
        upper: list[Stream] = []

        def noted(rows: Iterable[FloatArray]) -> Stream:
            upper.append(then(rows))
            return upper[-1]

        found = super().streamed_both(stream, noted)
        self._note(stream, found[0])
        self._note(upper[-1], found[1])
        return found

    def windows_of(self, rows: FloatArray, function: Callable[[FloatArray], R]) -> R:
        """Call a function that looks at windows on the last rows of a stream."""
        self.windows.append((rows, function))
        return super().windows_of(rows, function)

    def _note(self, stream: Stream, rows: FloatArray) -> None:
        for below in stream.below:
            self._note(below, LastRows(self.rows).read(below))
        self.settled = max(self.settled, stream.first + len(rows) + 1)
        self.memory.append(rows[-1:])

    def _call(
        self, bars: int, lag: int, function: Callable[..., R], inputs: tuple[str | float, ...]
    ) -> R:
        self.depth = max(self.depth, lag + bars)
        self.calls.append((function, inputs, lag))
        return super()._call(bars, lag, function, inputs)


class LiveWorkspace(Workspace):
    """The newest bar of all columns: streams take a step, windows have taken theirs.

    ``fields``: the last bars of each field. ``memory``: the last row of each stream, in the order
    in which a ``RecordingWorkspace`` notes them; each gets its next row. ``windows``: those of the
    calls that it notes, ``streams``: those of streams. ``count``: bars of each symbol.
    """

    def __init__(
        self,
        panel: BarPanel,
        fields: Mapping[str, Ring],
        memory: Sequence[Ring],
        windows: LiveWindows,
        streams: Sequence[StreamWindows],
        count: FloatArray,
    ) -> None:
        super().__init__(panel, np.full(panel.n_symbols, -1, dtype=np.intp))
        self._most_kept = UNLIMITED
        self._fields, self._count = fields, count
        self._memory, self._windows, self._streams = iter(memory), windows, iter(streams)

    def field(self, name: str) -> FloatArray:
        """Return the last bars of a field, as many as any stream's step reads."""
        return self._fields[name].last(BARS_OF_A_STEP)

    def recent(self, name: str, lag: int = 0) -> FloatArray:
        """One field ``lag`` bars ago."""
        return self._fields[name].last(1, lag)

    def last(self, values: FloatArray, bars: int = 1) -> FloatArray:
        """Last ``bars`` rows of an array."""
        return values[-bars:]

    def bar_count(self) -> FloatArray:
        """Bars of each symbol from the start."""
        return self._count[None]

    def streamed(self, stream: Stream, bars: int = 1) -> FloatArray:  # noqa: ARG002 - remembered
        """Take a step of a stream; return its newest row."""
        below = [self.streamed(one)[-1] for one in stream.below]
        return self._stepped(stream, *below)

    def streamed_both(
        self, stream: Stream, then: Callable[[Iterable[FloatArray]], Stream]
    ) -> tuple[FloatArray, FloatArray]:
        """Take a step of a stream, and of the one that is built on it."""
        rows = self._stepped(stream)
        return rows, self._stepped(then(()), rows[-1])

    def _stepped(self, stream: Stream, *below: FloatArray) -> FloatArray:
        assert stream.step is not None, "a column of the catalog has streams that can be stepped"
        memory = next(self._memory)
        memory.push(stream.step(memory.row(0), *below))
        return memory.last(1)

    def windows_of(self, rows: FloatArray, function: Callable[[FloatArray], R]) -> R:  # noqa: ARG002 - noted
        """Return what the next of the streams' windows give for the newest row."""
        return cast("R", next(self._streams).step(rows[-1]))

    def _call(
        self,
        bars: int,  # noqa: ARG002 - noted with the call
        lag: int,
        function: Callable[..., R],
        inputs: tuple[str | float, ...],
    ) -> R:
        return cast("R", self._windows.value((function, inputs, lag)))
