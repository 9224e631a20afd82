"""The thread-pool runner: one task a block, every core at work on the bars that all share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from technic.engine.blocks import BlockOutcome, BlockScan, balanced_width, block_slices
from technic.engine.local import call_in_threads, scan_in_threads
from technic.engine.runner import RunProgress
from technic.panel import BlockSource

__all__ = ["ThreadsRunner"]

S = TypeVar("S")
R = TypeVar("R")


class ThreadsRunner:
    """Cuts the market narrow enough that each of ``workers`` threads has blocks of its own."""

    name = "threads"
    shares_memory = True

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or os.cpu_count() or 1

    def run(
        self,
        source: BlockSource,
        scan: BlockScan,
        block_size: int,
        progress: RunProgress | None = None,
    ) -> BlockOutcome:
        """Scan each block as a task; numpy lets go of the lock while it computes."""
        width = balanced_width(source.n_symbols, block_size, self.workers)
        cuts = block_slices(source.n_symbols, width)
        return scan_in_threads(source, scan, cuts, self.workers, progress)

    def map(self, call: Callable[..., R], shared: S, items: Iterable[tuple[Any, ...]]) -> list[R]:
        """Call a function for each item, on the threads."""
        return call_in_threads(call, shared, items, self.workers)
