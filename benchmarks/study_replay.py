"""Hits of every day in one pass, each graded, against the scan of each day with all setups.

    python -m benchmarks.study_replay [--symbols 6000] [--days 252] [--sample 4] [--no-patterns]

Both read the simulated market from memory, with all built-in setups; an index of random steps
stands for the benchmark that one of them needs. The replay finds the hits of all days, each with
its rank, rating and trade plan, and what followed them is graded as a study does it; the scan runs
as of a few of the days and is multiplied. On those days both keep the same symbols for the same
setups.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import tempfile
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.timing import Spent, best_of, machine_line, peak_memory
from technic import ScanConfig, ScanResult, run_scan
from technic.data_engine.providers.demo import LAST_SESSION, SESSIONS, DemoProvider
from technic.sessions import build_calendar
from technic.setups import Library, Setup
from technic.study.config import StudyConfig
from technic.study.hit_outcomes import hit_outcomes
from technic.study.replay.hits import Hits
from technic.study.replay.replay import Replay, open_replay

NOW = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
PATTERNS = ("vcp", "cup_with_handle", "flat_base", "high_tight_flag")
CALENDAR = build_calendar(2026)


@dataclass(frozen=True, slots=True)
class Compared:
    """What the replay, the grading of its hits and the scans take for all days.

    ``hits``, ``plans``: how many there are; ``peak``: the most bytes that replay and grading held.
    """

    replay: Spent
    grading: Spent
    scans: Spent
    hits: int
    plans: int
    peak: int


def all_setups() -> tuple[Setup, ...]:
    """The built-in setups."""
    return Library().read()[0]


def index_file(folder: Path) -> Path:
    """Write closes of every session of the simulated market, in random steps."""
    sessions = CALENDAR.last(SESSIONS, LAST_SESSION)
    steps = np.random.default_rng(1).normal(0.0003, 0.01, len(sessions))
    closes = np.round(1_000.0 * np.exp(np.cumsum(steps)), 2)
    lines = (f"{day},{close}" for day, close in zip(sessions, closes.tolist(), strict=True))
    path = folder / "index.csv"
    path.write_text("date,close\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def opened(n_symbols: int, n_days: int, setups: tuple[Setup, ...], index: Path) -> Replay:
    """A replay of the last days of a simulated market, which is made before."""
    provider = DemoProvider(CALENDAR, size=n_symbols)
    provider.listings()
    days = CALENDAR.last(min(n_days, SESSIONS), LAST_SESSION)
    config = ScanConfig(setups=setups, benchmark=str(index))
    return open_replay(config, days=days, provider=provider, now=NOW)


def measure(replay: Replay, sample: int) -> Compared:
    """Run all; raises SystemExit where replay and scan differ on a day of the sample."""
    days, provider = replay.days, replay.context.provider
    chosen = np.linspace(0, len(days) - 1, sample).round().astype(np.intp)
    spent, hits = best_of(1, lambda: Hits.joined(replay.hits()))
    study = StudyConfig(scan=replay.config)
    grading, outcomes = best_of(1, partial(hit_outcomes, replay, hits, study))
    peak = peak_memory()
    clock = processor = 0.0
    for day in chosen.tolist():
        dated = replace(replay.config, as_of=str(days[day]))
        scan, result = best_of(1, partial(run_scan, dated, provider=provider, now=NOW))
        clock, processor = clock + scan.clock, processor + scan.processor
        if pairs_of(hits.take(hits.session == day)) != pairs_of_scan(result):
            raise SystemExit(f"{days[day]}: other hits than those of the scan")
    share = len(days) / sample
    scans = Spent(share * clock, share * processor)
    plans = int(np.count_nonzero(outcomes.grade[hits.place] >= 0))
    return Compared(spent, grading, scans, len(hits), plans, peak)


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
    left_out = PATTERNS if args.no_patterns else ()
    setups = tuple(one for one in all_setups() if one.name not in left_out)
    with tempfile.TemporaryDirectory() as folder:
        replay = opened(args.symbols, args.days, setups, index_file(Path(folder)))
        found = measure(replay, args.sample)
    cells = args.symbols * args.days
    study = Spent(
        found.replay.clock + found.grading.clock, found.replay.processor + found.grading.processor
    )
    print(machine_line())
    print(f"{args.symbols:,} symbols x {args.days:,} days, {len(setups)} setups, {found.hits:,} "
          f"hits, {found.plans:,} plans; load {os.getloadavg()[0]:.1f}")  # fmt: skip
    for what, spent, said in (
        (
            "replay",
            found.replay,
            f"{cells / found.replay.processor:,.0f} symbols and days a second",
        ),
        ("grading", found.grading, f"{found.hits / found.grading.processor:,.0f} hits a second"),
        ("both", study, f"peak memory {found.peak / 2**30:.2f} GiB"),
        ("day by day", found.scans, f"{args.sample} days timed"),
    ):
        print(f"{what:11} {spent.processor:8.1f} s of the processor, {spent.clock:8.1f} s by the "
              f"clock; {said}")  # fmt: skip
    print(f"the scans take {found.scans.processor / study.processor:.1f} x the processor time, "
          f"{found.scans.clock / study.clock:.1f} x by the clock")  # fmt: skip


if __name__ == "__main__":
    main()
