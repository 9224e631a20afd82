"""What compiling loops costs and saves: the figures behind the thresholds of panel/compiled.py.

    python -m benchmarks.compiled_loops [--symbols 6000] [--bars 300]

Needs numba. Processor time: importing numba, compiling each loop for the first time on a machine
and loading it again, each in a process of its own; then numpy and the loop in turn, best of a few
rounds, by the cells of the bars.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from functools import partial

import numpy as np

from benchmarks.timing import in_turn, machine_line
from technic.indicators import ema, rma
from technic.panel.compiled import COMPILER, Compiler
from technic.panel.windows import window_mean, window_variance, window_weighted_sum
from technic.testing import make_panel

WORKS = {
    "exponential mean of 20": partial(ema, timeperiod=20),
    "Wilder's mean of 14": partial(rma, timeperiod=14),
    **{f"sum of {n}": partial(window_mean, n=n) for n in (5, 20, 50, 200)},
    **{f"weighted sum of {n}": partial(window_weighted_sum, n=n) for n in (5, 20, 50, 200)},
    **{f"variance of {n}": partial(window_variance, n=n) for n in (5, 20, 50, 200)},
}


def start() -> None:
    """Import numba, make one loop of each kind, print the seconds of each."""
    began = time.process_time()
    import numba  # noqa: F401

    print(f"{time.process_time() - began:.2f} s importing numba")
    COMPILER.loop = Compiler(0, 0).loop  # type: ignore[method-assign]
    few = np.arange(120.0).reshape(60, 2)
    for name in ("exponential mean of 20", "sum of 20", "weighted sum of 20", "variance of 20"):
        began = time.process_time()
        WORKS[name](few)
        print(f"{time.process_time() - began:.2f} s {name}")


def main() -> None:
    """Time the start twice, then each work by numpy and compiled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=6_000)
    parser.add_argument("--bars", type=int, default=300)
    args = parser.parse_args()
    print(machine_line())
    command = [sys.executable, "-c", "from benchmarks.compiled_loops import start; start()"]
    with tempfile.TemporaryDirectory() as folder:
        for title in ("nothing is kept yet:", "all is kept:"):
            print(title, flush=True)
            subprocess.run(command, env={**os.environ, "NUMBA_CACHE_DIR": folder}, check=True)
    close = make_panel(args.symbols, args.bars).close
    always = Compiler(0, 0).loop
    for name, work in WORKS.items():

        def by(loop: object, work: partial[object] = work) -> object:
            COMPILER.loop = loop  # type: ignore[method-assign,assignment]
            return work(close)

        numpy, loop = in_turn([partial(by, lambda *_: None), partial(by, always)], 6)
        saved = (numpy - loop) / close.size * 1e9
        print(f"{name:<24} numpy {numpy * 1e3:6.1f} ms, compiled {loop * 1e3:6.1f} ms, "
              f"{numpy / loop:4.1f} x, {saved:5.1f} ns saved a cell")  # fmt: skip


if __name__ == "__main__":
    main()
