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
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from technic.data_engine.benchmark import Benchmark, load_benchmark
from technic.data_engine.data_version import data_version_of
from technic.data_engine.interfaces.provider import Provider
from technic.data_engine.memory_budget import widest_block
from technic.data_engine.price_cache import LazyPrices, PriceCache, PriceFrames
from technic.engine.blocks import BlockOutcome, scan_or_halve
from technic.engine.local import LocalRunner
from technic.engine.open import DEFAULT_RUNNER, ChosenRunner, check_runner, open_runner
from technic.engine.runner import Runner
from technic.errors import NothingToScanError
from technic.panel import BarPanel
from technic.panel.long_bars import concatenated
from technic.result.ledger import Ledger, LedgerBook
from technic.result.scan_result import DataInfo, RunnerInfo, ScanResult, ScanStats, UniverseInfo
from technic.scan.block import BlockRows, joined, scan_block
from technic.scan.conditions import NotSettled
from technic.scan.config import FilterRules, ScanConfig, SortOrder
from technic.scan.context import ScanContext, choose_universe, open_context
from technic.scan.cross_section import Market, filter_market, has_column, rank_market, ranked_table
from technic.scan.history import ScanProgress, load_history
from technic.scan.stopwatch import Stopwatch
from technic.settings import Settings, load_settings
from technic.setups.apply import carried_over
from technic.universe import Prescreened, Universe, prescreen

if TYPE_CHECKING:
    from technic.scan.expression_values import MarketTerms
    from technic.scan.expressions import ScanTerms

__all__ = ["run_scan"]

logger = logging.getLogger(__name__)

HEALTHY_SUCCESS_RATE = 0.95
SHOWN = 6
"""Symbols that a warning names."""

History = PriceCache | LazyPrices
"""The bars of a scan: in memory, or to be read in blocks."""


def run_scan(
    config: ScanConfig | None = None,
    *,
    price_cache: PriceFrames | None = None,
    provider: Provider | None = None,
    runner: Runner | None = None,
    settings: Settings | None = None,
    now: dt.datetime | None = None,
    progress: ScanProgress | None = None,
) -> ScanResult:
    """Scan a market and return the ranked table with the account of every other symbol.

    ``price_cache``: price frames that cost no request; symbols that are not in it are fetched.
    ``provider``, ``runner``: open ones instead of those that ``config`` names. ``now``: the time
    that decides whether the data is old; the clock, unless given. Raises UsageError for what
    cannot be done as asked and NothingToScanError when no symbol could be scanned.
    """
    config = config or ScanConfig()
    terms = _terms(config)
    settings = settings or load_settings(os.environ, Path.cwd())
    now = now or dt.datetime.now(dt.UTC)
    asked = config.runner or settings.runner or DEFAULT_RUNNER
    check_runner(asked)
    watch = Stopwatch()

    with watch.stage("universe"):
        sessions = None if terms is None else terms.sessions
        context = open_context(config, settings, now, provider, price_cache, sessions)
        universe = choose_universe(config, context.provider)
        if terms is not None:
            terms.require_listings(universe)
        book = LedgerBook(universe.symbols)
    with watch.stage("prescreen"):
        screened = prescreen(universe, config.prescreen)
        book.record_coded("prescreen", universe.symbols, screened.rule, screened.detail)
    with watch.stage("fetch"):
        history = load_history(book.open_symbols(), context, context.cache, progress)
        _record_failures(book, history)
        given = None if context.cache is None else context.cache.panel
        data_version = data_version_of(context.provider, given)
        benchmark = _benchmark(config, history, context)
    with watch.stage("scan"), _runner(runner, asked, settings) as chosen:
        outcome = _run_symbol_scans(
            book.open_symbols(),
            config,
            history,
            context=context,
            runner=chosen.runner,
            progress=progress,
            benchmark=benchmark,
            terms=terms,
        )
        history = _counted(history, outcome)
        _record_failures(book, history)
        scanned = _record_scans(book, outcome)
    with watch.stage("market"):
        market = rank_market(scanned, config, benchmark)
        said = _evaluated(terms, market, universe, config)
        _record_filtered(book, market, config.filters, said)
    with watch.stage("table"):
        table = ranked_table(
            market,
            universe,
            book.open_symbols(),
            config.sort,
            None if said is None else said.table_columns,
            None if said is None else said.order,
        )

    result = ScanResult(
        table=table,
        ledger=_require_a_scan(book.close()),
        stats=ScanStats(
            watch.seconds,
            history.stats,
            screened.removed,
            screened.off,
            isinstance(history, LazyPrices),
        ),
        config=config,
        as_of=str(context.as_of),
        universe=UniverseInfo(len(universe), universe.source),
        data=_data_info(context),
        runner=RunnerInfo(chosen.asked, chosen.runner.name, chosen.reason),
        regime=market.regime,
        warnings=(
            *_warnings(config, context, universe, screened, history, benchmark),
            *(() if terms is None else terms.unlisted(universe)),
            *_fallback(chosen),
        ),
        scored=market.symbols,
        columns=market.columns,
        conditions=() if said is None else said.conditions,
        not_settled=_not_settled(terms, market),
        chosen=() if terms is None else terms.chosen,
        added=() if said is None else said.added,
        prices=history,
        listings=universe,
        data_version=data_version,
        benchmark=benchmark,
    )
    logger.info("%s in %.2f s", result.headline(), result.stats.total_seconds)
    return result


def _runner(
    runner: Runner | None, asked: str, settings: Settings
) -> AbstractContextManager[ChosenRunner]:
    """Open the runner that was asked for, unless the caller gave an open one."""
    if runner is not None:
        return nullcontext(ChosenRunner(runner, runner.name))
    return open_runner(asked, settings.ray_address)


def _fallback(chosen: ChosenRunner) -> Iterator[str]:
    """Say that the scan ran locally where Ray would have been taken."""
    if chosen.asked == "auto" and chosen.runner.name == "local":
        yield f"the scan ran locally: {chosen.reason}"


def _counted(history: History, outcome: BlockOutcome) -> History:
    """Add to prices that were read in blocks what only their blocks could tell."""
    if isinstance(history, PriceCache):
        return history
    return history.counted(outcome.absent, outcome.bars, outcome.left_out)


def _benchmark(config: ScanConfig, history: History, context: ScanContext) -> Benchmark | None:
    """Load the benchmark that was asked for, on the sessions that are scanned."""
    if not config.benchmark:
        return None
    sessions = history.bars.sessions
    return load_benchmark(config.benchmark, sessions, context.as_of, context.provider)


def _data_info(context: ScanContext) -> DataInfo:
    return DataInfo(
        provider=context.provider.name,
        last_session=str(context.last_session),
        simulated=context.provider.simulated,
        price_basis=context.price_basis,
    )


def _record_failures(book: LedgerBook, history: History) -> None:
    """Enter the symbols that have no bars."""
    for symbol, failure in history.failures.items():
        book.record(symbol, f"fetch.{failure.reason}", failure.detail)


def _record_scans(book: LedgerBook, outcome: BlockOutcome) -> BlockRows:
    """Enter poisoned and gated symbols; return the rows of all others."""
    for poisoned in outcome.poisoned:
        book.record(poisoned.symbol, f"error.{poisoned.error}", poisoned.detail)
    scanned = joined(outcome.rows)
    for gated in scanned.gated:
        book.record(gated.symbol, f"gate.{gated.code}", gated.detail)
    return scanned


def _record_filtered(
    book: LedgerBook, market: Market, rules: FilterRules, said: MarketTerms | None
) -> None:
    """Enter the symbols that fail a filter, then those that the scan's own conditions refuse."""
    filtered = filter_market(market, rules)
    book.record_coded("filter", market.symbols, filtered.rule, filtered.detail)
    if said is not None:
        from technic.scan.expression_values import filter_terms

        already = np.array([rule is not None for rule in filtered.rule], dtype=np.bool_)
        refused = filter_terms(said, already)
        book.record_coded("filter", market.symbols, refused.rule, refused.detail)


def _terms(config: ScanConfig) -> ScanTerms | None:
    """Parse what the config says in the scan language; None, and nothing imported, if nothing."""
    column = SortOrder.parse(config.sort).column
    plain = has_column(column, has_benchmark=config.benchmark is not None)
    silent = config.where is None and config.max_history is None
    if plain and silent and not (config.setups or config.columns):
        return None
    from technic.scan.expressions import scan_terms

    return scan_terms(config)


def _not_settled(terms: ScanTerms | None, market: Market) -> tuple[NotSettled, ...]:
    """Name the recursions that the longest history scanned does not settle.

    The window says less: data may begin long after it.
    """
    if terms is None:
        return ()
    found = terms.not_settled(int(max(market.columns["bars"], default=0)))
    return tuple(NotSettled(one.text, one.needed, one.available) for one in found)


def _evaluated(
    terms: ScanTerms | None, market: Market, universe: Universe, config: ScanConfig
) -> MarketTerms | None:
    if terms is None:
        return None
    from technic.scan.expression_values import market_terms

    return market_terms(terms, market, universe, [setup.name for setup in config.setups])


def _require_a_scan(ledger: Ledger) -> Ledger:
    """Return the ledger, unless every symbol that the pre-screen had left failed: then raise.

    Also where all that the gate let through raised. An empty table would look as if nothing had
    qualified.
    """
    left = {name: n for name, n in ledger.counts.items() if not name.startswith("prescreen.")}
    failed = {name: n for name, n in left.items() if name.startswith(("fetch.", "error."))}
    scored = any(name.startswith(("kept", "filter.")) for name in left)
    raised = any(name.startswith("error.") for name in failed)
    if (failed and len(failed) == len(left)) or (raised and not scored):
        counts = ", ".join(f"{name} {n:,}" for name, n in failed.items())
        worst = max(failed, key=lambda name: failed[name])
        example = str(ledger.detail[list(ledger.outcome).index(worst)])
        raise NothingToScanError(f"no symbol could be scanned ({counts})", example)
    return ledger


def _strangers(config: ScanConfig, context: ScanContext, universe: Universe) -> Iterator[str]:
    """Say which symbols of the price cache the universe lacks, unless the user narrowed it."""
    if context.cache is None or config.symbols or config.watchlist:
        return
    listed = set(universe.symbols)
    missing = [symbol for symbol in context.cache if symbol not in listed]
    if missing:
        shown = ", ".join(missing[:SHOWN]) + (" ..." if len(missing) > SHOWN else "")
        yield (
            f"{len(missing):,} symbols of the price cache are not in the universe and are not "
            f"scanned ({shown}); name them in ScanConfig.symbols"
        )


def _warnings(
    config: ScanConfig,
    context: ScanContext,
    universe: Universe,
    screened: Prescreened,
    history: History,
    benchmark: Benchmark | None,
) -> Iterator[str]:
    """Sentences on what is odd, such as values asked for that no listing has."""
    yield from context.warnings
    yield from carried_over(config.setups)
    yield from _strangers(config, context, universe)
    for rule, values in screened.unmatched.items():
        yield f"no listing has the {rule} {', '.join(map(repr, values))} that was asked for"
    stats = history.stats
    if stats.success_rate < HEALTHY_SUCCESS_RATE:
        yield (
            f"only {stats.fetched:,} of {stats.asked:,} symbols asked for have bars "
            f"({100 * stats.success_rate:.1f} %); the ledger names the others under fetch"
        )
    yield from history.notes
    yield from benchmark.notes if benchmark else ()


def _run_symbol_scans(
    symbols: Sequence[str],
    config: ScanConfig,
    price_cache: PriceFrames | None = None,
    *,
    context: ScanContext,
    runner: Runner | None = None,
    progress: ScanProgress | None = None,
    benchmark: Benchmark | None = None,
    terms: ScanTerms | None = None,
) -> BlockOutcome:
    """Hand blocks of symbols to the runner; rows come back in the order of ``symbols``."""
    history = load_history(symbols, context, price_cache)
    runner = runner or LocalRunner()
    width = config.block_size
    if isinstance(history, LazyPrices):
        n_bars = len(history.bars.sessions)
        arrays = 0.0 if terms is None else terms.arrays_held(n_bars)
        width = min(width, widest_block(context.panel_memory, n_bars, runner.workers, arrays))
    closes = None if benchmark is None else benchmark.closes
    scan = partial(scan_block, as_of=context.as_of, config=config, benchmark=closes, terms=terms)
    outcome = runner.run(history.bars, scan, width, partial(progress, "scan") if progress else None)
    if not outcome.rows:  # nobody was left to scan: no rows, but every column
        outcome.rows = [scan(BarPanel.from_long(concatenated([]), history.bars.sessions))]
    if isinstance(history, LazyPrices) and outcome.rows:  # blocks come in the store's order
        outcome.rows = [joined(outcome.rows).in_order_of(symbols)]
    return outcome


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
