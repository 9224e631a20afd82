"""The Ray runner: workers read the bars from Ray's object store, without a copy.

The panel is put there once, whole or in pieces; tasks take blocks of symbols, and what they come to
is put together in the order of the columns. Ray itself is imported inside the functions that use
it: it is an extra.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from technic.engine.blocks import BlockOutcome, BlockScan, scan_cut
from technic.engine.runner import RunProgress
from technic.engine.serialization import StoredPanel, bar_bytes, deserialize, serialize
from technic.engine.task_plan import Machines, TaskPlan, partition
from technic.errors import RunnerError, TechnicError
from technic.panel import BarPanel, BlockSource

__all__ = ["RayRun", "RayRunner", "runner_error", "start_ray"]

logger = logging.getLogger(__name__)

S = TypeVar("S")
R = TypeVar("R")

MAX_RETRIES = 3
"""How often a task is run again after its worker or its machine has died."""
CONNECT_SECONDS = 10
LIVENESS_SECONDS = 1.0
"""How often to see, while tasks are at work, whether this machine's Ray is still there."""
START_HINT = "use --runner threads, or auto to fall back by itself"
TOKEN_HINT = "set RAY_AUTH_MODE=token if the cluster wants a token"
RUN_HINT = "run it again, or use --runner threads"
STORE_HINT = (
    "start Ray with a larger object_store_memory, free the disk it spills to, "
    "or use --runner threads"
)


@dataclass(frozen=True, slots=True)
class RayRun:
    """What a run cost beside scanning: seconds and bytes of ``ray.put``, pieces put, tasks."""

    put_seconds: float = 0.0
    put_bytes: int = 0
    pieces: int = 0
    tasks: int = 0


class RayRunner:
    """Runs on the Ray that is connected (see ``start_ray``), wherever its workers are.

    ``last``: what the last run cost.
    """

    name = "ray"
    shares_memory = False

    def __init__(self) -> None:
        self.last = RayRun()

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
        """Scan blocks in Ray tasks; a task whose worker or machine dies is run again elsewhere.

        Raises RunnerError when Ray loses bars or a task for good, or has no room for the bars. An
        interrupt cancels what has not been scanned.
        """
        ray = _ray()
        size = bar_bytes(source) if isinstance(source, BarPanel) else 0
        machines = _machines()
        plan = partition(source.n_symbols, size, block_size, machines)
        queue = _TaskQueue(source, scan, plan)
        try:
            outcome = queue.run(max(1, machines.workers // 2), progress)
        except ray.exceptions.RayError as error:
            raise runner_error(error, size, machines.store_bytes) from error
        finally:
            queue.close()
            self.last = RayRun(queue.put_seconds, size, queue.pieces, len(plan.tasks))
            logger.info("%s of %s", self.last, plan)
        for poisoned in outcome.poisoned:
            logger.warning(
                "scanning %s raised %s: %s", poisoned.symbol, poisoned.error, poisoned.detail
            )
        return outcome

    def map(self, call: Callable[..., R], shared: S, items: Iterable[tuple[Any, ...]]) -> list[R]:
        """Call a function for each item in a Ray task of its own; ``shared`` is put there once.

        Raises RunnerError when Ray loses a task for good, or has no room for what is shared.
        """
        ray = _ray()
        store, room = _store_socket(), _machines().store_bytes
        tasks: list[Any] = []
        try:
            with _require_alive(store):
                reference = ray.put(shared)
                tasks = [_call().remote(call, reference, *item) for item in items]
                found: list[R] = ray.get(tasks)
                tasks.clear()  # Ray ends this process where a task that is done is cancelled
        except ray.exceptions.RayError as error:
            raise runner_error(error, 0, room) from error
        finally:
            for task in tasks:
                with suppress(ray.exceptions.RayError, OSError):
                    ray.cancel(task, force=True)
        return found


class _TaskQueue:
    """Submits the tasks of a run and collects their outcomes."""

    def __init__(self, source: BlockSource, scan: BlockScan, plan: TaskPlan) -> None:
        self.put_seconds, self.pieces = 0.0, 0
        self._source, self._scan, self._plan = source, scan, plan
        self._store_socket = _store_socket()
        self._bars_of_all: Any = None
        self._in_flight: dict[Any, int] = {}

    def run(self, batch: int, progress: RunProgress | None) -> BlockOutcome:
        """Run all tasks, collecting about ``batch`` at a time; rows in the order of columns."""
        tasks = self._plan.tasks
        outcomes: list[BlockOutcome] = [BlockOutcome()] * len(tasks)
        scanned = submitted = 0
        while submitted < len(tasks) or self._in_flight:
            while submitted < len(tasks) and len(self._in_flight) < self._plan.in_flight:
                self._submit(submitted)
                submitted += 1
            for index, outcome in self._collect(batch):
                outcomes[index] = outcome
                scanned += tasks[index].stop - tasks[index].start
                if progress is not None:
                    progress(scanned, self._source.n_symbols)
        total = BlockOutcome()
        for outcome in outcomes:
            total.add(outcome)
        return total

    def close(self) -> None:
        """Cancel what is still in flight, and let go of the bars."""
        ray = _ray()
        for task in self._in_flight:
            with suppress(ray.exceptions.RayError, OSError):  # where Ray itself is gone
                ray.cancel(task, force=True)
        self._in_flight.clear()
        self._bars_of_all = None

    def _submit(self, index: int) -> None:
        columns = self._plan.tasks[index]
        blocks = self._plan.blocks(columns)
        with _require_alive(self._store_socket):
            task = _task().remote(self._bars(columns), [(cut.start, cut.stop) for cut in blocks])
        self._in_flight[task] = index

    def _collect(self, batch: int) -> list[tuple[int, BlockOutcome]]:
        """Wait for about ``batch`` tasks and let go of them, so that Ray forgets their bars."""
        ray = _ray()
        batch = min(batch, len(self._in_flight))
        done: list[Any] = []
        while not done:
            with _require_alive(self._store_socket):
                done, _ = ray.wait(
                    list(self._in_flight), num_returns=batch, timeout=LIVENESS_SECONDS
                )
        with _require_alive(self._store_socket):
            outcomes = [deserialize(answer) for answer in ray.get(done)]
        return [
            (self._in_flight.pop(task), outcome)
            for task, outcome in zip(done, outcomes, strict=True)
        ]

    def _bars(self, columns: slice) -> Any:
        """Put what a task reads into the object store, with the scan; if all read it, once."""
        if self._bars_of_all is not None:
            return self._bars_of_all
        started = time.perf_counter()
        source = self._source
        if isinstance(source, BarPanel):
            source = StoredPanel.of(source.take(columns) if self._plan.pieces else source)
        reference = _ray().put((source, self._scan))
        self.put_seconds += time.perf_counter() - started
        self.pieces += 1
        if not self._plan.pieces:
            self._bars_of_all = reference
        return reference


def start_ray(address: str | None = None) -> ExitStack:
    """Connect to the Ray this process uses already, the cluster at ``address``, else a new one.

    Leaving the context ends what was begun here and nothing else. Raises RunnerError when Ray
    cannot start or no cluster answers.
    """
    ray = _ray()
    if ray.is_initialized():
        return ExitStack()
    # Ray reports its use to its makers unless told not to, and hides GPUs from tasks without one
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address is None:
        options |= {"num_cpus": os.cpu_count() or 1, "include_dashboard": False}
    started = time.perf_counter()
    hint = START_HINT
    with ExitStack() as begun:  # an interrupt ends what has started by then
        begun.enter_context(_prints_logged())
        begun.callback(ray.shutdown)
        try:
            if _answers(address):
                hint = f"{TOKEN_HINT}, or {START_HINT}"
            ray.init(address=address or "local", **options)
        except (RuntimeError, OSError, ValueError, ImportError, ray.exceptions.RayError) as error:
            where = f"no cluster at {address}" if address else "a local Ray cannot start"
            raise RunnerError("ray", f"{where} ({_reason(error)})", hint) from error
        logger.info("connected to Ray in %.2f s", time.perf_counter() - started)
        return begun.pop_all()


@contextmanager
def _require_alive(store: str | None) -> Iterator[None]:
    """Say in a sentence that this machine's Ray is gone, where it is.

    Ray ends the process without a word when it finds its object store gone: knock there first.
    """
    try:
        if store is not None:
            with socket.socket(socket.AF_UNIX) as knock:
                knock.connect(store)
        yield
    except OSError as error:
        what = f"this machine's Ray is gone, and with it the bars ({error})"
        raise RunnerError("ray", what, RUN_HINT) from error


@contextmanager
def _prints_logged() -> Iterator[None]:
    """Log what Ray says of workers and machines that die; it prints that on stdout, from a thread.

    Ray has no option for it. It looks the printing function up each time it prints.
    """
    from ray._private import worker

    def log(data: dict[str, Any], *_: object, **__: object) -> None:
        for line in data["lines"]:
            logger.info("ray: %s", line)

    printing = worker.print_to_stdstream
    worker.print_to_stdstream = log
    try:
        yield
    finally:
        worker.print_to_stdstream = printing


def _ray() -> Any:
    import ray

    return ray


def _alive() -> list[dict[str, Any]]:
    """Return the machines of the cluster, the one this process is on first."""
    ray = _ray()
    here = ray.get_runtime_context().get_node_id()
    nodes = [node for node in ray.nodes() if node["Alive"]]
    return sorted(nodes, key=lambda node: node["NodeID"] != here)


def _machines() -> Machines:
    """Return what the cluster is now."""
    resources = [node["Resources"] for node in _alive()]
    workers = sum(int(node.get("CPU", 0)) for node in resources)
    return Machines(len(resources), workers or 1, int(resources[0]["object_store_memory"]))


def _store_socket() -> str | None:
    """Return where this machine's object store listens; None where Ray is asked from afar."""
    path = str(_alive()[0]["ObjectStoreSocketName"])
    return path if os.path.exists(path) else None


def _answers(address: str | None) -> bool:
    """Return whether somebody listens at an address that was given as HOST:PORT.

    Raises OSError or ValueError where nobody does; Ray itself would try for minutes.
    """
    if address in (None, "auto", "local"):
        return False
    host, _, port = str(address).removeprefix("ray://").rpartition(":")
    if not host or not port.isdigit():
        raise ValueError("an address is HOST:PORT")
    socket.create_connection((host, int(port)), timeout=CONNECT_SECONDS).close()
    return True


@cache
def _task() -> Any:
    """Return the remote function; made once, so that Ray ships it once."""
    return _ray().remote(num_cpus=1, max_retries=MAX_RETRIES)(_scan_task)


@cache
def _call() -> Any:
    """Return the remote function that calls another one."""
    return _ray().remote(num_cpus=1, max_retries=MAX_RETRIES)(_called)


def _called(call: Callable[..., R], shared: S, *item: Any) -> R:
    """Call a function with what is shared: what a worker does."""
    return call(shared, *item)


def _scan_task(bars: tuple[BlockSource, BlockScan], cuts: list[tuple[int, int]]) -> bytes:
    """Scan the blocks of a task, one after the other: what a worker does."""
    source, scan = bars
    if isinstance(source, StoredPanel):
        source.require_views()
    outcome = BlockOutcome()
    for start, stop in cuts:
        outcome.add(scan_cut(source, slice(start, stop), scan))
    return serialize(outcome)


def runner_error(error: BaseException, size: int, store_bytes: int) -> TechnicError:
    """Return what went wrong as one sentence with what to do."""
    raised = _ray().exceptions
    cause = getattr(error, "cause", None) or error
    if isinstance(cause, TechnicError):  # such as a store that a worker cannot read
        return cause
    if isinstance(cause, (raised.ObjectStoreFullError, raised.OutOfDiskError)):
        room = f"{size / 1e6:,.0f} MB of bars do not fit into Ray's object store"
        return RunnerError(
            "ray", f"{room} of {store_bytes / 1e6:,.0f} MB, nor on its disk", STORE_HINT
        )
    if isinstance(cause, raised.ObjectLostError):
        what = f"the machine that held bars or rows is gone ({type(cause).__name__})"
        return RunnerError("ray", what, RUN_HINT)
    return RunnerError("ray", _reason(error), RUN_HINT)


def _reason(error: BaseException) -> str:
    """Return one line: what a task raised, without the trace of the worker around it."""
    cause = getattr(error, "cause", None)
    if isinstance(cause, BaseException):
        return f"{type(cause).__name__}: {cause}"
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
