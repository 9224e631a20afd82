"""All columns of a scan on every day of ten years, against the same scan day by day.

    python -m benchmarks.ten_years [--symbols 6000] [--bars 2520] [--block 128] [--days 8]

At once: block of symbols after block, the columns of all days in one go; of a block's values only
what they add up to is kept, as a replay keeps what it needs. Day by day: the columns of all symbols
on one day, timed on a few days spread over the years and multiplied. Values of both are compared,
bit for bit, on those days. Processor time and the clock; the floor, which is the values written
once by one core; peak memory of the process.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from benchmarks.timing import Spent, best_of, machine_line, peak_memory, seconds_of_writing
from technic.columns import DEFAULT_COLUMNS, evaluate
from technic.panel import BarPanel
from technic.testing import make_panel

BLOCK = 128


@dataclass(frozen=True, slots=True)
class TenYears:
    """What both ways take for all days; ``peak``: bytes of the process after the first."""

    together: Spent
    daily: Spent
    peak: int

    @property
    def ratio(self) -> float:
        """How many times faster all days at once are, by processor time."""
        return self.daily.processor / self.together.processor


def measure(n_symbols: int, n_bars: int, n_days: int, block: int = BLOCK) -> TenYears:
    """Run both ways; raises SystemExit where a value differs."""
    panel = make_panel(n_symbols, n_bars)
    kept = np.linspace(0, n_bars - 1, n_days + 1).round().astype(np.intp)[1:]
    together, found = best_of(1, partial(at_once, panel, block, kept))
    peak = peak_memory()
    daily = [best_of(1, partial(evaluate, panel, np.full(panel.n_symbols, row)))[0] for row in kept]
    for place, row in enumerate(kept):
        for name, values in evaluate(panel, np.full(panel.n_symbols, row)).items():
            if values.tobytes() != found[name][place].tobytes():
                raise SystemExit(f"{name}: another value on row {row}")
    share = n_bars / n_days
    whole = Spent(share * sum(d.clock for d in daily), share * sum(d.processor for d in daily))
    return TenYears(together, whole, peak)


def at_once(panel: BarPanel, width: int, kept: NDArray[np.intp]) -> dict[str, NDArray[np.float64]]:
    """Columns of all days, block by block; returns the rows ``kept`` of each."""
    found = {name: np.empty((len(kept), panel.n_symbols)) for name in DEFAULT_COLUMNS}
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
    parser.add_argument("--block", type=int, default=BLOCK)
    parser.add_argument("--days", type=int, default=8)
    args = parser.parse_args()
    found = measure(args.symbols, args.bars, args.days, args.block)
    written = len(DEFAULT_COLUMNS) * args.symbols * args.bars * 8
    print(machine_line())
    print(f"{args.symbols:,} symbols x {args.bars:,} days, {len(DEFAULT_COLUMNS)} columns, "
          f"{written / 1e9:.1f} GB of values; "
          f"both ways the same bits on {args.days} days")  # fmt: skip
    print(f"at once, {args.block} symbols a block: {found.together.processor:8.1f} s of the "
          f"processor, {found.together.clock:8.1f} s by the clock; peak memory "
          f"{found.peak / 2**30:.2f} GiB")  # fmt: skip
    floor = seconds_of_writing(written)
    print(f"floor (write the values): {floor:.1f} s of one core; "
          f"{found.together.processor / floor:.1f} x that of the processor, "
          f"{found.together.clock / floor:.1f} x by the clock")  # fmt: skip
    print(f"day by day:               {found.daily.processor:13.1f} s of the processor, "
          f"{found.daily.clock:8.1f} s by the clock ({args.days} days timed)")  # fmt: skip
    print(f"ratio: {found.ratio:.1f} x by processor time, "
          f"{found.daily.clock / found.together.clock:.1f} x by the clock")  # fmt: skip


if __name__ == "__main__":
    main()
