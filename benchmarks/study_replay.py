"""Hits of every day in one pass, against the scan of each day with all setups.

    python -m benchmarks.study_replay [--symbols 6000] [--days 252] [--sample 4] [--no-patterns]

Both read the simulated market from memory, with all built-in setups that need no benchmark. The
replay finds the hits of all days, each with its rank, rating and trade plan; the scan runs as of a
few of the days and is multiplied. On those days both keep the same symbols for the same setups.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from benchmarks.timing import Spent, best_of, machine_line, peak_memory
from technic import ScanConfig, ScanResult, run_scan
from technic.data_engine.providers.demo import LAST_SESSION, SESSIONS, DemoProvider
from technic.sessions import build_calendar
from technic.setups import Library, Setup
from technic.study.replay.hits import Hits
from technic.study.replay.replay import Replay, open_replay

NOW = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
NEEDS_BENCHMARK = ("rs_line_new_high",)
PATTERNS = ("vcp", "cup_with_handle", "flat_base", "high_tight_flag")


@dataclass(frozen=True, slots=True)
class Compared:
    """What both take for all days; ``hits``: how many there are; ``peak``: bytes of the replay."""

    replay: Spent
    scans: Spent
    hits: int
    peak: int


def measure(n_symbols: int, n_days: int, sample: int, setups: tuple[Setup, ...]) -> Compared:
    """Run both; raises SystemExit where they differ on a day of the sample."""
    calendar = build_calendar(2026)
    provider = DemoProvider(calendar, size=n_symbols)
    provider.listings()
    days = calendar.last(min(n_days, SESSIONS), LAST_SESSION)
    config = ScanConfig(setups=setups)
    replay = open_replay(config, days=days, provider=provider, now=NOW)
    chosen = np.linspace(0, len(days) - 1, sample).round().astype(np.intp)
    spent, (count, kept) = best_of(1, partial(stream, replay, chosen))
    peak = peak_memory()
    clock = processor = 0.0
    for day, hits in zip(chosen.tolist(), kept, strict=True):
        dated = replace(config, as_of=str(days[day]))
        scan, result = best_of(1, partial(run_scan, dated, provider=provider, now=NOW))
        clock, processor = clock + scan.clock, processor + scan.processor
        if pairs_of(hits) != pairs_of_scan(result):
            raise SystemExit(f"{days[day]}: other hits than those of the scan")
    share = len(days) / sample
    return Compared(spent, Spent(share * clock, share * processor), count, peak)


def stream(replay: Replay, chosen: np.ndarray) -> tuple[int, list[Hits]]:
    """Count all hits and keep those of a few days, as a study takes them part by part."""
    count, kept = 0, {}
    for part in replay.hits():
        count += len(part)
        for day in chosen.tolist():
            own = part.take(part.session == day)
            if len(own) or day not in kept:
                kept[day] = own
    return count, [kept[day] for day in chosen.tolist()]


def pairs_of(hits: Hits) -> set[tuple[str, str]]:
    """Return setup and symbol of each hit."""
    return set(zip(hits.owner_names().tolist(), hits.symbol_names().tolist(), strict=True))


def pairs_of_scan(result: ScanResult) -> set[tuple[str, str]]:
    """Return setup and symbol of each row of a scan's table."""
    rows = zip(result.table["symbol"], result.table["setups"], strict=True)
    return {(setup, symbol) for symbol, setups in rows for setup in setups.split(", ") if setup}


def main() -> None:
    """Run both, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=6_000)
    parser.add_argument("--days", type=int, default=252)
    parser.add_argument("--sample", type=int, default=4)
    parser.add_argument("--no-patterns", action="store_true")
    args = parser.parse_args()
    left_out = (*NEEDS_BENCHMARK, *(PATTERNS if args.no_patterns else ()))
    setups = tuple(one for one in Library().read()[0] if one.name not in left_out)
    found = measure(args.symbols, args.days, args.sample, setups)
    cells = args.symbols * args.days
    print(machine_line())
    print(f"{args.symbols:,} symbols x {args.days:,} days, {len(setups)} setups, "
          f"{found.hits:,} hits; load {os.getloadavg()[0]:.1f}")  # fmt: skip
    print(f"replay:      {found.replay.processor:8.1f} s of the processor, "
          f"{found.replay.clock:8.1f} s by the clock, {args.days / found.replay.clock:6.1f} days a "
          f"second, {cells / found.replay.processor:,.0f} symbols and days a processor second; "
          f"peak memory {found.peak / 2**30:.2f} GiB")  # fmt: skip
    print(f"day by day:  {found.scans.processor:8.1f} s of the processor, "
          f"{found.scans.clock:8.1f} s by the clock ({args.sample} days timed)")  # fmt: skip
    print(f"ratio: {found.scans.processor / found.replay.processor:.1f} x by processor time, "
          f"{found.scans.clock / found.replay.clock:.1f} x by the clock")  # fmt: skip


if __name__ == "__main__":
    main()
