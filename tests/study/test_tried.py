"""What was tried is written down in texts, and however the data are named they are one lineage."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.made_up_market import CALENDAR, SYMBOLS
from technic import ScanConfig
from technic.settings import Settings
from technic.setups import Setup, SetupCondition, SetupParameter, load_setups
from technic.study import StudyConfig, run_study
from technic.study.sweep.config import SweepConfig
from technic.study.sweep.grid import Axis
from technic.study.sweep.run import run_sweep
from technic.study.trials import Lineage, StudyEntry, TrialLedger, ledgers
from technic.study.tried import tried
from technic.testing import make_bars

NOW = dt.datetime(2024, 3, 9, 12, tzinfo=dt.UTC)
SESSIONS = CALENDAR.last(330, np.datetime64("2024-03-08"))
OWN = Setup(
    name="mine", title="", meaning="", source="",
    conditions=(SetupCondition(name="up", where="gap > n"),),
    parameters=(SetupParameter(name="n", value=0.25, meaning=""),),
)  # fmt: skip


@pytest.mark.parametrize(
    ("scan", "ratings", "texts"),
    [
        ({"where": "close  >  10"}, (), ["close > 10"]),
        (
            {"where": "gap == 1", "columns": ("gap = wide / 2", "+wide = high - low", "x = low")},
            ("momentum = roc(gap, 5)",),
            [
                "gap == 1; gap = wide / 2; wide = high - low",
                "momentum = roc(gap, 5); gap = wide / 2; wide = high - low",
            ],
        ),
        ({}, ("tech_rating",), ["tech_rating"]),
        ({"setups": load_setups("nr7"), "where": "close > 1"}, (), ["nr7, and close > 1"]),
        (
            {"setups": (OWN,), "columns": ("gap = high - low",)},
            (),
            ["mine: (gap > n); gap = high - low with n=0.25"],
        ),
    ],
    ids=["where", "definitions", "rating", "setup and where", "own setup"],
)
def test_what_is_tried_is_told_in_texts(scan, ratings, texts):
    """Expressions as they were written, with the definitions of the columns they use."""
    config = StudyConfig(scan=ScanConfig(**scan), ratings=ratings)
    assert list(tried(config)) == texts


def test_parameters_that_were_set_are_told():
    """Those that differ from the setup's own file, and no other."""
    (plain,) = load_setups("vcp")
    assert len(plain.values) > 1
    name, value = next(iter(plain.values.items()))
    other = plain.with_parameters({name: value + 1})
    config = StudyConfig(scan=ScanConfig(setups=(other,)))
    assert tried(config) == (f"vcp with {name}={value + 1:.12g}",)
    assert tried(replace(config, scan=ScanConfig(setups=(plain,)))) == ("vcp",)


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    """A long file of a few symbols."""
    bars = make_bars(SYMBOLS[:4], SESSIONS)
    names = np.array(bars.symbols)[bars.column]
    columns = (names, bars.session, bars.open, bars.high, bars.low, bars.close, bars.volume)
    lines = [",".join(map(str, row)) for row in zip(*columns, strict=True)]
    path = tmp_path / "data" / "prices.csv"
    path.parent.mkdir()
    path.write_text("symbol,date,open,high,low,close,volume\n" + "\n".join(lines) + "\n")
    return path


DAYS = {"first": str(SESSIONS[-20]), "last": str(SESSIONS[-18]), "horizon": 5, "horizons": (5,)}


def trials_with(home: Path, data: str | None, settings: Settings | None = None, **scan: str):
    """Study once, and return what the ledger says."""
    config = StudyConfig(scan=ScanConfig(data=data, where="close > 10", **scan), **DAYS)
    return run_study(config, settings=settings or Settings(home=home))


def test_however_the_path_is_typed_it_is_one_ledger(
    prices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """From another folder, through a link, out of the settings; the universe's path, too."""
    home = tmp_path / "home"
    monkeypatch.chdir(prices.parent)
    listed = Path("listed.csv")
    listed.write_text("symbol\n" + "\n".join(SYMBOLS[:4]) + "\n")
    Path("link.csv").symlink_to("prices.csv")
    for data in ("prices.csv", "./prices.csv", str(prices), "../data/prices.csv", "link.csv"):
        trials_with(home, data)
    trials_with(home, None, Settings(home=home, data="prices.csv"))
    (ledger,) = ledgers(home)
    assert ledger.trials == 6
    assert ledger.lineage == Lineage(f"files {prices.resolve()}", "what the provider lists")
    for universe in ("listed.csv", str(listed.absolute())):
        trials_with(home, "prices.csv", universe=universe)
    assert sorted(one.trials for one in ledgers(home)) == [2, 6]


def written_before(home: Path, provider: str, universe: str, path: Path, trials: int) -> None:
    """Write a study down as it was when paths were taken as they were typed."""
    version = json.dumps({"kind": "files", "path": str(path), "hash": "x"})
    entry = StudyEntry(
        names=("where",), horizons=(21,), first="2020-01-02", last="2020-12-31", trials=trials,
        data_version=version,
    )  # fmt: skip
    TrialLedger(home, Lineage(provider, universe)).append(entry, NOW)


def test_ledgers_of_other_spellings_count_on(prices: Path, tmp_path: Path):
    """Those of the same file, once; those of other files or universes do not, and all is told."""
    home, listed = tmp_path / "home", "what the provider lists"
    written_before(home, "files prices.csv", listed, prices, 100)
    written_before(home, "files ./prices.csv", listed, prices, 30)
    written_before(home, "files", listed, prices, 5)  # out of the settings
    written_before(home, "files", listed, tmp_path / "other.csv", 1_000)
    written_before(home, "files other/prices.csv", listed, tmp_path / "prices.csv", 2_000)
    written_before(home, "files prices.csv", "few.csv", prices, 4_000)
    first, second = (trials_with(home, str(prices)) for _ in range(2))
    assert (first.trial.record.total, second.trial.record.total) == (136, 137)
    told = [text for text in first.warnings if "written otherwise" in text]
    assert told == [
        "135 trials on the same data, whose path was written otherwise, now count here, too"
    ]
    assert not any("written otherwise" in text for text in second.warnings)
    assert all(ledger.verify().sound for ledger in ledgers(home))


def test_a_study_on_a_broken_ledger_warns(prices: Path, tmp_path: Path):
    """In its warnings, which terminal, report and document print; a sweep does, too."""
    home = tmp_path / "home"
    assert not any("ledger" in text for text in trials_with(home, str(prices)).warnings)
    (path,) = (home / "trials").glob("*.jsonl")
    path.write_text(path.read_text().replace("close > 10", "close > 11"))
    assert any("broken at line 1" in text for text in trials_with(home, str(prices)).warnings)
    swept = SweepConfig(
        scan=ScanConfig(data=str(prices), where="close > n"),
        axes=(Axis("n", (5, 10)),), first=str(SESSIONS[-75]), last=DAYS["last"], horizon=5, folds=1,
    )  # fmt: skip
    found = run_sweep(swept, settings=Settings(home=home))
    assert any("broken at line 1" in text for text in found.warnings)
    assert found.trial.record.entry.names == ("sweep of close > n: n=5,10",)
