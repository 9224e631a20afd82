"""A saved result runs again on Ray: the identical table."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.made_up_market import NOW, SESSIONS, SYMBOLS
from support.saved_scans import write_prices
from technic import ScanConfig, run_scan
from technic.engine.ray_runner import start_ray
from technic.settings import Settings
from technic.testing import make_bars
from technic.verification import verify

pytest.importorskip("ray")


def test_the_re_run_on_ray_is_identical(tmp_path: Path):
    """Scanned in process, verified by Ray's workers."""
    prices = write_prices(make_bars(SYMBOLS[:8], SESSIONS), tmp_path / "prices.csv")
    settings = Settings(home=tmp_path)
    config = ScanConfig(provider="files", data=str(prices), block_size=3)
    folder = run_scan(config, settings=settings, now=NOW).save(tmp_path / "saved")
    with start_ray():
        found = verify(folder, runner="ray", settings=settings, now=NOW)
    assert found.runner.ran == "ray"
    assert found.identical
