"""What benchmarks do alike: time some work, and say what it ran on."""

from __future__ import annotations

import os
import platform
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

import numpy as np

__all__ = [
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
    """Seconds by the clock, and of the processor in all threads of this process."""

    clock: float
    processor: float


def best_of(rounds: int, work: Callable[[], T]) -> tuple[Spent, T]:
    """Return the least of a few rounds, clock and processor apart, and what the last one made.

    The least, since others use the machine too and can only add to it.
    """
    clock = processor = float("inf")
    for _ in range(rounds):
        started, worked = time.perf_counter(), time.process_time()
        made = work()
        processor = min(processor, time.process_time() - worked)
        clock = min(clock, time.perf_counter() - started)
    return Spent(clock, processor), made


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
