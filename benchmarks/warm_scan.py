"""Warm in-process scan of 6,000 symbols × 300 bars, all columns, against pandas and TA-Lib.

    python -m benchmarks.warm_scan [--symbols 6000] [--bars 300] [--sample 60]

Prints the share of each stage, then the ratios. All sides run in this process on the same bars, the
scan and TA-Lib's loop in turn; values are compared first. The reference, plain pandas, runs on a
sample of symbols, TA-Lib on up to 500, and the time per symbol is printed: the market's is that
times the number of symbols. TA-Lib's series are there, contiguous, before it is timed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.timing import Spent, best_of, machine_line
from technic import ScanConfig, ScanResult, run_scan
from technic.bench.reference import reference_columns
from technic.bench.talib_loop import Series, series_of, talib_columns, talib_there
from technic.columns import DEFAULT_COLUMNS
from technic.data_engine.price_cache import PriceCache
from technic.engine.serialization import bar_bytes
from technic.panel import BarPanel
from technic.sessions import load_calendar
from technic.settings import load_settings
from technic.testing import FakeProvider, make_bars
from technic.universe import universe_of

ROUNDS = 5
LOOP = 500
"""Symbols of a loop of TA-Lib: more than any cache holds the series of."""


@dataclass(frozen=True, slots=True)
class WarmScan:
    """What all sides took: the scan of all symbols, the reference for one of ``sample``.

    ``talib_ms``: what TA-Lib's loop takes for one symbol, ``calls_ms``: its calls of TA-Lib alone;
    NaN where it is not installed.
    """

    scan: Spent
    reference_ms: float
    talib_ms: float
    calls_ms: float
    sample: int
    result: ScanResult
    panel: BarPanel
    difference: float

    @property
    def ratio(self) -> float:
        """How many times faster the scan is than the reference, by processor time."""
        return self.reference_ms / 1000 * self.panel.n_symbols / self.scan.processor

    @property
    def over_talib(self) -> float:
        """How many times faster it is than TA-Lib's loop, by processor time."""
        return self.talib_ms / 1000 * self.panel.n_symbols / self.scan.processor


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

    result = scan()
    looped = [series_of(cache[symbol]) for symbol in symbols[:LOOP]]
    spent, *loops = least_in_turn([scan, talib_loop(looped), calls_alone(looped)], rounds)
    picked = symbols[:: max(len(symbols) // sample, 1)][:sample]
    difference = largest_difference(cache.panel, result.table, picked[:10])
    each = [reference_ms(cache[symbol]) for symbol in picked]
    there = 1000 / len(looped) if talib_there() else float("nan")
    found = statistics.median(each), *(there * one.processor for one in loops), len(picked)
    return WarmScan(spent, *found, result, cache.panel, difference)


def talib_loop(symbols: list[Series]) -> Callable[[], None]:
    """Return the loop over symbols with TA-Lib; nothing to do where it is not installed."""
    ta = talib_there()

    def loop() -> None:
        if ta is not None:
            for bars in symbols:
                talib_columns(ta, bars)

    return loop


def calls_alone(symbols: list[Series]) -> Callable[[], None]:
    """Return the same calls of TA-Lib, one after the other, without the Python between them."""
    ta, calls = talib_there(), []

    class Noted:
        def __getattr__(self, name: str) -> Callable[..., object]:
            function = getattr(ta, name)

            def noted(*given: object) -> object:
                calls.append((function, given))
                return function(*given)

            return noted

    if ta is not None:
        for bars in symbols:
            talib_columns(Noted(), bars)

    def loop() -> None:
        for function, given in calls:
            function(*given)

    return loop


def least_in_turn(works: list[Callable[[], object]], rounds: int) -> list[Spent]:
    """Return the least of each piece of work, clock and processor apart, all of them in turn."""
    turns = [[best_of(1, work)[0] for work in works] for _ in range(rounds)]
    return [
        Spent(min(one.clock for one in each), min(one.processor for one in each))
        for each in zip(*turns, strict=True)
    ]


def reference_ms(frame: pd.DataFrame) -> float:
    """Milliseconds of the processor that the reference takes for one symbol."""
    started = time.process_time()
    reference_columns(frame)
    return 1000 * (time.process_time() - started)


def largest_difference(panel: BarPanel, table: pd.DataFrame, symbols: list[str]) -> float:
    """Largest relative difference of pandas or TA-Lib from the scan; raises when not equal."""
    rows = table.set_index("symbol")
    worst = 0.0
    for symbol in symbols:
        bars, ta = panel.frame(symbol), talib_there()
        others = [reference_columns(bars)] + ([talib_columns(ta, series_of(bars))] if ta else [])
        for name, expected in (pair for values in others for pair in values.items()):
            got = float(rows.at[symbol, name])
            if np.isnan(got) and np.isnan(expected):
                continue
            off = abs(got - expected) / (abs(expected) + 1e-9)
            worst = max(worst, off)
            if not off <= 1e-6:
                raise SystemExit(f"{symbol} {name}: technic {got!r}, the other scorer {expected!r}")
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
    floor = bar_bytes(found.panel) / memory_bandwidth()
    print(f"warm scan, best of {ROUNDS}: {found.scan.clock:.3f} s = "
          f"{100 * found.scan.clock / args.bars:.3f} s for each 100 sessions, of the processor "
          f"{found.scan.processor:.3f} s; floor (read the panel once): {floor:.3f} s")  # fmt: skip
    print(f"reference scorer: {found.reference_ms:.2f} ms a symbol, "
          f"{found.reference_ms / len(DEFAULT_COLUMNS):.3f} ms a column (median of {found.sample}) "
          f"= {found.reference_ms * args.symbols / 1000:.1f} s for {args.symbols:,}")  # fmt: skip
    print(f"ratio: {found.ratio:.0f} x")
    if talib_there():
        alone = found.calls_ms / found.talib_ms * found.over_talib
        print(f"TA-Lib, symbol by symbol: {found.talib_ms:.3f} ms a symbol, ratio: "
              f"{found.over_talib:.2f} x; its calls alone, without numpy for the other columns: "
              f"{found.calls_ms:.3f} ms, {alone:.2f} x")  # fmt: skip
    else:
        print("TA-Lib is not installed; after pip install ta-lib its loop stands here as well")


if __name__ == "__main__":
    main()
