"""Scans of hostile files: each ends in a scan or a sentence, in bounded time and memory.

``python -m soak.scans FOLDER STEP [bombs]`` prints a line of JSON for each, from a process of its
own, whose memory can be told.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.timing import peak_memory

from soak.hostile_files import GOOD, HOSTILE, bombs
from soak.trials import Trial, call

__all__ = ["hostile_files"]

SCAN_S = 60
PEAK_MIB = 1_024
BOMB_PEAK_MIB = 5 * 1_024
"""Two gigabytes unpacked are the ceiling, and they are held while they are read."""
INPUTS = ("--universe", "--watchlist", "--benchmark")


class TooLongError(BaseException):
    """Nothing that a command could take for an error of a file."""


def _too_long(*_: object) -> None:
    raise TooLongError


def _tried(kind: str, name: str, arguments: list[object], peak_mib: int) -> Trial:
    signal.alarm(SCAN_S)
    try:
        problem = call("scan", *arguments, "--quiet", "--format", "json").unlike_a_sentence()
    except TooLongError:
        problem = f"more than {SCAN_S} s"
    finally:
        signal.alarm(0)
    peak = peak_memory() >> 20
    if not problem and peak > peak_mib:
        problem = f"{peak:,} MiB"
    return Trial(kind, name, problem)


def scans(folder: Path, step: int, with_bombs: bool) -> Iterator[Trial]:
    """Scan each ``step``-th of all files, then use those of text as other inputs."""
    prices = folder / "prices.csv"
    prices.write_text(GOOD)
    for nth, (name, file, make) in enumerate(HOSTILE[::step]):
        path = folder / f"{nth}{file[1:]}"
        path.write_bytes(make())
        yield _tried("a hostile file of prices", name, ["--data", path], PEAK_MIB)
        if name.startswith("CSV:"):
            for option in INPUTS:
                given = ["--data", prices, option, path]
                yield _tried(f"a hostile file for {option}", name, given, PEAK_MIB)
        path.unlink()
    for name, file, content in bombs() if with_bombs else ():
        path = folder / file
        path.write_bytes(content)
        yield _tried("a file that unpacks to 3 GB", name, ["--data", path], BOMB_PEAK_MIB)


def hostile_files(step: int, folder: Path, *, with_bombs: bool = False) -> Iterator[Trial]:
    """Scan them in a process of its own."""
    command = [sys.executable, "-m", "soak.scans", str(folder), str(step)]
    tests = Path(__file__).parents[1]
    roots = os.pathsep.join([str(tests), str(tests.parent), os.environ.get("PYTHONPATH", "")])
    home = {"TECHNIC_HOME": str(folder / "home"), "COLUMNS": "300"}
    environment = {**os.environ, **home, "PYTHONPATH": roots}
    with subprocess.Popen(
        [*command, "bombs"] if with_bombs else command, env=environment, text=True,
        stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        for line in process.stdout:
            yield Trial(**json.loads(line))
    if process.returncode:
        yield Trial("a hostile file of prices", "the process", f"exit code {process.returncode}")


def main(folder: str, step: str, *what: str) -> None:
    """Print what became of each, and the seconds of all on stderr."""
    signal.signal(signal.SIGALRM, _too_long)
    began = time.perf_counter()
    for trial in scans(Path(folder), int(step), "bombs" in what):
        print(json.dumps(vars(trial)), flush=True)  # noqa: T201
    if what:
        sys.stderr.write(f"hostile files: {time.perf_counter() - began:.0f} s\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
