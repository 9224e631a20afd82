"""Time in pieces: what element-wise work needs in between stays in the processor's cache.

A whole intermediate array of the market is fresh memory that the system has to clear and that the
next step has to fetch again; a tile of it is neither. No value depends on the size of a tile.
"""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["TILE_CELLS", "row_tiles", "tile_rows"]

TILE_CELLS = 32_768


def tile_rows(n_symbols: int) -> int:
    """Rows of a tile, at least one."""
    return max(TILE_CELLS // max(n_symbols, 1), 1)


def row_tiles(start: int, stop: int, n_symbols: int) -> Iterator[slice]:
    """Cut the rows from ``start`` to ``stop`` into tiles."""
    step = tile_rows(n_symbols)
    for first in range(start, stop, step):
        yield slice(first, min(first + step, stop))
