"""The numbers of one setup or condition: intervals, groups, graded plans, and the verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from technic.regime import Regime
from technic.study.config import StudyConfig
from technic.study.event_curve import EventCurve
from technic.study.hit_outcomes import LAGS, HitOutcomes
from technic.study.outcomes import COST_LEVELS, Grades, Outcome, break_even_bp, net_r
from technic.study.replay.hits import Hits
from technic.study.statistics import (
    LIQUIDITY_EDGES,
    PRICE_EDGES,
    TRENDS,
    VOLATILITIES,
    DaySums,
    Interval,
    Turnover,
    bucket_names,
    buckets,
    by_group,
    episode_starts,
    mean_interval,
    named,
    turnover,
    verdict,
    years,
)
from technic.study.survivorship import Survivorship, survivorship
from technic.typing import BoolArray, FloatArray

__all__ = ["UNIVERSE", "OwnerSummary", "PlanSummary", "summarised"]

UNIVERSE = "the mean of all symbols scanned"
"""What returns are in excess of, in words."""


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """Graded plans: ``counts`` of how they ended, mean R before costs and at each cost level."""

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
    the hits, None where it was not asked for; ``gone``: who was delisted.
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
    absent: dict[str, str] = field(default_factory=dict)


def day_sums(hits: Hits, values: FloatArray, own: NDArray[np.intp]) -> DaySums:
    """Add up the values of some hits by the session of the study."""
    return DaySums.of(hits.session[own], values[own], len(hits.sessions))


def summarised(
    hits: Hits,
    found: HitOutcomes,
    config: StudyConfig,
    owner: int,
    trials: int,
    regimes: Sequence[Regime],
) -> OwnerSummary:
    """Sum up one owner's hits.

    ``trials``: all on these data so far, those of this study too; ``regimes``: of each session.
    """
    own = np.flatnonzero(hits.owner == owner)
    main = config.horizon

    def interval(values: FloatArray, horizon: int) -> Interval:
        return mean_interval(day_sums(hits, values, own), horizon, confidence=config.confidence)

    excess = {horizon: interval(found.excess(horizon), horizon) for horizon in config.horizons}
    known = own[np.isfinite(found.excess(main)[own])]
    episodes = int(episode_starts(hits.symbol[known], hits.session[known], main).sum())
    word, sentence = verdict(
        excess[main], episodes=episodes, horizon=main, trials=trials, against=UNIVERSE
    )
    benchmark = None
    if found.benchmark is not None:
        benchmark = interval(found.returns[main] - found.benchmark[main], main)
    own_regimes = [regimes[session] for session in hits.session[own].tolist()]
    return OwnerSummary(
        name=hits.owners[owner],
        word=word,
        sentence=sentence,
        hits=len(own),
        days=len(np.unique(hits.session[own])),
        symbols=len(np.unique(hits.symbol[own])),
        episodes=episodes,
        excess=excess,
        raw={horizon: interval(found.returns[horizon], horizon) for horizon in config.horizons},
        benchmark=benchmark,
        late={
            lag: interval(found.late[lag] - found.late_universe[lag], main + lag) for lag in LAGS
        },
        groups=_groups(hits, found.excess(main), own, config, excess[main].block, own_regimes),
        every=_plans(hits, found, own, config, every=True),
        one_a_symbol=_plans(hits, found, own, config, every=False),
        turnover=_turnover(hits, found, own, config),
        curve=None if found.events is None else found.events.curve(owner, config.confidence),
        gone=survivorship(hits, found, own, main),
        absent=_absent(own_regimes),
    )


def _absent(regimes: Sequence[Regime]) -> dict[str, str]:
    """Say why the market's regime is known on no day of a hit."""
    kinds = {"regime": "trend", "volatility": "volatility"}
    return {
        what: f"the market's {kind} is not known on any day of a hit ({regimes[-1].detail})"
        for what, kind in kinds.items()
        if regimes and all(getattr(one, kind) == "unknown" for one in regimes)
    }


def _groups(
    hits: Hits,
    excess: FloatArray,
    own: NDArray[np.intp],
    config: StudyConfig,
    block: float,
    regimes: Sequence[Regime],
) -> dict[str, dict[str, Interval]]:
    sectors = np.array([text or "unknown" for text in hits.sector[own].tolist()], dtype=object)
    names, sector = np.unique(sectors, return_inverse=True)
    year, year_names = years(hits.day[own])
    readings: dict[str, tuple[NDArray[np.int64], Sequence[str]]] = {
        "year": (year, year_names),
        "sector": (sector.astype(np.int64), [str(name) for name in names]),
        "regime": (named([one.trend for one in regimes], TRENDS), TRENDS),
        "volatility": (named([one.volatility for one in regimes], VOLATILITIES), VOLATILITIES),
        "price": (buckets(hits.close[own], PRICE_EDGES), bucket_names(PRICE_EDGES)),
        "liquidity": (
            buckets(hits.dollar_volume[own], LIQUIDITY_EDGES),
            bucket_names(LIQUIDITY_EDGES),
        ),
    }
    return {
        what: by_group(
            hits.session[own],
            excess[own],
            code,
            texts,
            len(hits.sessions),
            config.horizon,
            block=block,
            confidence=config.confidence,
        )
        for what, (code, texts) in readings.items()
        if what not in _absent(regimes)
    }


def _plans(
    hits: Hits, found: HitOutcomes, own: NDArray[np.intp], config: StudyConfig, *, every: bool
) -> PlanSummary:
    at = np.flatnonzero(_own_grades(hits, found, own) & (found.taken | every))
    grades = Grades(**{name: getattr(found.grades, name)[at] for name in Grades.__slots__})
    session = hits.session[found.graded[at]]

    def interval(values: FloatArray) -> Interval:
        sums = DaySums.of(session, values, len(hits.sessions))
        return mean_interval(sums, config.rules.hold, confidence=config.confidence)

    return PlanSummary(
        counts=grades.counts(),
        r=interval(grades.r),
        net=tuple(interval(net_r(grades, level)) for level in COST_LEVELS),
        break_even_bp=break_even_bp(grades) if len(grades) else math.nan,
    )


def _own_grades(hits: Hits, found: HitOutcomes, own: NDArray[np.intp]) -> BoolArray:
    """Tell which grades are of an owner's hits."""
    mine = np.zeros(len(hits), np.bool_)
    mine[own] = True
    return mine[found.graded]


def _turnover(
    hits: Hits, found: HitOutcomes, own: NDArray[np.intp], config: StudyConfig
) -> Turnover:
    """Count the trades of a trader with one order or trade a symbol.

    One that is open at the end of the data is held to there; one whose prices begin anew is none,
    for nobody knows when it was over.
    """
    grades = found.grades
    traded = (grades.entry_session >= 0) & (grades.outcome != Outcome.BROKEN)
    at = np.flatnonzero(_own_grades(hits, found, own) & found.taken & traded)
    left = grades.exit_session[at]
    return turnover(
        grades.entry_session[at],
        np.where(left >= 0, left, len(found.sessions) - 1),
        hits.dollar_volume[found.graded[at]],
        len(hits.sessions),
        config.scan.plan.max_pct_of_adv,
    )
