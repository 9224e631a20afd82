"""What fires together, counted from scans of each day; and others beside what is studied."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from support.hard_market import NOW, QUICK_SETUPS, SESSIONS, hard_market
from support.replayed import scan_of
from technic import ScanConfig
from technic.scan.config import checked_config
from technic.scan.expressions.scan_expressions import scan_expressions
from technic.setups import Setup
from technic.study.all_setups import all_setups
from technic.study.fires_together import fires_together, scan_of_all
from technic.study.replay.hits import Hits
from technic.study.replay.lean import hit_rules
from technic.study.replay.replay import open_replay
from technic.study.statistics import SetupOverlap

DAYS = SESSIONS[[600, 660, 700, 740]]
NAMES = ("trend_template", "weinstein_stage_2", "pullback_20", "weinstein_stage_4")
STUDIED, *BESIDE = (next(one for one in QUICK_SETUPS if one.name == name) for name in NAMES)


def overlap_of(config: ScanConfig, beside: tuple[Setup, ...]) -> SetupOverlap:
    """Replay the days and count."""
    replay = open_replay(config, days=DAYS, provider=hard_market(), now=NOW)
    return fires_together(replay, Hits.joined(replay.hits()), beside)


def met_by_scans(config: ScanConfig, names: tuple[str, ...]) -> np.ndarray:
    """The pairs of a day and a symbol that each has met, by the scan of each day; shared ones."""
    replay = open_replay(config, days=DAYS, provider=hard_market(), now=NOW)
    met = {name: set() for name in names}
    for day in DAYS:
        result = scan_of(replay, day, now=NOW)
        for name in names:
            kept = set(result.table["symbol"])
            met[name] |= {(day, symbol) for symbol in result.met(name) if symbol in kept}
    return np.array([[len(met[a] & met[b]) for b in names] for a in names])


def test_others_are_counted_beside_what_is_studied():
    """The shared hits of each pair are those of scans with all of them; the first is studied."""
    found = overlap_of(ScanConfig(setups=(STUDIED,)), tuple(BESIDE))
    assert found.names == NAMES
    expected = met_by_scans(ScanConfig(setups=(STUDIED, *BESIDE)), NAMES)
    assert found.shared.tolist() == expected.tolist()
    assert expected[0, 1] > 0
    assert expected[0, 3] == 0 < expected[3, 3]
    again = overlap_of(ScanConfig(setups=(STUDIED,)), (STUDIED,))
    assert (again.names, again.shared.tolist()) == (NAMES[:1], [[expected[0, 0]]])


def test_a_condition_is_counted_as_a_setup_is():
    """Under the name that its hits have; with setups it narrows all of them."""
    where = "close > sma(close, 50)"
    found = overlap_of(ScanConfig(where=where), tuple(BESIDE))
    assert found.names == ("where", *NAMES[1:])
    whole = met_by_scans(ScanConfig(setups=tuple(BESIDE)), NAMES[1:])
    narrowed = met_by_scans(ScanConfig(setups=tuple(BESIDE), where=where), NAMES[1:])
    assert found.shared[1:, 1:].tolist() == whole.tolist()
    assert found.shared[0, 1:].tolist() == np.diag(narrowed).tolist()
    both = overlap_of(ScanConfig(setups=(STUDIED,), where=where), tuple(BESIDE))
    assert both.shared[1:, 1:].tolist() == narrowed.tolist()


def test_what_a_setup_says_of_universe_and_plans_is_left_to_the_study():
    """A setup beside may ask for other symbols than the study's."""
    other = replace(BESIDE[0], symbols=("AK",), columns=("close > 1",), rank_by="close", limit=1)
    found = overlap_of(ScanConfig(setups=(STUDIED,)), (other,))
    plain = overlap_of(ScanConfig(setups=(STUDIED,)), (BESIDE[0],))
    assert found.shared.tolist() == plain.shared.tolist()


@pytest.mark.parametrize("setup", all_setups(benchmark=True, facts=True), ids=lambda one: one.name)
def test_every_setup_can_be_told_of_beside_the_others(setup: Setup):
    """Also one that is sorted by a column of its own, which a count of hits does not have."""
    scan = checked_config(ScanConfig(setups=(setup,), benchmark="SPY"))
    others = tuple(one for one in all_setups(benchmark=True) if one.name != setup.name)
    rules = hit_rules(scan_expressions(scan_of_all(scan, others)))
    names = {setup.name, *(one.name for one in others)}
    assert rules is None or {owner for owner, _ in rules.owners} == names
