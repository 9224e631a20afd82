"""What the Technical Rating costs on top of a scan: 6,000 symbols × 300 bars, one day.

    python -m benchmarks.technical_rating [--symbols 6000] [--bars 300]

Both sides run in this process in turn, on the same panel, one thread; processor time, best of a few
rounds. The plain scan is what each block computes: the columns of the catalog and the sub-scores.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Callable

import numpy as np

from technic.columns import DEFAULT_COLUMNS, evaluate
from technic.scoring import subscores
from technic.scoring.technical_rating import VOTES, technical_columns, technical_rating
from technic.testing import make_panel

ROUNDS = 7
DAYS = 20


def seconds(work: Callable[[], object]) -> float:
    """How much of the processor one call takes."""
    started = time.process_time()
    work()
    return time.process_time() - started


def main() -> None:
    """Time both sides and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=6_000)
    parser.add_argument("--bars", type=int, default=300)
    args = parser.parse_args()
    panel = make_panel(args.symbols, args.bars)
    rows = panel.rows_at(panel.sessions[-1])
    days = np.array([panel.rows_at(day) for day in panel.sessions[-DAYS:]])
    sides: dict[str, Callable[[], object]] = {
        f"plain scan, {len(DEFAULT_COLUMNS)} columns and sub-scores": lambda: subscores(
            evaluate(panel, rows)
        ),
        f"technical rating, {len(VOTES)} votes": lambda: technical_rating(panel, rows),
        "tv_ma alone": lambda: technical_columns(panel, rows, ["tv_ma"]),
        "tv_sma_200 alone": lambda: technical_columns(panel, rows, ["tv_sma_200"]),
        f"technical rating of {DAYS} days": lambda: technical_rating(panel, days),
    }
    best = dict.fromkeys(sides, np.inf)
    for _ in range(ROUNDS):
        for name, work in sides.items():
            best[name] = min(best[name], seconds(work))
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
          f"numpy {np.__version__}; {args.symbols:,} symbols x {args.bars} bars")  # fmt: skip
    plain = next(iter(best.values()))
    for name, spent in best.items():
        print(f"  {name:<42} {1000 * spent:7.1f} ms  {100 * spent / plain:5.1f} %")


if __name__ == "__main__":
    main()
