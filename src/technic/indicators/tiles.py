"""Time in pieces: what element-wise work needs in between stays in the processor's cache.

A whole intermediate array of the market is fresh memory that the system has to clear and that the
next step has to fetch again; a tile of it is neither. No value depends on the size of a tile.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np

from technic.typing import FloatArray

__all__ = ["TILE_CELLS", "TilesFrom", "row_tiles", "tile_rows", "tiles_made", "tiles_of"]

TilesFrom: TypeAlias = Callable[[int], Iterator[FloatArray]]
"""Row of a panel → the rows from it on, tile after tile."""

TILE_CELLS = 32_768


def tile_rows(n_symbols: int) -> int:
    """Rows of a tile, at least one."""
    return max(TILE_CELLS // max(n_symbols, 1), 1)


def row_tiles(start: int, stop: int, n_symbols: int) -> Iterator[slice]:
    """Cut the rows from ``start`` to ``stop`` into tiles."""
    step = tile_rows(n_symbols)
    for first in range(start, stop, step):
        yield slice(first, min(first + step, stop))


def tiles_made(make: Callable[[slice, FloatArray], None], shape: tuple[int, ...]) -> TilesFrom:
    """Give the rows of an array ``(n_bars, ..., n_symbols)`` that ``make`` writes, given which.

    Each tile stands until the next one.
    """
    n_bars, *row, n_symbols = shape

    def tiles(start: int) -> Iterator[FloatArray]:
        height = max(min(tile_rows(n_symbols), n_bars - start), 0)
        buffer = np.empty((height, *row, n_symbols))
        for rows in row_tiles(start, n_bars, n_symbols):
            tile = buffer[: rows.stop - rows.start]
            make(rows, tile)
            yield tile

    return tiles


def tiles_of(values: FloatArray) -> TilesFrom:
    """Give the rows of an array in tiles."""
    width = math.prod(values.shape[1:])
    return lambda start: (values[rows] for rows in row_tiles(start, len(values), width))
