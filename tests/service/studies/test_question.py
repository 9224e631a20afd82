from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from support.facts import filing, table_of
from technic.errors import MissingExtraError, UsageError
from technic.facts.place import fact_home
from technic.facts.store import FactStore
from technic.scan.expressions.scan_expressions import scan_expressions
from technic.scan.expressions.setup_document import setup_document
from technic.service.routes.studies.studies import EXAMPLES
from technic.service.studies.question import study_config, study_from_json, study_to_json
from technic.settings import Settings
from technic.setups import Library

TODAY = dt.date(2026, 7, 1)
KNOWN = "2024-02-01T12:00:00"
REVENUE = ("revenue", "Revenues", "2023-10-01", "2023-12-31", 1e6)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_of_the_description_is_a_study(tmp_path: Path, name: str) -> None:
    """Whoever copies one is not refused, and a worker builds the very same study again."""
    config = study_config(EXAMPLES[name]["value"], Settings(home=tmp_path), TODAY)
    scan_expressions(config.scan)
    assert study_from_json(study_to_json(config)) == config


def test_keys_of_a_study_are_those_of_the_command_line(tmp_path: Path) -> None:
    """Beside keys of a scan, which keep their meaning."""
    asked = {
        "where": "close > 5",
        "min_price": 10,
        "horizon": 10,
        "life": 3,
        "hold": 9,
        "delisting_return": -0.5,
    }
    config = study_config(asked, Settings(home=tmp_path), TODAY)
    assert (config.scan.where, config.scan.filters.min_price) == ("close > 5", 10)
    assert (config.first, config.last, config.horizon) == (None, None, 10)
    assert (config.rules.life, config.rules.hold, config.rules.delisting_return) == (3, 9, -0.5)
    assert 10 in config.horizons


def test_ratings_are_numbers_of_a_scan(tmp_path: Path) -> None:
    """One or several, alone or beside setups; what is none is refused now."""
    alone = study_config({"rating": "rs_rating"}, Settings(home=tmp_path), TODAY)
    assert (alone.ratings, alone.scan.setups) == (("rs_rating",), ())
    asked = {"setup": ["nr7"], "rating": ["m = roc(close, 252)"]}
    both = study_config(asked, Settings(home=tmp_path), TODAY)
    assert (both.ratings, len(both.scan.setups)) == (("m = roc(close, 252)",), 1)
    assert study_from_json(study_to_json(both)) == both
    told = study_config({"setup": ["nr7"], "by": "pe_ttm: 10, 20"}, Settings(home=tmp_path), TODAY)
    assert told.by == ("pe_ttm: 10, 20",)
    assert study_from_json(study_to_json(told)) == told
    for bad in (
        {"rating": 5},
        {"setup": ["nr7"], "by": 5},
        {"setup": ["nr7"], "by": "pe_tmt"},
        {"rating": ["sector"]},
        {"rating": "nonsense"},
    ):
        with pytest.raises(UsageError):
            study_config(bad, Settings(home=tmp_path), TODAY)


def test_without_the_extra_several_setups_are_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One setup, or an expression, needs none."""
    monkeypatch.setattr("technic.study.statistics.comparisons.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match="needs arch"):
        study_config({}, Settings(home=tmp_path), TODAY)
    study_config({"setup": ["nr7"]}, Settings(home=tmp_path), TODAY)


def test_without_a_question_it_is_over_all_setups(tmp_path: Path) -> None:
    """Those that need a benchmark, or facts, only where one is named and some are stored."""
    bare = study_config({}, Settings(home=tmp_path), TODAY)
    documents = {one.name: setup_document(one) for one in Library().read()[0]}
    every = set(documents)
    compared = {name for name, one in documents.items() if one["needs_benchmark"]}
    facts = {name for name, one in documents.items() if one["needs_facts"]}
    assert compared
    assert facts == {"can_slim", "post_earnings_drift", "high_short_interest"}
    assert {one.name for one in bare.scan.setups} == every - compared - facts
    assert bare.ratings == ("tech_rating", "rs_rating")
    against = study_config({"benchmark": "SPY"}, Settings(home=tmp_path), TODAY)
    assert {one.name for one in against.scan.setups} == every - facts
    FactStore(fact_home(tmp_path, simulated=True)).append(
        table_of(filing((1, "AA"), "10-Q", KNOWN, REVENUE))
    )
    known = study_config({"benchmark": "SPY"}, Settings(home=tmp_path), TODAY)
    assert {one.name for one in known.scan.setups} == every
