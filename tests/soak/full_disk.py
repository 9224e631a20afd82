"""A disk that is full, at every write: a sentence, what was there is there, and the rest later."""

from __future__ import annotations

import errno
import fcntl
import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from soak.kills import PATIENCE, go, start_upkeep
from soak.store_child import TASKS, fill, work
from soak.trials import Trial, contents, unsound
from technic.data_engine.store import BarStore
from technic.errors import TechnicError

__all__ = ["full_disks", "small_files"]


def full_disks(most: int, folder: Path) -> Iterator[Trial]:
    """Let the n-th write of each task find no space left, for n = 1, 2, … ``most``."""
    sound = folder / "sound"
    fill(sound)
    before = contents(BarStore.open(str(sound)))
    for task in TASKS:
        for nth in range(1, most + 1):
            store = folder / f"full-{task}-{nth}"
            shutil.copytree(sound, store)
            failed, problem = _without_space(store, task, nth)
            if not failed and not problem:
                shutil.rmtree(store)
                break  # fewer writes than that
            problem = problem or _left(store, task, before)
            yield Trial("disk full (no space left at the n-th write)", f"{task} {nth}", problem)
            shutil.rmtree(store)


def _without_space(folder: Path, task: str, nth: int) -> tuple[bool, str]:
    """Return whether the n-th write came, and what its error has that it should not have."""
    sync, left = os.fsync, nth

    def full(handle: int) -> None:
        nonlocal left
        left -= 1
        if left <= 0:  # and it stays full
            if fcntl.fcntl(handle, fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY:
                os.truncate(handle, os.fstat(handle).st_size // 2)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(handle)

    with mock.patch.object(os, "fsync", full):
        try:
            work(BarStore.open(str(folder)), task)
        except (TechnicError, OSError) as error:
            said = str(error)
            return True, "" if "No space left" in said else f"says not why: {said}"
    return left <= 0, "" if left > 0 else "no error"


def _left(folder: Path, task: str, before: dict[str, str]) -> str:
    """Say what is not right after a disk was full, or once there is room again."""
    left = BarStore.open(str(folder))
    if problem := unsound(left):
        return problem
    found = contents(left)
    if {symbol: found.get(symbol) for symbol in before} != before and task in (
        "compact", "vacuum", "export",
    ):  # fmt: skip
        return "other bars than before"
    work(left, task)
    return unsound(BarStore.open(str(folder)))


def small_files(times: int, folder: Path) -> Iterator[Trial]:
    """Let the system refuse each byte beyond a random size of a file (RLIMIT_FSIZE)."""
    sound = folder / "sound"
    fill(sound)
    before = contents(BarStore.open(str(sound)))
    rng = random.Random(0)
    for seed in range(times):
        for task in TASKS:
            store = folder / f"small-{task}-{seed}"
            shutil.copytree(sound, store)
            limit = rng.choice([0, 100, 1_000, 5_000, 20_000, 60_000])
            with start_upkeep(store, task, limit) as process:
                go(process)
                out, err = process.communicate(timeout=PATIENCE)
            problem = ""
            if process.returncode not in (0, 1) or (process.returncode and not out.strip()):
                problem = f"exit code {process.returncode}: {err[-200:]}"
            problem = problem or _left(store, task, before)
            yield Trial("disk full (files refused beyond a size)", f"{task} {limit}", problem)
            shutil.rmtree(store)
