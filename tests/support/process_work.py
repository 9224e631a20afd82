"""What processes of tests are asked to do: functions of a module, as they travel by name."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from technic.errors import RunnerError
from technic.typing import FloatArray

__all__ = ["counted", "cubed", "in_a_sentence", "killed", "met", "refused", "waits_for_ever"]


def cubed(values: FloatArray, number: int) -> tuple[FloatArray, int, bool, int]:
    """Compute something of an array; tell whether it may be written to, and where it is done."""
    return values**3, number, values.flags.writeable, os.getpid()


def met(pipes: Path, number: int) -> tuple[int, int]:
    """Wait until another process is at the other end of a pipe; nobody is done before both are."""
    with (pipes / f"{number // 2}").open("wb" if number % 2 else "rb"):
        return number, os.getpid()


def killed(asking: int, number: int) -> int:
    """End the process that does the second as a system without memory does, but who asks."""
    if number == 1 and os.getpid() != asking:
        os.kill(os.getpid(), signal.SIGKILL)
    return 10 * number


def refused(number: int) -> int:
    """Raise for the second."""
    if number == 1:
        raise RunnerError("ray", "the second is refused", "ask for the first")
    return number


def counted(number: int) -> Iterator[int]:
    """Return what nobody can pickle."""
    return (value for value in range(number))


def in_a_sentence(one: object) -> str:
    """Return what it is given as text."""
    return f"{one}"


def waits_for_ever(pipe: Path, number: int) -> int:
    """Tell by a pipe where it is at work; be done at once below 0, else never."""
    with pipe.open("wb", buffering=0) as file:
        file.write(np.int64(os.getpid()).tobytes())
        while number >= 0:
            signal.pause()
    return number
