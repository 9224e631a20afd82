"""A whole ``technic scan`` process against ``python -c "import pandas"``.

    python -m benchmarks.process_start [--symbols 6000] [--bars 300] [--rounds 5]

Three processes in turn: the demo market (simulated anew by every run), a Parquet file of made-up
bars, and the same file asked for 20 symbols. Least time of a few rounds, by the clock and of the
processor, and its ratio to the import; the import of an empty Python is not taken off.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from technic.panel import FIELDS
from technic.testing import make_panel

Times = tuple[float, float]


def spent(command: list[str]) -> Times:
    """Seconds by the clock and of the processor that one process takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def write_file(path: Path, symbols: int, bars: int) -> list[str]:
    """Write random walks as one long table; returns the symbols."""
    panel = make_panel(symbols, bars)
    long = {name: getattr(panel, name).ravel("F") for name in FIELDS}
    names = pd.Categorical.from_codes([*range(symbols)], list(panel.symbols)).repeat(bars)
    days = pd.to_datetime(list(panel.sessions) * symbols)
    pd.DataFrame({"symbol": names.astype(str), "date": days, **long}).to_parquet(path, index=False)
    return list(panel.symbols)


def main() -> None:
    """Time all processes in turn and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=6_000)
    parser.add_argument("--bars", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    scan = [sys.executable, "-m", "technic", "scan"]
    if (Path(sys.executable).parent / "technic").exists():
        scan = [str(Path(sys.executable).parent / "technic"), "scan"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bars.parquet"
        symbols = write_file(path, args.symbols, args.bars)
        stored = [*scan, "--data", str(path), "--price-basis", "split_adjusted"]
        commands = {
            "import pandas": [sys.executable, "-c", "import pandas"],
            "scan of the demo market": scan,
            f"scan of a file, {args.symbols:,} x {args.bars}": stored,
            "the same file, 20 symbols": [*stored, "--symbols", ",".join(symbols[:20])],
        }
        for command in commands.values():
            spent(command)  # files and byte code come into the system's cache
        rounds = [[spent(command) for command in commands.values()] for _ in range(args.rounds)]
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
          f"pandas {pd.__version__}; best of {args.rounds}")  # fmt: skip
    found = [
        tuple(min(kind) for kind in zip(*each, strict=True)) for each in zip(*rounds, strict=True)
    ]
    for name, (wall, processor) in zip(commands, found, strict=True):
        print(f"  {name:<32} {wall:7.2f} s  {wall / found[0][0]:5.2f} x   "
              f"of the processor {processor:6.2f} s  {processor / found[0][1]:5.2f} x")  # fmt: skip


if __name__ == "__main__":
    main()
