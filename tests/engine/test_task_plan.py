"""A market as tasks: every column once, blocks no wider than asked, and room for all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic.engine.task_plan import Machines, partition

CLUSTERS = st.builds(
    Machines,
    nodes=st.integers(1, 40),
    workers=st.integers(1, 600),
    store_bytes=st.integers(10**6, 10**11),
)


@given(
    n_symbols=st.integers(0, 7_000),
    symbol_bytes=st.integers(0, 5_000_000),
    block_size=st.integers(1, 9_000),
    machines=CLUSTERS,
)
def test_every_column_is_in_one_block_of_one_task(
    n_symbols: int, symbol_bytes: int, block_size: int, machines: Machines
):
    """Counted one by one; what is on its way at a time fits into half the store."""
    size = n_symbols * symbol_bytes
    plan = partition(n_symbols, size, block_size, machines)
    seen: list[int] = []
    for task in plan.tasks:
        blocks = plan.blocks(task)
        offset = task.start if plan.pieces else 0
        for block in blocks:
            assert 0 < block.stop - block.start <= min(block_size, plan.width)
            seen += range(offset + block.start, offset + block.stop)
        assert blocks[0].start + offset == task.start
        assert blocks[-1].stop + offset == task.stop
    assert seen == list(range(n_symbols))
    in_flight = min(plan.in_flight, len(plan.tasks))
    if size <= machines.store_bytes / 2:
        assert in_flight == len(plan.tasks) <= max(64, 8 * machines.workers)
    else:
        widest = max(task.stop - task.start for task in plan.tasks)
        held = in_flight * widest * symbol_bytes
        assert held <= machines.store_bytes / 2 or (in_flight, widest) == (1, 1)
        assert plan.pieces


@pytest.mark.parametrize(
    ("n_bytes", "nodes", "pieces"),
    [(665e6, 1, False), (665e6, 3, True), (3e9, 1, True), (0, 3, False)],
    ids=["one machine", "three machines", "larger than the store", "read by the workers"],
)
def test_bars_travel_in_pieces_where_that_saves_something(n_bytes: float, nodes: int, pieces: bool):
    """One machine that has room reads one copy; many would each fetch all of it."""
    assert partition(6_000, int(n_bytes), 8192, Machines(nodes, 4, 4 * 10**9)).pieces is pieces


def test_wide_blocks_are_one_for_each_worker():
    """Each block takes the steps through time anew."""
    plan = partition(6_000, 10**8, 8192, Machines(1, 4, 4 * 10**9))
    assert (len(plan.tasks), plan.width) == (4, 1500)


def test_narrow_blocks_share_a_task():
    """The number of tasks depends on the workers, not on the blocks."""
    plan = partition(6_000, 10**8, 2, Machines(1, 4, 4 * 10**9))
    assert len(plan.tasks) <= 64
    assert len(plan.blocks(plan.tasks[0])) == 47
    plan = partition(6_000, 10**8, 2, Machines(8, 100, 4 * 10**9))
    assert 64 < len(plan.tasks) <= 800


def test_bars_beyond_the_store_are_cut_so_that_no_worker_waits():
    """Two tasks for each worker fit into half the store."""
    plan = partition(6_000, 8 * 10**9, 8192, Machines(2, 8, 4 * 10**9))
    assert plan.in_flight >= 2 * 8
    assert plan.width == 93
