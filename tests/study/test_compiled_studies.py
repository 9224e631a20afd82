"""Whole scans, replays and studies have the same bits with loops compiled and without."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from support.compiled_loops import LoopsAsked, switched_loops
from support.hard_market import COLUMNS, EVERY_SETUP, NOW, SESSIONS, PayingProvider, hard_market
from support.made_up_market import assert_same
from technic import ScanConfig, run_scan
from technic.settings import Settings
from technic.study import StudyConfig, run_study, study_table
from technic.study.all_setups import RATINGS
from technic.study.document import study_document

SCAN = ScanConfig(setups=EVERY_SETUP, columns=COLUMNS, where="close > ema(close, 9) * 0.9")


@pytest.fixture
def loops(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], LoopsAsked]:
    """Compile whatever is asked for, however small; a switch back to numpy."""
    pytest.importorskip("numba", reason="the extra fast is not installed: no numba")
    return switched_loops(monkeypatch)


@pytest.fixture(scope="module")
def market() -> PayingProvider:
    """Splits, halts, holes, late and early listings."""
    return hard_market()


@pytest.mark.parametrize("day", [str(SESSIONS[-1]), "2024-02-21", "2023-06-01"])
def test_a_scan(day: str, market: PayingProvider, loops: Callable[[bool], LoopsAsked]):
    """Table, ranks, ledger and regime, with every setup and with columns of many kinds."""
    found = []
    for on in (False, True):
        asked = loops(on)
        config = ScanConfig(setups=EVERY_SETUP, columns=COLUMNS, as_of=day)
        found.append(run_scan(config, provider=market, now=NOW))
    assert any(loop is not None for loop in asked)
    assert len(found[0].scored) > 20
    assert_same(*found)
    assert {name: array.tobytes() for name, array in found[0].columns.items()} == {
        name: array.tobytes() for name, array in found[1].columns.items()
    }


def test_a_study(market: PayingProvider, loops: Callable[[bool], LoopsAsked], tmp_path: Path):
    """Every hit with its plan and what followed, every number of the page."""
    found = []
    for on in (False, True):
        asked = loops(on)
        settings = Settings(home=tmp_path / str(on))
        days = {"first": str(SESSIONS[-160]), "last": str(SESSIONS[-70])}
        config = StudyConfig(scan=SCAN, **days, ratings=RATINGS, event_curve=True)
        found.append(run_study(config, provider=market, settings=settings, now=NOW))
    assert sum(loop is not None for loop in asked) > 50
    one, other = found
    assert len(one.hits) > 1_000
    # the text of a number has all its bits, and NaN is equal to itself in it
    assert repr(study_table(one).to_pylist()) == repr(study_table(other).to_pylist())
    assert repr(study_document(one)) == repr(study_document(other))
