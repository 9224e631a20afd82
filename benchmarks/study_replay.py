"""A study of ten years, or of fewer days, against the scan of each day with all setups.

    python -m benchmarks.study_replay [--symbols 6000] [--days 252] [--sample 4] [--no-patterns]
        [--before CHECKOUT]

Both read the simulated market from memory, with all built-in setups; an index of random steps
stands for the benchmark that one of them needs. The study is whole, as `technic study` runs it: the
hits of all days with rank, rating and trade plan, every plan graded, both ratings judged, and all
summed up. The scan runs as of a few of the days and is multiplied. On those days both keep the same
symbols for the same setups. ``--before``: a checkout of an earlier version, whose scans of past
days are timed too; 8819517e is the last one without studies.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.parts import seconds_in, source_of
from benchmarks.simulated_market import NOW, index_file
from benchmarks.timing import MostMemory, Spent, best_of, machine_line
from technic import ScanConfig, ScanResult, run_scan
from technic.data_engine.providers.demo import LAST_SESSION, SESSIONS, DemoProvider
from technic.sessions import build_calendar
from technic.settings import Settings
from technic.setups import Setup
from technic.study.all_setups import RATINGS, all_setups
from technic.study.config import StudyConfig
from technic.study.replay.hits import Hits
from technic.study.replay.replay import Replay, open_replay
from technic.study.run import run_study

PATTERNS = ("vcp", "cup_with_handle", "flat_base", "high_tight_flag")
CALENDAR = build_calendar(2026)


@dataclass(slots=True)
class Stages:
    """When a study was done with scanning days and with judging hits, by the clock."""

    began: float = field(default_factory=time.perf_counter)
    ended: dict[str, float] = field(default_factory=dict)

    def __call__(self, stage: str, *_: int) -> None:
        """Take the progress of a study."""
        self.ended[stage] = time.perf_counter() - self.began


@dataclass(frozen=True, slots=True)
class Compared:
    """What the study and the scans take for all days.

    ``stages``: seconds by the clock until each was over. ``hits``, ``plans``: how many there are;
    ``peak``: the most bytes that the study held, in all processes.
    """

    study: Spent
    stages: dict[str, float]
    scans: Spent
    hits: int
    plans: int
    peak: int


def opened(n_symbols: int, n_days: int, setups: tuple[Setup, ...], index: Path) -> Replay:
    """A replay of the last days of a simulated market, which is made before."""
    provider = DemoProvider(CALENDAR, size=n_symbols)
    provider.listings()
    days = CALENDAR.last(min(n_days, SESSIONS), LAST_SESSION)
    config = ScanConfig(setups=setups, benchmark=str(index))
    return open_replay(config, days=days, provider=provider, now=NOW)


def measure(replay: Replay, home: Path, sample: int, rounds: int = 1) -> Compared:
    """Run all; raises SystemExit where study and scan differ on a day of the sample.

    ``rounds``: both sides in turn so often, the least of each counts.
    """
    turns = [_turn(replay, home, sample) for _ in range(rounds)]
    study, scans = least_of(one.study for one in turns), least_of(one.scans for one in turns)
    return replace(turns[0], study=study, scans=scans)


def least_of(spent: Iterable[Spent]) -> Spent:
    """Return the least clock and the least processor time."""
    each = [*spent]
    return Spent(min(one.clock for one in each), min(one.processor for one in each))


def _turn(replay: Replay, home: Path, sample: int) -> Compared:
    days, provider, scan = replay.days, replay.context.provider, replay.config
    config = StudyConfig(scan=scan, first=str(days[0]), last=str(days[-1]), ratings=RATINGS)
    stages = Stages()
    run = {"provider": provider, "now": NOW, "settings": Settings(home=home), "progress": stages}
    with MostMemory() as memory:
        study, result = best_of(1, partial(run_study, config, **run))
    hits = result.hits
    chosen = np.linspace(0, len(days) - 1, sample).round().astype(np.intp)
    clock = processor = 0.0
    for day in chosen.tolist():
        dated = replace(scan, as_of=str(days[day]))
        spent, found = best_of(1, partial(run_scan, dated, provider=provider, now=NOW))
        clock, processor = clock + spent.clock, processor + spent.processor
        if pairs_of(hits.take(hits.session == day)) != pairs_of_scan(found):
            raise SystemExit(f"{days[day]}: other hits than those of the scan")
    share = len(days) / sample
    scans = Spent(share * clock, share * processor)
    plans = int(np.count_nonzero(result.outcomes.grade[hits.place] >= 0))
    return Compared(study, stages.ended, scans, len(hits), plans, memory.bytes)


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
    parser.add_argument("--before", type=Path)
    args = parser.parse_args()
    if min(args.symbols, args.days, args.sample) < 1:
        parser.error("--symbols, --days and --sample are 1 or more")
    if args.before is not None and args.no_patterns:
        parser.error("--before scans with all setups: leave --no-patterns out")
    if args.before is not None:
        source_of(args.before)  # who is mistaken need not wait for a study
    left_out = PATTERNS if args.no_patterns else ()
    setups = tuple(one for one in all_setups(benchmark=True) if one.name not in left_out)
    with tempfile.TemporaryDirectory() as folder:
        replay = opened(args.symbols, args.days, setups, index_file(Path(folder)))
        found = measure(replay, Path(folder), args.sample)
    scanned, judged = (found.stages[name] for name in ("replay", "outcomes"))
    cells, study = args.symbols * args.days, found.study
    print(machine_line())
    print(f"{args.symbols:,} symbols x {args.days:,} days, {len(setups)} setups, {found.hits:,} "
          f"hits, {found.plans:,} plans; load {os.getloadavg()[0]:.1f}")  # fmt: skip
    for what, seconds in (
        ("days scanned", scanned),
        ("hits judged", judged - scanned),
        ("summed up", study.clock - judged),
    ):
        print(f"{what:12} {seconds:8.1f} s by the clock")
    for what, spent, said in (
        ("study", study, f"{cells / study.processor:,.0f} symbols and days a second, peak memory "
                         f"{found.peak / 2**30:.2f} GiB"),
        ("day by day", found.scans, f"{args.sample} days timed"),
    ):  # fmt: skip
        print(f"{what:12} {spent.clock:8.1f} s by the clock, {spent.processor:8.1f} s of the "
              f"processor; {said}")  # fmt: skip
    print(f"the scans take {found.scans.clock / study.clock:.1f} x by the clock, "
          f"{found.scans.processor / study.processor:.1f} x the processor time")  # fmt: skip
    if args.before is not None:
        part = "setups", str(args.symbols), str(args.days), str(args.sample)
        before = args.days * seconds_in(args.before, *part)
        print(f"scans of {args.before}: {before:.1f} s of the processor for all days; "
              f"{before / study.clock:.1f} x the study's clock, "
              f"{before / study.processor:.1f} x its processor time")  # fmt: skip


if __name__ == "__main__":
    main()
