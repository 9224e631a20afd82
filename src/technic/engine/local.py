"""The in-process runner: blocks as wide as asked for, on a few threads where there are several."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from technic.engine.blocks import BlockOutcome, BlockScan, block_slices, scan_or_halve
from technic.engine.runner import RunProgress
from technic.panel import BarPanel

__all__ = ["LocalRunner", "scan_in_threads"]


class LocalRunner:
    """Runs in this process, with no preparation; the default."""

    name = "local"

    def run(
        self,
        panel: BarPanel,
        scan: BlockScan,
        block_size: int,
        progress: RunProgress | None = None,
    ) -> BlockOutcome:
        """Scan block by block; one block of the whole market keeps to one core."""
        cuts = block_slices(panel.n_symbols, block_size)
        return scan_in_threads(panel, scan, cuts, os.cpu_count() or 1, progress)


def scan_in_threads(
    panel: BarPanel,
    scan: BlockScan,
    cuts: list[slice],
    workers: int,
    progress: RunProgress | None = None,
) -> BlockOutcome:
    """Scan each cut as a task of a thread pool; results in the order of ``cuts``.

    When the caller is interrupted, the blocks that have not begun are dropped.
    """
    outcome = BlockOutcome()
    pool = ThreadPoolExecutor(workers)
    try:
        tasks = [pool.submit(_scan_cut, panel, cut, scan) for cut in cuts]
        for cut, task in zip(cuts, tasks, strict=True):
            outcome.add(task.result())
            if progress is not None:
                progress(cut.stop, panel.n_symbols)
    finally:
        pool.shutdown(cancel_futures=True)
    return outcome


def _scan_cut(panel: BarPanel, cut: slice, scan: BlockScan) -> BlockOutcome:
    return scan_or_halve(panel.take(cut), scan)
