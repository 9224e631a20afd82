from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest

from service.conftest import small_market
from technic.errors import StoreError
from technic.service.jobs.worker import Worker
from technic.service.studies import kept_study
from technic.service.studies.question import study_config, study_to_json
from technic.service.studies.study_files import BY_SYMBOL, DOCUMENT, HITS, REPORT
from technic.settings import Settings
from technic.study.trials import ledgers


def test_an_attempt_that_came_to_the_ledger_counts_and_so_does_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is written stays written; of an attempt that failed after it there are no files."""
    prices = tmp_path / "prices.csv"
    prices.write_bytes(small_market())
    asked = {"data": str(prices), "where": "close > 5", "from": "2024-01-30", "to": "2024-02-01"}
    config = study_config(asked, Settings(home=tmp_path), dt.date(2026, 7, 1))
    (tmp_path / "studies").mkdir()
    folder = tmp_path / "studies" / "x"
    job = {
        "kind": "study",
        "asked": asked,
        "config": study_to_json(config),
        "home": str(tmp_path),
        "folder": str(folder),
    }

    def carried_out() -> dict[str, Any]:
        told = io.StringIO()
        Worker(told).carry_out(dict(job))
        return dict(json.loads(told.getvalue().splitlines()[-1]))

    def full(*_: object) -> None:
        raise StoreError(str(folder), "the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(kept_study, "keep_study", full)
        assert carried_out()["state"] == "failed"
    assert not folder.exists()
    assert carried_out()["state"] == "done"
    assert {path.name for path in folder.iterdir()} == {DOCUMENT, HITS, BY_SYMBOL, REPORT}
    (ledger,) = ledgers(tmp_path)
    assert [one.total for one in ledger.records()] == [5, 10]
    document = json.loads((folder / DOCUMENT).read_text(encoding="utf-8"))
    assert (document["trials"]["study"], document["trials"]["total"]) == (2, 10)
