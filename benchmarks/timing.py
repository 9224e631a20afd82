"""What benchmarks do alike: time some work, and say what it ran on."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import TypeVar

__all__ = ["Spent", "best_of", "in_turn", "machine_line"]

T = TypeVar("T")


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


def machine_line(*packages: str) -> str:
    """Processor, cores, Python and the versions that matter."""
    versions = [f"{name} {version(name)}" for name in ("numpy", *packages)]
    here = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return ", ".join([here, *versions])
