"""Fourteen factors at every bar of 800 symbols × 3,520 bars, against pandas symbol by symbol.

    python -m benchmarks.fourteen_factors [--symbols 800] [--bars 3520] [--sample 20]

The factors are those of ``benchmarks.peers``, where qlib computes them too. Values are compared on
the sample first. Prints the floor as well: the bytes of all values, written into fresh memory.
"""

from __future__ import annotations

import argparse
import statistics
import time
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.peers.workers.factors import FACTORS, WARM_UP
from benchmarks.timing import Spent, best_of, machine_line, seconds_of_writing
from technic.language import BASE, read
from technic.language.evaluation.evaluate import evaluate_bars
from technic.panel import BarPanel
from technic.testing import make_panel

Values = dict[str, NDArray[np.float64]]
EQUAL = 1e-7
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Factors:
    """What both sides took: all symbols at once, and one symbol in pandas."""

    spent: Spent
    reference_ms: float
    n_symbols: int
    difference: float

    @property
    def ratio(self) -> float:
        """How many times faster all symbols at once are, by processor time."""
        return self.reference_ms / 1000 * self.n_symbols / self.spent.processor


def in_pandas(bars: pd.DataFrame) -> dict[str, pd.Series]:
    """Compute the factors of one symbol; windows shared, no Python loop over bars."""
    open_, high, low = bars["Open"], bars["High"], bars["Low"]
    close, volume = bars["Close"], bars["Volume"]
    closes = {n: close.rolling(n) for n in (5, 20, 60)}
    mean = {n: window.mean() for n, window in closes.items()}
    highest, lowest = high.rolling(20).max(), low.rolling(20).min()
    volumes = volume.rolling(20)
    place = pd.Series(np.arange(float(len(close))), close.index)
    weighted = (place * close).rolling(20).sum() - (place - 9.5) * 20 * mean[20]
    return {
        "KMID": (close - open_) / open_,
        "KLEN": (high - low) / open_,
        "ROC5": close.shift(5) / close,
        "ROC20": close.shift(20) / close,
        **{f"MA{n}": mean[n] / close for n in mean},
        "STD20": closes[20].std() / close,
        "BETA20": weighted / 665 / close,
        "MAX20": highest / close,
        "MIN20": lowest / close,
        "RSV20": (close - lowest) / (highest - lowest),
        "VMA20": volumes.mean() / volume,
        "VSTD20": volumes.std() / volume,
    }


def measure(n_symbols: int, n_bars: int, sample: int, rounds: int = ROUNDS) -> Factors:
    """Run both sides; raises SystemExit where they do not agree."""
    panel = make_panel(n_symbols, n_bars)
    nodes = {name: read(ours, BASE).node for name, (_, ours) in FACTORS.items()}
    spent, found = best_of(rounds, lambda: evaluate_bars(nodes.values(), panel, BASE))
    values = {name: found[node] for name, node in nodes.items()}
    each, worst = [], 0.0
    for column in range(0, n_symbols, max(n_symbols // sample, 1)):
        bars = panel.frame(panel.symbols[column])
        started = time.process_time()
        reference = in_pandas(bars)
        each.append(time.process_time() - started)
        worst = max(worst, largest_difference(reference, values, panel, column))
    return Factors(spent, 1000 * statistics.median(each), n_symbols, worst)


def largest_difference(
    reference: dict[str, pd.Series], values: Values, panel: BarPanel, column: int
) -> float:
    """Largest relative difference once all windows are full; raises when they are not equal."""
    worst = 0.0
    for name, series in reference.items():
        wanted, got = series.to_numpy()[WARM_UP:], values[name][WARM_UP:, column]
        off = float(np.max(np.abs(got - wanted) / (np.abs(wanted) + np.median(np.abs(wanted)))))
        if not off <= EQUAL:
            raise SystemExit(f"{panel.symbols[column]} {name}: differs from pandas by {off:.1e}")
        worst = max(worst, off)
    return worst


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=800)
    parser.add_argument("--bars", type=int, default=3_520)
    parser.add_argument("--sample", type=int, default=20)
    args = parser.parse_args()
    found = measure(args.symbols, args.bars, args.sample)
    print(machine_line("pandas"))
    print(f"{len(FACTORS)} factors, {args.symbols:,} symbols x {args.bars:,} bars; "
          f"values equal (largest relative difference {found.difference:.1e})")  # fmt: skip
    written = len(FACTORS) * args.bars * args.symbols * 8
    print(f"technic: {found.spent.processor:.3f} s of the processor, best of {ROUNDS}; floor "
          f"(write the values): {seconds_of_writing(written):.3f} s")  # fmt: skip
    print(f"pandas:  {found.reference_ms:.2f} ms a symbol = "
          f"{found.reference_ms / 1000 * args.symbols:.1f} s for {args.symbols:,}")  # fmt: skip
    print(f"ratio: {found.ratio:.0f} x")


if __name__ == "__main__":
    main()
