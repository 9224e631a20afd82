"""Ratios of a short run against the recorded ones; fails where one fell by more than a third.

    python -m benchmarks.gate            # what CI runs, about two minutes
    python -m benchmarks.gate --record   # after a change that is meant: write the ratios anew

Each ratio is that of two things measured in this run, so a slower machine changes both, most of
them alike (two have the clock in them: that of the cold fetch some latency, that of Ray the cores;
two are of bytes, which no machine changes much).
What falls short is measured again, up to three times, since others use the machine too. The sizes
are small: docs/benchmarks.md has the ratios of the whole market. ``recorded.json`` holds, for each
ratio, the middle one of three runs.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks import (
    daily_update,
    faults,
    fourteen_factors,
    peaks,
    process_start,
    runners,
    study_replay,
    ten_years,
    warm_scan,
)
from benchmarks.simulated_market import index_file
from benchmarks.timing import machine_line
from technic.bench.config import BenchConfig
from technic.bench.run import run_bench
from technic.engine.ray_runner import start_ray
from technic.sessions import load_calendar
from technic.settings import load_settings
from technic.study.all_setups import all_setups

__all__ = ["MEASURES", "Verdict", "judged"]

RECORDED = Path(__file__).parent / "recorded.json"
LEAST_SHARE = 2 / 3
"""Of a recorded ratio: what has to be left of it."""
COUNTS = frozenset({"update_requests"})
"""Ratios of counts, which no busy machine changes: all of them has to be left."""
TRIES = 3
RUNS_TO_RECORD = 3
LINE = BenchConfig(symbols=1_500, sessions=60, latency_ms=50.0)

Ratio = Callable[[], float]


def requests_of_an_update() -> float:
    """Requests for one more session: symbol by symbol ÷ planned. A count: no two runs differ."""
    found = daily_update.measure(LINE)
    return found.each_requests / found.requests


def process_of_a_scan() -> float:
    """Processor time of ``import pandas`` ÷ that of ``technic scan`` on the demo market."""
    timed = {process_start.PANDAS: [sys.executable, "-c", process_start.PANDAS],
             "scan": process_start.SCAN}  # fmt: skip
    found = process_start.measure(timed, rounds=3)
    return found[process_start.PANDAS].processor / found["scan"].processor


def process_of_a_file() -> float:
    """Processor time of ``import pandas`` ÷ that of ``technic scan`` of a file."""
    with tempfile.TemporaryDirectory() as folder:
        asked = process_start.commands(Path(folder) / "bars.parquet", 1_000, 300)
        timed = {name: asked[name] for name in asked if name != process_start.DEMO}
        found = process_start.measure(timed, rounds=3)
    return found[process_start.PANDAS].processor / found["scan of a file, 1,000 x 300"].processor


def ray_beside_local() -> float:
    """Clock of the local runner ÷ that of Ray with warm workers, its put not counted."""
    calendar = load_calendar(dt.date(2026, 1, 1), load_settings(os.environ, Path.cwd()).home)
    panel, scan = runners.bars_and_scan(calendar, 2_000, 1_260)
    with start_ray():
        return runners.measure(panel, scan, rounds=3).local_over_ray


def study_beside_scans() -> float:
    """Processor time of the scan of each day ÷ that of the study of all, with all setups."""
    setups = all_setups(benchmark=True)
    with tempfile.TemporaryDirectory() as folder:
        replay = study_replay.opened(300, 252, setups, index_file(Path(folder)))
        found = study_replay.measure(replay, Path(folder), sample=3, rounds=2)
    return found.scans.processor / found.study.processor


def clean_over_faulty(seconds: tuple[float, float]) -> float:
    """Processor time without faults ÷ that with them."""
    clean, faulty = seconds
    return clean / faulty


MEASURES: Mapping[str, tuple[str, Ratio]] = {
    "planned_over_batch": (
        "technic bench: planned over one request a symbol",
        lambda: run_bench(LINE).planned_over_batch,
    ),
    "update_requests": ("requests of a daily update", requests_of_an_update),
    "warm_scan": (
        "warm scan over plain pandas",
        lambda: warm_scan.measure(1_500, 300, 15, rounds=3).ratio,
    ),
    "warm_scan_talib": (
        "warm scan over TA-Lib's loop",
        lambda: warm_scan.measure(1_500, 300, 5, rounds=5).over_talib,
    ),
    "all_days": (
        "columns of all days at once over day by day",
        lambda: ten_years.measure(256, 1_260, 2).ratio,
    ),
    "factors": (
        "14 factors over plain pandas",
        lambda: fourteen_factors.measure(400, 2_520, 10).ratio,
    ),
    "process_of_a_scan": ("import pandas over technic scan", process_of_a_scan),
    "process_of_a_file": ("import pandas over technic scan of a file", process_of_a_file),
    "study": ("scans of the days over their study", study_beside_scans),
    "symbols_that_raise": (
        "clean scan over one with symbols that raise",
        lambda: clean_over_faulty(faults.symbols_that_raise(600, 300, 2, rounds=2)),
    ),
    "broken_files": (
        "clean folder over one with broken files",
        lambda: clean_over_faulty(faults.broken_files(200, 300, rounds=3)),
    ),
    "scan_memory": (
        "bytes of the bars over the peak of a scan",
        lambda: 1 / peaks.scan_peak(1_500, 300).times,
    ),
    "replay_memory": (
        "bytes of the bars over the peak of a replay",
        lambda: 1 / peaks.replay_peak(400, 252).times,
    ),
    "ray": ("local runner over Ray, put apart", ray_beside_local),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One ratio: what was recorded, the least that passes, and the best that was measured."""

    name: str
    recorded: float
    least: float
    measured: float

    @property
    def passed(self) -> bool:
        """Whether enough of it is left."""
        return self.measured >= self.least


def judged(
    recorded: Mapping[str, float], measures: Mapping[str, tuple[str, Ratio]]
) -> Iterator[Verdict]:
    """Measure each ratio, again where it falls short, and judge it.

    Raises SystemExit where a ratio is not recorded, or one is that nobody measures: a gate that
    measures nothing must not pass.
    """
    if set(recorded) != set(measures):
        odd = ", ".join(sorted(set(recorded) ^ set(measures)))
        raise SystemExit(f"recorded and measured ratios differ in: {odd}; run with --record")
    for name, (_, ratio) in measures.items():
        least = recorded[name] * (1.0 if name in COUNTS else LEAST_SHARE)
        best = 0.0
        for _ in range(TRIES):
            best = max(best, ratio())
            if best >= least:
                break
        yield Verdict(name, recorded[name], least, best)


def record() -> None:
    """Write the middle ratio of three runs, all measures in turn."""
    runs = [{name: ratio() for name, (_, ratio) in MEASURES.items()} for _ in range(RUNS_TO_RECORD)]
    middle = {name: statistics.median(run[name] for run in runs) for name in MEASURES}
    # a count stays as it is: rounded up, it could never be reached again
    ratios = {
        name: ratio if name in COUNTS else float(f"{ratio:.3g}") for name, ratio in middle.items()
    }
    document = {"machine": machine_line("pandas"), "ratios": ratios}
    RECORDED.write_text(json.dumps(document, indent=2) + "\n")


def main() -> int:
    """Judge all ratios; returns 1 where too little is left of one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true", help="write the ratios of this machine")
    if parser.parse_args().record:
        record()
        return 0
    recorded = json.loads(RECORDED.read_text())
    print(f"{machine_line('pandas')}; recorded on {recorded['machine']}")
    print(f"{'':48} recorded     least  measured")
    failed = 0
    for one in judged(recorded["ratios"], MEASURES):
        failed += not one.passed
        print(f"{MEASURES[one.name][0]:<48} {one.recorded:8.3g}  {one.least:8.3g}  "
              f"{one.measured:8.3g}  {'ok' if one.passed else 'FELL BELOW THE LEAST'}",
              flush=True)  # fmt: skip
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
