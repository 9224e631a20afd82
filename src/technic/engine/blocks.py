"""Blocks of symbols and the per-symbol error boundary, shared by every runner.

A block that raises is halved until the poisoned symbol is found; that symbol becomes an error
entry, all others are scanned as if nothing had happened.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from technic.panel import BarPanel, BlockSource
from technic.scan.block_rows import BlockRows

__all__ = [
    "BlockOutcome",
    "BlockScan",
    "PoisonedSymbol",
    "balanced_width",
    "block_slices",
    "call_or_halve",
    "even_slices",
    "scan_cut",
    "scan_or_halve",
]

logger = logging.getLogger(__name__)

B = TypeVar("B")
R = TypeVar("R")
BlockScan = Callable[[BarPanel], BlockRows]
"""A pure function of one block; what a runner runs."""


BLOCKS_A_WORKER = 2
"""So that a worker that is done early finds more to do."""


@dataclass(frozen=True, slots=True)
class PoisonedSymbol:
    """A symbol whose scan raised: the exception's class and text."""

    symbol: str
    error: str
    detail: str


@dataclass(slots=True)
class BlockOutcome:
    """The rows of a block, in symbol order, and the symbols that could not be scanned.

    ``absent``: symbols of which there was no bar to take. ``bars``, ``left_out``: how many were
    taken, and how many were incomplete or on no session.
    """

    rows: list[BlockRows] = field(default_factory=list)
    poisoned: list[PoisonedSymbol] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    bars: int = 0
    left_out: int = 0

    def add(self, other: BlockOutcome) -> None:
        """Append what another block came to."""
        self.rows += other.rows
        self.poisoned += other.poisoned
        self.absent += other.absent
        self.bars += other.bars
        self.left_out += other.left_out


def block_slices(n_symbols: int, block_size: int) -> list[slice]:
    """Cut ``n_symbols`` columns into blocks of at most ``block_size``, in order."""
    return [slice(at, min(at + block_size, n_symbols)) for at in range(0, n_symbols, block_size)]


def even_slices(n_symbols: int, block_size: int, workers: int) -> list[slice]:
    """Cut columns into blocks of one width, give or take one, of which each worker has as many.

    None is wider than ``block_size``: a narrow block left over at the end keeps one worker busy
    and the others waiting for it.
    """
    workers, widest = max(workers, 1), max(block_size, 1)
    count = min(workers * -(-n_symbols // (workers * widest)), n_symbols)
    edges = [n_symbols * at // max(count, 1) for at in range(count + 1)]
    return [slice(first, stop) for first, stop in itertools.pairwise(edges)]


def balanced_width(n_symbols: int, block_size: int, workers: int) -> int:
    """Return a width of at most ``block_size`` that gives each worker a few blocks."""
    blocks = BLOCKS_A_WORKER * max(workers, 1)
    return max(1, min(block_size, -(-n_symbols // blocks)))


def scan_cut(source: BlockSource, cut: slice, scan: BlockScan) -> BlockOutcome:
    """Take the columns of ``cut`` and scan them: the work of one task, in every runner.

    Bars that cannot be had are no symbol's fault: what ``take`` raises ends the run.
    """
    block = source.take(cut)
    outcome = scan_or_halve(block, scan)
    there = set(block.symbols)
    outcome.absent = [symbol for symbol in source.symbols[cut] if symbol not in there]
    outcome.bars, outcome.left_out = int(block.length.sum()), int(block.left_out.sum())
    return outcome


def scan_or_halve(block: BarPanel, scan: BlockScan) -> BlockOutcome:
    """Scan a block; when it raises, scan its halves, down to the symbol that is at fault."""
    whole = slice(0, block.n_symbols)

    def take(cut: slice) -> BarPanel:
        return block if cut == whole else block.take(cut)

    done, poisoned = call_or_halve(whole, take, scan, block.symbols)
    return BlockOutcome([rows for _, rows in done], poisoned)


def call_or_halve(
    cut: slice, take: Callable[[slice], B], call: Callable[[B], R], symbols: Sequence[str]
) -> tuple[list[tuple[slice, R]], list[PoisonedSymbol]]:
    """Call for a cut of ``symbols``; when it raises, for its halves, down to who is at fault.

    Return the cuts that went well with what came of them, in order, and the symbols at fault.
    ``take``: what the call is given of a cut; what that raises is no symbol's fault and ends all.
    """
    block = take(cut)
    try:
        return [(cut, call(block))], []
    except Exception as error:  # the per-symbol boundary: one symbol never ends a scan
        if cut.stop <= cut.start:
            raise
        if cut.stop - cut.start == 1:
            symbol = symbols[cut.start]
            logger.warning("scanning %s raised", symbol, exc_info=error)
            return [], [PoisonedSymbol(symbol, type(error).__name__, str(error))]
    middle = (cut.start + cut.stop) // 2
    done, poisoned = call_or_halve(slice(cut.start, middle), take, call, symbols)
    more, others = call_or_halve(slice(middle, cut.stop), take, call, symbols)
    return done + more, poisoned + others
