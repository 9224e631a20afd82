"""Who was delisted: hits counted by hand, each kind once."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from technic.study.summary.survivorship import Survivorship, survivorship

HORIZON = 5
SESSIONS = np.arange("2024-01-01", "2024-01-21", dtype="datetime64[D]")
nan = float("nan")
KINDS = {
    # name: session of the hit, last bar, delisted, return, universe's mean
    "lives": (2, 19, False, 0.10, 0.02),
    "delisted within": (2, 6, True, -0.30, 0.02),
    "delisted on the last day of the horizon": (2, 7, True, -0.20, 0.02),
    "delisted later": (2, 12, True, 0.05, 0.02),
    "never bought": (2, 2, True, nan, 0.02),
    "unknown": (3, 4, False, nan, 0.01),
    "not over": (17, 19, False, nan, nan),
}


def found(*names: str) -> Survivorship:
    """What is said of hits of these kinds."""
    rows = np.array([KINDS[name] for name in names])
    session = rows[:, 0].astype(int) - 1
    n = np.arange(len(names))
    places = SimpleNamespace(session=session, symbol=n)
    hits = SimpleNamespace(sessions=SESSIONS[1:], places=places, place=n)
    universe = np.full(len(SESSIONS) - 1, nan)
    universe[session] = rows[:, 4]
    over = np.arange(1, len(SESSIONS)) + HORIZON < len(SESSIONS)
    outcomes = SimpleNamespace(
        sessions=SESSIONS,
        returns={HORIZON: rows[:, 3]},
        universe={HORIZON: universe},
        last_bar=rows[:, 1].astype(int),
        delisted=rows[:, 2].astype(bool),
        over=over,
    )
    return survivorship(hits, outcomes, n, HORIZON)


def test_each_kind_is_counted():
    """Delisted by the end, within the horizon, before it could be bought, and unknown."""
    every = found(*KINDS)
    assert (every.delisted, every.within, every.never_bought, every.unknown) == (4, 1, 1, 1)


def test_the_worst_case_loses_everything():
    """The unknown alone, then those delisted within the horizon too; the rest stays."""
    every = found(*KINDS)
    known = [0.10 - 0.02, -0.30 - 0.02, -0.20 - 0.02, 0.05 - 0.02]
    assert every.counted == pytest.approx(np.mean(known))
    assert every.unknown_lost == pytest.approx(np.mean([*known, -1.01]))
    lost = [known[0], -1.02, *known[2:], -1.01]
    assert every.all_lost == pytest.approx(np.mean(lost))


def test_nothing_known_is_no_number():
    """Hits that are not over have no mean, and lose nothing in the worst case."""
    none = found("not over")
    assert np.isnan([none.counted, none.unknown_lost, none.all_lost]).all()
    assert none.unknown == 0
