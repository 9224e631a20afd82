"""run_scan: the pipeline from a universe to a ranked table, readable from top to bottom.

1. Context: provider, calendar, the day the scan looks from, and the universe (scan.context).
2. Pre-screen: symbols that cannot pass leave before a price is asked for.
3. Batch pre-fetch of what is left, unless a price cache is given; a symbol that is not in the
   cache is fetched alone (scan.history).
4. Block scans: data gate and columns of each symbol (scan.block_rows), handed to a runner.
5. The market: what compares symbols with each other (scan.cross_section) - relative strength,
   regime, rating, signal, trade plan - and what is filtered then (scan.filters).
6. Order and table (result.table). Every symbol of the universe now has one ledger entry.

It is one scan, block by block or symbol by symbol: ``_run_symbol_scans`` hands blocks to a runner,
``_process_symbol`` is what that does with one, ``_scan_symbol`` the scan itself, of one symbol.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from technic.data_engine.benchmark import Benchmark
from technic.data_engine.data_version import DataVersion, data_version_of
from technic.data_engine.interfaces.provider import Provider
from technic.data_engine.price_cache import LazyPrices, PriceCache, PriceFrames
from technic.engine.blocks import BlockOutcome, scan_or_halve
from technic.engine.local import LocalRunner
from technic.engine.open import DEFAULT_RUNNER, ChosenRunner, check_runner, open_runner
from technic.engine.runner import Runner
from technic.engine.scan_task import facts_of_scan, open_task, run_task
from technic.notebook.progress import notebook_progress
from technic.result.info import DataInfo, RankInfo, RunnerInfo, ScanStats, UniverseInfo
from technic.result.ledger import LedgerBook, require_a_scan
from technic.result.scan_result import ScanResult
from technic.result.table import ranked_table, sort_values
from technic.scan.block_rows import BlockRows, concat_rows
from technic.scan.complete_day import last_complete_session
from technic.scan.config import ScanConfig, checked_config
from technic.scan.context import (
    ScanContext,
    choose_peers,
    choose_universe,
    load_listings,
    open_benchmark,
    open_context,
    settled_files,
    settled_universe,
)
from technic.scan.cross_section import benchmark_regime, rank_market
from technic.scan.expressions.scan_expressions import ScanExpressions, scan_expressions
from technic.scan.expressions.values import ExpressionValues
from technic.scan.facts.access import GivenFacts, OpenFacts
from technic.scan.filters import filter_conditions, filter_market
from technic.scan.history import ScanProgress, following, load_history
from technic.scan.scored_market import Market
from technic.scan.special_dividends import YEAR, counted_dividends, partly_asked
from technic.scan.stopwatch import Stopwatch
from technic.scan.warnings import incomplete_day, scan_warnings
from technic.settings import Settings, load_settings
from technic.universe import Prescreened, Universe, prescreen
from technic.universe.meant_symbols import require_known
from technic.view.column_table import ColumnTable

__all__ = ["run_scan"]

logger = logging.getLogger(__name__)

History = PriceCache | LazyPrices
"""The bars of a scan: in memory, or to be read in blocks."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _OpenScan:
    """A scan whose provider, day and universe are settled, and the ledger that its steps write."""

    config: ScanConfig
    expressions: ScanExpressions
    context: ScanContext
    listings: Universe
    universe: Universe
    book: LedgerBook
    progress: ScanProgress | None


@dataclass(frozen=True, kw_only=True, eq=False)
class _Screened(_OpenScan):
    """A scan after the pre-screen: what it took away, and who is compared without being shown."""

    screened: Prescreened
    peers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Fetched(_Screened):
    """A scan with its bars, the version of the data they are of, the benchmark's closes, facts."""

    history: History
    data_version: DataVersion
    benchmark: Benchmark | None
    facts: OpenFacts | None

    @property
    def held_peers(self) -> tuple[str, ...]:
        """The peers of whom there are bars."""
        held = set(self.history)
        return tuple(peer for peer in self.peers if peer in held)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Scanned(_Fetched):
    """A scan whose blocks are in: a row for each symbol that passed the gate."""

    rows: BlockRows


@dataclass(frozen=True, kw_only=True, eq=False)
class _Compared(_Scanned):
    """A scan whose symbols have been compared with each other, and filtered.

    ``ranks``: among how many; ``compared``: the listings of those that are not shown.
    """

    market: Market
    values: ExpressionValues
    ranks: RankInfo
    compared: Universe


def run_scan(
    config: ScanConfig | None = None,
    *,
    price_cache: PriceFrames | None = None,
    provider: Provider | None = None,
    runner: Runner | None = None,
    settings: Settings | None = None,
    now: dt.datetime | None = None,
    facts: GivenFacts | None = None,
    progress: ScanProgress | None = None,
    about: str | None = None,
) -> ScanResult:
    """Scan a market and return the ranked table with the account of every other symbol.

    ``price_cache``: price frames that cost no request; symbols that are not in it are fetched.
    ``provider``, ``runner``: open ones instead of those that ``config`` names; ``facts``: a table
    of facts, or a reader, instead of the store's. ``now``: decides whether the data is old and what
    a vendor has; the clock, unless given. ``progress``: called with stage, symbols done and all; in
    a notebook a bar, unless given. ``about``: a symbol that is refused, before a price is asked
    for, unless it is in the universe. Raises UsageError for what cannot be done as asked and
    NothingToScanError when no symbol could be scanned.
    """
    config = checked_config(config)
    progress = progress or notebook_progress()
    expressions = scan_expressions(config)
    settings = settings or load_settings(os.environ, Path.cwd())
    if provider is None and price_cache is None:
        config = settled_universe(settled_files(config, settings), settings)
    runner_name = config.runner or settings.runner or DEFAULT_RUNNER
    check_runner(runner_name)
    watch = Stopwatch()

    with watch.stage("universe"):
        opened = _open(config, expressions, settings, now, provider, price_cache, facts, progress)
        if about is not None:
            require_known(about, opened.universe)
    with watch.stage("prescreen"):
        screened = _prescreen(opened)
    with watch.stage("fetch"):
        fetched = _fetch(screened)
    with watch.stage("scan"), open_runner(runner_name, settings.ray_address, runner) as chosen:
        scanned = _scan(fetched, chosen.runner)
    with watch.stage("market"):
        compared = _compare(scanned)
    with watch.stage("table"):
        kept, orders = compared.book.open_symbols(), compared.values.orders
        more = compared.values.table_columns
        ranking = ranked_table(compared.market, compared.universe, kept, config.sort, more, orders)
    result = _result(compared, ranking, chosen, watch)
    logger.info("%s in %.2f s", result.headline(), result.stats.total_seconds)
    return result


def _open(
    config: ScanConfig,
    expressions: ScanExpressions,
    settings: Settings,
    now: dt.datetime | None,
    provider: Provider | None,
    price_cache: PriceFrames | None,
    facts: GivenFacts | None,
    progress: ScanProgress | None,
) -> _OpenScan:
    """Step 1: open the provider, settle the day and the universe."""
    windows = expressions.windows
    context = open_context(config, settings, now, provider, price_cache, windows, facts)
    listings = load_listings(config, context.provider, context.as_of)
    universe = choose_universe(config, listings)
    expressions.require_sources(universe, context.facts)
    return _OpenScan(
        config=config,
        expressions=expressions,
        context=context,
        listings=listings,
        universe=universe,
        book=LedgerBook(universe.symbols),
        progress=progress,
    )


def _prescreen(scan: _OpenScan) -> _Screened:
    """Step 2: take out the symbols that cannot pass."""
    screened = prescreen(scan.universe, scan.config.prescreen)
    scan.book.record_coded("prescreen", scan.universe.symbols, screened.rule, screened.detail)
    peers = choose_peers(scan.config, scan.listings, scan.universe, screened.rule)
    return _next(_Screened, scan, screened=screened, peers=peers)


def _fetch(scan: _Screened) -> _Fetched:
    """Step 3: get the bars of what is left, from the price cache first, and settle the day."""
    symbols, context = scan.book.open_symbols(), scan.context
    history = load_history(symbols, context, context.cache, scan.progress, scan.peers)
    complete, last = last_complete_session(history.bars.newest())
    if scan.config.as_of is None and complete.day != context.as_of:
        context = context.moved_to(complete.day, incomplete_day(complete, last))
        again = load_history(symbols, context, context.cache, scan.progress, scan.peers)
        history = following(history, again)
    scan.book.note(history.left_out)
    scan.book.record_failures(history.failures)
    given = None if context.cache is None else context.cache.panel
    return _next(
        _Fetched,
        replace(scan, context=context),
        history=history,
        data_version=data_version_of(context.provider, given),
        benchmark=open_benchmark(scan.config, history.bars.sessions, context),
        facts=facts_of_scan(scan.expressions, context, history),
    )


def _scan(scan: _Fetched, runner: Runner) -> _Scanned:
    """Step 4: gate each symbol and compute its columns; enter those that got no row."""
    outcome = _run_symbol_scans(
        [*scan.book.open_symbols(), *scan.held_peers],
        scan.config,
        scan.history,
        context=scan.context,
        runner=runner,
        progress=scan.progress,
        benchmark=scan.benchmark,
        expressions=scan.expressions,
        facts=scan.facts,
    )
    history = scan.history
    if isinstance(history, LazyPrices):  # only its blocks could tell how many bars there are
        history = history.counted(outcome.absent, outcome.bars, outcome.left_out)
    scan.book.record_failures(history.failures)
    rows = concat_rows(outcome.rows)
    scan.book.record_scans(outcome.poisoned, rows.gated, rows.trimmed)
    return _next(_Scanned, replace(scan, history=history), rows=rows)


def _compare(scan: _Scanned) -> _Compared:
    """Step 5: rank, rate and plan all; then filter those shown, first by rules, then by conditions.

    From here on there are no rows but those shown.
    """
    context, sessions = scan.context, scan.history.bars.sessions
    regime = benchmark_regime(scan.benchmark, sessions, context.windows)
    everybody = rank_market(scan.rows, context.as_of, scan.config, regime)
    listings = scan.universe.union(scan.listings)
    values = scan.expressions.evaluated(everybody, listings)
    shown = np.isin(everybody.symbols, scan.book.open_symbols())
    market, values = everybody.take(shown), values.take(shown)
    filtered = filter_market(market, scan.config.filters)
    scan.book.record_coded("filter", market.symbols, filtered.rule, filtered.detail)
    removed = np.array([rule is not None for rule in filtered.rule], dtype=np.bool_)
    refused = filter_conditions(values, removed)
    scan.book.record_coded("filter", market.symbols, refused.rule, refused.detail)
    narrowed = bool(scan.peers) or scan.config.rank_among == "shown"
    count = int(np.count_nonzero(everybody.ranked))
    ranks = RankInfo(count, shown_only=narrowed and bool(shown.all()))
    peers = listings.restrict(scan.held_peers)
    return _next(_Compared, scan, market=market, values=values, ranks=ranks, compared=peers)


S = TypeVar("S", bound=_OpenScan)


def _next(step: type[S], scan: _OpenScan, **made: Any) -> S:
    """Return the scan after a step: all that it was, and what the step has made."""
    before: dict[str, Any] = {field.name: getattr(scan, field.name) for field in fields(scan)}
    return step(**before, **made)


def _result(
    scan: _Compared, ranking: ColumnTable, chosen: ChosenRunner, watch: Stopwatch
) -> ScanResult:
    history, context, values = scan.history, scan.context, scan.values
    return ScanResult(
        ranking=ranking,
        ledger=require_a_scan(scan.book.close(), str(context.as_of)),
        stats=ScanStats(
            watch.seconds,
            history.stats,
            scan.screened.removed,
            scan.screened.off,
            isinstance(history, LazyPrices),
        ),
        config=scan.config,
        as_of=str(context.as_of),
        universe=UniverseInfo(len(scan.universe), scan.universe.source),
        data=DataInfo.of(context, scan.universe),
        runner=RunnerInfo(chosen.asked, chosen.runner.name, chosen.reason),
        regime=scan.market.regime,
        warnings=(*_warnings(scan), *chosen.notes()),
        scored=scan.market.symbols,
        columns=scan.market.columns,
        conditions=values.conditions,
        not_settled=values.not_settled,
        chosen=values.chosen,
        expressions=values.expressions,
        added=values.added,
        wanted=values.wanted,
        sort_values=sort_values(
            scan.market, ranking["symbol"].tolist(), scan.config.sort, values.orders
        ),
        prices=history,
        listings=scan.universe,
        compared=scan.compared,
        ranks=scan.ranks,
        data_version=scan.data_version,
        benchmark=scan.benchmark,
        market_index=scan.market.index,
        facts=scan.facts,
    )


def _warnings(scan: _Compared) -> Iterator[str]:
    yield from scan_warnings(
        scan.config,
        scan.context,
        scan.universe,
        scan.screened,
        scan.history,
        scan.benchmark,
        scan.expressions,
        scan.ranks.size if scan.ranks.small else None,
    )
    yield from counted_dividends(scan.market.columns)
    year = scan.context.calendar.last(YEAR, scan.context.as_of)
    yield from partly_asked(scan.history.dividends, year)


def _run_symbol_scans(
    symbols: Sequence[str],
    config: ScanConfig,
    price_cache: PriceFrames | None = None,
    *,
    context: ScanContext | None = None,
    runner: Runner | None = None,
    progress: ScanProgress | None = None,
    benchmark: Benchmark | None = None,
    expressions: ScanExpressions | None = None,
    facts: OpenFacts | None = None,
) -> BlockOutcome:
    """Hand blocks to the runner; rows come in the order of ``symbols``. The rest is opened."""
    task = open_task(symbols, config, price_cache, context, benchmark, expressions, facts)
    return run_task(task, symbols, config.block_size, runner or LocalRunner(), progress)


def _process_symbol(
    symbol: str,
    config: ScanConfig,
    price_cache: PriceFrames | None = None,
    *,
    context: ScanContext | None = None,
) -> BlockOutcome:
    """Scan one symbol behind the error boundary: what it raises becomes its entry."""
    task = open_task([symbol], config, price_cache, context)
    return scan_or_halve(task.history.panel, task.scan)


def _scan_symbol(
    symbol: str,
    config: ScanConfig,
    price_cache: PriceFrames | None = None,
    *,
    context: ScanContext | None = None,
) -> BlockRows:
    """Scan a block of one symbol: the very numbers that the scan of the market gives it.

    Its expressions stand under their texts, as far as they need this symbol alone.
    """
    task = open_task([symbol], config, price_cache, context)
    return task.scan(task.history.panel)
