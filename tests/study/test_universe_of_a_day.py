"""The universe of a day is who is ranked on it: whom nobody can hit is no part of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from support.hard_market import NOW
from support.made_up_market import SESSIONS, SYMBOLS
from technic import ScanConfig, run_scan
from technic.data_engine.gate.rules import GateRules
from technic.scan.filters import FilterRules
from technic.settings import Settings
from technic.study import StudyConfig, StudyResult, run_study, study_table
from technic.study.sweep.config import SweepConfig
from technic.study.sweep.grid import Axis
from technic.study.sweep.run import run_sweep
from technic.testing import FakeProvider, make_bars

HORIZONS = (1, 5, 21)
GATE = GateRules(min_bars=80)
FIRST, LAST = -60, -30
"""The last days have no return over 21 sessions where the data end with them."""


def market() -> FakeProvider:
    """Some symbols are young and rise by 2 % a session, so that the gate stops what does best.

    Others have a hole in every ninth session: a bar of the day is missing, or that of a sale.
    """
    bars = make_bars(SYMBOLS, SESSIONS)
    young, holed = bars.column % 4 == 1, bars.column % 4 == 2
    age = np.searchsorted(SESSIONS, bars.session) - (len(SESSIONS) - 90)
    rise = np.where(young, 1.02 ** np.maximum(age, 0), 1.0)
    prices = {name: getattr(bars, name) * rise for name in ("open", "high", "low", "close")}
    gone = (young & (age < 0)) | (holed & (age % 9 == 4) & (age > 0))
    return FakeProvider(replace(bars, **prices).rows(~gone))


def studied(home: Path, scan: ScanConfig) -> StudyResult:
    """Study a month of days."""
    config = StudyConfig(
        scan=scan, first=str(SESSIONS[FIRST]), last=str(SESSIONS[LAST]), horizons=HORIZONS,
    )  # fmt: skip
    return run_study(config, provider=market(), settings=Settings(home=home), now=NOW)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    """The study of a condition that all meet who can."""
    return studied(tmp_path_factory.mktemp("home"), ScanConfig(gate=GATE, where="close > 0"))


def ranked_by_scans() -> dict[np.datetime64, list[str]]:
    """Who the scan of each day ranks."""
    found = {}
    for day in SESSIONS[FIRST : LAST + 1]:
        table = run_scan(ScanConfig(gate=GATE, as_of=str(day)), provider=market(), now=NOW).table
        assert (table["last_bar"].astype(str) == str(day)).all()
        found[day] = table["symbol"].tolist()
    return found


def returns_of_bars(horizon: int) -> pd.DataFrame:
    """Next open to close, by session and symbol; without a bar the open of the next one counts."""
    bars = market().bars
    rows = pd.DataFrame({
        "day": bars.session,
        "symbol": np.array(bars.symbols)[bars.column],
        "open": bars.open,
        "close": bars.close,
    })  # fmt: skip
    opens, closes = (rows.pivot(index="day", columns="symbol", values=v) for v in ("open", "close"))
    bought = opens.bfill().shift(-1)
    if horizon == 1:
        bought = bought.where(opens.shift(-1).notna())  # the next open is after the sale
    return closes.where(closes.notna(), opens.bfill()).shift(-horizon) / bought - 1


def test_who_hits_always_is_the_universe_where_the_gate_stops_some(result: StudyResult):
    """Everybody ranked hits, and the mean excess over every horizon is nothing."""
    (one,) = result.summaries
    ranked = ranked_by_scans()
    table = study_table(result).to_pandas()
    assert one.hits == sum(len(names) for names in ranked.values())
    assert one.hits < 0.85 * len(SYMBOLS) * len(ranked)
    made = {horizon: returns_of_bars(horizon) for horizon in HORIZONS}
    for session, own in table.groupby("session"):
        day = np.datetime64(session, "D")
        assert sorted(own["symbol"]) == sorted(ranked[day])
        for horizon in HORIZONS:
            its = made[horizon].loc[day, own["symbol"]].to_numpy()
            np.testing.assert_allclose(own[f"return_{horizon}"], its, rtol=1e-12)
            mean = np.nanmean(its)
            np.testing.assert_allclose(own[f"universe_{horizon}"], mean, atol=1e-8)
    for horizon in HORIZONS:
        assert one.excess[horizon].hits > 400
        assert one.excess[horizon].mean == pytest.approx(0, abs=1e-9)
    everybody = made[5].loc[SESSIONS[FIRST : LAST + 1]].mean(axis=1)
    assert (everybody - table.groupby("session")["universe_5"].first().to_numpy()).mean() > 0.01


@pytest.mark.parametrize(
    "scan",
    [
        ScanConfig(gate=GATE, where="close > 0", filters=FilterRules(min_price=60)),
        ScanConfig(gate=GATE, where="close > 0 or last_bar == '2024-03-11'"),
        ScanConfig(gate=GATE, where="close > sma(close, 20)", runner="threads"),
    ],
    ids=["filtered", "a day at a time", "some"],
)
def test_filters_and_conditions_leave_the_universe_as_it_is(
    result: StudyResult, tmp_path: Path, scan: ScanConfig
):
    """It is that of the ranks: who is too cheap to be shown is compared with all the same."""
    found = studied(tmp_path, scan).outcomes
    for horizon in HORIZONS:
        np.testing.assert_array_equal(found.universe[horizon], result.outcomes.universe[horizon])


def test_a_point_of_a_sweep_has_the_same_universe(result: StudyResult, tmp_path: Path):
    """Every number of it, bit for bit."""
    config = SweepConfig(
        scan=ScanConfig(gate=GATE, where="close > n"), axes=(Axis("n", (0, 60)),), folds=1,
        horizon=1, first=str(SESSIONS[-80]), last=str(SESSIONS[LAST]), horizons=(5, 21),
    )  # fmt: skip
    swept = run_sweep(config, provider=market(), settings=Settings(home=tmp_path), now=NOW)
    asked = StudyConfig(
        scan=ScanConfig(gate=GATE, where="close > 0"), horizon=1,
        first=config.first, last=config.last, horizons=(5, 21),
    )  # fmt: skip
    (one,) = run_study(
        asked, provider=market(), settings=Settings(home=tmp_path / "study"), now=NOW
    ).summaries
    assert swept.points[0].excess == one.excess
    assert one.excess[5].mean == pytest.approx(0, abs=1e-9)
