"""Whole processes of ``technic`` against ``python -c "import pandas"``.

    python -m benchmarks.process_start [--symbols 6000] [--bars 300] [--rounds 7]

In turn: ``scan`` of the demo market (simulated anew by every run), of a Parquet file of made-up
bars of trading days, and of 20 symbols of it, ``show`` and ``explain`` of one of them, ``--help``,
and the floor of a scan, the import of numpy and pyarrow. Least time of a few rounds, by the clock
and of the processor, and its ratio to the import; the start of an empty Python is not taken off.
Python keeps its byte code, as it does unless it is told not to: the first round writes it.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from subprocess import DEVNULL

import numpy as np
import pandas as pd

from benchmarks.timing import Spent, machine_line
from technic.panel import FIELDS
from technic.sessions import build_calendar
from technic.testing import make_bars

LAST_DAY = np.datetime64("2024-03-08")
PANDAS, FLOOR = "import pandas", "import numpy, pyarrow"
DEMO = "scan of the demo market"
NO_BYTE_CODE = "PYTHONDONTWRITEBYTECODE"
SCAN = [sys.executable, "-m", "technic", "scan"]


def measure(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, Spent]:
    """Least times of each command, all of them in turn; the first round only warms the caches."""
    found: list[list[Spent]] = []
    for _ in range(rounds + 1):
        found.append([spent(command) for command in commands.values()])
    least = [
        Spent(min(one.clock for one in each), min(one.processor for one in each))
        for each in zip(*found[1:], strict=True)
    ]
    return dict(zip(commands, least, strict=True))


def spent(command: Sequence[str]) -> Spent:
    """Seconds that one process takes."""
    kept = {name: value for name, value in os.environ.items() if name != NO_BYTE_CODE}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    subprocess.run(command, env=kept, check=True, stdout=DEVNULL, stderr=DEVNULL)
    clock = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Spent(clock, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def commands(path: Path, symbols: int, bars: int) -> dict[str, list[str]]:
    """Write ``path`` and return the processes to time, the import of pandas first."""
    names = write_file(path, symbols, bars)
    stored = [*SCAN, "--data", str(path), "--price-basis", "split_adjusted"]
    return {
        PANDAS: [sys.executable, "-c", PANDAS],
        DEMO: SCAN,
        f"scan of a file, {symbols:,} x {bars}": stored,
        "the same file, 20 symbols": [*stored, "--symbols", ",".join(names[:20])],
    }


def short_commands(path: Path) -> dict[str, list[str]]:
    """Return the processes that do little: one symbol of ``path``, what may be asked, the floor."""
    technic = SCAN[:-1]
    one = ["S000", "--data", str(path), "--price-basis", "split_adjusted"]
    return {
        "show of one symbol": [*technic, "show", *one],
        "explain of one symbol": [*technic, "explain", *one],
        "--help": [*technic, "--help"],
        FLOOR: [sys.executable, "-c", FLOOR],
    }


def write_file(path: Path, symbols: int, bars: int) -> list[str]:
    """Write random walks over trading days as one long table; returns the symbols."""
    sessions = build_calendar(2024).last(bars, LAST_DAY)
    names = [f"S{i:03d}" for i in range(symbols)]
    made = make_bars(names, sessions)
    values = {name: getattr(made, name) for name in FIELDS}
    frame = pd.DataFrame({"symbol": np.repeat(names, bars), "date": made.session, **values})
    frame.to_parquet(path, index=False)
    return names


def main() -> None:
    """Time all processes in turn and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=6_000)
    parser.add_argument("--bars", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=7)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bars.parquet"
        asked = commands(path, args.symbols, args.bars) | short_commands(path)
        found = measure(asked, args.rounds)
    print(f"{machine_line('pandas')}; best of {args.rounds}")
    base = found[PANDAS]
    for name, one in found.items():
        print(f"  {name:<32} {one.clock:7.2f} s  {one.clock / base.clock:5.2f} x   "
              f"of the processor {one.processor:6.2f} s  "
              f"{one.processor / base.processor:5.2f} x")  # fmt: skip


if __name__ == "__main__":
    main()
