"""A scan whose bars come from a store, again and again in fresh processes."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from support.nobody import nobody
from support.vendor import CALENDAR
from technic.data_engine.interfaces.records import Splits
from technic.data_engine.store import BarStore
from technic.testing import make_bars

CHILD = Path(__file__).parents[2] / "support" / "scan_child.py"
DAY = "2024-03-08"
SYMBOLS = [f"S{i:02d}" for i in range(12)]
RUNS = 20 if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else 5


def test_a_scan_from_a_store_leaves_with_exit_code_0_every_time(tmp_path: Path):
    """Readers of Delta tables have aborted Python at its exit: as many clean ends as runs."""
    url, listings = str(tmp_path / "store"), tmp_path / "listings.csv"
    listings.write_text("\n".join(["symbol", *SYMBOLS]))
    days = CALENDAR.between(CALENDAR.anchor(np.datetime64(DAY), 20), np.datetime64(DAY))
    asked_at = dt.datetime(2024, 3, 8, 23, tzinfo=dt.UTC)
    store = BarStore.open(url)
    store.write_days(make_bars(SYMBOLS, days), days, asked_at)
    store.write_splits(Splits.none(), days[0], days[-1], asked_at)

    def scan(url_of_nobody: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, str(CHILD), url, DAY, str(listings), url_of_nobody],
            check=False,
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout, done.stderr

    with nobody() as address, ThreadPoolExecutor(2) as pool:
        results = set(pool.map(scan, [f"http://{address}"] * RUNS))
    assert results == {(0, "12 kept, 0 requests\n", "")}
