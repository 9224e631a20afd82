"""What a scan on several machines moves over the network: raylets of one cluster on this machine.

    unshare -rn sh -c 'ip link set lo up && exec python -m benchmarks.ray_network'

``unshare`` gives it a loopback interface of its own, whose counter of received bytes
(``/proc/net/dev``) is what is measured; without it the traffic of others is in the figures, as far
as it differs from what passes while nothing is scanned, which is taken off. For each number of bars
and machines: the panel as one object, which each machine pulls, and in pieces, which travel to the
machine that scans them; the rows checked to be those of the local runner, bit for bit.

    python -m benchmarks.ray_network [--symbols 6000] [--bars 300 2520] [--machines 2 3]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from unittest import mock

import numpy as np
from ray.cluster_utils import Cluster

from benchmarks.runners import BLOCK_SIZE, check_same
from technic import ScanConfig
from technic.engine import ray_runner
from technic.engine.blocks import BlockOutcome
from technic.engine.local import LocalRunner
from technic.engine.ray_runner import RayRunner, start_ray
from technic.engine.serialization import bar_bytes
from technic.engine.task_plan import Machines, TaskPlan, partition
from technic.panel import BarPanel
from technic.scan.block_rows import scan_block
from technic.scan.windows import ScanWindows
from technic.testing import make_bars, make_panel

STORE = 2 * 2**30
IDLE_SECONDS = 3.0


def received() -> int:
    """Bytes that the loopback interface has received: what any raylet sent to any other."""
    for line in Path("/proc/net/dev").read_text().splitlines():
        name, _, counters = line.partition(":")
        if name.strip() == "lo":
            return int(counters.split()[0])
    raise SystemExit("there is no loopback interface")


def moved(work: Callable[[], BlockOutcome]) -> tuple[int, float, BlockOutcome]:
    """Bytes moved by ``work`` beyond what passes anyway, its seconds, what it came to."""
    at = received()
    time.sleep(IDLE_SECONDS)
    idle = (received() - at) / IDLE_SECONDS
    at, started = received(), time.perf_counter()
    outcome = work()
    spent = time.perf_counter() - started
    return round(received() - at - idle * spent), spent, outcome


def in_one_piece(n_symbols: int, n_bytes: int, block_size: int, machines: Machines) -> TaskPlan:
    """Share a market out with all its bars in one object."""
    return replace(partition(n_symbols, n_bytes, block_size, machines), pieces=False)


@contextmanager
def cluster_of(machines: int) -> Iterator[None]:
    """Connect to a cluster of that many machines, each of one processor, on this one."""
    head = {"num_cpus": 1, "object_store_memory": STORE, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    try:
        for _ in range(machines - 1):
            cluster.add_node(num_cpus=1, object_store_memory=STORE)
        with start_ray(cluster.address):
            yield
    finally:
        cluster.shutdown()


def measure(panel: BarPanel, machines: int) -> None:
    """Print what is moved for this panel, in one piece and in several."""
    scan = partial(scan_block, windows=ScanWindows.whole(panel.sessions), config=ScanConfig())
    size = bar_bytes(panel)
    local = LocalRunner().run(panel, scan, BLOCK_SIZE)
    runner = RayRunner()
    for way, shared in (("one object", in_one_piece), ("in pieces", partition)):
        with cluster_of(machines), mock.patch.object(ray_runner, "partition", shared):
            small = make_panel(60)
            warm_up = partial(
                scan_block, windows=ScanWindows.whole(small.sessions), config=ScanConfig()
            )
            runner.run(small, warm_up, 1)  # workers import, once
            n_bytes, spent, outcome = moved(partial(runner.run, panel, scan, BLOCK_SIZE))
        check_same(local, outcome)
        print(f"  {machines} machines, {way:<10}  {n_bytes / 1e6:8,.1f} MB moved = "
              f"{n_bytes / size:4.2f} x the panel, {runner.last.pieces:2} put, "
              f"{runner.last.tasks} tasks, {spent:6.2f} s")  # fmt: skip


def main() -> None:
    """Measure all sizes and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=6_000)
    parser.add_argument("--bars", type=int, nargs="+", default=[300, 2_520])
    parser.add_argument("--machines", type=int, nargs="+", default=[2, 3])
    args = parser.parse_args()
    for bars in args.bars:
        sessions = np.busday_offset("2024-03-08", np.arange(1 - bars, 1), roll="backward")
        symbols = [f"X{i:04d}" for i in range(args.symbols)]
        panel = BarPanel.from_long(make_bars(symbols, sessions), sessions)
        print(f"{args.symbols:,} symbols x {bars:,} bars, {bar_bytes(panel) / 1e6:,.1f} MB")
        for machines in args.machines:
            measure(panel, machines)


if __name__ == "__main__":
    main()
