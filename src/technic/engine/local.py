"""The in-process runner: blocks of symbols on a few threads, numpy releases the GIL."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from technic.engine.blocks import BlockOutcome, BlockScan, block_slices, scan_or_halve
from technic.panel import BarPanel

__all__ = ["run_local"]


def run_local(
    panel: BarPanel,
    scan: BlockScan,
    block_size: int,
    progress: Callable[[int, int], None] | None = None,
    workers: int | None = None,
) -> BlockOutcome:
    """Scan ``panel`` block by block; results come in column order whatever finishes first."""
    slices = block_slices(panel.n_symbols, block_size)
    outcome = BlockOutcome()
    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        parts = pool.map(lambda cut: scan_or_halve(panel.take(cut), scan), slices)
        for cut, part in zip(slices, parts, strict=True):
            outcome.add(part)
            if progress is not None:
                progress(cut.stop, panel.n_symbols)
    return outcome
