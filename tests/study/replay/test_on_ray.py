"""On Ray, days, hits, studies and sweeps are those of the threads, bit for bit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from support.hard_market import NOW, QUICK_SETUPS, SESSIONS, hard_market
from support.replayed import assert_same, assert_same_hits
from technic import ScanConfig
from technic.engine.ray_runner import start_ray
from technic.settings import Settings
from technic.study.config import StudyConfig
from technic.study.document import study_document
from technic.study.replay.hits import Hits
from technic.study.replay.replay import open_replay
from technic.study.run import run_study
from technic.study.sweep.config import SweepConfig
from technic.study.sweep.document import sweep_document
from technic.study.sweep.grid import Axis
from technic.study.sweep.run import run_sweep

pytest.importorskip("ray")


@pytest.fixture(scope="module", autouse=True)
def one_ray() -> Iterator[None]:
    """Start Ray once for all tests here."""
    with start_ray():
        yield


def test_ray_gives_the_same_days_hits_and_ratings():
    """With a comparison of symbols, a chart pattern, weekly bars, and blocks of a few symbols."""
    ratings = ("tech_rating", "rank(roc(close, 20))")
    config = ScanConfig(
        columns=ratings,
        setups=QUICK_SETUPS[4:7],
        where="percentile(roc(close, 21)) > 10 and weekly(close) > 0 and not vcp()",
    )
    replay = open_replay(config, days=SESSIONS[[700, 760]], provider=hard_market(), now=NOW)
    on_ray = replace(replay, runner="ray", block_symbols=11)
    parts = [list(one.parts(ratings)) for one in (replay, on_ray)]
    here, there = (Hits.joined(part.hits for part in one) for one in parts)
    assert len(here) > 3
    for own, its in zip(*parts, strict=True):
        assert_same(its.ranked, own.ranked, "ranked")
        for name, values in own.ratings.items():
            assert_same(its.ratings[name], values, name)
    assert_same_hits(there, here)
    for part, its in zip(replace(replay, block_symbols=11).met(), on_ray.met(), strict=True):
        assert_same(its.ranked, part.ranked, "ranked")
        for places, other in zip(part.places, its.places, strict=True):
            for name in ("session", "symbol", "bits"):
                assert_same(getattr(other, name), getattr(places, name), name)
    for day, other in zip(replay.replayed(), on_ray.replayed(), strict=True):
        assert day.outcomes == other.outcomes
        for name, values in day.market.columns.items():
            assert_same(other.market.columns[name], values, name)


def test_a_study_and_a_sweep_on_ray_say_what_they_say_here(tmp_path: Path):
    """Every number of their documents; each counts as a trial of its own ledger."""
    days = {"first": str(SESSIONS[700]), "last": str(SESSIONS[755]), "horizon": 5}
    told = []
    for runner in ("local", "ray"):
        scan = ScanConfig(where="close > sma(close, 20)", runner=runner)
        study = StudyConfig(scan=scan, ratings=("tech_rating",), horizons=(5,), **days)
        swept = ScanConfig(where="close > sma(close, n)", runner=runner)
        sweep = SweepConfig(scan=swept, axes=(Axis("n", (10, 30)),), folds=1, **days)
        asked = {"provider": hard_market(), "now": NOW}
        settings = [Settings(home=tmp_path / runner / name) for name in ("study", "sweep")]
        result = run_study(study, settings=settings[0], **asked)
        many = run_sweep(sweep, settings=settings[1], **asked)
        told.append((study_document(result), sweep_document(many)))
        assert len(result.hits) > 300
    assert repr(told[0]) == repr(told[1])
