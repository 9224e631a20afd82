"""Days that share a block: their base windows begin on the same session, so do its recursions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from technic.data_engine.benchmark import Benchmark, load_benchmark
from technic.scan.config import ScanConfig
from technic.scan.context import ScanContext
from technic.scan.windows import ScanWindows
from technic.study.replay.block_windows import BlockWindows
from technic.typing import BoolArray, DateArray, FloatArray

__all__ = ["Block", "blocks"]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Days of one start year, ascending, with their windows.

    ``sessions``: those that are loaded, up to the last day. ``benchmark``: closes on these in the
    basis in force on the days, NaN where there is none, None without a benchmark; ``name``: what
    the benchmark is called.
    """

    days: DateArray
    context: ScanContext
    windows: BlockWindows
    sessions: DateArray
    benchmark: FloatArray | None
    name: str = ""


def blocks(
    days: DateArray, context: ScanContext, config: ScanConfig, longer: tuple[int, ...]
) -> Iterator[Block]:
    """Yield the blocks that ``days``, ascending, fall into."""
    windows = [ScanWindows.anchored(context.calendar, day, config.bars, longer) for day in days]
    first = 0
    for stop in range(1, len(days) + 1):
        if stop == len(days) or windows[stop].base != windows[first].base:
            whole = _block(days[first:stop], context, BlockWindows.of(windows[first:stop]))
            yield from _by_benchmark(whole, config)
            first = stop


def _block(days: DateArray, context: ScanContext, windows: BlockWindows) -> Block:
    sessions = context.calendar.between(windows.start, np.datetime64(days[-1], "D"))
    return Block(days, context, windows, sessions, None)


def _part(block: Block, picked: BoolArray) -> Block:
    """Return some of the days."""
    return _block(block.days[picked], block.context, block.windows.take(picked))


def _by_benchmark(block: Block, config: ScanConfig) -> Iterator[Block]:
    """Cut a block where the benchmark is split, and take out the days of which it has no close.

    A scan of such a day does not use it at all.
    """
    if not config.benchmark:
        yield block
        return
    closes = _benchmark(block, config).closes
    there = np.isfinite(closes[np.searchsorted(block.sessions, block.days)])
    for start, stop in _one_basis(block, config, 0, len(block.days)):
        for known in (True, False):
            picked = there == known
            picked[:start] = picked[stop:] = False
            if picked.any():
                part = _part(block, picked)
                found = _benchmark(part, config)
                own = found.closes if known else np.full(len(part.sessions), np.nan)
                yield replace(part, benchmark=own, name=found.name)


def _one_basis(
    block: Block, config: ScanConfig, start: int, stop: int
) -> Iterator[tuple[int, int]]:
    """Yield the spans of days on which the closes of the benchmark are the same numbers."""
    if stop - start == 1 or _same(block, config, start, stop - 1):
        yield start, stop
        return
    middle = (start + stop) // 2
    yield from _one_basis(block, config, start, middle)
    yield from _one_basis(block, config, middle, stop)


def _same(block: Block, config: ScanConfig, first: int, last: int) -> bool:
    """Tell whether two days read the same closes of all sessions up to the first."""
    one, other = (
        _benchmark(replace(block, days=block.days[at : at + 1]), config).closes
        for at in (first, last)
    )
    return np.array_equal(one, other[: len(one)], equal_nan=True)


def _benchmark(block: Block, config: ScanConfig) -> Benchmark:
    """Return the benchmark as of the last day of a block."""
    assert config.benchmark is not None
    context, last = block.context, np.datetime64(block.days[-1], "D")
    sessions = context.calendar.between(block.windows.start, last)
    return load_benchmark(config.benchmark, sessions, last, context.provider, config.file_options())
