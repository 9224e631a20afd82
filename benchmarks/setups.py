"""All setups together over 6,000 symbols x 500 bars, against the plain scan of the same bars.

    python -m benchmarks.setups [--symbols 6000] [--bars 500] [--rounds 5] [--each]

Both sides are ``run_scan`` on a price cache with the same benchmark, in turn in one process; the
ratio is what the setups cost. ``--each`` also prints what each setup alone adds to a plain scan.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.timing import in_turn, machine_line
from technic import ScanConfig, ScanResult, run_scan
from technic.data_engine.price_cache import PriceCache
from technic.panel import BarPanel
from technic.sessions import load_calendar
from technic.settings import load_settings
from technic.setups import Library, load_setups
from technic.testing import FakeProvider, make_bars
from technic.universe import universe_of

LAST = "2024-12-31"  # the window of the anchor rule is then two whole years


def main() -> None:
    """Run both sides and print what each took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=6_000)
    parser.add_argument("--bars", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--each", action="store_true")
    args = parser.parse_args()

    settings = load_settings(os.environ, Path.cwd())
    calendar = load_calendar(dt.date(2026, 1, 1), settings.home)
    sessions = calendar.last(args.bars, np.datetime64(LAST))
    symbols = [f"X{i:04d}" for i in range(args.symbols)]
    bars = make_bars(symbols, sessions)
    provider = FakeProvider(bars, universe=universe_of(symbols, "random walks"))
    cache = PriceCache(BarPanel.from_long(bars, sessions))
    now = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)

    def scan(*names: str) -> ScanResult:
        config = ScanConfig(
            bars=args.bars, benchmark=symbols[0], setups=load_setups(*names), sort="symbol"
        )
        return run_scan(config, provider=provider, price_cache=cache, settings=settings, now=now)

    names = Library().names()
    result = scan(*names)
    plain, together = in_turn([scan, partial(scan, *names)], args.rounds)
    print(machine_line())
    print(f"{args.symbols:,} symbols x {len(result.prices.bars.sessions)} bars, "
          f"best of {args.rounds}, processor time")  # fmt: skip
    print(f"plain scan:      {1000 * plain:8.1f} ms")
    print(f"with {len(names)} setups: {1000 * together:8.1f} ms   (ratio {together / plain:.2f})")
    if not args.each:
        return
    costs = in_turn([scan, *(partial(scan, name) for name in names)], args.rounds)
    for name, cost in sorted(zip(names, costs[1:], strict=True), key=lambda one: -one[1]):
        print(f"  {1000 * (cost - costs[0]):8.1f} ms  {name:<22} "
              f"{len(result.met(name)):5} symbols meet it")  # fmt: skip


if __name__ == "__main__":
    main()
