"""Results by the market's regime: that of the scan of the day of the hit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from support.hard_market import NOW, SESSIONS, around_what_happens, hard_market
from support.made_up_market import SYMBOLS
from support.replayed import scan_of
from technic import ScanConfig
from technic.data_engine.gate.rules import GateRules
from technic.settings import Settings
from technic.study import StudyConfig, StudyResult, open_replay, run_study, study_table
from technic.study.document import study_document
from technic.testing import FakeProvider, make_bars


@pytest.mark.parametrize("index", [None, "EN"], ids=["universe", "benchmark"])
def test_the_regime_of_a_day_is_that_of_its_scan(index: str | None):
    """By a benchmark, by the universe where it lacks the day, in blocks of any width."""
    days = np.sort([*around_what_happens()[2::15], np.datetime64("2023-06-15")])
    config = ScanConfig(where="close > 20", benchmark=index)
    replay = open_replay(config, days=days, provider=hard_market(), now=NOW)
    found = {}
    for part in replay.parts():
        found |= dict(zip(days[part.days].astype(str), part.regimes, strict=True))
    sources = set()
    for day in days:
        regime = scan_of(replay, day, now=NOW).regime
        assert found[str(day)] == regime
        sources.add(regime.source.split(" of ")[0])
    assert sources == {"equal-weighted universe", *([f"benchmark {index}"] * bool(index))}


def studied(home: Path, sessions: np.ndarray, scan: ScanConfig, first: int) -> StudyResult:
    """Study a condition on the last days of a made-up market."""
    config = StudyConfig(scan=scan, first=str(sessions[first]), horizon=5, horizons=(1,))
    provider = FakeProvider(make_bars(SYMBOLS, sessions))
    return run_study(config, provider=provider, settings=Settings(home=home), now=NOW)


def test_hits_fall_into_the_regime_of_their_day(tmp_path: Path):
    """Means and numbers are those of the table, grouped by what the day's market was."""
    scan = ScanConfig(where="close > sma(close, 20)", benchmark="BN")
    found = studied(tmp_path, SESSIONS, scan, -150)
    (one,) = found.summaries
    assert one.absent == {}
    provider = FakeProvider(make_bars(SYMBOLS, SESSIONS))
    replay = open_replay(scan, str(SESSIONS[-150]), provider=provider, now=NOW)
    regimes = [regime for part in replay.parts() for regime in part.regimes]
    table = study_table(found).to_pandas()
    day = np.searchsorted(replay.days, table["session"].to_numpy("M8[D]"))
    excess = table["return_5"] - table["universe_5"]
    for name, kind in (("regime", "trend"), ("volatility", "volatility")):
        means = excess.groupby([getattr(regimes[at], kind) for at in day]).agg(["mean", "count"])
        groups = one.groups[name]
        assert set(groups) == set(means.index)
        for text, row in means.iterrows():
            assert groups[text].mean == pytest.approx(row["mean"], abs=1e-9)
            assert groups[text].hits == row["count"]
    assert len(one.groups["regime"]) > 1
    assert set(one.groups["regime"]) <= {"up", "sideways", "down", "unknown"}


def test_a_regime_that_nobody_knows_is_absent_with_the_reason(tmp_path: Path):
    """The trend takes 200 sessions; volatility is known before."""
    scan = ScanConfig(where="close > 0", gate=GateRules(min_bars=40))
    found = studied(tmp_path, SESSIONS[-120:], scan, -30)
    (one,) = found.summaries
    assert "regime" not in one.groups
    assert "volatility" in one.groups
    assert one.absent["regime"].startswith("the market's trend is not known on any day of a hit")
    assert "trend needs 200 sessions, has " in one.absent["regime"]
    (document,) = study_document(found)["studies"]
    assert document["absent"] == one.absent
    assert "regime" not in document["by"]
