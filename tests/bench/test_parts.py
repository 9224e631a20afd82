"""Parts of a scan that are timed for two versions."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks import parts
from benchmarks.parts import columns_of, of_prices, scans_with_setups, seconds_in

from technic import ScanConfig
from technic.study.all_setups import all_setup_names

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("rows", [1, 40])
def test_columns_are_read_on_the_last_rows(rows: int, monkeypatch: pytest.MonkeyPatch):
    """One row is the day of a scan, several are days of a replay."""
    asked = []
    monkeypatch.setattr(parts.columns, "evaluate", lambda _, at: asked.append(at))
    columns_of(3, 40, rows)
    assert len(asked) == parts.ROUNDS
    assert asked[0].shape == ((3,) if rows == 1 else (rows, 3))
    assert (asked[0].reshape(-1, 3)[-1] == 39).all()


def test_days_are_spread_and_scanned_with_every_setup_of_prices(monkeypatch: pytest.MonkeyPatch):
    """Once before they are timed, and then each day."""
    asked: list[ScanConfig] = []
    monkeypatch.setattr(parts, "run_scan", lambda config, **_: asked.append(config))
    scans_with_setups(20, 252, 3)
    assert [one.as_of for one in asked] == [None, "2025-06-30", "2025-12-29", "2026-06-30"]
    assert all(one.benchmark is not None for one in asked)
    assert all([s.name for s in one.setups] == all_setup_names(benchmark=True) for one in asked)
    assert len(of_prices()) == 27


def test_a_part_is_timed_in_another_checkout(tmp_path: Path):
    """The checkout of the tests stands for it; a folder that is none is named."""
    assert seconds_in(ROOT, "columns", "3", "40", "1") > 0
    with pytest.raises(SystemExit, match="no checkout of Technic"):
        seconds_in(tmp_path, "columns", "3", "40", "1")
