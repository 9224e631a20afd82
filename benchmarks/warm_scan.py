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
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.timing import Spent, best_of, machine_line
from technic import ScanConfig, ScanResult, run_scan
from technic.bench.reference import reference_columns
from technic.columns import DEFAULT_COLUMNS
from technic.data_engine.price_cache import PriceCache
from technic.panel import BarPanel
from technic.sessions import load_calendar
from technic.settings import load_settings
from technic.testing import FakeProvider, make_bars
from technic.universe import universe_of

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class WarmScan:
    """What both sides took: the scan of all symbols, the reference for one of ``sample``."""

    scan: Spent
    reference_ms: float
    sample: int
    result: ScanResult
    panel: BarPanel
    difference: float

    @property
    def ratio(self) -> float:
        """How many times faster the scan is, by processor time."""
        return self.reference_ms / 1000 * self.panel.n_symbols / self.scan.processor


def measure(n_symbols: int, n_bars: int, sample: int, rounds: int = ROUNDS) -> WarmScan:
    """Run both sides; raises SystemExit where they do not agree."""
    settings = load_settings(os.environ, Path.cwd())
    calendar = load_calendar(dt.date(2026, 1, 1), settings.home)
    sessions = calendar.last(n_bars, np.datetime64("2024-03-08"))
    symbols = [f"X{i:04d}" for i in range(n_symbols)]
    bars = make_bars(symbols, sessions)
    provider = FakeProvider(bars, universe=universe_of(symbols, "random walks"))
    cache = PriceCache(BarPanel.from_long(bars, sessions))
    now = dt.datetime(2024, 3, 9, tzinfo=dt.UTC)

    def scan() -> ScanResult:
        return run_scan(
            ScanConfig(), provider=provider, price_cache=cache, settings=settings, now=now
        )

    spent, result = best_of(rounds, scan)
    picked = symbols[:: max(len(symbols) // sample, 1)][:sample]
    difference = largest_difference(cache.panel, result.table, picked[:10])
    each = [reference_ms(cache[symbol]) for symbol in picked]
    return WarmScan(spent, statistics.median(each), len(picked), result, cache.panel, difference)


def reference_ms(frame: pd.DataFrame) -> float:
    """Milliseconds of the processor that the reference takes for one symbol."""
    started = time.process_time()
    reference_columns(frame)
    return 1000 * (time.process_time() - started)


def largest_difference(panel: BarPanel, table: pd.DataFrame, symbols: list[str]) -> float:
    """Largest relative difference between the two sides; raises when they are not equal."""
    rows = table.set_index("symbol")
    worst = 0.0
    for symbol in symbols:
        for name, expected in reference_columns(panel.frame(symbol)).items():
            got = float(rows.at[symbol, name])
            if np.isnan(got) and np.isnan(expected):
                continue
            off = abs(got - expected) / (abs(expected) + 1e-9)
            worst = max(worst, off)
            if not off <= 1e-6:
                raise SystemExit(f"{symbol} {name}: technic {got!r}, reference {expected!r}")
    return worst


def memory_bandwidth() -> float:
    """Bytes a second that one core reads, from summing an array far larger than the caches."""
    block = np.ones(32_000_000)
    spent, _ = best_of(3, block.sum)
    return block.nbytes / spent.clock


def main() -> None:
    """Run both sides and print what each took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=6_000)
    parser.add_argument("--bars", type=int, default=300)
    parser.add_argument("--sample", type=int, default=60)
    args = parser.parse_args()
    found = measure(args.symbols, args.bars, args.sample)
    print(machine_line("pandas"))
    print(f"{args.symbols:,} symbols x {args.bars} bars, {len(DEFAULT_COLUMNS)} columns; "
          f"values equal (largest relative difference {found.difference:.1e})")  # fmt: skip
    stats = found.result.stats
    for stage, spent in stats.seconds.items():
        print(f"  {stage:<10} {1000 * spent:8.1f} ms  {100 * spent / stats.total_seconds:5.1f} %")
    floor = 6 * found.panel.close.nbytes / memory_bandwidth()
    print(f"warm scan, best of {ROUNDS}: {found.scan.clock:.3f} s = "
          f"{100 * found.scan.clock / args.bars:.3f} s for each 100 sessions, of the processor "
          f"{found.scan.processor:.3f} s; floor (read the panel once): {floor:.3f} s")  # fmt: skip
    print(f"reference scorer: {found.reference_ms:.2f} ms a symbol, "
          f"{found.reference_ms / len(DEFAULT_COLUMNS):.3f} ms a column (median of {found.sample}) "
          f"= {found.reference_ms * args.symbols / 1000:.1f} s for {args.symbols:,}")  # fmt: skip
    print(f"ratio: {found.ratio:.0f} x")


if __name__ == "__main__":
    main()
