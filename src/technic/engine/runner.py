"""What a runner is: something that scans the blocks of a market, somewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar

from technic.engine.blocks import BlockOutcome, BlockScan
from technic.panel import BlockSource

__all__ = ["RunProgress", "Runner", "TaskRunner"]

RunProgress = Callable[[int, int], None]
"""Called with (symbols done, symbols in all)."""


class Runner(Protocol):
    """Where blocks of symbols run; the rows, their order and every bit are the same in all."""

    @property
    def name(self) -> str:
        """What it is called in ``--runner`` and in a result."""

    @property
    def workers(self) -> int:
        """How many blocks one machine may hold at a time."""

    def run(
        self,
        source: BlockSource,
        scan: BlockScan,
        block_size: int,
        progress: RunProgress | None = None,
    ) -> BlockOutcome:
        """Scan ``source`` in blocks of at most ``block_size`` symbols; rows in column order."""


S = TypeVar("S")
R = TypeVar("R")


class TaskRunner(Protocol):
    """A runner that can do other work than a scan: the same function for some items.

    ``shares_memory``: whether what a task returns may hold what the next one needs at no cost.
    """

    name: str
    shares_memory: bool

    @property
    def workers(self) -> int:
        """How many tasks are at work at one time."""

    def map(self, call: Callable[..., R], shared: S, items: Iterable[tuple[Any, ...]]) -> list[R]:
        """Return ``call(shared, *item)`` of each item, in their order.

        ``call`` is a function of a module; what ``shared`` holds reaches each worker once.
        """
