"""Cold start of 6,000 symbols × 150 sessions: planned requests against one request per symbol.

    python -m benchmarks.cold_fetch [--symbols 6000] [--sessions 150] [--latency-ms 150]
                                    [--faults] [--peak]

Both sides talk to the same loopback provider, a process of its own on this machine, 50 requests
in flight. *planned* is what Technic does: the fewest requests, everything written to a store and
read back, then the scan. *one by one* asks for each symbol's range, keeps frames in memory, writes
nothing, and scores each with plain pandas (the reference scorer on a sample, its time multiplied
and said so). Ratios are of one run. ``--faults`` injects 4 % of 429 and 1 % of 500.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from benchmarks.reference_scorer import reference_columns
from technic import ScanConfig, run_scan
from technic.data_engine import get_price_history_batch
from technic.data_engine.clock import SystemClock
from technic.data_engine.fetch import Fetcher, FetchJob, FetchRules
from technic.data_engine.limiter import Limiter
from technic.data_engine.providers.base import Failure
from technic.data_engine.providers.loopback import LoopbackProvider
from technic.data_engine.requests import BarRequest
from technic.data_engine.store import BarStore
from technic.data_engine.stored import StoredProvider
from technic.data_engine.sync import Syncer
from technic.panel import BarPanel, LongBars
from technic.sessions import SessionCalendar, load_calendar
from technic.settings import load_settings

LAST = np.datetime64("2026-06-30")
NOW = dt.datetime(2026, 6, 30, 23, tzinfo=dt.UTC)
IN_FLIGHT = 50
SAMPLE = 40


@contextmanager
def loopback(arguments: list[str]) -> Iterator[str]:
    """A loopback provider in a process of its own; yields its URL."""
    command = [sys.executable, "-m", "technic.data_engine.loopback", "--while-stdin", *arguments]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        try:
            yield json.loads(server.stdout.readline())["url"]
        finally:
            server.stdin.close()


def planned(url: str, calendar: SessionCalendar, symbols: list[str], days: int) -> dict[str, float]:
    """Sync a new store with the fewest requests, read it back, scan."""
    with tempfile.TemporaryDirectory() as folder:
        syncer = Syncer(
            LoopbackProvider(base_url=url),
            BarStore.open(f"{folder}/store"),
            calendar,
            lambda: NOW,
            FetchRules(max_concurrent=IN_FLIGHT),
        )
        provider = StoredProvider(syncer)
        started = time.perf_counter()
        cache = get_price_history_batch(symbols, days, provider=provider, now=NOW)
        fetched = time.perf_counter()
        config = ScanConfig(symbols=tuple(symbols))
        result = run_scan(config, provider=provider, price_cache=cache, now=NOW)
        done = time.perf_counter()
        report = provider.last_report
        assert report is not None
        return {
            "fetch_s": fetched - started,
            "scan_s": done - fetched,
            "requests": cache.stats.requests,
            "retries": cache.stats.retries,
            "planned_requests": report.plan.http_requests,
            "lower_bound": report.plan.lower_bound,
            "success_rate": report.success_rate,
            "kept": len(result.table),
            "megabytes": cache.stats.bytes / 1e6,
        }


def one_by_one(
    url: str, calendar: SessionCalendar, symbols: list[str], days: int
) -> dict[str, float]:
    """Ask for each symbol's range, 50 in flight, and score each with plain pandas."""
    sessions = calendar.last(days, LAST)
    client = LoopbackProvider(base_url=url)
    arrived: dict[str, LongBars] = {}
    failed: dict[str, Failure] = {}

    async def fetch() -> int:
        clock = SystemClock()
        async with client.open_transport() as transport:
            fetcher: Fetcher[str, LongBars] = Fetcher(
                transport,
                Limiter(None, clock),
                FetchRules(max_concurrent=IN_FLIGHT),
                on_page=arrived.__setitem__,
                on_done=lambda _: None,
                on_failed=failed.__setitem__,
            )
            stats = await fetcher.run(
                [
                    FetchJob(
                        symbol,
                        client.bars(
                            BarRequest("symbol_range", sessions[0], sessions[-1], (symbol,))
                        ),
                    )
                    for symbol in symbols
                ]
            )
        return stats.requests

    started = time.perf_counter()
    requests = asyncio.run(fetch())
    frames = {
        symbol: BarPanel.from_long(bars, sessions).frame(symbol)
        for symbol, bars in arrived.items()
        if len(bars)
    }
    fetch_s = time.perf_counter() - started
    scored = [frame for frame in frames.values() if len(frame) >= min(days, 100)][:SAMPLE]
    each = []
    for frame in scored:
        at = time.perf_counter()
        with np.errstate(all="ignore"):
            reference_columns(frame)
        each.append(time.perf_counter() - at)
    return {
        "fetch_s": fetch_s,
        "score_ms_a_symbol": 1000 * statistics.median(each),
        "score_s": statistics.median(each) * len(frames),
        "requests": requests,
        "failed": len(failed),
    }


def main() -> None:
    """Run both sides against one server and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=6_000)
    parser.add_argument("--sessions", type=int, default=150)
    parser.add_argument("--latency-ms", type=float, default=150.0)
    parser.add_argument("--faults", action="store_true")
    parser.add_argument("--peak", action="store_true", help="only the planned side; peak memory")
    args = parser.parse_args()
    calendar = load_calendar(NOW.date(), load_settings(os.environ, Path.cwd()).home)
    options = ["--latency-ms", str(args.latency_ms), "--size", str(args.symbols)]
    options += ["--prepare", str(args.sessions)]
    if args.faults:
        options += ["--fault", "throttled=0.04", "--fault", "server_error=0.01"]
    with loopback(options) as url:
        listed = StoredProvider(
            Syncer(LoopbackProvider(base_url=url), None, calendar, lambda: NOW)  # type: ignore[arg-type]
        ).listings()
        symbols = list(listed.symbols)
        ours = planned(url, calendar, symbols, args.sessions)
        report("planned", ours)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"peak memory of this process: {peak:.2f} GB")
        if args.peak:
            return
        theirs = one_by_one(url, calendar, symbols, args.sessions)
        report("one by one", theirs)
    floor = -(-args.sessions // IN_FLIGHT) * args.latency_ms / 1000
    print(f"{len(symbols):,} symbols x {args.sessions} sessions, {os.cpu_count()} cores; "
          f"floor of a planned fetch (latency x rounds): {floor:.2f} s")  # fmt: skip
    print(f"fetch alone: {theirs['fetch_s'] / ours['fetch_s']:.1f} x")
    whole = theirs["fetch_s"] + theirs["score_s"]
    print(f"fetch and scan: {whole / (ours['fetch_s'] + ours['scan_s']):.1f} x")


def report(name: str, figures: dict[str, float]) -> None:
    """One line of figures."""
    print(f"{name:<11}" + " · ".join(f"{key} {value:,.4g}" for key, value in figures.items()))


if __name__ == "__main__":
    main()
