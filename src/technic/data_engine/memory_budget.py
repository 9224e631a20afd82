"""How much memory the bars of a scan may take, and what follows from it.

A market that fits is loaded whole, which is fastest. One that does not is read block by block, by
the workers, and the blocks that are there at one time fit together.
"""

from __future__ import annotations

import math

from technic.errors import ParameterError

__all__ = ["CELL_BYTES", "GIB", "memory_limit", "most_panel_bytes", "widest_block"]

GIB = 1 << 30
DEFAULT_GIB = 2.0
CELL_BYTES = 44
"""A bar in a panel: five numbers of 8 bytes and its session."""
ARRAY_BYTES = 8
SCANNED_BYTES = 96
"""A bar of a block while it is scanned: the block, and once more what passed the gate."""
WORKING_BYTES = 120
"""The same while it is read, or while the columns are computed, at most; 101 were measured."""


def memory_limit(text: str | None) -> int:
    """Return the setting ``panel_memory`` (GiB) in bytes; 2 GiB unless it is set.

    Raises ParameterError for what is no positive number.
    """
    try:
        gib = DEFAULT_GIB if text is None else float(text)
    except ValueError:
        gib = math.nan
    if not 0.0 < gib < math.inf:
        allowed = "a number of GiB above 0"
        raise ParameterError("panel_memory", text, allowed, "set TECHNIC_PANEL_MEMORY")
    return int(gib * GIB)


def most_panel_bytes(n_symbols: int, n_sessions: int) -> int:
    """Bytes of the panel of a market, were each symbol to have a bar in each session."""
    return n_symbols * n_sessions * CELL_BYTES


def widest_block(limit: int, n_sessions: int, workers: int, arrays: float = 0.0) -> int:
    """Symbols of a block such that one block for each of ``workers`` stays within ``limit``.

    ``arrays``: of the size of the block's bars, that expressions take at one time.
    """
    bar_bytes = max(WORKING_BYTES, SCANNED_BYTES + ARRAY_BYTES * arrays)
    return max(1, int(limit / (max(workers, 1) * max(n_sessions, 1) * bar_bytes)))
