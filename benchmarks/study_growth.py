"""How the time of a replay grows with symbols, days and setups, as a table and a picture.

    python -m benchmarks.study_growth [--symbols 600] [--days 252] [--rounds 1] [--out growth.svg]

The simulated market, all built-in setups where nothing else is said, processor time of all threads.
Each size is four times the smallest; days go to eight times as many, of a quarter of the symbols.
The picture is drawn by matplotlib where it is installed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from benchmarks.growth import Growth
from benchmarks.peers.environments import HERE
from benchmarks.simulated_market import index_file
from benchmarks.study_replay import opened
from benchmarks.timing import in_turn, machine_line
from technic.study.all_setups import all_setups
from technic.study.replay.replay import Replay

TEN_YEARS, MARKET = 2_520, 6_000


def find_hits(replay: Replay) -> int:
    """Count all hits."""
    return sum(len(part) for part in replay.hits())


def grown(n_symbols: int, n_days: int, rounds: int, index: Path) -> list[Growth]:
    """Time replays of all sizes."""
    setups = all_setups(benchmark=True)
    quarters = tuple(n_symbols * part // 4 for part in (1, 2, 3, 4))
    years = tuple(n_days * part for part in (1, 2, 4, 8))
    counts = tuple(len(setups) * part // 4 for part in (1, 2, 3, 4))
    sizes = {
        f"symbols, {n_days} days": (quarters, lambda n: (n, n_days, setups)),
        f"days of {quarters[0]} symbols": (years, lambda n: (quarters[0], n, setups)),
        f"setups, {quarters[1]} symbols, {n_days} days": (
            counts,
            lambda n: (quarters[1], n_days, setups[:n]),
        ),
    }
    found = []
    for of, (at, of_size) in sizes.items():
        work = [partial(find_hits, opened(*of_size(size), index)) for size in at]
        found.append(Growth(of, at, in_turn(work, rounds)))
    return found


def main() -> None:
    """Measure, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=600)
    parser.add_argument("--days", type=int, default=252)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = grown(args.symbols, args.days, args.rounds, index_file(Path(folder)))
    print(machine_line())
    for one in found:
        print(one.of)
        for size, spent in zip(one.at, one.seconds, strict=True):
            print(f"  {size:6,}  {spent:8.2f} s  {1e3 * spent / size:10.2f} ms for each")
    (few, many), (less, more) = ((one.at[0], one.at[-1]) for one in found[:2])
    a_symbol = (found[0].seconds[-1] - found[0].seconds[0]) / (many - few) / args.days
    a_day = (found[1].seconds[-1] - found[1].seconds[0]) / (more - less) / few
    for of, each in (("symbols", a_symbol), ("days", a_day)):
        print(f"by the slope of {of}: {each * TEN_YEARS * MARKET:,.0f} s of the processor for "
              f"{MARKET:,} symbols x {TEN_YEARS:,} days")  # fmt: skip
    if args.out is not None and find_spec("matplotlib") is not None:
        draw = [sys.executable, HERE / "workers" / "draw_growth.py", args.out, "A replay"]
        text = json.dumps([asdict(one) for one in found])
        subprocess.run(draw, input=text, text=True, check=True)


if __name__ == "__main__":
    main()
