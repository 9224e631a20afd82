"""The Ray runner on several machines: raylets of one cluster, with small stores and no disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.blocks_that_fail import Poisoning
from support.gate import Gate, Gated, Visit, reported
from support.made_up_market import SESSIONS, SYMBOLS, assert_same, scan
from technic import ScanConfig
from technic.engine.blocks import BlockOutcome
from technic.engine.local import LocalRunner
from technic.engine.ray_runner import RayRunner, runner_error, start_ray
from technic.errors import RunnerError
from technic.panel import BarPanel
from technic.scan.block_rows import concat_rows, scan_block
from technic.scan.windows import ScanWindows
from technic.testing import make_bars, make_panel

ray = pytest.importorskip("ray")
cluster_utils = pytest.importorskip("ray.cluster_utils")

STORE = 80 * 2**20
NO_DISK = {"local_fs_capacity_threshold": 0.0001, "oom_grace_period_s": 0}
"""Ray spills nothing, as if the disk were full: what does not fit is refused."""
SOON = {"health_check_period_ms": 500, "health_check_failure_threshold": 3}
"""When a machine that does not answer is given up: not after some 15 s, as by default."""


@dataclass
class Machines:
    """A head, where the driver is, and two more machines, each of one processor."""

    begun: ExitStack
    cluster: Any = None
    others: list[Any] = field(default_factory=list)

    def all_up(self) -> None:
        """Start what is not there or has died."""
        if self.cluster is None:
            self.cluster = cluster_utils.Cluster()
            self.begun.callback(self.cluster.shutdown)
            self.cluster.add_node(
                num_cpus=1,
                object_store_memory=STORE,
                include_dashboard=False,
                _system_config=NO_DISK | SOON,
            )
        while len(self.others) < 2:
            self.others.append(self.cluster.add_node(num_cpus=1, object_store_memory=STORE))
        self.begun.enter_context(start_ray(self.cluster.address))

    def kill(self, node_id: str) -> None:
        """End the raylet of another machine at once; its workers end with it."""
        node = next(one for one in self.others if one.node_id == node_id)
        raylet = node.all_processes["raylet"][0].process
        raylet.kill()
        raylet.wait()
        self.others.remove(node)

    @property
    def here(self) -> str:
        """The machine the driver is on."""
        return str(ray.get_runtime_context().get_node_id())


@pytest.fixture(scope="module")
def cluster() -> Iterator[Machines]:
    """One cluster for the whole module."""
    tests = str(Path(__file__).parents[1])
    with pytest.MonkeyPatch.context() as patch, ExitStack() as begun:
        patch.setenv("PYTHONPATH", os.pathsep.join([tests, os.environ.get("PYTHONPATH", "")]))
        yield Machines(begun)
    assert not ray.is_initialized()


@pytest.fixture(scope="module")
def large() -> BarPanel:
    """97 MB of bars."""
    return make_panel(2_000, 1_100)


@pytest.fixture
def machines(cluster: Machines) -> Machines:
    """Three machines that are up, whatever the last test did to them."""
    cluster.all_up()
    return cluster


def scan_of(panel: BarPanel) -> partial:
    """The scan of a block of this panel."""
    return partial(scan_block, windows=ScanWindows.whole(panel.sessions), config=ScanConfig())


def assert_same_rows(left: BlockOutcome, right: BlockOutcome) -> None:
    """Bit for bit, in the same order."""
    one, other = concat_rows(left.rows), concat_rows(right.rows)
    assert one.symbols == other.symbols
    assert one.gated == other.gated
    assert list(one.columns) == list(other.columns)
    for name, values in one.columns.items():
        assert values.tobytes() == other.columns[name].tobytes(), name


def nodes(visits: list[Visit]) -> set[str]:
    """The machines that blocks were scanned on."""
    return {visit.node for visit in visits}


@pytest.mark.parametrize("poison", [None, "BN"])
def test_several_machines_give_the_answer_of_one(machines: Machines, poison: str | None):
    """Table and ledger, with blocks on all three; each machine gets the bars of its blocks."""
    bars = make_bars(SYMBOLS, SESSIONS)
    config = ScanConfig(block_size=5)
    on_ray = RayRunner()
    with Gate(lambda visits: visits if len(nodes(visits)) == 3 else []) as gate:
        runners = [LocalRunner(), Gated(on_ray, gate.port)]
        if poison:
            runners = [Poisoning(runner, poison) for runner in runners]
        local, far = [scan(bars, config, runner=runner) for runner in runners]
    assert_same(local, far)
    assert nodes(gate.visits) == {node["NodeID"] for node in ray.nodes() if node["Alive"]}
    assert (on_ray.last.tasks, on_ray.last.pieces) == (6, 6)
    if poison:
        assert far.ledger.of(poison) == ("error.ZeroDivisionError", "poison in the well")


def test_a_machine_that_dies_takes_nothing_with_it(machines: Machines):
    """The block it scanned is scanned elsewhere, and rows that only it held are made again."""
    panel = make_panel(900)
    work = scan_of(panel)
    here, victim = machines.here, ""

    def decide(visits: list[Visit]) -> list[Visit]:
        if len(nodes(visits)) < 3 and not victim:
            return []
        if not victim:  # one block is done, and the driver is told
            return [next(visit for visit in visits if visit.node == here)]
        if any(visit.node == victim for visit in visits[3:]):
            return visits if victim not in {node.node_id for node in machines.others} else []
        return [visit for visit in visits if visit.node == victim]

    def on_progress(done: int, total: int) -> None:
        nonlocal victim
        if victim:
            return
        victim = next(visit.node for visit in gate.visits if visit.node != here)
        gate.ask_again()
        gate.wait_for(lambda visits: sum(visit.node == victim for visit in visits) == 2)
        machines.kill(victim)
        gate.ask_again()

    with Gate(decide) as gate:
        far = RayRunner().run(panel, partial(reported, scan=work, port=gate.port), 150, on_progress)
    assert_same_rows(LocalRunner().run(panel, work, 150), far)
    lost = [visit.symbol for visit in gate.visits if visit.node == victim]
    again = {visit.symbol for visit in gate.visits if visit.node != victim}
    assert len(lost) == 2
    assert set(lost) <= again


def test_bars_that_exceed_the_store_pass_through_it(machines: Machines, large: BarPanel):
    """A few pieces at a time; nothing is spilled, for nothing can be."""
    on_ray = RayRunner()
    far = on_ray.run(large, scan_of(large), 8192)
    assert on_ray.last.put_bytes > STORE
    assert on_ray.last.pieces == on_ray.last.tasks > 3
    assert_same_rows(LocalRunner().run(large, scan_of(large), 8192), far)


def test_a_store_without_room_is_one_sentence(machines: Machines):
    """What was to be put, how large the store is, and what to do."""
    held = ray.put(np.zeros(STORE - 2**20, dtype=np.uint8))
    panel = make_panel(900)
    with pytest.raises(RunnerError) as raised:
        RayRunner().run(panel, scan_of(panel), 8192)
    assert str(raised.value) == (
        "runner ray: 12 MB of bars do not fit into Ray's object store of 84 MB, nor on its disk; "
        "start Ray with a larger object_store_memory, free the disk it spills to, or use "
        "--runner threads"
    )
    del held


def test_lost_bars_or_rows_are_one_sentence():
    """As Ray says it of objects whose every copy is gone: bare, or as what a task raised."""
    lost = ray.exceptions.ObjectLostError("00ff", None, "")
    for error in (lost, ray.exceptions.RayTaskError("f", "trace", lost)):
        assert str(runner_error(error, 1, 1)) == (
            "runner ray: the machine that held bars or rows is gone (ObjectLostError); "
            "run it again, or use --runner threads"
        )
