"""The three runners on the same bars: one answer, and what each takes for it.

    python -m benchmarks.runners [--symbols 6000] [--bars 300 2520] [--rounds 3]

For each number of bars: the block scans of local, threads and Ray (warm workers), best of a few
rounds, with their results compared bit for bit first; ``ray.init`` and ``ray.put`` apart, bytes
put, tasks; then how the time grows with the number of blocks, and on Ray with that of tasks.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.timing import best_of, machine_line
from technic import ScanConfig
from technic.engine.blocks import BlockOutcome, BlockScan
from technic.engine.local import LocalRunner
from technic.engine.ray_runner import RayRun, RayRunner, start_ray
from technic.engine.runner import Runner
from technic.engine.threads import ThreadsRunner
from technic.panel import BarPanel
from technic.scan.block_rows import BlockRows, concat_rows, scan_block
from technic.scan.column_names import BLOCK_COLUMNS
from technic.scan.windows import ScanWindows
from technic.sessions import SessionCalendar, load_calendar
from technic.settings import load_settings
from technic.testing import make_bars, make_panel

BLOCK_SIZE = 8192
WIDTHS = (1500, 375, 94)
BLOCKS = (10, 50, 100, 250, 500, 1_000)
N_COLUMNS = len(BLOCK_COLUMNS)


def check_same(left: BlockOutcome, right: BlockOutcome) -> None:
    """Raise unless two runners came to the same rows, bit for bit."""
    one, other = concat_rows(left.rows), concat_rows(right.rows)
    pairs = [(one.columns[name], other.columns[name]) for name in one.columns]
    if one.index is not None and other.index is not None:
        pairs += [(one.index.total, other.index.total), (one.index.count, other.index.count)]
    same = one.symbols == other.symbols and one.gated == other.gated
    if not same or any(mine.tobytes() != theirs.tobytes() for mine, theirs in pairs):
        raise SystemExit("the runners do not agree")


@dataclass(frozen=True, slots=True)
class Turns:
    """Seconds of each runner by name, best of a few turns, and what Ray's best run cost apart."""

    seconds: dict[str, float]
    cost: RayRun

    @property
    def local_over_ray(self) -> float:
        """How many times faster Ray is than the local runner, its put not counted."""
        return self.seconds["local"] / (self.seconds["ray"] - self.cost.put_seconds)


def bars_and_scan(
    calendar: SessionCalendar, n_symbols: int, n_bars: int
) -> tuple[BarPanel, BlockScan]:
    """Made-up bars, and the scan of their last session."""
    sessions = calendar.last(n_bars, np.datetime64("2024-03-08"))
    symbols = [f"X{i:04d}" for i in range(n_symbols)]
    panel = BarPanel.from_long(make_bars(symbols, sessions), sessions)
    return panel, partial(
        scan_block, windows=ScanWindows.whole(panel.sessions), config=ScanConfig()
    )


def measure(panel: BarPanel, scan: BlockScan, rounds: int) -> Turns:
    """Run all runners in turns on a Ray that is there; SystemExit where they do not agree."""
    on_ray = RayRunner()
    runners: list[Runner] = [LocalRunner(), ThreadsRunner(), on_ray]
    on_ray.run(panel, scan, BLOCK_SIZE)  # workers import, once
    local = runners[0].run(panel, scan, BLOCK_SIZE)
    taken: dict[str, float] = {}
    cost = on_ray.last
    for _ in range(rounds):
        for runner in runners:
            spent, outcome = best_of(1, partial(runner.run, panel, scan, BLOCK_SIZE))
            check_same(local, outcome)
            if spent.clock < taken.get(runner.name, np.inf):
                taken[runner.name] = spent.clock
                cost = on_ray.last if runner is on_ray else cost
    return Turns(taken, cost)


def compare(panel: BarPanel, scan: BlockScan, rounds: int) -> None:
    """Print what each runner takes, in turns, then the time by number of blocks."""
    n = panel.n_symbols
    print(f"\n{n:,} symbols x {panel.n_bars:,} bars")
    found = measure(panel, scan, rounds)
    local, cost = found.seconds["local"], found.cost
    for name, spent in found.seconds.items():
        print(f"  {name:<8} {spent:7.3f} s  {spent / local:5.2f} x local")
    print(f"  ray.put  {cost.put_seconds:7.3f} s for {cost.put_bytes / 1e6:,.0f} MB, {cost.tasks} "
          f"tasks; without it Ray is {1 / found.local_over_ray:.2f} x local")  # fmt: skip
    on_ray = RayRunner()
    for width in WIDTHS:
        ray_s, _ = best_of(rounds, partial(on_ray.run, panel, scan, width))
        put, tasks = on_ray.last.put_seconds, on_ray.last.tasks
        threads_s, _ = best_of(rounds, partial(ThreadsRunner().run, panel, scan, width))
        print(f"  {-(-n // width):4} blocks: ray {ray_s.clock - put:7.3f} s + put {put:.3f} s in "
              f"{tasks} tasks, threads {threads_s.clock:7.3f} s")  # fmt: skip


def handed_back(block: BarPanel) -> BlockRows:
    """Scan nothing and return a row as wide as a scan's: what a block costs beside its scan."""
    columns = {f"c{i}": np.zeros(block.n_symbols) for i in range(N_COLUMNS)}
    last_bar = np.full(block.n_symbols, block.sessions[-1])
    return BlockRows(block.symbols, columns, last_bar, ())


def growth(rounds: int) -> None:
    """Print what each runner takes for blocks that have nothing to do, and what one more adds."""
    panel = make_panel(2_000, 10)
    on_ray = RayRunner()
    runners: list[Runner] = [ThreadsRunner(), on_ray]
    for runner in runners:
        runner.run(panel, handed_back, panel.n_symbols)  # workers unpickle the scan, once
        taken: dict[int, float] = {}
        tasks: dict[int, int] = {}
        for blocks in BLOCKS:
            width = -(-panel.n_symbols // blocks)
            spent, _ = best_of(rounds, partial(runner.run, panel, handed_back, width))
            taken[blocks] = spent.clock
            tasks[blocks] = on_ray.last.tasks if runner is on_ray else blocks
        shown = ", ".join(f"{blocks} in {1000 * spent:.0f} ms" for blocks, spent in taken.items())
        few, most = min(BLOCKS), max(BLOCKS)
        each = (taken[most] - taken[few]) / (most - few)
        print(f"  {runner.name:<8} blocks that scan nothing: {shown}; "
              f"{1000 * each:.2f} ms for each extra block")  # fmt: skip
        if runner is on_ray:
            alone = max(blocks for blocks in BLOCKS if tasks[blocks] == blocks)
            task = (taken[alone] - taken[few]) / (alone - few)
            print(f"           of which {tasks[most]} tasks at most, each extra one "
                  f"{1000 * task:.2f} ms")  # fmt: skip


def main() -> None:
    """Run all sizes and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=6_000)
    parser.add_argument("--bars", type=int, nargs="+", default=[300, 2_520])
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    settings = load_settings(os.environ, Path.cwd())
    calendar = load_calendar(dt.date(2026, 1, 1), settings.home)
    print(machine_line("ray"))
    started = time.perf_counter()
    with start_ray():
        print(f"ray.init {time.perf_counter() - started:.2f} s")
        for bars in args.bars:
            compare(*bars_and_scan(calendar, args.symbols, bars), args.rounds)
        print()
        growth(args.rounds)


if __name__ == "__main__":
    main()
