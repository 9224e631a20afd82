"""Large work on arrays shared out to all cores, where nobody else has them at work already.

A piece of work writes to its own columns and is done by one thread, so no bit depends on how many
there are. numpy and compiled loops let other threads run while they compute.

Only what the process's main thread asks for is shared out: the threads of a scan, a replay or a
service are as many as there are cores already. OMP_NUM_THREADS, by which libraries for numbers are
told how many threads to take, and which Ray sets for its workers, is heeded.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from typing import Any

__all__ = ["LARGE", "column_shares", "cores_at_hand", "on_cores"]

LARGE = 1_000_000
"""Cells from which on a pass over them takes so long that another thread is worth its start."""

_SHARED_OUT = ContextVar("work that is shared out already", default=False)


def cores_at_hand() -> int:
    """Return how many threads the caller may keep busy, itself among them."""
    if _SHARED_OUT.get() or threading.current_thread() is not threading.main_thread():
        return 1
    told = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()  # a number for each level
    wanted = int(told) if told.isdecimal() else 0
    usable = getattr(os, "sched_getaffinity", None)
    cores = len(usable(0)) if usable is not None else os.cpu_count() or 1
    return max(min(cores, wanted or cores), 1)


def column_shares(n_rows: int, n_columns: int, narrowest: int = 1) -> list[tuple[slice]]:
    """Cut columns into one piece a core where they are many cells, else return them as one."""
    cores = cores_at_hand() if n_rows * n_columns >= LARGE else 1
    width = max(-(-n_columns // cores), narrowest, 1)
    width = -(-width // narrowest) * narrowest
    return [(slice(at, min(at + width, n_columns)),) for at in range(0, n_columns, width)]


def on_cores(work: Callable[..., None], pieces: Iterable[tuple[Any, ...]], cells: int) -> None:
    """Call ``work(*piece)`` for each; where ``cells`` are many, with the help of other threads.

    What a piece shares out in turn it does alone. What one raises is raised here, and no other one
    is begun after it.
    """
    cores = cores_at_hand() if cells >= LARGE else 1
    if cores == 1:
        for piece in pieces:
            work(*piece)
        return
    waiting = deque(pieces)
    helpers = min(cores, len(waiting)) - 1

    def taken() -> tuple[Any, ...] | None:
        try:
            return waiting.popleft()
        except IndexError:
            return None

    def work_off() -> None:
        _SHARED_OUT.set(True)
        try:
            for piece in iter(taken, None):
                work(*piece)
        finally:
            waiting.clear()  # none is left, or one has raised and no other is to begin

    with ThreadPoolExecutor(max(helpers, 1)) as pool:
        # a context of its own, with numpy's handling of overflows
        tasks = [pool.submit(copy_context().run, work_off) for _ in range(helpers)]
        copy_context().run(work_off)
        for task in tasks:
            task.result()
