"""Processor seconds of one part of a scan, by whichever version of Technic is on the path.

    python -m benchmarks.parts columns 6000 300 1   # all columns, of the last one of 300 bars
    python -m benchmarks.parts setups 6000 4        # a scan with all setups, of 4 past days

``scripts/compare-commits OLD NEW --parts 9`` runs it for two commits in turns. It knows only names
that both have. The least of a few rounds is printed.
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from technic import ScanConfig, columns, run_scan
from technic.data_engine.providers.demo import LAST_SESSION, SESSIONS, DemoProvider
from technic.scan.expressions.setup_document import setup_document
from technic.sessions import build_calendar
from technic.setups import Library, Setup
from technic.testing import make_panel

NOW = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
ROUNDS = 5


def least_of(work: Callable[[], object], rounds: int) -> float:
    """Return the least processor time of some rounds."""
    spent = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        spent.append(time.process_time() - began)
    return min(spent)


def columns_of(n_symbols: int, n_bars: int, n_rows: int) -> float:
    """Return what all columns take of the last rows, in one call."""
    panel = make_panel(n_symbols, n_bars)
    rows = (panel.length - 1)[None] - np.arange(n_rows)[::-1, None]
    asked = rows[0] if n_rows == 1 else rows
    return least_of(lambda: columns.evaluate(panel, asked), ROUNDS)


def scans_with_setups(n_symbols: int, n_days: int) -> float:
    """Return what a scan of a past day takes, with all setups, bars in memory."""
    calendar = build_calendar(2026)
    sessions = calendar.last(SESSIONS, LAST_SESSION)
    provider = DemoProvider(calendar, size=n_symbols)
    provider.listings()
    with tempfile.TemporaryDirectory() as folder:
        plain = ScanConfig(benchmark=str(index_file(Path(folder))))
        run_scan(plain, provider=provider, now=NOW)  # who comes first imports
        spent = []
        for day in sessions[-n_days * 21 :: 21]:
            config = replace(plain, setups=of_prices(), as_of=str(day))
            spent.append(least_of(lambda c=config: run_scan(c, provider=provider, now=NOW), 1))
    return float(np.mean(spent))


def index_file(folder: Path) -> Path:
    """Write closes of every session of the simulated market, in random steps."""
    sessions = build_calendar(2026).last(SESSIONS, LAST_SESSION)
    steps = np.random.default_rng(1).normal(0.0003, 0.01, len(sessions))
    closes = np.round(1_000.0 * np.exp(np.cumsum(steps)), 2)
    lines = (f"{day},{close}" for day, close in zip(sessions, closes.tolist(), strict=True))
    path = folder / "index.csv"
    path.write_text("date,close\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def of_prices() -> tuple[Setup, ...]:
    """Return the built-in setups that need no facts of companies."""
    return tuple(one for one in Library().read()[0] if not setup_document(one).get("needs_facts"))


def main() -> None:
    """Print the seconds."""
    what, *numbers = sys.argv[1:]
    part = {"columns": columns_of, "setups": scans_with_setups}[what]
    print(part(*map(int, numbers)))


if __name__ == "__main__":
    main()
