"""Peak memory of a scan and of a replay, over the bytes of the bars that each reads.

    python -m benchmarks.peaks [--symbols 3000] [--bars 300] [--days 252]

The scan is of a Parquet file, the replay finds the hits of all built-in setups in a simulated
market that is there before. Each runs in a process of its own, on two threads whatever the machine
has. What that process held after the same work on twenty symbols is no part of it. No clock is in
these figures: a slow or busy machine changes none of them.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.process_start import write_file
from benchmarks.simulated_market import index_file
from benchmarks.study_replay import opened
from benchmarks.timing import machine_line, peak_memory, status
from technic import ScanConfig, run_scan
from technic.study.all_setups import all_setups
from technic.study.replay.replay import Replay

__all__ = ["Peak", "replay_peak", "scan_peak"]

FIELDS = 5
"""Open, high, low, close and volume, eight bytes each: what a bar takes at least."""
BASE_WINDOW = 300
"""Sessions that the first replayed day needs before it."""
SMALL = 20
THREADS = 2
NOW = dt.datetime(2024, 3, 9, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Peak:
    """Bytes that the work held at most beyond what its process held before, and its floor."""

    held: int
    floor: int

    @property
    def times(self) -> float:
        """How many times the bytes of its bars."""
        return self.held / self.floor


def scan_peak(n_symbols: int, n_bars: int) -> Peak:
    """Scan a file of so many symbols and bars in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small.parquet", Path(folder) / "large.parquet"
        write_file(small, SMALL, n_bars)
        write_file(large, n_symbols, n_bars)
        held = _held_by("scan", str(small), str(large))
    return Peak(held, n_symbols * n_bars * FIELDS * 8)


def replay_peak(n_symbols: int, n_days: int) -> Peak:
    """Replay so many days of so many symbols in a fresh process."""
    held = _held_by("replay", str(n_symbols), str(n_days))
    return Peak(held, n_symbols * (n_days + BASE_WINDOW) * FIELDS * 8)


def _held_by(*work: str) -> int:
    command = [sys.executable, "-m", "benchmarks.peaks", "--work", *work]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return int(json.loads(done.stdout.splitlines()[-1]))


def _work(what: str, first: str, second: str) -> None:
    """Run small work, then the whole; print how many more bytes were held than before it."""
    os.cpu_count = lambda: THREADS  # blocks in flight are as many as cores
    with tempfile.TemporaryDirectory() as folder:
        if what == "scan":
            small, whole = _scan(first), _scan(second)
        else:
            index, setups = index_file(Path(folder)), all_setups(benchmark=True)
            small = _hits(opened(SMALL, int(second), setups, index))
            whole = _hits(opened(int(first), int(second), setups, index))
        small()
        before = status("VmRSS")
        reached = peak_memory()
        whole()
    if peak_memory() == reached:
        raise SystemExit("the peak is that of what ran before; ask for more symbols")
    print(json.dumps(peak_memory() - before))


def _scan(path: str) -> Callable[[], object]:
    return partial(run_scan, ScanConfig(data=path, price_basis="split_adjusted"), now=NOW)


def _hits(replay: Replay) -> Callable[[], object]:
    return lambda: sum(len(part) for part in replay.hits())


def main() -> None:
    """Measure both and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=3_000)
    parser.add_argument("--bars", type=int, default=300)
    parser.add_argument("--days", type=int, default=252)
    parser.add_argument("--work", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.work:
        _work(*args.work)
        return
    print(machine_line("pandas"))
    for what, peak in (
        (f"scan, {args.symbols:,} x {args.bars}", scan_peak(args.symbols, args.bars)),
        (f"replay, {args.symbols:,} x {args.days}", replay_peak(args.symbols, args.days)),
    ):
        print(f"{what:24} {peak.held / 1e6:8.0f} MB beyond what was held before, its bars "
              f"{peak.floor / 1e6:6.0f} MB: {peak.times:.1f} x")  # fmt: skip


if __name__ == "__main__":
    main()
