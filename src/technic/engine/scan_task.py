"""What a runner is given, bars and the one scan of them, and how it is handed over."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from technic.data_engine.benchmark import Benchmark
from technic.data_engine.memory_budget import widest_block
from technic.data_engine.price_cache import LazyPrices, PriceCache, PriceFrames
from technic.engine.blocks import BlockOutcome, BlockScan
from technic.engine.runner import Runner
from technic.errors import RuleUnavailableError
from technic.panel import BarPanel
from technic.panel.long_bars import concatenated
from technic.scan.block_rows import concat_rows, scan_block
from technic.scan.config import ScanConfig
from technic.scan.context import ScanContext, open_benchmark, open_context
from technic.scan.expressions.scan_expressions import ScanExpressions, scan_expressions
from technic.scan.facts.access import OpenFacts
from technic.scan.history import ScanProgress, load_history
from technic.scan.special_dividends import known_actions
from technic.settings import load_settings

__all__ = ["ScanTask", "facts_of_scan", "open_task", "run_task"]


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
    facts: OpenFacts | None = None,
) -> ScanTask:
    """Get the bars of ``symbols`` and what they are scanned with.

    What is not given is opened as ``config`` says.
    """
    if expressions is None:
        expressions = scan_expressions(config)
    if context is None:
        settings = load_settings(os.environ, Path.cwd())
        context = open_context(config, settings, None, None, price_cache, expressions.windows)
        price_cache = context.cache
    history = load_history(symbols, context, price_cache)
    if benchmark is None:
        benchmark = open_benchmark(config, history.bars.sessions, context)
    if facts is None:
        facts = facts_of_scan(expressions, context, history)
    bars = history.bars
    scan = partial(
        scan_block,
        windows=context.windows,
        config=config,
        benchmark=None if benchmark is None else benchmark.closes,
        expressions=expressions,
        known=known_actions(history),
        facts=None if facts is None else facts.of(bars.symbols, bars.sessions),
    )
    sessions = bars.sessions
    arrays = context.windows.copied_arrays + expressions.arrays_held(len(sessions))
    return ScanTask(history, scan, context.panel_memory, arrays)


def facts_of_scan(
    expressions: ScanExpressions, context: ScanContext, history: PriceCache | LazyPrices
) -> OpenFacts | None:
    """Open the facts that expressions name, of all symbols that have bars; None for none.

    Raises what ``FactAccess.open`` raises, also where the context has no access to any.
    """
    if not expressions.facts:
        return None
    if context.facts is None:
        raise RuleUnavailableError(str(expressions.facts[0]), "a store of facts of companies")
    symbols, splits = history.bars.symbols, history.split_records
    return context.facts.open(expressions.facts, symbols, context.calendar, splits)


def run_task(
    task: ScanTask,
    symbols: Sequence[str],
    block_size: int,
    runner: Runner,
    progress: ScanProgress | None = None,
) -> BlockOutcome:
    """Hand blocks of at most ``block_size`` symbols to the runner, as many as memory allows.

    Rows come back in the order of ``symbols``.
    """
    history, width = task.history, block_size
    if isinstance(history, LazyPrices):
        n_bars = len(history.bars.sessions)
        width = min(width, widest_block(task.memory, n_bars, runner.workers, task.arrays))
    report = partial(progress, "scan") if progress else None
    outcome = runner.run(history.bars, task.scan, width, report)
    if not outcome.rows:  # nobody was left to scan: no rows, but every column
        nobody = BarPanel.from_long(concatenated([]), history.bars.sessions)
        outcome.rows = [task.scan(nobody)]
    if isinstance(history, LazyPrices) and outcome.rows:  # blocks come in the store's order
        outcome.rows = [concat_rows(outcome.rows).reorder(symbols)]
    return outcome
