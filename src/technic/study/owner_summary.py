"""The numbers of one setup or condition: intervals, groups, graded plans, and the verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from technic.study.config import StudyConfig
from technic.study.event_curve import EventCurve
from technic.study.hit_outcomes import LAGS, HitOutcomes
from technic.study.outcomes import COST_LEVELS, Outcome, break_even_bp, net_r
from technic.study.place_groups import PlaceGroups
from technic.study.replay.hits import Hits
from technic.study.statistics import (
    DaySums,
    DeflatedSharpe,
    Interval,
    Turnover,
    deflated_sharpe,
    episode_starts,
    mean_interval,
    turnover,
    verdict,
)
from technic.study.survivorship import Survivorship, survivorship
from technic.typing import FloatArray

__all__ = ["UNIVERSE", "OwnerSummary", "PlanSummary", "excess_sums", "summarised"]

UNIVERSE = "the mean of all symbols ranked that day"
"""What returns are in excess of, in words."""


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """Graded plans: ``counts`` of how they ended, mean R before costs and at each cost level.

    R is that of the plans whose longest life is over (``HitOutcomes.plan_over``): of later ones
    those that ended quickly would count and the others not.
    """

    counts: dict[str, int]
    r: Interval
    net: tuple[Interval, ...]
    break_even_bp: float


@dataclass(frozen=True, slots=True)
class OwnerSummary:
    """What the hits of ``name`` were worth; returns are in excess of the universe's mean.

    ``word`` and ``sentence``: the verdict. ``excess``, ``raw``: by horizon. ``benchmark``: in
    excess of the benchmark at the main horizon, None without one. ``late``: by lag. ``groups``:
    by year, sector, regime (the market's trend on the close of the day of the hit), volatility (the
    market's), price and liquidity, each by name; ``absent``: groups that cannot be made, with the
    reason. ``every``: all plans; ``one_a_symbol``: those with one order or trade a symbol at a
    time; ``turnover``: of these, and how much money fits. ``curve``: the course of prices around
    the hits, None where it was not asked for; ``gone``: who was delisted. ``sharpe``: of the mean
    excess of a day's hits over the next session, held against all trials; None where returns over
    one session were not taken.
    """

    name: str
    word: str
    sentence: str
    hits: int
    days: int
    symbols: int
    episodes: int
    excess: dict[int, Interval]
    raw: dict[int, Interval]
    benchmark: Interval | None
    late: dict[int, Interval]
    groups: dict[str, dict[str, Interval]]
    every: PlanSummary
    one_a_symbol: PlanSummary
    turnover: Turnover
    curve: EventCurve | None
    gone: Survivorship
    sharpe: DeflatedSharpe | None
    absent: dict[str, str] = field(default_factory=dict)


def excess_sums(hits: Hits, found: HitOutcomes, horizon: int, own: NDArray[np.intp]) -> DaySums:
    """Add up the excess returns of the hits ``own`` by the session of the study."""
    at = hits.place[own]
    return DaySums.of(hits.places.session[at], found.excess(horizon, at), len(hits.sessions))


def summarised(
    hits: Hits,
    found: HitOutcomes,
    config: StudyConfig,
    owner: int,
    trials: int,
    groups: PlaceGroups,
) -> OwnerSummary:
    """Sum up one owner's hits.

    ``trials``: all on these data so far, those of this study too; ``groups``: of all places.
    """
    own = np.flatnonzero(hits.owner == owner)
    at, main = hits.place[own], config.horizon
    session, symbol = hits.places.session[at], hits.places.symbol[at]

    def interval(values: FloatArray, horizon: int) -> Interval:
        sums = DaySums.of(session, values, len(hits.sessions))
        return mean_interval(sums, horizon, confidence=config.confidence)

    apart = {horizon: found.excess(horizon, at) for horizon in config.horizons}
    excess = {horizon: interval(values, horizon) for horizon, values in apart.items()}
    known = np.isfinite(apart[main])
    episodes = int(episode_starts(symbol[known], session[known], main).sum())
    word, sentence = verdict(
        excess[main], episodes=episodes, horizon=main, trials=trials, against=UNIVERSE
    )
    benchmark = None
    if found.benchmark is not None:
        benchmark = interval(found.benchmark_excess(main, at), main)
    return OwnerSummary(
        name=hits.owners[owner],
        word=word,
        sentence=sentence,
        hits=len(own),
        days=len(np.unique(session)),
        symbols=len(np.unique(symbol)),
        episodes=episodes,
        excess=excess,
        raw={horizon: interval(found.returns[horizon][at], horizon) for horizon in config.horizons},
        benchmark=benchmark,
        late={lag: interval(found.late_excess(lag, at), main + lag) for lag in LAGS},
        groups=groups.intervals(at, apart[main], config, excess[main].block),
        every=_plans(hits, found, own, config, every=True),
        one_a_symbol=_plans(hits, found, own, config, every=False),
        turnover=_turnover(hits, found, own, config),
        curve=None if found.events is None else found.events.curve(owner, config.confidence),
        gone=survivorship(hits, found, own, main),
        sharpe=_sharpe(session, apart[1], len(hits.sessions), trials) if 1 in apart else None,
        absent=groups.absent(at),
    )


def _sharpe(
    session: NDArray[np.int32], excess: FloatArray, n_sessions: int, trials: int
) -> DeflatedSharpe:
    """Hold the means of days against trials: windows of one session do not overlap."""
    return deflated_sharpe(DaySums.of(session, excess, n_sessions).day_means, trials)


def _plans(
    hits: Hits, found: HitOutcomes, own: NDArray[np.intp], config: StudyConfig, *, every: bool
) -> PlanSummary:
    at, grade = _graded(hits, found, own if every else own[found.taken[own]])
    counts = found.grades.take(grade).counts()
    over = found.plan_over[hits.places.session[at]]
    grades, session = found.grades.take(grade[over]), hits.places.session[at[over]]

    def interval(values: FloatArray) -> Interval:
        sums = DaySums.of(session, values, len(hits.sessions))
        return mean_interval(sums, config.rules.hold, confidence=config.confidence)

    return PlanSummary(
        counts=counts,
        r=interval(grades.r),
        net=tuple(interval(net_r(grades, level)) for level in COST_LEVELS),
        break_even_bp=break_even_bp(grades) if len(grades) else math.nan,
    )


def _graded(
    hits: Hits, found: HitOutcomes, own: NDArray[np.intp]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the places of the hits ``own`` that have a grade, and the position of each grade."""
    at = hits.place[own]
    grade = found.grade[at]
    return at[grade >= 0], grade[grade >= 0]


def _turnover(
    hits: Hits, found: HitOutcomes, own: NDArray[np.intp], config: StudyConfig
) -> Turnover:
    """Count the trades of a trader with one order or trade a symbol.

    One that is open at the end of the data is held to there; one whose prices begin anew is none,
    for nobody knows when it was over.
    """
    at, grade = _graded(hits, found, own[found.taken[own]])
    grades = found.grades
    entered, left = grades.entry_session[grade], grades.exit_session[grade]
    traded = (entered >= 0) & (grades.outcome[grade] != Outcome.BROKEN)
    return turnover(
        entered[traded],
        np.where(left >= 0, left, len(found.sessions) - 1)[traded],
        hits.places.dollar_volume[at[traded]],
        len(hits.sessions),
        config.scan.plan.max_pct_of_adv,
    )
