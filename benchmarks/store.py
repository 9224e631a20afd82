"""The store against the import of pandas: append a session, read 6,000 x 300 into a panel.

Run: python benchmarks/store.py [symbols] [sessions]. Every figure is also a ratio to what
``python -c "import pandas"`` takes in the same run.
"""

from __future__ import annotations

import datetime as dt
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

import numpy as np

from technic.data_engine.store import BarStore
from technic.panel import BarPanel, LongBars
from technic.typing import DateArray

ASKED = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
REPEATS = 5


def made_up(n_symbols: int, sessions: DateArray) -> LongBars:
    """Lognormal prices, one bar for each symbol and session."""
    rng = np.random.default_rng(len(sessions))
    n = n_symbols * len(sessions)
    prices = [np.round(rng.lognormal(3.0, 1.0, n), 4) for _ in range(4)]
    return LongBars(
        tuple(f"S{i:05d}" for i in range(n_symbols)),
        np.repeat(np.arange(n_symbols, dtype=np.int32), len(sessions)),
        np.tile(sessions, n_symbols),
        *prices,
        np.round(rng.lognormal(12.0, 2.0, n)),
    )


def seconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Median wall time."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def import_seconds(what: str) -> float:
    """Seconds that a fresh Python takes to run ``what``, less those of an empty one."""

    def run(code: str) -> float:
        command = [sys.executable, "-c", code]
        return seconds(lambda: subprocess.run(command, check=True))

    return run(what) - run("pass")


def measure(n_symbols: int, n_sessions: int, url: str) -> dict[str, float]:
    """Return what was measured, by name."""
    sessions = np.busday_offset("2023-01-02", np.arange(n_sessions + REPEATS))
    first, last = sessions[0], sessions[n_sessions - 1]
    store = BarStore.open(url)
    bars = made_up(n_symbols, sessions[:n_sessions])
    found = {"fill": seconds(lambda: store.write_days(bars, sessions[:n_sessions], ASKED), 1)}

    appended = iter(sessions[n_sessions:])

    def append() -> None:
        day = np.array([next(appended)])
        store.write_days(made_up(n_symbols, day), day, ASKED)

    def panel() -> BarPanel:
        return BarPanel.from_long(store.read(None, first, last), sessions[:n_sessions])

    found["append a session"] = seconds(append)
    found["read"] = seconds(lambda: store.read(None, first, last))
    found["read into a panel"] = seconds(panel)
    found["read one symbol"] = seconds(lambda: store.read(["S00042"], first, last))
    found["coverage"] = seconds(store.coverage)
    found["content hashes"] = seconds(lambda: store.content_hash(None, first, last))
    return found


def main() -> None:
    """Print seconds and ratios."""
    sizes = [int(text) for text in sys.argv[1:]]
    n_symbols, n_sessions = sizes if len(sizes) == 2 else (6000, 300)
    with tempfile.TemporaryDirectory() as folder:
        found = measure(n_symbols, n_sessions, folder)
    pandas = import_seconds("import pandas")
    print(f"{n_symbols:,} symbols x {n_sessions} sessions; import pandas {pandas:.3f} s")
    for name, took in found.items():
        print(f"{name:<20} {took:8.3f} s   {took / pandas:6.2f} x import pandas")
    found_ratio = found["read into a panel"] / pandas
    print(f"warm read into a panel: {found_ratio:.2f} x import pandas, goal < 1")


if __name__ == "__main__":
    main()
