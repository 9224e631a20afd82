"""The last closes of a symbol as a line of blocks, for a cell of the ranked table."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from rich.text import Text

from technic.result.scan_result import ScanResult
from technic.result.table import last_closes

__all__ = ["CLOSES", "LEAST_CELLS", "blocks_fit", "closes_of", "sparkline"]

CLOSES = 30
"""Closes that a line shows, the last ones."""
LEAST_CELLS = 10
_BLOCKS = "▁▂▃▄▅▆▇█"


def blocks_fit(encoding: str | None) -> bool:
    """Tell whether an encoding has the blocks: an ASCII terminal shows no line."""
    try:
        _BLOCKS.encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def closes_of(result: ScanResult, symbols: Sequence[str]) -> list[list[float]]:
    """Return the last closes of each symbol, oldest first, fewer where it has fewer bars."""
    there, closes = last_closes(result.prices, symbols, CLOSES)
    known = {one: row[np.isfinite(row)].tolist() for one, row in zip(there, closes.T, strict=True)}
    return [known.get(symbol, []) for symbol in symbols]


def sparkline(closes: Sequence[float], cells: int) -> Text:
    """Return closes as blocks, from the lowest to the highest of them; green where they rose.

    Each cell is the last close of its share of the bars, so the last cell is the last close.
    Nothing for fewer than two closes; a flat line stands in the middle.
    """
    if len(closes) < 2:
        return Text("")
    count = min(cells, len(closes))
    chosen = [closes[math.ceil((i + 1) * len(closes) / count) - 1] for i in range(count)]
    low, high = min(chosen), max(chosen)
    span = high - low
    steps = len(_BLOCKS) - 1
    drawn = "".join(
        _BLOCKS[round(steps * (value - low) / span) if span > 0 else steps // 2] for value in chosen
    )
    return Text(drawn, "green" if closes[-1] >= closes[0] else "red")
