"""Peak memory of a cold fetch and scan: 6,000 symbols × 300 sessions in this process.

    python -m benchmarks.peak_memory [--symbols 6000] [--sessions 300]

The loopback provider is a process of its own and not counted.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import tempfile
from pathlib import Path

from benchmarks.timing import peak_memory
from technic.bench.config import BenchConfig
from technic.bench.market import open_market
from technic.bench.ways import planned
from technic.data_engine.store import BarStore
from technic.sessions import load_calendar
from technic.settings import load_settings


def main() -> None:
    """Fetch, scan, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=6_000)
    parser.add_argument("--sessions", type=int, default=300)
    args = parser.parse_args()
    config = BenchConfig(symbols=args.symbols, sessions=args.sessions, latency_ms=0)
    settings = load_settings(os.environ, Path.cwd())
    calendar = load_calendar(dt.datetime.now(dt.UTC).date(), settings.home)
    with tempfile.TemporaryDirectory() as folder:
        store = BarStore.open(f"{folder}/store")
        with open_market(config, settings, calendar, store) as market:
            listings = market.save_listings(Path(folder) / "listings.parquet")
            run = planned(market, config, market.universe.symbols, store, listings)
    panel = run.result.prices
    peak = peak_memory() / 1e9
    print(f"{len(panel):,} symbols x {args.sessions} sessions: peak {peak:.2f} GB, "
          f"{run.result.headline()}")  # fmt: skip


if __name__ == "__main__":
    main()
