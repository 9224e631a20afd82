"""Work for processes of this machine, which do not wait for each other as threads of one do.

Numpy leaves Python to the other threads while it computes, but each of the many short steps
between has to get it back, and what one thread does for all keeps the others waiting. What goes to
a process and comes back lies in files without a name, so that nothing stays when one is killed.
"""

from __future__ import annotations

import logging
import os
import pickle
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event
from typing import IO, Any, Generic, TypeVar

from technic.engine.nameless_files import read_value, written

__all__ = ["can_start_processes", "in_processes"]

R = TypeVar("R")

END_SECONDS = 5.0
"""What a process is given to end by itself."""
_NO_ROUTE = (pickle.PickleError, AttributeError, TypeError, ValueError, RecursionError, OSError)
"""What writing a value down raises where it cannot travel, or has no room."""

logger = logging.getLogger(__name__)


def can_start_processes() -> bool:
    """Tell whether files can be handed to other processes here; Windows has no such sockets."""
    return hasattr(socket, "send_fds") and bool(sys.executable)


def in_processes(
    call: Callable[..., R], items: Iterable[tuple[Any, ...]], workers: int
) -> Iterator[R]:
    """Call ``call(*item)`` for each item in one of ``workers`` processes; yield results in order.

    ``call``: a function of a module; the arrays of an item are read-only there. Items are asked
    for as processes come free, one ahead. What cannot travel, and what a process was at work on
    that has ended, is done by a thread of this one; so is what raised, which then raises here and
    ends all.
    """
    team, pool = _Team.of(call, workers), ThreadPoolExecutor(workers)
    waiting: deque[tuple[Future[R], _Asked[R]]] = deque()
    try:
        for item in items:
            asked = _asked(call, item)
            waiting.append((pool.submit(team.done, asked), asked))
            del item, asked  # what has been written down need not be there twice
            if len(waiting) > workers:
                yield waiting.popleft()[0].result()
        while waiting:
            yield waiting.popleft()[0].result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        team.end()
        pool.shutdown()
        for _, left in waiting:
            left.close()


@dataclass(frozen=True, slots=True, eq=False)
class _Asked(Generic[R]):
    """A call: in a file, or as it is where that could not be."""

    file: IO[bytes] | None
    call: Callable[..., R] | None = None
    item: tuple[Any, ...] = ()

    def done_here(self) -> R:
        """Do it in this process."""
        call, item = self.call, self.item
        if self.file is not None:
            call, item = read_value(self.file.fileno(), copied=False)
        assert call is not None
        return call(*item)

    def close(self) -> None:
        """Let go of the file."""
        if self.file is not None:
            self.file.close()


def _asked(call: Callable[..., R], item: tuple[Any, ...]) -> _Asked[R]:
    try:
        return _Asked(written((call, item)))
    except _NO_ROUTE as error:
        logger.info("done in this process, for it cannot go to another: %s", error)
        return _Asked(None, call, item)


class _Worker:
    """A process that does what it is asked, for one thread at a time."""

    def __init__(self, module: str) -> None:
        with ExitStack() as failed:
            self._line, theirs = socket.socketpair()
            failed.callback(self._line.close)
            with theirs:
                self._process = _started(theirs.fileno(), module)
            failed.pop_all()

    def answer(self, file: IO[bytes]) -> Any:
        """Have the call in a file done; EOFError or OSError where the process has ended."""
        socket.send_fds(self._line, [b"?"], [file.fileno()])
        said, descriptors, *_ = socket.recv_fds(self._line, 1, 1)
        if not said or not descriptors:  # it has ended, or no more files can be open here
            raise EOFError
        with os.fdopen(descriptors[0], "rb") as answer:
            return read_value(answer.fileno(), copied=True)

    def hang_up(self) -> None:
        """Have the process end, and whoever waits for its answer be told that there is none."""
        with suppress(OSError):  # it has ended already
            self._line.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        """Wait for the process to end."""
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._line.close()


def _started(line: int, module: str) -> subprocess.Popen[bytes]:
    """Start a process that answers on a socket, and imports a module meanwhile."""
    program = ["-P", "-W", "ignore", "-m", "technic.engine.process_worker"]
    paths = os.pathsep.join(os.path.abspath(path) for path in sys.path)
    return subprocess.Popen(
        [sys.executable, *program, str(line), module],
        pass_fds=[line],
        env={"OMP_NUM_THREADS": "1", **os.environ, "PYTHONPATH": paths},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        process_group=0,  # Ctrl-C in a terminal is for the one that asks, which ends it
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Team:
    """Processes, and the one that is free for each thread that asks; None where it has ended."""

    workers: tuple[_Worker, ...]
    free: SimpleQueue[_Worker | None]
    over: Event

    @classmethod
    def of(cls, call: Callable[..., object], workers: int) -> _Team:
        """Start them; those that cannot be started are done without."""
        started: list[_Worker] = []
        free: SimpleQueue[_Worker | None] = SimpleQueue()
        for _ in range(workers):
            try:
                started.append(_Worker(call.__module__))
                free.put(started[-1])
            except OSError as error:
                logger.info("a process cannot be started: %s", error)
                free.put(None)
        return cls(tuple(started), free, Event())

    def done(self, asked: _Asked[R]) -> R:
        """Have it done by a process, or do it here."""
        worker = self.free.get()
        try:
            with closing(asked):
                answers: list[R] = []
                if worker is not None and asked.file is not None:
                    answers = self._answers(worker, asked.file)
                    worker = worker if answers else None
                return answers[0] if answers else asked.done_here()
        finally:
            self.free.put(worker)

    def _answers(self, worker: _Worker, file: IO[bytes]) -> list[Any]:
        """Return the one answer of a process, none where it has ended before."""
        try:
            return [worker.answer(file)]
        except (EOFError, OSError):
            if self.over.is_set():  # nobody waits for it
                raise
            logger.warning("a process ended before its work was done, which is done here")
            return []

    def end(self) -> None:
        """End all processes, whatever they are at."""
        self.over.set()
        for worker in self.workers:
            worker.hang_up()
        for worker in self.workers:
            worker.end()
