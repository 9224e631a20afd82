"""The in-process runner: blocks as wide as asked for, on a few threads where there are several."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from technic.engine.blocks import BlockOutcome, BlockScan, block_slices, scan_cut
from technic.engine.runner import RunProgress
from technic.panel import BlockSource

__all__ = ["LocalRunner", "call_in_threads", "in_turn", "scan_in_threads"]

S = TypeVar("S")
R = TypeVar("R")


class LocalRunner:
    """Runs in this process, with no preparation; the default."""

    name = "local"
    shares_memory = True

    @property
    def workers(self) -> int:
        """One thread a processor."""
        return os.cpu_count() or 1

    def run(
        self,
        source: BlockSource,
        scan: BlockScan,
        block_size: int,
        progress: RunProgress | None = None,
    ) -> BlockOutcome:
        """Scan block by block; one block of the whole market keeps to one core."""
        cuts = block_slices(source.n_symbols, block_size)
        return scan_in_threads(source, scan, cuts, self.workers, progress)

    def map(self, call: Callable[..., R], shared: S, items: Iterable[tuple[Any, ...]]) -> list[R]:
        """Call a function for each item, on the threads."""
        return call_in_threads(call, shared, items, self.workers)


def call_in_threads(
    call: Callable[..., R], shared: S, items: Iterable[tuple[Any, ...]], workers: int
) -> list[R]:
    """Call ``call(shared, *item)`` for each item as a task of a thread pool; results in order."""
    return list(in_turn(call, ((shared, *item) for item in items), workers))


def in_turn(call: Callable[..., R], items: Iterable[tuple[Any, ...]], workers: int) -> Iterator[R]:
    """Call ``call(*item)`` for each item as a task of a thread pool; yield results in order.

    One that was yielded is held no longer. When one raises, or the caller is interrupted or asks
    for no more, those that have not begun are dropped.
    """
    pool = ThreadPoolExecutor(workers)
    try:
        tasks = deque(pool.submit(call, *item) for item in items)
        while tasks:
            yield tasks.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def scan_in_threads(
    source: BlockSource,
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
        tasks = [pool.submit(scan_cut, source, cut, scan) for cut in cuts]
        for cut, task in zip(cuts, tasks, strict=True):
            outcome.add(task.result())
            if progress is not None:
                progress(cut.stop, source.n_symbols)
    finally:
        pool.shutdown(cancel_futures=True)
    return outcome
