"""A small version of the calibration: what is planted is held, what is not is seldom found."""

from __future__ import annotations

import pytest
from benchmarks.study_calibration import (
    HORIZON,
    Sample,
    coverage,
    hits_in_excess,
    over_hits,
    simulate,
)


def test_what_is_planted_is_held_by_the_interval():
    """In at least nine of ten markets of two years; nominal is 95 %."""
    size, held = coverage(range(20), n_days=504)
    assert 0.01 < size < DRIFT_OVER_THE_HORIZON
    assert held >= 18


DRIFT_OVER_THE_HORIZON = 1.001**HORIZON - 1


def test_what_is_not_planted_is_seldom_found():
    """In at most six of forty markets, where a t-test over hits errs in a third or more."""
    samples = [Sample.of(simulate(seed, 504), HORIZON) for seed in range(40)]
    assert sum(sample.found.excludes_zero for sample in samples) <= 6
    assert sum(over_hits(sample) for sample in samples) >= 13


def test_hits_persist_for_ten_sessions_and_know_nothing():
    """The simulation is what the calibration says it is."""
    market = simulate(1, 2520)
    hits = market.hits[:, 0]
    begun = (hits[1:] & ~hits[:-1]).sum()
    assert hits.sum() / begun == pytest.approx(10, rel=0.1)
    session, value = hits_in_excess(market, HORIZON)
    assert len(session) == len(value) == hits.sum()
