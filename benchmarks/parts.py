"""Processor seconds of one part of a scan, by whichever version of Technic is on the path.

    python -m benchmarks.parts columns 6000 300 1   # all columns, of the last one of 300 bars
    python -m benchmarks.parts setups 6000 2520 4   # a scan with all setups, 4 of the last days

``scripts/compare-commits OLD NEW --parts 9`` runs it for two commits in turns, and
``benchmarks.study_replay --before CHECKOUT`` for one: so it knows only names that those have too.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.simulated_market import NOW, index_file
from benchmarks.timing import best_of
from technic import ScanConfig, columns, run_scan
from technic.data_engine.providers.demo import LAST_SESSION, DemoProvider
from technic.scan.expressions.setup_document import setup_document
from technic.sessions import build_calendar
from technic.setups import Library, Setup
from technic.testing import make_panel

__all__ = ["seconds_in", "source_of"]

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 5


def columns_of(n_symbols: int, n_bars: int, n_rows: int) -> float:
    """Return the least that all columns take of the last rows, in one call."""
    panel = make_panel(n_symbols, n_bars)
    rows = (panel.length - 1)[None] - np.arange(n_rows)[::-1, None]
    asked = rows[0] if n_rows == 1 else rows
    spent, _ = best_of(ROUNDS, lambda: columns.evaluate(panel, asked))
    return spent.processor


def scans_with_setups(n_symbols: int, n_days: int, sample: int) -> float:
    """Return what a scan of a past day takes, with all setups, bars in memory: the mean of a few.

    ``sample``: how many of the last ``n_days``, as far from each other as they can be.
    """
    calendar = build_calendar(2026)
    provider = DemoProvider(calendar, size=n_symbols)
    provider.listings()
    sessions = calendar.last(n_days, LAST_SESSION)
    chosen = np.linspace(0, len(sessions) - 1, sample).round().astype(np.intp)
    with tempfile.TemporaryDirectory() as folder:
        plain = ScanConfig(setups=of_prices(), benchmark=str(index_file(Path(folder))))
        run_scan(plain, provider=provider, now=NOW)  # who comes first imports, and reads the setups
        total = 0.0
        for day in sessions[chosen]:
            dated = replace(plain, as_of=str(day))
            spent, _ = best_of(1, lambda one=dated: run_scan(one, provider=provider, now=NOW))
            total += spent.processor
    return total / sample


def of_prices() -> tuple[Setup, ...]:
    """Return the built-in setups that need no facts of companies."""
    return tuple(one for one in Library().read()[0] if not setup_document(one).get("needs_facts"))


def source_of(checkout: Path) -> Path:
    """Return the folder to import from; raises SystemExit where there is none."""
    source = checkout.resolve() / "src"
    if not (source / "technic").is_dir():
        raise SystemExit(f"{checkout}: no checkout of Technic, for it has no src/technic")
    return source


def seconds_in(checkout: Path, *part: str) -> float:
    """Return what a part takes in another checkout; raises SystemExit where it cannot run."""
    source = source_of(checkout)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.parts", *part],
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(source), str(ROOT)))},
        cwd=source,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{checkout}: {done.stderr}")
    return float(done.stdout)


def main() -> None:
    """Print the seconds."""
    what, *numbers = sys.argv[1:]
    part = {"columns": columns_of, "setups": scans_with_setups}[what]
    print(part(*map(int, numbers)))


if __name__ == "__main__":
    main()
