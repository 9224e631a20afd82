"""All columns of a scan on every day of ten years, against the same scan day by day.

    python -m benchmarks.ten_years [--symbols 6000] [--bars 2520] [--block 64] [--days 8]

At once: block of symbols after block, the columns of all days in one go; of a block's values only
what they add up to is kept, as a replay keeps what it needs. Day by day: the columns of all symbols
on one day, timed on a few days spread over the years and multiplied. Values of both are compared,
bit for bit, on those days. Processor time and the clock; peak memory of the process.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import time

import numpy as np
from numpy.typing import NDArray

from technic.indicators.catalog import COLUMNS, evaluate
from technic.panel import BarPanel
from technic.testing import make_panel


def clocks() -> NDArray[np.float64]:
    """Return processor time and the clock."""
    return np.array([time.process_time(), time.perf_counter()])


def at_once(panel: BarPanel, width: int, kept: NDArray[np.intp]) -> dict[str, NDArray[np.float64]]:
    """Columns of all days, block by block; returns the rows ``kept`` of each."""
    found = {name: np.empty((len(kept), panel.n_symbols)) for name in COLUMNS}
    every = np.arange(panel.n_bars)[:, None]
    for first in range(0, panel.n_symbols, width):
        block = panel.take(slice(first, first + width))
        rows = np.broadcast_to(every, block.close.shape)
        for name, values in evaluate(block, rows).items():
            found[name][:, first : first + width] = values[kept]
    return found


def main() -> None:
    """Run both, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=6_000)
    parser.add_argument("--bars", type=int, default=2_520)
    parser.add_argument("--block", type=int, default=64)
    parser.add_argument("--days", type=int, default=8)
    args = parser.parse_args()
    panel = make_panel(args.symbols, args.bars)
    kept = np.linspace(0, args.bars - 1, args.days + 1).round().astype(np.intp)[1:]
    before = clocks()
    found = at_once(panel, args.block, kept)
    together = clocks() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    before = clocks()
    for place, row in enumerate(kept):
        for name, values in evaluate(panel, np.full(panel.n_symbols, row)).items():
            if values.tobytes() != found[name][place].tobytes():
                raise SystemExit(f"{name}: another value on row {row}")
    daily = (clocks() - before) * args.bars / len(kept)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
          f"numpy {np.__version__}")  # fmt: skip
    print(f"{args.symbols:,} symbols x {args.bars:,} days, {len(COLUMNS)} columns; "
          f"values of both ways the same bits on {len(kept)} days")  # fmt: skip
    print(f"at once, {args.block} symbols a block: {together[0]:8.1f} s of the processor, "
          f"{together[1]:8.1f} s by the clock; peak memory {peak:.2f} GiB")  # fmt: skip
    print(f"day by day:              {daily[0]:13.1f} s of the processor, {daily[1]:8.1f} s by the "
          f"clock ({len(kept)} days timed)")  # fmt: skip
    print(f"ratio: {daily[0] / together[0]:.1f} x by processor time, "
          f"{daily[1] / together[1]:.1f} x by the clock")  # fmt: skip


if __name__ == "__main__":
    main()
