"""What a runner is: something that scans the blocks of a market, somewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from technic.engine.blocks import BlockOutcome, BlockScan
from technic.panel import BlockSource

__all__ = ["RunProgress", "Runner"]

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
