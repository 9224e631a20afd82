"""Sweeps from bars to verdicts: each point is its study, and no choice looks ahead."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from support.hard_market import NOW, SESSIONS, SPLITS, PayingProvider, dated, hard_market
from support.made_up_market import SYMBOLS
from technic import ScanConfig
from technic.data_engine.interfaces.records import Splits
from technic.errors import MissingExtraError, ParameterError
from technic.panel import LongBars
from technic.settings import Settings
from technic.setups import load_setups
from technic.study.config import StudyConfig
from technic.study.run import run_study
from technic.study.sweep.config import SweepConfig
from technic.study.sweep.document import sweep_document
from technic.study.sweep.grid import Axis
from technic.study.sweep.heat_map import heat_maps
from technic.study.sweep.run import SweepResult, run_sweep
from technic.study.sweep.table import sweep_table, write_sweep
from technic.study.trials import ledgers
from technic.testing import FakeProvider, make_bars

FIRST, LAST = str(SESSIONS[-200]), str(SESSIONS[-30])
WHERE = "close > k * sma(close, n)"
AXES = (Axis("n", (10, 20, 40)), Axis("k", (0.97, 1, 1.03)))
SWEEP = SweepConfig(
    scan=ScanConfig(where=WHERE), axes=AXES, first=FIRST, last=LAST, horizon=5, folds=3
)


def halting_market() -> PayingProvider:
    """The market in which everything hard happens; some halt, one ends, as the last fold begins."""
    market = hard_market()
    bars, place = market.bars, {name: at for at, name in enumerate(SYMBOLS)}
    halted = np.isin(bars.column, [place[name] for name in ("BK", "BL", "BM", "CK", "CM")])
    halted &= (bars.session >= SESSIONS[-74]) & (bars.session < SESSIONS[-69])
    ended = (bars.column == place["CO"]) & (bars.session >= SESSIONS[-75])
    return replace(market, bars=bars.rows(~(halted | ended)))


def swept(home: Path, config: SweepConfig = SWEEP, provider: object = None) -> SweepResult:
    """Sweep the market, written down in ``home``."""
    settings = Settings(home=home)
    return run_sweep(
        config, provider=provider or halting_market(), settings=settings, now=NOW, command="as said"
    )


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> SweepResult:
    """One sweep that the tests look at."""
    return swept(tmp_path_factory.mktemp("home"))


@pytest.mark.parametrize("point", [0, 5, 8])
def test_a_point_is_the_study_of_it(result: SweepResult, point: int, tmp_path: Path):
    """Every number of it, bit for bit."""
    values = result.points[point].values
    where = WHERE.replace("n", str(values["n"])).replace("k *", f"{values['k']} *")
    config = StudyConfig(
        scan=ScanConfig(where=where), first=FIRST, last=LAST, horizon=5, horizons=(5,)
    )
    settings = Settings(home=tmp_path)
    (one,) = run_study(config, provider=halting_market(), settings=settings, now=NOW).summaries
    mine = result.points[point]
    assert mine.excess[5] == one.excess[5]
    assert (mine.hits, mine.days, mine.episodes) == (one.hits, one.days, one.episodes)


def test_a_point_of_a_setup_is_the_study_of_it(tmp_path: Path):
    """With where beside it, a comparison of symbols, several horizons, and on threads."""
    scan = ScanConfig(setups=load_setups("weinstein_stage_2"), where="rank(roc(close, 20)) <= top")
    axis = Axis("top", (5, 15))
    config = replace(SWEEP, scan=replace(scan, runner="threads"), axes=(axis,), horizons=(1, 21))
    found = swept(tmp_path / "swept", config)
    top = replace(scan, where="rank(roc(close, 20)) <= 15")
    study = StudyConfig(scan=top, first=FIRST, last=LAST, horizon=5, horizons=(1, 21))
    settings = Settings(home=tmp_path / "studied")
    (one,) = run_study(study, provider=halting_market(), settings=settings, now=NOW).summaries
    assert found.points[1].excess == one.excess
    assert found.points[1].hits == one.hits > found.points[0].hits > 30
    local = swept(tmp_path / "local", replace(config, scan=scan))
    assert sweep_table(local).equals(sweep_table(found))
    assert local.walk_forward == found.walk_forward


def changed_from(bars: LongBars, day: np.datetime64) -> LongBars:
    """Other prices from a day on, every other symbol in tatters or gone with it."""
    random = np.random.default_rng(9)
    late = bars.session >= day
    factor = np.where(late, np.exp(random.normal(0, 0.3, len(bars))), 1.0)
    prices = {name: getattr(bars, name) * factor for name in ("open", "high", "low", "close")}
    torn = (bars.column % 2 == 1) & (random.random(len(bars)) < 0.5)
    return replace(bars, **prices).rows(~(late & (torn | (bars.column % 5 == 3))))


def test_no_choice_looks_into_its_fold(result: SweepResult, tmp_path: Path):
    """Whatever bars and splits come from its first day on, the same is chosen, by the same t.

    Symbols that halt then are sold at later opens, and one that ends is not known to have ended.
    """
    own = result.walk_forward.folds[-1]
    day = result.days[own.days.first]
    assert day == SESSIONS[-72]
    market = halting_market()
    splits = Splits(*dated([*SPLITS, ("BK", str(day), 3.0)]))
    other = replace(market, bars=changed_from(market.bars, day), splits=splits)
    again = swept(tmp_path, provider=other).walk_forward.folds
    assert again[-1].judged != own.judged
    for earlier, same in zip(again, result.walk_forward.folds, strict=True):
        assert (earlier.point, earlier.tuned) == (same.point, same.tuned)


PLANTED = 3


def planted_market() -> FakeProvider:
    """Volumes of one to five million; after three millions closes rise by 1 % for five sessions."""
    random = np.random.default_rng(21)
    bars = make_bars(SYMBOLS, SESSIONS[-520:])
    level = random.integers(1, 6, len(bars))
    drift = np.zeros(len(bars))
    for step in range(1, 6):  # all symbols have all sessions, one after the other
        before = np.roll(level, step)
        drift += np.where((before == PLANTED) & (np.arange(len(bars)) % 520 >= step), 0.01, 0.0)
    rise = np.exp(np.cumsum(drift.reshape(len(SYMBOLS), 520) - drift.mean(), axis=1)).ravel()
    prices = {name: getattr(bars, name) * rise for name in ("open", "high", "low", "close")}
    return FakeProvider(replace(bars, volume=level * 1e6, **prices))


def test_a_planted_effect_is_found_out_of_sample(tmp_path: Path):
    """The right point is chosen for every fold, keeps its worth, and is seen to stand alone."""
    config = SweepConfig(
        scan=ScanConfig(where="volume > (v - 0.5) * 1e6 and volume < (v + 0.5) * 1e6"),
        axes=(Axis("v", (1, 2, 3, 4, 5)),), first=str(SESSIONS[-240]), last=str(SESSIONS[-8]),
        horizon=5,
    )  # fmt: skip
    found = swept(tmp_path, config, planted_market())
    folds = found.walk_forward.folds
    assert [fold.point for fold in folds] == [2, 2, 2, 2]
    assert found.best == 2
    # a hit adds 4 of its 5 % after the open it is bought at; a fifth of all symbols hit
    assert found.walk_forward.held_out.mean == pytest.approx(0.04, abs=0.008)
    assert found.word == "better"
    assert "that luck alone reaches in 1 trial on these data" in found.sentence  # none before it
    assert found.comparison.better == ("v=3",)
    assert found.plateau.word == "peak"
    assert "v=3 is a peak without a plateau" in found.plateau.sentence
    assert found.walk_forward.average == pytest.approx(0, abs=0.002)


def test_all_points_are_trials(result: SweepResult):
    """Each at its horizon, and the result held out."""
    entry = result.trial.record.entry
    assert (entry.trials, result.trial.record.total) == (9 + 1, 10)
    assert entry.names == (f"sweep of {WHERE}: n=10,20,40 k=0.97,1,1.03",)
    assert entry.command == "as said"


def test_document_table_and_map_say_the_same(result: SweepResult, tmp_path: Path):
    """A row a point; what is marked as best is; every number of the map is in the table."""
    document = sweep_document(result)
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    table = sweep_table(result).to_pylist()
    assert len(table) == len(document["points"]) == 9
    (one,) = heat_maps(result)
    for at, (row, point) in enumerate(zip(table, document["points"], strict=True)):
        assert {"n": row["n"], "k": row["k"]} == point["values"]
        assert row["mean_5"] == point["excess"]["5"]["mean"]
        place = divmod(at, 3)
        assert one.mean[place] == row["mean_5"]
        assert one.hits[place] == row["known_5"]
        assert row["best"] == (at == document["tuned"]["point"]) == (one.best == place)
        assert row["neighbour"] == (at in document["plateau"]["neighbours"])
    assert sum(row["chosen"] for row in table) == 3
    folds = document["held_out"]["folds"]
    assert folds[0]["tuned_to"] == str(result.days[result.walk_forward.folds[0].days.first - 6])
    write_sweep(result, tmp_path / "points.parquet")
    assert pq.read_table(tmp_path / "points.parquet").equals(sweep_table(result))


def test_three_axes_are_a_map_for_each_value_of_the_third(tmp_path: Path):
    """Each with its title; one of them has the best. Every horizon is a trial of every point."""
    where = "close > k * sma(close, n) and rsi(close, 14) < r"
    axes = (Axis("n", (10, 20)), Axis("k", (0.99, 1.01)), Axis("r", (55, 65, 75)))
    asked = replace(SWEEP, scan=ScanConfig(where=where), axes=axes, horizons=(1, 10))
    found = swept(tmp_path, asked)
    maps = list(heat_maps(found))
    assert [one.title for one in maps] == ["r=55", "r=65", "r=75"]
    assert sum(one.best is not None for one in maps) == 1
    for at in range(12):
        n, k, r = found.grid.place(at)
        assert maps[r].mean[n, k] == found.points[at].excess[5].mean
    assert found.trial.record.entry.trials == 12 * 3 + 1
    (ledger,) = ledgers(tmp_path)
    assert ledger.verify().sound


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"folds": 0}, "folds is 0, allowed: a whole number from 1 to 12"),
        ({"folds": 2.5}, "folds"),
        ({"choose_by": "sharpe"}, "choose_by is 'sharpe', allowed: mean or t"),
        ({"horizon": 0}, "horizon"),
        ({"confidence": 1.5}, "confidence"),
        ({"delisting_return": -2}, "delisting_return"),
        ({"axes": {"n": (1, 2)}}, "axes is"),
        ({"axes": (Axis("m", (1, 2)),)}, "stands in the condition"),
        ({"horizons": tuple(range(1, 40))}, "at most 20 horizons"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_cannot_be_swept_is_said(options: dict[str, object], message: str):
    """When it is asked, naming the parameter."""
    with pytest.raises(ParameterError, match=message):
        replace(SWEEP, **options)


def test_what_is_not_installed_is_said_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Before any bar is read or any trial written."""
    monkeypatch.setattr("technic.study.statistics.comparisons.find_spec", lambda _: None)
    market = halting_market()
    with pytest.raises(MissingExtraError, match="arch"):
        swept(tmp_path, provider=market)
    assert market.asked == []
    assert ledgers(tmp_path) == []
