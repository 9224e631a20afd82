"""Results that come row by row, and the two ways to read them: all rows, or the last ones.

A recursion needs only its last row to make the next. ``whole`` keeps every row, ``LastRows`` those
at the end of each column: then nothing as large as the market is written, and what is at work
stays in the processor's cache. Both run the same steps, so both have the same bits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle

import numpy as np
from numpy.typing import NDArray

from technic.indicators.tiles import tile_rows
from technic.typing import FloatArray

__all__ = ["LastRows", "Stream", "in_tiles", "scratch", "whole"]


@dataclass(frozen=True, slots=True)
class Stream:
    """Rows in the making: ``rows(buffers)`` writes each into the next buffer and yields it.

    ``first``: the row of the panel that comes first; ``shape``: of one row. A stream looks back at
    its last row only: an earlier buffer may come round again.

    ``step``: the same rows one at a time, for bars as they come: from the row before and the newest
    rows of ``below`` it makes the row of the last bar of the arrays that the stream reads, of which
    it looks at the last two bars, as they are when it is called. ``below``: streams that run beside
    and are remembered with it. ``begins_apart``: each column begins where its own values begin.
    ``unfinished``: rows, from the first one on, that say too little for ``step`` to go on from.

    ``tiles(out)``: the same rows in tiles of ``(k, *shape)``, written one below the other to
    ``out`` or, without, each to a buffer that is used again; None where they come row by row.
    """

    first: int
    shape: tuple[int, ...]
    rows: Callable[[Iterator[FloatArray]], Iterator[FloatArray]]
    step: Callable[..., FloatArray] | None = None
    below: tuple[Stream, ...] = ()
    tiles: Callable[[FloatArray | None], Iterator[FloatArray] | None] = lambda _: None
    begins_apart: bool = False
    unfinished: int = 0


def scratch(shape: tuple[int, ...], count: int = 2) -> Iterator[FloatArray]:
    """Buffers for the rows of a stream that nobody keeps."""
    return cycle([np.empty(shape) for _ in range(count)])


def whole(stream: Stream, n_bars: int) -> FloatArray:
    """Return all rows, ``(n_bars, *shape)``, NaN before the first."""
    out = np.empty((n_bars, *stream.shape))
    out[: stream.first] = np.nan
    made = out[stream.first :]
    for _ in stream.tiles(made) or stream.rows(iter(made)):
        pass
    return out


def in_tiles(stream: Stream, n_bars: int) -> Iterator[tuple[slice, FloatArray]]:
    """Yield all rows up to row ``n_bars`` in tiles, each with its rows; it stands until the next.

    For what is made of each row alone: the rows are still in the processor's cache.
    """
    first = stream.first
    for tile in stream.tiles(None) or _gathered(stream):
        if len(tile):
            yield slice(first, first + len(tile)), tile
        first += len(tile)
    assert first in (stream.first, n_bars)


def _gathered(stream: Stream) -> Iterator[FloatArray]:
    """Rows in tiles of at least two, so that the last one stands while the next one is made."""
    buffer = np.empty((max(tile_rows(math.prod(stream.shape)), 2), *stream.shape))
    count = 0
    for count, _ in enumerate(stream.rows(cycle(buffer)), 1):
        if not count % len(buffer):
            yield buffer
    if count % len(buffer):
        yield buffer[: count % len(buffer)]


class LastRows:
    """The last ``depth`` rows up to each column's own end.

    ``ends``: ``(n_symbols,)``, the last row to read in each column; negative: none.
    """

    def __init__(self, ends: NDArray[np.intp]) -> None:
        order = np.argsort(ends, kind="stable")
        distinct, starts = np.unique(ends[order], return_index=True)
        self._columns: list[tuple[int, NDArray[np.intp] | slice]] = [
            (end, columns if len(columns) < len(ends) else slice(None))
            for end, columns in zip(distinct.tolist(), np.split(order, starts[1:]), strict=True)
        ]

    def read(self, stream: Stream, depth: int = 1) -> FloatArray:
        """Run the stream; return ``(depth, *shape)``, oldest first, NaN where it had not begun."""
        values = np.full((depth, *stream.shape), np.nan)
        for _ in self.kept(stream, values):
            pass
        return values

    def kept(self, stream: Stream, values: FloatArray) -> Iterator[FloatArray]:
        """Pass the rows on to one who builds on them, keeping the last ones in ``values``.

        Two buffers come round and round, whatever the depth: they stay in the cache.
        """
        depth = len(values)
        places: dict[int, list[tuple[int, NDArray[np.intp] | slice]]] = {}
        for end, columns in self._columns:
            for ago in range(depth):
                places.setdefault(end - ago, []).append((depth - 1 - ago, columns))
        for at, row in enumerate(stream.rows(scratch(stream.shape)), stream.first):
            for place, columns in places.get(at, ()):
                values[place][..., columns] = row[..., columns]
            yield row
