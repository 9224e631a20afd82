"""A scan with five fundamental terms, against the same scan with five price terms, and with none.

    python -m benchmarks.facts_scan [--symbols 6000] [--rounds 5]

All read the simulated market from memory; twelve years of made-up filings of its companies are in
a store of facts. The scans run in turns in one process. The first scan after a sync reads rows of
the store and keeps what it has worked out; it is timed apart. Who meets the terms is checked by a
plain loop over the filings.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.made_filings import FACT_TERMS, PRICE_TERMS, MadeFilings, different
from benchmarks.timing import best_of, in_turn, machine_line
from technic import ScanConfig, ScanResult, run_scan
from technic.data_engine.providers.demo import LAST_SESSION, DemoProvider
from technic.facts.place import fact_home
from technic.facts.store import FactStore
from technic.sessions import build_calendar
from technic.settings import Settings
from technic.typing import FloatArray

__all__ = ["NOW", "closes_on", "filled_home", "measure"]

NOW = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Compared:
    """Processor seconds of the scans with no terms, with terms of prices and of facts.

    ``first``: of the first scan with terms of facts; ``rows``: in the store; ``kept``: by terms of
    prices and of facts.
    """

    plain: float
    prices: float
    facts: float
    first: float
    rows: int
    kept: tuple[int, int]


def filled_home(folder: Path, filings: MadeFilings) -> tuple[Settings, int]:
    """Store filings in a folder; returns settings that lead to them, and how many rows they are."""
    table = filings.table()
    FactStore(fact_home(folder, simulated=True)).append(table)
    return Settings(home=folder), len(table)


def closes_on(provider: DemoProvider, symbols: tuple[str, ...], day: np.datetime64) -> FloatArray:
    """Return the closes of a day as they were traded, NaN where there is none."""
    bars = provider.history(symbols, np.array([day])).bars
    close = dict(zip(np.array(bars.symbols, object)[bars.column], bars.close, strict=True))
    return np.array([close.get(symbol, np.nan) for symbol in symbols])


def measure(n_symbols: int, rounds: int) -> Compared:
    """Run all; raises SystemExit where a scan keeps others than the plain loop."""
    provider = DemoProvider(build_calendar(2026), size=n_symbols)
    provider.listings()
    filings = MadeFilings.of(provider)
    with tempfile.TemporaryDirectory() as folder:
        settings, rows = filled_home(Path(folder), filings)

        def scan(where: str | None = None) -> ScanResult:
            return run_scan(ScanConfig(where=where), provider=provider, settings=settings, now=NOW)

        prices, none = scan(PRICE_TERMS), scan()
        first, found = best_of(1, partial(scan, FACT_TERMS))
        closes = closes_on(provider, filings.symbols, LAST_SESSION)
        wrong = different(filings, LAST_SESSION, closes, found.ledger)
        if wrong or not len(found.table) or len(none.table) <= len(found.table):
            raise SystemExit(f"{wrong} of {n_symbols} symbols have another outcome than in a loop")
        works: list[Callable[[], ScanResult]] = [
            scan,
            partial(scan, PRICE_TERMS),
            partial(scan, FACT_TERMS),
        ]
        plain, of_prices, of_facts = in_turn(works, rounds)
    kept = len(prices.table), len(found.table)
    return Compared(plain, of_prices, of_facts, first.processor, rows, kept)


def main() -> None:
    """Run the scans in turns and print what each took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=6_000)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    found = measure(args.symbols, args.rounds)
    print(machine_line("pandas", "pyarrow"))
    print(f"{args.symbols:,} symbols, {found.rows:,} facts, best of {args.rounds}, processor time; "
          f"load {os.getloadavg()[0]:.1f}")  # fmt: skip
    print(f"no terms:            {found.plain:6.3f} s")
    print(f"five terms of prices {found.prices:6.3f} s, {found.kept[0]:,} kept")
    print(f"five terms of facts  {found.facts:6.3f} s, {found.kept[1]:,} kept; "
          f"the first after a sync {found.first:.3f} s")  # fmt: skip
    print(f"facts take {found.facts / found.prices:.2f} x the time of prices, "
          f"{found.facts / found.plain:.2f} x that of a scan without terms")  # fmt: skip


if __name__ == "__main__":
    main()
