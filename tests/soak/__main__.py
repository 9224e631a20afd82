"""Run every class and print the table; exit code 1 when something was lost."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from soak import (
    answers,
    damage,
    ended,
    full_disk,
    kills,
    mixed_faults,
    scans,
    service,
    together,
)
from soak.trials import Trial, table

__all__ = ["FULL", "SMALL"]

FEW = 24
"""Sessions of a small soak: six commits of whole days."""
Run = Callable[[Path], Iterable[Trial]]

FULL: dict[str, Run] = {
    "kill-days": partial(kills.killed_syncs, "market_day", 50),
    "kill-ranges": partial(kills.killed_syncs, "symbol_range", 20),
    **{f"kill-{task}": partial(kills.killed_upkeep, task, 12) for task in kills.UPKEEP},
    "signals": partial(ended.signalled_syncs, 2),
    "signals-upkeep": partial(ended.signalled_upkeep, 2),
    "full-disk": partial(full_disk.full_disks, 40),
    "small-files": partial(full_disk.small_files, 3),
    "damage": partial(damage.damaged_files, 5),
    "bits": partial(damage.flipped_bits, 100),
    "answers": partial(answers.hostile_answers, 1),
    "wires": lambda _: answers.hostile_wires(1),
    "mixed": partial(mixed_faults.mixed_faults, 300),
    "files": partial(scans.hostile_files, 1, with_bombs=True),
    "together": partial(together.concurrent_syncs, 5),
    "service": partial(service.killed_services, 20),
    "service-ends": partial(service.ended_services, 6),
}
SMALL: dict[str, Run] = {
    "kill-days": partial(kills.killed_syncs, "market_day", 1, sessions=FEW),
    "kill-ranges": partial(kills.killed_syncs, "symbol_range", 1, sessions=FEW),
    "kill-compact": partial(kills.killed_upkeep, "compact", 1),
    "full-disk": partial(full_disk.full_disks, 1),
    "damage": partial(damage.damaged_files, 250),
    "bits": partial(damage.flipped_bits, 2),
    "answers": partial(answers.hostile_answers, 48),
    "wires": lambda _: answers.hostile_wires(17),
    "mixed": partial(mixed_faults.mixed_faults, 8),
    "files": partial(scans.hostile_files, 67),
    "service": partial(service.killed_services, 1),
}


def _steps(chosen: dict[str, Run]) -> Iterator[Trial]:
    """Run one class after another, each in a folder of its own; tell how far it is."""
    for name, trials in chosen.items():
        began, count, lost = time.perf_counter(), 0, 0
        with tempfile.TemporaryDirectory(prefix="technic-soak-") as folder:
            os.environ["TECHNIC_HOME"] = f"{folder}/home"
            for trial in trials(Path(folder)):
                count, lost = count + 1, lost + bool(trial.problem)
                yield trial
        sys.stderr.write(
            f"{name}: {count} tried, {lost} lost, in {time.perf_counter() - began:.0f} s\n"
        )


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m soak", description=__doc__)
    parser.add_argument("--size", choices=("full", "small"), default="full")
    parser.add_argument("--only", nargs="*", metavar="CLASS", choices=tuple(FULL))
    given = parser.parse_args()
    known = FULL if given.size == "full" else SMALL
    trials = list(_steps({name: known[name] for name in given.only or known}))
    sys.stdout.write("\n".join(table(trials)) + "\n")
    return int(any(trial.problem for trial in trials))


if __name__ == "__main__":
    sys.exit(main())
