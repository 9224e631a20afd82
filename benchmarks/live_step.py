"""One new bar of 6,000 symbols applied to all columns, beside the batch and the floor.

    python -m benchmarks.live_step [--symbols 6000] [--bars 300] [--steps 100]

Prints milliseconds of the processor a step: when every symbol has a bar, when one in a hundred has
none and when half have none, each step others. Beside them what `evaluate` takes for the panel with
the bar below, which is what a step saves, and the floor: to copy the bar in. Values are compared
with the batch first, bit for bit.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator

import numpy as np

from benchmarks.timing import best_of, machine_line
from technic.columns import DEFAULT_COLUMNS, LiveColumns, evaluate
from technic.panel import FIELDS, BarPanel
from technic.testing import make_bars
from technic.typing import DateArray, FloatArray

ROUNDS = 5


def market(n_symbols: int, n_bars: int, steps: int) -> tuple[BarPanel, DateArray]:
    """Bars of all symbols on all sessions, those of the steps among them."""
    sessions = np.busday_offset("2023-01-02", np.arange(n_bars + steps))
    bars = make_bars([f"X{i:04d}" for i in range(n_symbols)], sessions)
    return BarPanel.from_long(bars, sessions), sessions


def step_ms(panel: BarPanel, sessions: DateArray, n_bars: int, absent: float) -> list[float]:
    """Milliseconds of the processor of each step; raises SystemExit where values differ."""
    live = LiveColumns(panel, panel.rows_at(sessions[n_bars - 1]))
    rng = np.random.default_rng(0)
    spent = []
    for day in range(n_bars, len(sessions)):
        bar = [getattr(panel, name)[day].copy() for name in FIELDS]
        if absent:
            out = rng.random(panel.n_symbols) < absent
            for array in bar:
                array[out] = np.nan
        started = time.process_time()
        found = live.step(sessions[day], *bar)
        spent.append(1000 * (time.process_time() - started))
    if not absent:
        rows = np.full(panel.n_symbols, panel.n_bars - 1)
        wanted = evaluate(panel, rows)
        different = [n for n in wanted if not np.array_equal(found[n], wanted[n], equal_nan=True)]
        if different:
            raise SystemExit(f"not the bits of the batch: {', '.join(different)}")
        print(f"values equal to the batch, bit for bit; {live.nbytes / 2**20:.0f} MiB remembered")
    return spent


def floor_ms(panel: BarPanel) -> float:
    """Milliseconds that it takes to copy one bar of all symbols."""
    kept = np.empty((panel.n_bars, len(FIELDS), panel.n_symbols))

    def rows() -> Iterator[tuple[FloatArray, FloatArray]]:
        for day in range(panel.n_bars):
            for place, name in enumerate(FIELDS):
                yield kept[day, place], getattr(panel, name)[day]

    pairs = list(rows())

    def copy() -> None:
        for target, row in pairs:
            target[...] = row

    return 1000 * best_of(ROUNDS, copy)[0].processor / panel.n_bars


def main() -> None:
    """Run all and print what each took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=6_000)
    parser.add_argument("--bars", type=int, default=300)
    parser.add_argument("--steps", type=int, default=100)
    args = parser.parse_args()
    panel, sessions = market(args.symbols, args.bars, args.steps)
    print(machine_line())
    print(f"{args.symbols:,} symbols, {args.bars} bars, then {args.steps} steps, "
          f"{len(DEFAULT_COLUMNS)} columns")  # fmt: skip
    rows = panel.rows_at(sessions[args.bars - 1])
    spent, _ = best_of(ROUNDS, lambda: evaluate(panel, rows))
    started = time.process_time()
    LiveColumns(panel, rows)
    begun = time.process_time() - started
    batch, floor = 1000 * spent.processor, floor_ms(panel)
    for absent in (0.0, 0.01, 0.5):
        each = step_ms(panel, sessions, args.bars, absent)
        middle = statistics.median(each)
        print(f"a step, {absent:.0%} without a bar: median {middle:.2f} ms, least {min(each):.2f} "
              f"ms, most {max(each):.2f} ms; {batch / middle:.0f} x the batch")  # fmt: skip
    print(f"batch: {batch:.1f} ms; floor (copy the bar): {floor:.3f} ms; "
          f"to begin: {1000 * begun:.0f} ms")  # fmt: skip


if __name__ == "__main__":
    main()
