"""How a market is partitioned into the tasks of a cluster; nothing here knows what runs them.

Blocks stay the unit of scanning and of the error boundary. A task takes consecutive blocks, so that
narrow blocks do not pay for a task each. The bars of a panel travel in pieces: one piece on one
machine, a piece for each task where several machines would each fetch all of it, or where it does
not fit into the object store of the machine that sends it.
"""

from __future__ import annotations

from dataclasses import dataclass

from technic.engine.blocks import block_slices

__all__ = ["Machines", "TaskPlan", "partition"]

TASKS_A_WORKER = 8
LEAST_TASKS = 64
"""Tasks that are allowed on any cluster: a cluster that grows sees by them what there is to do."""
TASKS_IN_FLIGHT = 2
"""For each worker, where the bars do not fit into the store at once: the one it scans, the next."""
STORE_FRACTION = 0.5
"""Of the object store, that bars may fill; rows come back through it, others may use it."""


@dataclass(frozen=True, slots=True)
class Machines:
    """What a cluster is: machines alive, their processors, and the store of the one asking.

    ``store_bytes``: capacity of the object store on the machine that sends the bars.
    """

    nodes: int
    workers: int
    store_bytes: int


@dataclass(frozen=True, slots=True)
class TaskPlan:
    """The columns of each task, which are cut into blocks of at most ``width``.

    ``pieces``: each task's bars travel by themselves; else all tasks read the same.
    ``in_flight``: most tasks submitted and not done at one time.
    """

    tasks: tuple[slice, ...]
    width: int
    pieces: bool
    in_flight: int

    def blocks(self, task: slice) -> list[slice]:
        """Return the blocks of a task, as columns of what it reads."""
        start = 0 if self.pieces else task.start
        cuts = block_slices(task.stop - task.start, self.width)
        return [slice(start + cut.start, start + cut.stop) for cut in cuts]


def partition(n_symbols: int, n_bytes: int, block_size: int, machines: Machines) -> TaskPlan:
    """Partition ``n_symbols`` columns of together ``n_bytes``, in blocks of at most ``block_size``.

    A block for each worker: a second one would cost its steps through time again, which is more
    than an uneven partition costs. ``n_bytes`` is 0 where workers read their bars themselves. When
    the bars do not fit, blocks become as narrow as it takes for those in flight to fit: narrow
    blocks take longer, but no worker waits for the store.
    """
    width = max(1, min(block_size, -(-n_symbols // machines.workers)))
    most = max(LEAST_TASKS, TASKS_A_WORKER * machines.workers)
    room = STORE_FRACTION * machines.store_bytes
    fits = n_bytes <= room
    if fits:
        blocks_a_task = -(-len(block_slices(n_symbols, width)) // most)
        in_flight = most
    else:
        fitting = int(n_symbols * room / n_bytes)
        width = max(1, min(width, fitting // (TASKS_IN_FLIGHT * machines.workers)))
        blocks_a_task = 1
        in_flight = max(1, fitting // width)
    return TaskPlan(
        tasks=tuple(block_slices(n_symbols, width * max(blocks_a_task, 1))),
        width=width,
        pieces=n_bytes > 0 and (machines.nodes > 1 or not fits),
        in_flight=in_flight,
    )
