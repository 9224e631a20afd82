"""A grid of points in one sweep, against a study of each point.

    python -m benchmarks.study_sweep [--symbols 500] [--days 252] [--sample 2]
        [--values 5] [--runner local]

``--values``: of the first parameter, beside five of the second; 200 make 1,000 points. Both read
the simulated market from memory. The sweep judges every point and tunes and judges it on folds; the
studies of a few points are multiplied. A study also grades each hit's plan, which no sweep does; so
its replay alone, the scan of all days, is told beside it. ``--sample 0`` times the sweep alone.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.simulated_market import NOW
from benchmarks.timing import Spent, best_of, machine_line, peak_memory
from technic import ScanConfig
from technic.data_engine.providers.demo import LAST_SESSION, SESSIONS, DemoProvider
from technic.sessions import build_calendar
from technic.settings import Settings
from technic.study.config import StudyConfig
from technic.study.replay.hits import Hits
from technic.study.replay.replay import open_replay
from technic.study.run import run_study
from technic.study.sweep.config import SweepConfig
from technic.study.sweep.grid import Axis
from technic.study.sweep.run import SweepResult, run_sweep

WHERE = "close > sma(close, {n}) and rsi(close, 14) < {limit}"
LIMITS = (40, 45, 50, 55, 60)
SHORTEST, LONGEST = 2, 201
"""Bars of the averages; no close is above an average of itself."""


def main() -> None:
    """Run both, compare the numbers of the points, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=500)
    parser.add_argument("--days", type=int, default=252)
    parser.add_argument("--sample", type=int, default=2)
    parser.add_argument("--values", type=int, default=5)
    parser.add_argument("--runner", choices=("local", "threads", "ray"), default="local")
    args = parser.parse_args()
    calendar = build_calendar(2026)
    provider = DemoProvider(calendar, size=args.symbols)
    provider.listings()
    days = calendar.last(min(args.days, SESSIONS), LAST_SESSION)
    span = {"first": str(days[0]), "last": str(days[-1])}
    with tempfile.TemporaryDirectory() as home:
        run = {"provider": provider, "settings": Settings(home=Path(home)), "now": NOW}
        where = WHERE.format(n="n", limit="limit")
        lengths = np.linspace(SHORTEST, LONGEST, args.values).round().tolist()
        axes = Axis("n", tuple(dict.fromkeys(lengths))), Axis("limit", LIMITS)
        asked = SweepConfig(scan=ScanConfig(where=where, runner=args.runner), axes=axes, **span)
        sweep, result = best_of(1, partial(run_sweep, asked, **run))
        peak = peak_memory()
        studies = replays = 0.0
        chosen = np.linspace(0, len(result.points) - 1, args.sample).round().astype(np.intp)
        for point in chosen.tolist():
            scan = ScanConfig(where=WHERE.format(**result.points[point].values))
            config = StudyConfig(scan=scan, horizons=(21,), **span)
            spent, study = best_of(1, partial(run_study, config, **run))
            studies += spent.processor
            replay = open_replay(scan, provider=provider, now=NOW, **span)
            spent, _ = best_of(1, lambda replay=replay: Hits.joined(replay.hits()))
            replays += spent.processor
            mine = study.summaries[0].excess[21]
            if mine != result.points[point].excess[21]:
                raise SystemExit(f"{result.grid.label(point)}: other numbers than its study's")
    report(args, result, sweep, studies / max(args.sample, 1), replays / max(args.sample, 1), peak)


def report(
    args: argparse.Namespace,
    result: SweepResult,
    sweep: Spent,
    study: float,
    replay: float,
    peak: int,
) -> None:
    """Print processor times and ratios."""
    points = len(result.points)
    hits = sum(one.hits for one in result.points)
    print(machine_line())
    print(f"{args.symbols:,} symbols x {args.days:,} days, {points} points, {hits:,} hits; "
          f"load {os.getloadavg()[0]:.1f}")  # fmt: skip
    print(
        f"sweep on {args.runner}: {sweep.clock:.1f} s by the clock, {sweep.clock / points:.3f} s a "
        f"point, {sweep.processor:.1f} s of the processor, peak memory {peak / 2**30:.2f} GiB"
    )
    if not args.sample:
        return
    print(f"a study of one point: {study:.1f} s, its replay alone {replay:.1f} s")
    print(f"ratio: {points * study / sweep.processor:.1f} x by studies, "
          f"{points * replay / sweep.processor:.1f} x by replays, processor time")  # fmt: skip


if __name__ == "__main__":
    main()
