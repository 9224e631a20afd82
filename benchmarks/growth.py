"""How the time of a warm scan grows with symbols, bars, indicators and blocks, as a picture.

    python -m benchmarks.growth [--rounds 5] [--out docs/images/growth.svg]

One day, in this process, least processor time of a few rounds in turn. Symbols and bars: all
columns and sub-scores. Indicators: expressions of the scan language, a third of them a mean, a
third an RSI, a third a highest high, no two alike. Blocks: the same scan in so many blocks. The
picture is drawn by matplotlib in the environment of the peer vectorbt.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.peers.environments import HERE, python_of
from benchmarks.timing import in_turn, machine_line
from technic import ScanConfig
from technic.columns import DEFAULT_COLUMNS, evaluate
from technic.columns.vocabulary import VOCABULARY as BASE
from technic.engine.blocks import block_slices
from technic.language import read
from technic.language.evaluation.evaluate import evaluate_day
from technic.language.syntax.nodes import Node
from technic.panel import BarPanel
from technic.scan.block_rows import scan_block
from technic.scan.windows import ScanWindows
from technic.scoring import subscores
from technic.testing import make_panel

SYMBOLS = 500, 1_000, 2_000, 3_000, 4_500, 6_000, 9_000
BARS = 300, 500, 750, 1_000, 1_500, 2_000, 2_520
INDICATORS = 3, 15, 30, 60, 90, 120
BLOCKS = 1, 2, 4, 8, 16, 32, 64
SYMBOLS_BESIDE, BARS_BESIDE = 3_000, 300
KINDS = "sma(close, {n})", "rsi(close, {n})", "highest(high, {n})"


@dataclass(frozen=True, slots=True)
class Growth:
    """Seconds at each size; ``proportional``: whether a line through nothing is the measure."""

    of: str
    at: Sequence[int]
    seconds: Sequence[float]
    proportional: bool = True


def all_columns(panel: BarPanel) -> object:
    """Columns and sub-scores of the last day."""
    return subscores(evaluate(panel, panel.rows_at(panel.sessions[-1])))


def expressions(count: int) -> list[Node]:
    """So many that no two look at windows of one length."""
    texts = (KINDS[i % len(KINDS)].format(n=5 + i // len(KINDS)) for i in range(count))
    return [read(text, BASE).node for text in texts]


def by_indicators(panel: BarPanel, rounds: int) -> Growth:
    """More expressions on the same bars."""
    rows = panel.rows_at(panel.sessions[-1])
    work = [partial(evaluate_day, expressions(n), panel, rows, BASE) for n in INDICATORS]
    return Growth("indicators", INDICATORS, in_turn(work, rounds))


def by_blocks(panel: BarPanel, rounds: int) -> Growth:
    """The same market in more, narrower blocks, one after the other."""
    scan = partial(scan_block, windows=ScanWindows.whole(panel.sessions), config=ScanConfig())

    def in_blocks(count: int) -> None:
        for cut in block_slices(panel.n_symbols, -(-panel.n_symbols // count)):
            scan(panel.take(cut))

    work = [partial(in_blocks, count) for count in BLOCKS]
    return Growth("blocks", BLOCKS, in_turn(work, rounds), proportional=False)


def main() -> None:
    """Measure, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("docs/images/growth.svg"))
    args = parser.parse_args()
    market = make_panel(max(SYMBOLS), BARS_BESIDE)
    work = [partial(all_columns, market.take(slice(n))) for n in SYMBOLS]
    found = [Growth(f"symbols, {BARS_BESIDE} bars each", SYMBOLS, in_turn(work, args.rounds))]
    beside = market.take(np.arange(SYMBOLS_BESIDE))
    del work, market
    work = [partial(all_columns, make_panel(SYMBOLS_BESIDE, n)) for n in BARS]
    found.append(Growth(f"bars of {SYMBOLS_BESIDE:,} symbols", BARS, in_turn(work, args.rounds)))
    found += [by_indicators(beside, args.rounds), by_blocks(beside, args.rounds)]
    print(machine_line())
    print(f"{len(DEFAULT_COLUMNS)} columns and sub-scores, processor time")
    for one in found:
        print(one.of)
        for size, spent in zip(one.at, one.seconds, strict=True):
            print(f"  {size:6,}  {1000 * spent:8.1f} ms  {1e6 * spent / size:10.1f} us for each")
    worker = HERE / "workers" / "draw_growth.py"
    draw = [python_of("vectorbt"), worker, args.out, "A warm scan of the last day"]
    text = json.dumps([asdict(one) for one in found])
    subprocess.run(draw, input=text, text=True, check=True)


if __name__ == "__main__":
    main()
