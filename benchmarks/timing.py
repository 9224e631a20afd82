"""What benchmarks do alike: time some work, and say what it ran on."""

from __future__ import annotations

import os
import platform
import resource
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

import numpy as np

__all__ = [
    "MostMemory",
    "Spent",
    "best_of",
    "in_turn",
    "machine_line",
    "peak_memory",
    "seconds_of_writing",
    "status",
]

T = TypeVar("T")

WRITTEN = 400_000_000


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds by the clock, and of the processor: all threads, and processes that have ended."""

    clock: float
    processor: float


def best_of(rounds: int, work: Callable[[], T]) -> tuple[Spent, T]:
    """Return the least of a few rounds, clock and processor apart, and what the last one made.

    The least, since others use the machine too and can only add to it.
    """
    clock = processor = float("inf")
    for _ in range(rounds):
        started, worked = time.perf_counter(), _worked()
        made = work()
        processor = min(processor, _worked() - worked)
        clock = min(clock, time.perf_counter() - started)
    return Spent(clock, processor), made


def _worked() -> float:
    """Processor seconds of this process, and of those it has started and seen end."""
    found = os.times()
    return time.process_time() + found.children_user + found.children_system


def in_turn(works: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """Return the least processor seconds of each piece of work, all of them in turn."""
    best = [float("inf")] * len(works)
    for _ in range(rounds):
        for place, work in enumerate(works):
            spent, _ = best_of(1, work)
            best[place] = min(best[place], spent.processor)
    return best


def peak_memory() -> int:
    """Return the most bytes this process ever held.

    Linux hands ``ru_maxrss`` down to a child, whose parent may have held more; ``VmHWM`` is of
    this program alone.
    """
    if sys.platform == "linux":
        return status("VmHWM")
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


class MostMemory:
    """The most bytes that this process and all below it held together within a ``with`` block.

    Looked at ten times a second; Linux alone. What files in memory hold is counted once, what
    programs and libraries hold for each process.
    """

    def __init__(self) -> None:
        self.bytes = 0
        self._over = threading.Event()
        self._looking = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> MostMemory:
        self._files = _files_in_memory()
        self._looking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._looking.join()

    def _look(self) -> None:
        while not self._over.wait(0.1):
            held = sum(map(_held, _processes(os.getpid())))
            self.bytes = max(self.bytes, held + _files_in_memory() - self._files)


def _files_in_memory() -> int:
    """What all files hold that lie in memory, whoever has them open."""
    lines = Path("/proc/meminfo").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("Shmem:"))


def _held(process: int) -> int:
    """What a process holds beside files in memory; nothing where it has ended."""
    with suppress(OSError, StopIteration):
        return status("RssAnon", process) + status("RssFile", process)
    return 0


def _processes(first: int) -> Iterator[int]:
    """A process and all below it."""
    yield first
    for file in Path(f"/proc/{first}/task").glob("*/children"):
        with suppress(OSError):
            for below in file.read_text(encoding="utf-8").split():
                yield from _processes(int(below))


def status(key: str, process: int | str = "self") -> int:
    """A size of a process in bytes, as the kernel tells it: VmHWM is the most it ever held."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(key))


def seconds_of_writing(n_bytes: int) -> float:
    """Processor time of writing so many bytes into memory that nobody has touched: a floor.

    At most ``WRITTEN`` of them are written, and the time multiplied.
    """
    some = min(n_bytes, WRITTEN)
    spent, _ = best_of(3, lambda: np.empty(some // 8).fill(1.0))
    return spent.processor * n_bytes / some


def machine_line(*packages: str) -> str:
    """Processor, cores, Python and the versions that matter; whether loops are compiled."""
    versions = [f"{name} {version(name)}" for name in ("numpy", *packages)]
    compiled = f"numba {version('numba')}" if find_spec("numba") else "no numba"
    here = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return ", ".join([here, *versions, compiled])
