"""From replayed days to a verdict: the hits of a hard market, graded and judged."""

from __future__ import annotations

import numpy as np
import pytest

from reference import plan_loop
from support.hard_market import NOW, SESSIONS, hard_market
from technic import ScanConfig
from technic.study.outcomes import (
    GradeRules,
    Grades,
    MarketReturns,
    Outcome,
    Plans,
    TradedPrices,
    forward_returns,
    grade_plans,
)
from technic.study.replay.hits import Hits
from technic.study.replay.later_bars import LaterBars
from technic.study.replay.replay import Replay, open_replay
from technic.study.statistics import DaySums, episode_starts, mean_interval, verdict
from technic.trade_plan import PlanRules

RULES = GradeRules(hold=15, delisting_return=-0.5)
DAYS = SESSIONS[560:760:3]


@pytest.fixture(scope="module")
def replay() -> Replay:
    """Plans of everybody, a short one of what falls, on days around splits and the like."""
    plan = PlanRules(allow_shorts=True, signals=("strong_long", "long", "watch", "avoid"))
    config = ScanConfig(where="close > 1", plan=plan)
    return open_replay(config, days=DAYS, provider=hard_market(), now=NOW)


@pytest.fixture(scope="module")
def hits(replay: Replay) -> Hits:
    """All hits of these days."""
    return Hits.joined(replay.hits())


@pytest.fixture(scope="module")
def bars(replay: Replay) -> LaterBars:
    """The bars to the end of the data."""
    return replay.later_bars(replay.symbols, DAYS[0], SESSIONS[-1])


def graded(hits: Hits, bars: LaterBars) -> tuple[Plans, np.ndarray, Grades]:
    """Plans of hits on these bars, whose they are, and their grades."""
    plans, at = Plans.of_places(hits.places, bars)
    return plans, at, grade_plans(bars, plans, RULES)


def test_plans_of_a_replay_are_graded_as_a_loop_grades_them(hits: Hits, bars: LaterBars):
    """Every plan of every day, bit for bit."""
    plans, at, grades = graded(hits, bars)
    assert len(at) == hits.places.has_plan.sum() > 300
    names = ("session", "symbol", "side", "breakout", "entry", "stop", "target")
    for row in range(len(plans)):
        one = {name: getattr(plans, name)[row] for name in names}
        loop = plan_loop.grade(bars, one, RULES)
        assert grades.outcome[row] == loop["outcome"]
        np.testing.assert_array_equal(grades.r[row], loop["r"])
    assert {Outcome.STOP, Outcome.TARGET, Outcome.TIME} <= set(grades.outcome.tolist())


def test_a_later_split_changes_no_grade(replay: Replay, hits: Hits, bars: LaterBars):
    """Bars in the basis of an earlier day give the same grades, to the last bits."""
    early = replay.later_bars(replay.symbols, DAYS[0], DAYS[-1])
    moved = (bars.later_splits[0] != early.later_splits[0]).sum()
    assert moved >= 2
    plans, _, grades = graded(hits, bars)
    some, _, same = graded(hits, early)
    assert len(plans) == len(some)
    over = same.over & grades.over
    assert over.sum() > 200
    np.testing.assert_array_equal(same.outcome[over], grades.outcome[over])
    np.testing.assert_allclose(same.r[over], grades.r[over], rtol=1e-9, atol=1e-9)


def test_hits_are_judged(hits: Hits, bars: LaterBars):
    """Returns in excess of the universe, their mean, its interval, and the verdict in words."""
    returns = forward_returns(TradedPrices.of(bars), 5)
    market = MarketReturns.of(returns, np.isfinite(bars.close)).mean
    place = {name: at for at, name in enumerate(bars.symbols)}
    session = np.searchsorted(bars.sessions, hits.sessions)[hits.session]
    symbol = np.array([place[name] for name in hits.symbols])[hits.symbol]
    excess = (returns - market[:, None])[session, symbol]
    found = mean_interval(DaySums.of(session, excess, len(bars.sessions)), 5)
    assert found.hits == np.isfinite(excess).sum()
    assert found.mean == pytest.approx(np.nanmean(excess), abs=1e-9)
    episodes = int(episode_starts(symbol, session, 5).sum())
    word, text = verdict(found, episodes=episodes, horizon=5, trials=1)
    assert word in ("none", "too_few", "better", "worse")
    assert f"{found.hits:,} hits" in text
