"""The four ways to get and scan a market, each timed on the same vendor.

*baseline*: one request a symbol, one after the other, each scored as it arrives. *batch*: one
request a symbol, many in flight, then scored. *prescreen*: the same for the symbols that the
pre-screen leaves. *planned*: the fewest requests, then the scan.

The first three score with plain pandas, symbol by symbol; where TA-Lib is installed, scoring by its
functions is timed beside. What is timed on a sample says so: the baseline's requests, and the
milliseconds that pandas and TA-Lib take for one symbol.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from technic.bench.config import BenchConfig
from technic.bench.market import BenchMarket
from technic.bench.scorers import ScoreTime, score_seconds, score_time, spread
from technic.data_engine import get_price_history_batch
from technic.data_engine.interfaces.records import Failure
from technic.data_engine.interfaces.requests import BarRequest
from technic.data_engine.network.clock import SystemClock
from technic.data_engine.network.fetch import Fetcher, FetchJob, FetchRules, FetchStats
from technic.data_engine.network.rate_limiter import Limiter
from technic.data_engine.network.run_async import run_async
from technic.data_engine.store import BarStore
from technic.errors import NothingToScanError
from technic.panel import BarPanel, LongBars
from technic.panel.long_bars import concatenated
from technic.result.scan_result import ScanResult
from technic.scan.config import ScanConfig
from technic.scanner_core import run_scan
from technic.wording.counts import count_of

__all__ = ["OneByOne", "PlannedRun", "baseline", "one_request_each", "planned"]

Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class OneByOne:
    """What one request a symbol came to.

    ``seconds``: fetching, writing, reading and scoring all symbols, the last as
    ``score_ms`` × the symbols that have bars. ``scored``: symbols that pandas was timed on; none
    where that was done before. ``talib_ms``: what TA-Lib takes for one, None without it.
    """

    symbols: int
    answered: int
    requests: int
    retries: int
    fetch_seconds: float
    score_ms: float
    scored: int
    talib_ms: float | None = None

    @property
    def seconds(self) -> float:
        """Fetch and score everything."""
        return self.fetch_seconds + self.answered * self.score_ms / 1000

    @property
    def talib_seconds(self) -> float | None:
        """Fetch everything and score it by TA-Lib, None where that is not installed."""
        if self.talib_ms is None:
            return None
        return self.fetch_seconds + self.answered * self.talib_ms / 1000

    @property
    def success_rate(self) -> float:
        """Symbols whose request was answered ÷ symbols asked."""
        return self.answered / self.symbols


@dataclass(frozen=True, slots=True, eq=False)
class PlannedRun:
    """What the fewest requests came to, and the scan's result."""

    result: ScanResult
    requests: int
    retries: int
    lower_bound: int
    fetch_seconds: float
    scan_seconds: float
    success_rate: float

    @property
    def seconds(self) -> float:
        """Fetch and scan."""
        return self.fetch_seconds + self.scan_seconds


def baseline(market: BenchMarket, config: BenchConfig, tell: Tell | None = None) -> OneByOne:
    """Ask for the sample's symbols one after the other; score each as it arrives."""
    sample = spread(market.universe.symbols, config.sample)
    scored: list[float] = []

    def score(frame: pd.DataFrame) -> None:
        scored.append(score_seconds(frame))
        if tell is not None:
            tell(len(scored), len(sample))

    started = time.perf_counter()
    stats, _ = _fetch(market, sample, FetchRules(max_concurrent=1), score)
    seconds = time.perf_counter() - started
    if not scored:
        raise NothingToScanError(
            f"{market.remote.name} answered none of {count_of(len(sample), 'symbol')}"
        )
    return OneByOne(
        symbols=len(sample),
        answered=len(scored),
        requests=stats.requests,
        retries=stats.retries,
        fetch_seconds=seconds - sum(scored),
        score_ms=1000 * statistics.fmean(scored),
        scored=len(scored),
    )


def one_request_each(
    market: BenchMarket,
    config: BenchConfig,
    symbols: Sequence[str],
    store: BarStore,
    timed: ScoreTime | None = None,
    tell: Tell | None = None,
) -> OneByOne:
    """Ask for each symbol, many in flight; write and read back as ``planned`` does; score.

    ``timed``: what scoring a symbol takes, where that is known already.
    """
    started = time.perf_counter()
    sessions = market.sessions
    stats, bars = _fetch(market, symbols, config.fetch_rules(), tell=tell)
    store.write_ranges(bars, bars.symbols, sessions[0], sessions[-1], market.now())
    panel = BarPanel.from_long(store.read(bars.symbols, sessions[0], sessions[-1]), sessions)
    frames = {symbol: panel.frame(symbol) for symbol in panel.symbols}
    seconds = time.perf_counter() - started
    if not frames:
        raise NothingToScanError(
            f"{market.remote.name} answered none of {count_of(len(symbols), 'symbol')}"
        )
    each = timed or score_time([frames[one] for one in spread(list(frames), config.sample)])
    return OneByOne(
        symbols=len(symbols),
        answered=len(frames),
        requests=stats.requests,
        retries=stats.retries,
        fetch_seconds=seconds,
        score_ms=each.pandas_ms,
        scored=each.symbols,
        talib_ms=each.talib_ms,
    )


def planned(
    market: BenchMarket,
    config: BenchConfig,
    symbols: Sequence[str],
    store: BarStore,
    listings: str,
    tell: Tell | None = None,
) -> PlannedRun:
    """Fill an empty store with the fewest requests, read it back, scan the file's ``listings``."""
    provider = market.provider(store, config)
    started = time.perf_counter()
    cache = get_price_history_batch(
        symbols, config.sessions, provider=provider, progress=tell, now=market.now()
    )
    fetched = time.perf_counter()
    if not len(cache):
        why = ", ".join(sorted({failure.detail for failure in cache.failures.values()})[:2])
        raise NothingToScanError(
            f"{market.remote.name} gave no bars of {count_of(len(symbols), 'symbol')}", why
        )
    result = run_scan(
        ScanConfig(universe=listings, symbols=tuple(symbols)),
        provider=provider,
        price_cache=cache,
        now=market.now(),
    )
    done = time.perf_counter()
    report = provider.last_report
    assert report is not None
    return PlannedRun(
        result,
        requests=cache.stats.requests,
        retries=cache.stats.retries,
        lower_bound=report.plan.lower_bound,
        fetch_seconds=fetched - started,
        scan_seconds=done - fetched,
        success_rate=cache.stats.success_rate,
    )


def _fetch(
    market: BenchMarket,
    symbols: Sequence[str],
    rules: FetchRules,
    score: Callable[[pd.DataFrame], None] | None = None,
    tell: Tell | None = None,
) -> tuple[FetchStats, LongBars]:
    """Ask for each symbol's range; ``score`` gets each frame as it arrives."""
    remote, clock, sessions = market.remote, SystemClock(), market.sessions
    arrived: dict[str, list[LongBars]] = {symbol: [] for symbol in symbols}
    failed: dict[str, Failure] = {}
    done = 0

    def finish(symbol: str) -> None:
        nonlocal done
        done += 1
        if score is not None and any(len(part) for part in arrived[symbol]):
            panel = BarPanel.from_long(concatenated(arrived[symbol]), sessions)
            if panel.n_bars:
                score(panel.frame(panel.symbols[0]))
        if tell is not None:
            tell(done, len(symbols))

    async def ask() -> FetchStats:
        async with market.open_transport() as transport:
            fetcher: Fetcher[str, LongBars] = Fetcher(
                transport,
                Limiter(remote.capabilities.requests_per_minute, clock),
                rules,
                on_page=lambda symbol, page: arrived[symbol].append(page),
                on_done=finish,
                on_failed=failed.__setitem__,
            )
            return await fetcher.run(
                [
                    FetchJob(
                        symbol,
                        remote.bars(
                            BarRequest("symbol_range", sessions[0], sessions[-1], (symbol,))
                        ),
                    )
                    for symbol in symbols
                ]
            )

    stats = run_async(ask())
    there = [page for pages in arrived.values() for page in pages if len(page)]
    if not there:
        raise NothingToScanError(
            f"{remote.name} answered none of {count_of(len(symbols), 'symbol')}"
        )
    return stats, concatenated(there)
