"""Warm in-process scan of 6,000 symbols × 300 bars, all columns, against the reference scorer.

    python -m benchmarks.warm_scan [--symbols 6000] [--bars 300] [--sample 60]

Prints the share of each stage, then the ratio. Both sides run in this process, one after the
other, on the same bars; values are compared first. The reference runs on a sample of symbols and
its time per symbol is printed: the market's is that times the number of symbols.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from technic import ScanConfig, run_scan
from technic.bench.reference import reference_columns
from technic.data_engine.price_cache import PriceCache
from technic.indicators.catalog import COLUMNS
from technic.panel import BarPanel
from technic.result import ScanResult
from technic.sessions import load_calendar
from technic.settings import load_settings
from technic.testing import FakeProvider, make_bars
from technic.universe import universe_of

ROUNDS = 5


def timed(work: Callable[[], ScanResult]) -> tuple[float, ScanResult]:
    """Best of a few rounds: the machine is shared."""
    best = np.inf
    for _ in range(ROUNDS):
        started = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - started)
    return float(best), result


def check_equal(panel: BarPanel, table: pd.DataFrame, symbols: list[str]) -> float:
    """Largest relative difference between the two sides; raises when they are not equal."""
    rows = table.set_index("symbol")
    worst = 0.0
    for symbol in symbols:
        for name, expected in reference_columns(panel.frame(symbol)).items():
            got = float(rows.at[symbol, name])
            off = abs(got - expected) / (abs(expected) + 1e-9)
            if not (np.isnan(got) and np.isnan(expected)):
                worst = max(worst, off)
            if off > 1e-6:
                raise SystemExit(f"{symbol} {name}: technic {got!r}, reference {expected!r}")
    return worst


def main() -> None:
    """Run both sides and print what each took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=6_000)
    parser.add_argument("--bars", type=int, default=300)
    parser.add_argument("--sample", type=int, default=60)
    args = parser.parse_args()

    settings = load_settings(os.environ, Path.cwd())
    calendar = load_calendar(dt.date(2026, 1, 1), settings.home)
    sessions = calendar.last(args.bars, np.datetime64("2024-03-08"))
    symbols = [f"X{i:04d}" for i in range(args.symbols)]
    bars = make_bars(symbols, sessions)
    provider = FakeProvider(bars, universe=universe_of(symbols, "random walks"))
    cache = PriceCache(BarPanel.from_long(bars, sessions))
    now = dt.datetime(2024, 3, 9, tzinfo=dt.UTC)

    def scan() -> ScanResult:
        return run_scan(
            ScanConfig(), provider=provider, price_cache=cache, settings=settings, now=now
        )

    seconds, result = timed(scan)
    picked = symbols[:: max(len(symbols) // args.sample, 1)][: args.sample]
    worst = check_equal(cache.panel, result.table, picked[:10])
    frames = [cache[symbol] for symbol in picked]
    each = []
    for frame in frames:
        started = time.perf_counter()
        reference_columns(frame)
        each.append(time.perf_counter() - started)
    reference_ms = 1000 * statistics.median(each)

    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
          f"numpy {np.__version__}, pandas {pd.__version__}")  # fmt: skip
    print(f"{args.symbols:,} symbols x {args.bars} bars, {len(COLUMNS)} columns; "
          f"values equal (largest relative difference {worst:.1e})")  # fmt: skip
    total = result.stats.total_seconds
    for stage, spent in result.stats.seconds.items():
        print(f"  {stage:<10} {1000 * spent:8.1f} ms  {100 * spent / total:5.1f} %")
    floor = 6 * cache.panel.close.nbytes / memory_bandwidth()
    print(f"warm scan, best of {ROUNDS}: {seconds:.3f} s = {100 * seconds / args.bars:.3f} s for "
          f"each 100 sessions; floor (read the panel once): {floor:.3f} s")  # fmt: skip
    whole = reference_ms * args.symbols / 1000
    print(f"reference scorer: {reference_ms:.2f} ms a symbol, "
          f"{reference_ms / len(COLUMNS):.3f} ms a column (median of {len(picked)} symbols) "
          f"= {whole:.1f} s for {args.symbols:,}")  # fmt: skip
    print(f"ratio: {whole / seconds:.0f} x")


def memory_bandwidth() -> float:
    """Bytes a second that one core reads, from summing an array far larger than the caches."""
    block = np.ones(32_000_000)
    started = time.perf_counter()
    block.sum()
    return block.nbytes / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
