"""A lock on a file that the kernel keeps: gone with the process that held it, however it ended."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from technic.errors import InputFileError

__all__ = ["held"]

LONGEST = 30.0
"""Seconds that a lock is waited for; a writer holds it for some milliseconds."""
PAUSE = 0.01

if sys.platform == "win32":
    import msvcrt

    def _lock(fd: int) -> None:
        os.lseek(fd, 0, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def held(path: Path, pause: Callable[[float], None] = time.sleep) -> Iterator[None]:
    """Hold the lock of ``path``; waits for another process, InputFileError after half a minute."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        for _ in range(round(LONGEST / PAUSE)):
            try:
                _lock(fd)
                break
            except OSError:
                pause(PAUSE)
        else:
            raise InputFileError(
                str(path), "is locked by another process", hint="wait for it to end, or end it"
            )
        yield
    finally:
        os.close(fd)  # which unlocks it
