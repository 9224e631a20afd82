"""The numbers of one setup or condition: intervals, groups, graded plans, and the verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from technic.study.config import StudyConfig
from technic.study.event_curve import EventCurve
from technic.study.hit_outcomes import HitOutcomes
from technic.study.outcomes import Outcome, break_even_bp
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
from technic.study.summary.owner_sums import OwnerSums
from technic.study.summary.place_groups import PlaceGroups
from technic.study.summary.survivorship import Survivorship, survivorship

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
    sums: OwnerSums,
) -> OwnerSummary:
    """Sum up one owner's hits.

    ``trials``: all on these data so far, those of this study too; ``groups``: of all places;
    ``sums``: of all owners.
    """
    own = np.flatnonzero(hits.owner == owner)
    at, main = hits.place[own], config.horizon
    session, symbol = hits.places.session[at], hits.places.symbol[at]
    days = _distinct(session, len(hits.sessions))

    def interval(each: Sequence[DaySums], horizon: int) -> Interval:
        return mean_interval(each[owner], horizon, confidence=config.confidence)

    excess = {horizon: interval(each, horizon) for horizon, each in sums.excess.items()}
    known = np.isfinite(found.excess(main, at))
    episodes = int(episode_starts(symbol[known], session[known], main).sum())
    word, sentence = verdict(
        excess[main], episodes=episodes, horizon=main, trials=trials, against=UNIVERSE
    )
    absent = groups.absent(days)
    grouped = {what: each[owner] for what, each in sums.groups.items()}
    plans = partial(_plans, found, config, owner)
    return OwnerSummary(
        name=hits.owners[owner],
        word=word,
        sentence=sentence,
        hits=len(own),
        days=len(days),
        symbols=len(_distinct(symbol, len(hits.symbols))),
        episodes=episodes,
        excess=excess,
        raw={horizon: interval(each, horizon) for horizon, each in sums.raw.items()},
        benchmark=None if sums.benchmark is None else interval(sums.benchmark, main),
        late={lag: interval(each, main + lag) for lag, each in sums.late.items()},
        groups=groups.intervals(
            sums.excess[main][owner], grouped, absent, config, excess[main].block
        ),
        every=plans(sums.every, at),
        one_a_symbol=plans(sums.one_a_symbol, at[found.taken[own]]),
        turnover=_turnover(hits, found, at[found.taken[own]], config),
        curve=None if found.events is None else found.events.curve(owner, config.confidence),
        gone=survivorship(hits, found, own, main),
        # windows of one session do not overlap, so that their means can be held against trials
        sharpe=deflated_sharpe(sums.excess[1][owner].day_means, trials)
        if 1 in sums.excess
        else None,
        absent=absent,
    )


def _distinct(positions: NDArray[np.int32], size: int) -> NDArray[np.intp]:
    """Return each of some positions below ``size`` once, ascending."""
    there = np.zeros(size, np.bool_)
    there[positions] = True
    return np.flatnonzero(there)


def _plans(
    found: HitOutcomes,
    config: StudyConfig,
    owner: int,
    sums: Sequence[Sequence[DaySums]],
    at: NDArray[np.int32],
) -> PlanSummary:
    """Sum up the plans of the places ``at``; ``sums``: R before costs and at each level."""
    at, grade = _graded(found, at)
    counted = grade[found.plan_over[found.session[at]]]
    r, *net = (
        mean_interval(each[owner], config.rules.hold, confidence=config.confidence) for each in sums
    )
    return PlanSummary(
        counts=found.grades.counts(grade),
        r=r,
        net=tuple(net),
        break_even_bp=break_even_bp(found.grades, counted) if len(counted) else math.nan,
    )


def _graded(
    found: HitOutcomes, at: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return those of the places ``at`` that have a grade, and the position of each grade."""
    grade = found.grade[at]
    return at[grade >= 0], grade[grade >= 0]


def _turnover(
    hits: Hits, found: HitOutcomes, at: NDArray[np.int32], config: StudyConfig
) -> Turnover:
    """Count the trades of a trader with one order or trade a symbol, on the places ``at``.

    One that is open at the end of the data is held to there; one whose prices begin anew is none,
    for nobody knows when it was over.
    """
    at, grade = _graded(found, at)
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
