"""What a runner is given: bars, and the one scan of them."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from technic.data_engine.benchmark import Benchmark
from technic.data_engine.price_cache import LazyPrices, PriceCache, PriceFrames
from technic.engine.blocks import BlockScan
from technic.scan.block_rows import scan_block
from technic.scan.config import ScanConfig
from technic.scan.context import ScanContext, open_benchmark, open_context
from technic.scan.expressions.scan_expressions import ScanExpressions, scan_expressions
from technic.scan.history import load_history
from technic.scan.known_actions import known_actions
from technic.settings import load_settings

__all__ = ["ScanTask", "open_task"]


@dataclass(frozen=True, slots=True, eq=False)
class ScanTask:
    """Bars to scan, and the one scan of them: a pure function of a block.

    ``memory``: bytes of bars that may be loaded at once; ``arrays``: of the size of a block's bars,
    that the scan takes at one time.
    """

    history: PriceCache | LazyPrices
    scan: BlockScan
    memory: int
    arrays: float


def open_task(
    symbols: Sequence[str],
    config: ScanConfig,
    price_cache: PriceFrames | None,
    context: ScanContext | None,
    benchmark: Benchmark | None = None,
    expressions: ScanExpressions | None = None,
) -> ScanTask:
    """Get the bars of ``symbols`` and what they are scanned with.

    What is not given is opened as ``config`` says.
    """
    if expressions is None:
        expressions = scan_expressions(config)
    if context is None:
        settings, now = load_settings(os.environ, Path.cwd()), dt.datetime.now(dt.UTC)
        context = open_context(config, settings, now, None, price_cache, expressions.windows)
        price_cache = context.cache
    history = load_history(symbols, context, price_cache)
    if benchmark is None:
        benchmark = open_benchmark(config, history.bars.sessions, context)
    scan = partial(
        scan_block,
        windows=context.windows,
        config=config,
        benchmark=None if benchmark is None else benchmark.closes,
        expressions=expressions,
        known=known_actions(history),
    )
    sessions = history.bars.sessions
    arrays = context.windows.copied_arrays + expressions.arrays_held(len(sessions))
    return ScanTask(history, scan, context.panel_memory, arrays)
