"""How the time of a warm scan grows with symbols and with bars, as a picture.

    python -m benchmarks.peers.growth [--rounds 5] [--out docs/images/growth.svg]

Columns and sub-scores of all symbols on the last day, in this process, one thread, least processor
time of a few rounds in turn. The picture is drawn by matplotlib in vectorbt's environment.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from pathlib import Path

import numpy as np

from benchmarks.peers.environments import HERE, python_of
from technic.indicators.catalog import COLUMNS, evaluate
from technic.panel import BarPanel
from technic.scoring import subscores
from technic.testing import make_panel

SYMBOLS = 500, 1_000, 2_000, 3_000, 4_500, 6_000, 9_000
BARS = 300, 500, 750, 1_000, 1_500, 2_000, 2_520
SYMBOLS_FOR_BARS, BARS_FOR_SYMBOLS = 3_000, 300


def seconds(panels: list[BarPanel], rounds: int) -> list[float]:
    """Least processor time of a scan of each panel, in turn."""
    best = [np.inf] * len(panels)
    for _ in range(rounds):
        for place, panel in enumerate(panels):
            rows = panel.rows_at(panel.sessions[-1])
            started = time.process_time()
            subscores(evaluate(panel, rows))
            best[place] = min(best[place], time.process_time() - started)
    return best


def main() -> None:
    """Measure, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("docs/images/growth.svg"))
    args = parser.parse_args()
    market = make_panel(max(SYMBOLS), BARS_FOR_SYMBOLS)
    by_symbols = seconds([market.take(slice(n)) for n in SYMBOLS], args.rounds)
    del market
    history = [make_panel(SYMBOLS_FOR_BARS, n) for n in BARS]
    by_bars = seconds(history, args.rounds)
    found = [
        {"of": f"symbols, {BARS_FOR_SYMBOLS} bars each", "at": SYMBOLS, "seconds": by_symbols},
        {"of": f"bars of {SYMBOLS_FOR_BARS:,} symbols", "at": BARS, "seconds": by_bars},
    ]
    print(f"{len(COLUMNS)} columns and sub-scores, processor time")
    for one in found:
        print(one["of"])
        for size, spent in zip(one["at"], one["seconds"], strict=True):
            print(f"  {size:6,}  {1000 * spent:8.1f} ms  {1e6 * spent / size:8.1f} us for each")
    draw = [python_of("vectorbt"), HERE / "workers" / "draw_growth.py", args.out]
    subprocess.run(draw, input=json.dumps(found), text=True, check=True)


if __name__ == "__main__":
    main()
