"""Scans that fail on purpose; worker processes can import them by name."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from technic.engine.blocks import BlockOutcome, BlockScan
from technic.engine.runner import Runner, RunProgress
from technic.panel import BarPanel, BlockSource
from technic.scan.block_rows import BlockRows


def poisoned(panel: BarPanel, scan: BlockScan, symbol: str) -> BlockRows:
    """Raise for every block that holds ``symbol``."""
    if symbol in panel.symbols:
        raise ZeroDivisionError("poison in the well")
    return scan(panel)


def first_closes(panel: BarPanel) -> BlockRows:
    """Take next to no time: hand back each symbol's first close."""
    last_bar = np.full(panel.n_symbols, panel.sessions[-1])
    return BlockRows(panel.symbols, {"close": panel.close[0].copy()}, last_bar, ())


def killed_once(panel: BarPanel, scan: BlockScan, symbol: str, marker: Path) -> BlockRows:
    """Kill the process that scans ``symbol``, the first time."""
    if symbol in panel.symbols and not marker.exists():
        marker.write_text(str(os.getpid()))
        os.kill(os.getpid(), signal.SIGKILL)
    return scan(panel)


def killed_first(panel: BarPanel, scan: BlockScan, marker: Path) -> BlockRows:
    """Kill the process that scans the first block of all."""
    return killed_once(panel, scan, panel.symbols[0], marker)


def killed_always(panel: BarPanel, scan: BlockScan, symbol: str) -> BlockRows:
    """Kill every process that scans ``symbol``."""
    if symbol in panel.symbols:
        os.kill(os.getpid(), signal.SIGKILL)
    return scan(panel)


def raylet_killed(panel: BarPanel, scan: BlockScan) -> BlockRows:
    """Kill what started this worker: the raylet of its machine, with the object store in it."""
    os.kill(os.getppid(), signal.SIGKILL)
    return scan(panel)


@dataclass
class Poisoning:
    """A runner whose scans raise for one symbol."""

    inner: Runner
    symbol: str

    @property
    def name(self) -> str:
        """That of the runner inside."""
        return self.inner.name

    @property
    def workers(self) -> int:
        """Those of the runner inside."""
        return self.inner.workers

    def run(
        self,
        source: BlockSource,
        scan: BlockScan,
        block_size: int,
        progress: RunProgress | None = None,
    ) -> BlockOutcome:
        """Run the scan with poison in it."""
        spoiled = partial(poisoned, scan=scan, symbol=self.symbol)
        return self.inner.run(source, spoiled, block_size, progress)
