"""How many symbols are judged together changes nothing that a study says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from support.hard_market import NOW, hard_market
from technic import ScanConfig
from technic.engine.local import LocalRunner
from technic.engine.threads import ThreadsRunner
from technic.settings import Settings
from technic.setups import load_setups
from technic.study import StudyConfig, StudyResult, hit_outcomes, run, run_study, study_table
from technic.study.document import study_document


def studied(home: Path, runner: str = "local") -> StudyResult:
    """Study all there is: setups, a rating, a benchmark, plans, the course around hits."""
    setups = load_setups("trend_template", "weinstein_stage_2")
    config = StudyConfig(
        scan=ScanConfig(setups=setups, benchmark="AK", runner=runner),
        first="2023-11-01", last="2024-05-31", horizon=5, horizons=(1, 5),
        ratings=("rs_rating",), event_curve=True,
    )  # fmt: skip
    return run_study(config, provider=hard_market(), settings=Settings(home=home), now=NOW)


def test_blocks_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Three symbols at a time or all: every number of the document, every row of the table."""
    found = []
    for symbols in (3, 256):
        monkeypatch.setattr(hit_outcomes, "BLOCK_SYMBOLS", symbols)
        found.append(studied(tmp_path / str(symbols)))
    few, many = found
    assert len(many.hits.symbols) > 4 * 3
    assert len(set(many.hits.symbol.tolist())) > 2 * 3
    assert many.outcomes.taken.any()
    assert not many.outcomes.taken.all()
    assert np.isfinite(many.ratings[0].ic.mean)
    assert study_table(few).equals(study_table(many))
    one, other = study_document(few), study_document(many)
    assert [name for name in other if repr(one[name]) != repr(other[name])] == []


@pytest.mark.parametrize("runner", ["local", "threads"])
def test_hits_are_graded_on_the_threads_of_the_runner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runner: str
):
    """As many as it has, whatever the machine has."""
    monkeypatch.setattr(LocalRunner, "workers", property(lambda _: 3))
    monkeypatch.setattr(ThreadsRunner, "__init__", lambda self: setattr(self, "workers", 5))
    asked = []
    for module in (hit_outcomes, run):
        in_turn = module.in_turn

        def noted(call, items, workers, in_turn=in_turn):
            asked.append(workers)
            return in_turn(call, items, workers)

        monkeypatch.setattr(module, "in_turn", noted)
    studied(tmp_path, runner)
    assert len(asked) > 1
    assert set(asked) == {{"local": 3, "threads": 5}[runner]}
