"""One more session for the whole market: planned, and with one request for each symbol.

    python -m benchmarks.daily_update [--symbols 6000] [--sessions 150] [--latency-ms 150]

The loopback provider is a process of its own. The store is filled up to the session before the
last, which is not timed; then it is brought up to date and scanned. Beside it: the last session
asked symbol by symbol, 50 requests in flight, and written to another store. Both sides write the
same bars; neither counts its scan.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.timing import machine_line
from technic import ScanConfig, run_scan
from technic.bench.config import BenchConfig
from technic.bench.market import open_market
from technic.bench.scorers import ScoreTime
from technic.bench.ways import one_request_each
from technic.data_engine import get_price_history_batch
from technic.data_engine.store import BarStore
from technic.sessions import load_calendar
from technic.settings import load_settings

NOT_SCORED = ScoreTime(0.0, None, 0)


@dataclass(frozen=True, slots=True)
class DailyUpdate:
    """Requests and seconds of both ways; ``scan_seconds``: the scan after the update."""

    symbols: int
    requests: int
    lower_bound: int
    seconds: float
    scan_seconds: float
    each_requests: int
    each_seconds: float


def measure(config: BenchConfig) -> DailyUpdate:
    """Fill a store up to the day before, bring it up to date, and ask symbol by symbol."""
    settings = load_settings(os.environ, Path.cwd())
    calendar = load_calendar(dt.datetime.now(dt.UTC).date(), settings.home)
    with tempfile.TemporaryDirectory() as folder:
        store, other = (BarStore.open(f"{folder}/{name}") for name in ("planned", "each"))
        with open_market(config, settings, calendar, store) as market:
            provider, symbols = market.provider(store, config), market.universe.symbols
            provider.history(symbols, market.sessions[:-1])
            started = time.perf_counter()
            cache = get_price_history_batch(
                symbols, config.sessions, provider=provider, now=market.now()
            )
            updated = time.perf_counter()
            listings = market.save_listings(Path(folder) / "listings.parquet")
            scanning = time.perf_counter()
            run_scan(
                ScanConfig(universe=listings),
                provider=provider,
                price_cache=cache,
                now=market.now(),
            )
            scanned = time.perf_counter()
            last = replace(market, sessions=market.sessions[-1:])
            each = one_request_each(last, config, symbols, other, NOT_SCORED)
            report = provider.last_report
    assert report is not None
    return DailyUpdate(
        symbols=len(symbols),
        requests=cache.stats.requests,
        lower_bound=report.plan.lower_bound,
        seconds=updated - started,
        scan_seconds=scanned - scanning,
        each_requests=each.requests,
        each_seconds=each.fetch_seconds,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=6_000)
    parser.add_argument("--sessions", type=int, default=150)
    parser.add_argument("--latency-ms", type=float, default=150.0)
    args = parser.parse_args()
    config = BenchConfig(symbols=args.symbols, sessions=args.sessions, latency_ms=args.latency_ms)
    found = measure(config)
    print(f"{machine_line()}; SIMULATED market")
    print(f"one more session of {found.symbols:,} symbols, {args.latency_ms:g} ms latency; "
          f"{args.sessions - 1} sessions are there")  # fmt: skip
    print(f"planned:          {found.requests:6,} requests (at least {found.lower_bound} for bars) "
          f"{found.seconds:7.2f} s, with {args.sessions} sessions read from the store; "
          f"scan {found.scan_seconds:.2f} s")  # fmt: skip
    print(f"symbol by symbol: {found.each_requests:6,} requests "
          f"{found.each_seconds:27.2f} s, with the last session read from the store")  # fmt: skip
    print(f"ratio: {found.each_requests / found.requests:,.0f} x fewer requests, "
          f"{found.each_seconds / found.seconds:.1f} x faster")  # fmt: skip


if __name__ == "__main__":
    main()
