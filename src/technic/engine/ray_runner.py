"""The Ray runner: workers read the panel from Ray's object store, without a copy.

The panel is put there once; tasks take blocks of symbols, and what they come to is put together in
the order of the columns. Ray itself is imported inside the functions that use it: it is an extra.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from technic.aliases import FloatArray
from technic.engine.blocks import (
    BlockOutcome,
    BlockScan,
    block_slices,
    scan_cut,
    shared_width,
)
from technic.engine.runner import RunProgress
from technic.errors import RunnerError, TechnicError
from technic.panel import BarPanel, BlockSource
from technic.panel.bar_panel import FIELDS
from technic.regime import IndexSums
from technic.scan_block import BlockRows

__all__ = ["RayRun", "RayRunner", "start_ray"]

logger = logging.getLogger(__name__)

MAX_RETRIES = 3
"""How often a block is scanned again after its worker has died."""
CONNECT_SECONDS = 10
PackedRows = tuple[BlockRows, tuple[str, ...], FloatArray]
PackedOutcome = tuple[list[PackedRows], BlockOutcome]
HINT = "use --runner threads, or auto to fall back by itself"


@dataclass(frozen=True, slots=True)
class RayRun:
    """What a run cost beside scanning: seconds and bytes of ``ray.put``, number of tasks."""

    put_seconds: float
    put_bytes: int
    tasks: int


class RayRunner:
    """Runs on the Ray that is connected (see ``start_ray``), wherever its workers are.

    ``last``: what the last run cost.
    """

    name = "ray"

    def __init__(self) -> None:
        self.last = RayRun(0.0, 0, 0)

    @property
    def workers(self) -> int:
        """The processors of the machine that has most of them."""
        nodes = [node["Resources"] for node in _ray().nodes() if node["Alive"]]
        return max((int(node.get("CPU", 0)) for node in nodes), default=0) or 1

    def run(
        self,
        source: BlockSource,
        scan: BlockScan,
        block_size: int,
        progress: RunProgress | None = None,
    ) -> BlockOutcome:
        """Scan each block as a Ray task; a block whose worker dies is scanned by another.

        Raises RunnerError when Ray loses the panel or a block for good. An interrupt cancels what
        has not been scanned.
        """
        ray = _ray()
        outcome = BlockOutcome()
        workers = int(ray.cluster_resources().get("CPU", 1))
        width = shared_width(source.n_symbols, block_size, workers)
        cuts = block_slices(source.n_symbols, width)
        tasks: list[Any] = []
        try:
            started = time.perf_counter()
            shared, scan_ref = ray.put(_contiguous(source)), ray.put(scan)
            size = _size(source)
            self.last = RayRun(time.perf_counter() - started, size, len(cuts))
            logger.info(
                "put %d bytes in %.2f s for %d tasks", size, self.last.put_seconds, len(cuts)
            )
            task = _task()
            tasks += [task.remote(shared, scan_ref, cut.start, cut.stop) for cut in cuts]
            for done, cut in enumerate(cuts):
                outcome.add(_unpacked(ray.get(tasks[done])))
                tasks[done] = None
                if progress is not None:
                    progress(cut.stop, source.n_symbols)
        except ray.exceptions.RayError as error:
            cause = getattr(error, "cause", None)
            if isinstance(cause, TechnicError):  # such as a store that a worker cannot read
                raise cause from error
            raise RunnerError(self.name, _reason(error), HINT) from error
        finally:
            for left in tasks:
                if left is not None:
                    ray.cancel(left, force=True)
        for one in outcome.poisoned:
            logger.warning("scanning %s raised %s: %s", one.symbol, one.error, one.detail)
        return outcome


def start_ray(address: str | None = None) -> ExitStack:
    """Connect to the Ray this process uses already, the cluster at ``address``, else a new one.

    Leaving the context ends what was begun here and nothing else. Raises RunnerError when Ray
    cannot start or no cluster answers.
    """
    ray = _ray()
    stack = ExitStack()
    if ray.is_initialized():
        return stack
    # Ray reports its use to its makers unless told not to, and hides GPUs from tasks without one
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address is None:
        options |= {"num_cpus": os.cpu_count() or 1, "include_dashboard": False}
    started = time.perf_counter()
    try:
        _require_listener(address)
        ray.init(address=address or "local", **options)
    except (RuntimeError, OSError, ValueError, ray.exceptions.RayError) as error:
        where = f"no cluster at {address}" if address else "a local Ray cannot start"
        raise RunnerError("ray", f"{where} ({_reason(error)})", HINT) from error
    logger.info("connected to Ray in %.2f s", time.perf_counter() - started)
    stack.callback(ray.shutdown)
    return stack


def _ray() -> Any:
    import ray

    return ray


def _require_listener(address: str | None) -> None:
    """Raise OSError or ValueError where nobody listens; Ray itself would try for minutes."""
    if address in (None, "auto", "local"):
        return
    host, _, port = str(address).removeprefix("ray://").rpartition(":")
    if not host or not port.isdigit():
        raise ValueError("an address is HOST:PORT")
    socket.create_connection((host, int(port)), timeout=CONNECT_SECONDS).close()


@cache
def _task() -> Any:
    """Return the remote function; made once, so that Ray ships it once."""
    return _ray().remote(num_cpus=1, max_retries=MAX_RETRIES)(_scan_cut)


def _scan_cut(source: BlockSource, scan: BlockScan, start: int, stop: int) -> PackedOutcome:
    """Scan the columns from ``start`` to ``stop``: what a worker does."""
    if isinstance(source, BarPanel):
        _require_views(source)
    return _packed(scan_cut(source, slice(start, stop), scan))


def _require_views(panel: BarPanel) -> None:
    """Raise unless the bars are read where they lie in the object store."""
    for name in (*FIELDS, "session"):
        array = getattr(panel, name)
        owner = array
        while isinstance(owner.base, np.ndarray):
            owner = owner.base
        if array.size and (owner.flags.owndata or array.flags.writeable):
            raise RunnerError("ray", f"a worker holds a copy of {name} instead of a view")


def _contiguous(source: BlockSource) -> BlockSource:
    """Return a panel with arrays in C order: only those travel without a copy."""
    if not isinstance(source, BarPanel):
        return source
    arrays = {name: np.ascontiguousarray(getattr(source, name)) for name in (*FIELDS, "session")}
    return BarPanel(
        source.symbols, source.sessions, length=source.length, left_out=source.left_out, **arrays
    )


def _size(source: BlockSource) -> int:
    """Return the bytes of a panel's bars; what reads its bars elsewhere takes none to the store."""
    if not isinstance(source, BarPanel):
        return 0
    return sum(getattr(source, name).nbytes for name in (*FIELDS, "session"))


def _packed(outcome: BlockOutcome) -> PackedOutcome:
    """Put the columns of each block into one array: a hundred small ones travel slowly."""
    rows = [
        (replace(one, columns={}), tuple(one.columns), np.array(list(one.columns.values())))
        for one in outcome.rows
    ]
    return rows, replace(outcome, rows=[])


def _unpacked(packed: PackedOutcome) -> BlockOutcome:
    """Copy the rows out of the object store, which may end before they do."""
    rows = [
        replace(
            rows,
            columns=dict(zip(names, matrix.copy(), strict=True)),
            index=rows.index and IndexSums.added([rows.index]),
        )
        for rows, names, matrix in packed[0]
    ]
    return replace(packed[1], rows=rows)


def _reason(error: BaseException) -> str:
    """Return one line: what a task raised, without the trace of the worker around it."""
    cause = getattr(error, "cause", None)
    if isinstance(cause, BaseException):
        return f"{type(cause).__name__}: {cause}"
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
