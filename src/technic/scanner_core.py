"""run_scan: the pipeline from a universe to a ranked table, readable from top to bottom.

1. Context: provider, calendar, the day the scan looks from (scan_context).
2. Universe, then pre-screen: symbols that cannot pass leave before a price is asked for.
3. Batch pre-fetch of what is left, unless a price cache is given; a symbol that is not in the
   cache is fetched alone.
4. Block scans: data gate and columns of each symbol (scan_block), handed to a runner.
5. The market: what compares symbols with each other (market) - relative strength, regime, rating,
   signal, trade plan.
6. Filters, order, table. Every symbol of the universe now has exactly one ledger entry.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from technic.data_engine.benchmark import load_benchmark
from technic.data_engine.price_cache import BatchStats, PriceFrames
from technic.data_engine.providers.base import Provider
from technic.engine.blocks import BlockOutcome, scan_or_halve
from technic.engine.local import run_local
from technic.errors import NothingToScanError
from technic.ledger import Ledger, LedgerBook
from technic.market import filter_market, rank_market, ranked_table
from technic.result import DataInfo, RunnerInfo, ScanResult, ScanStats, UniverseInfo
from technic.scan_block import BlockRows, joined, scan_block
from technic.scan_config import ScanConfig
from technic.scan_context import ScanContext, choose_universe, open_context
from technic.scan_history import ScanProgress, load_history
from technic.settings import Settings, load_settings
from technic.stopwatch import Stopwatch
from technic.universe import Prescreened, prescreen

__all__ = ["run_scan"]

logger = logging.getLogger(__name__)

HEALTHY_SUCCESS_RATE = 0.95


def run_scan(
    config: ScanConfig | None = None,
    *,
    price_cache: PriceFrames | None = None,
    provider: Provider | None = None,
    settings: Settings | None = None,
    now: dt.datetime | None = None,
    progress: ScanProgress | None = None,
) -> ScanResult:
    """Scan a market and return the ranked table with the account of every other symbol.

    ``price_cache``: price frames that cost no request; symbols that are not in it are fetched.
    ``provider``: an open provider instead of the one that ``config`` names. ``now``: the time
    that decides whether the data is old; the clock, unless given. Raises UsageError for what
    cannot be done as asked and NothingToScanError when no symbol could be scanned.
    """
    config = config or ScanConfig()
    settings = settings or load_settings(os.environ, Path.cwd())
    now = now or dt.datetime.now(dt.UTC)
    watch = Stopwatch()

    with watch.stage("universe"):
        context = open_context(config, settings, now, provider, price_cache)
        universe = choose_universe(config, context.provider)
        book = LedgerBook(universe.symbols)
    with watch.stage("prescreen"):
        screened = prescreen(universe, config.prescreen)
        book.record_coded("prescreen", universe.symbols, screened.rule, screened.detail)
    with watch.stage("fetch"):
        history = load_history(book.open_symbols(), context, price_cache, progress)
        for symbol, failure in history.failures.items():
            book.record(symbol, f"fetch.{failure.reason}", failure.detail)
    with watch.stage("scan"):
        outcome = _run_symbol_scans(
            book.open_symbols(), config, history, context=context, progress=progress
        )
        scanned = _record_scans(book, outcome)
    with watch.stage("market"):
        panel, benchmark = history.panel, None
        if config.benchmark:
            benchmark = load_benchmark(
                config.benchmark, panel.sessions, context.as_of, context.provider
            )
        market = rank_market(scanned, panel, context.as_of, config, benchmark)
        filtered = filter_market(market, config.filters)
        book.record_coded("filter", market.symbols, filtered.rule, filtered.detail)
    with watch.stage("table"):
        table = ranked_table(market, universe, book.open_symbols(), config.sort)

    result = ScanResult(
        table=table,
        ledger=book.close(),
        stats=ScanStats(
            seconds=watch.seconds,
            batch=history.stats,
            prescreen_removed=screened.removed,
            prescreen_off=screened.off,
        ),
        config=config,
        as_of=str(context.as_of),
        universe=UniverseInfo(len(universe), universe.source),
        data=DataInfo(
            provider=context.provider.name,
            last_session=str(context.last_session),
            simulated=context.provider.simulated,
            price_basis=context.price_basis,
        ),
        runner=RunnerInfo(asked="local", ran="local", reason=""),
        regime=market.regime,
        warnings=(
            *context.warnings,
            *_warnings(screened, history.stats),
            *history.notes,
            *(benchmark.notes if benchmark else ()),
        ),
        scored=market.symbols,
        columns=market.columns,
        prices=history,
    )
    _require_a_scan(result.ledger)
    logger.info("%s in %.2f s", result.headline(), result.stats.total_seconds)
    return result


def _record_scans(book: LedgerBook, outcome: BlockOutcome) -> BlockRows:
    """Enter poisoned and gated symbols; return the rows of all others."""
    for poisoned in outcome.poisoned:
        book.record(poisoned.symbol, f"error.{poisoned.error}", poisoned.detail)
    scanned = joined(outcome.rows)
    for gated in scanned.gated:
        book.record(gated.symbol, f"gate.{gated.code}", gated.detail)
    return scanned


def _require_a_scan(ledger: Ledger) -> None:
    """Raise when fetching or scanning failed for every symbol that the pre-screen had left.

    An empty table would look as if nothing had qualified.
    """
    left = {name: n for name, n in ledger.counts.items() if not name.startswith("prescreen.")}
    failed = {name: n for name, n in left.items() if name.startswith(("fetch.", "error."))}
    if failed and len(failed) == len(left):
        counts = ", ".join(f"{name} {n:,}" for name, n in failed.items())
        worst = max(failed, key=lambda name: failed[name])
        example = str(ledger.detail[list(ledger.outcome).index(worst)])
        raise NothingToScanError(f"no symbol could be scanned ({counts})", example)


def _warnings(screened: Prescreened, stats: BatchStats) -> list[str]:
    """Sentences on what is odd: asked-for values that no listing has, a batch that missed many."""
    sentences = [
        f"no listing has the {rule} {', '.join(map(repr, values))} that was asked for"
        for rule, values in screened.unmatched.items()
    ]
    if stats.success_rate < HEALTHY_SUCCESS_RATE:
        sentences.append(
            f"only {stats.fetched:,} of {stats.asked:,} symbols asked for have bars "
            f"({100 * stats.success_rate:.1f} %); the ledger names the others under fetch"
        )
    return sentences


def _run_symbol_scans(
    symbols: Sequence[str],
    config: ScanConfig,
    price_cache: PriceFrames | None = None,
    *,
    context: ScanContext,
    progress: ScanProgress | None = None,
) -> BlockOutcome:
    """Hand blocks of symbols to the runner; rows come back in the order of ``symbols``."""
    history = load_history(symbols, context, price_cache)
    return run_local(
        history.panel,
        partial(scan_block, as_of=context.as_of, config=config),
        config.block_size,
        partial(progress, "scan") if progress else None,
    )


def _process_symbol(
    symbol: str,
    config: ScanConfig,
    price_cache: PriceFrames | None = None,
    *,
    context: ScanContext,
) -> BlockOutcome:
    """Scan one symbol behind the error boundary: what it raises becomes its entry."""
    return scan_or_halve(
        load_history([symbol], context, price_cache).panel,
        partial(scan_block, as_of=context.as_of, config=config),
    )


def _scan_symbol(
    symbol: str,
    config: ScanConfig,
    price_cache: PriceFrames | None = None,
    *,
    context: ScanContext,
) -> BlockRows:
    """Scan a block of one symbol: the very numbers that the scan of the market gives it."""
    panel = load_history([symbol], context, price_cache).panel
    return scan_block(panel, context.as_of, config)
