"""How much memory the bars of a scan may take, and what follows from it.

A market that fits is loaded whole, which is fastest. One that does not is read block by block, by
the workers, and the blocks that are there at one time fit together.
"""

from __future__ import annotations

import math

from technic.errors import ParameterError

__all__ = ["CELL_BYTES", "GIB", "memory_limit", "panel_bytes", "widest_block"]

GIB = 1 << 30
DEFAULT_GIB = 2.0
CELL_BYTES = 44
"""A bar in a panel: five numbers of 8 bytes and its session."""
WORKING_BYTES = 120
"""A bar of a block while it is read and scanned: the block, its symbols that passed the gate once
more, and what the columns need; 101 were measured."""


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


def panel_bytes(n_symbols: int, n_sessions: int) -> int:
    """Bytes of the panel of a market, were each symbol to have a bar in each session."""
    return n_symbols * n_sessions * CELL_BYTES


def widest_block(limit: int, n_sessions: int, workers: int) -> int:
    """Symbols of a block such that one block for each of ``workers`` stays within ``limit``."""
    return max(1, limit // (max(workers, 1) * max(n_sessions, 1) * WORKING_BYTES))
