"""Walk forward: a point is chosen on the days before a fold, and judged on the fold alone."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from technic.errors import ParameterError
from technic.study.statistics import DaySums, Interval, mean_interval
from technic.study.sweep.config import ChooseBy
from technic.study.sweep.point_sums import PointSums
from technic.typing import IntArray
from technic.wording.counts import count_of

__all__ = [
    "LEAST_DAYS",
    "LEAST_HITS",
    "Fold",
    "FoldDays",
    "WalkForward",
    "best_point",
    "fold_days",
    "walk_forward",
]

LEAST_HITS = 30
LEAST_DAYS = 20
"""A point with fewer is never the best: the mean of few hits is mostly noise."""


@dataclass(frozen=True, slots=True)
class FoldDays:
    """Positions of sessions: judged from ``first`` up to, not including, ``stop``.

    Tuned on those up to, not including, ``tuned``: their windows are over before ``first``.
    """

    first: int
    stop: int
    tuned: int


@dataclass(frozen=True, slots=True)
class Fold:
    """``point``: chosen on the days before, None where none had hits enough.

    ``tuned``: its interval on those days; ``judged``: on those of the fold, which it was not chosen
    by; ``average``: the mean of the means of all points there, for whoever had not chosen.
    """

    days: FoldDays
    point: int | None
    tuned: Interval | None
    judged: Interval | None
    average: float


@dataclass(frozen=True, slots=True)
class WalkForward:
    """``held_out``: the hits of all folds together, each fold's of the point chosen before it.

    ``tuned_mean``: what these points had on the days they were chosen by, weighed by their hits
    held out. ``average``: the mean of all points on the folds, weighed alike. ``episodes``: those
    of the hits held out. NaN where no fold has a point.
    """

    folds: tuple[Fold, ...]
    held_out: Interval
    tuned_mean: float
    average: float
    episodes: int


def fold_days(n_days: int, folds: int, horizon: int) -> tuple[FoldDays, ...]:
    """Cut the days into ``folds`` + 1 parts of (nearly) one length; all but the first are folds.

    A fold's point is known before the close of its first day, so a window of ``horizon`` sessions
    counts if it is over by the session before. Raises ParameterError where a part would be shorter
    than the horizon and ``LEAST_DAYS`` together, for nothing could be chosen by the first.
    """
    least = horizon + LEAST_DAYS
    if n_days // (folds + 1) < least:
        most, there = n_days // least - 1, count_of(n_days, "session")
        allowed = f"at most {most} for {there} and a horizon of {horizon}"
        if most < 1:
            allowed = f"none for {there}: a horizon of {horizon} takes at least {2 * least} of them"
        raise ParameterError("folds", folds, allowed)
    edges = [n_days * at // (folds + 1) for at in range(1, folds + 2)]
    return tuple(
        FoldDays(first, stop, first - horizon) for first, stop in itertools.pairwise(edges)
    )


def best_point(sums: PointSums, horizon: int, choose_by: ChooseBy, confidence: float) -> int | None:
    """Return the point with the greatest mean, or t; the first of several; None where none may be.

    Points count that have at least ``LEAST_HITS`` hits with a known outcome on ``LEAST_DAYS`` days.
    """
    scores = np.full(len(sums), np.nan)
    for point in range(len(sums)):
        own = sums.of(point)
        if own.hits < LEAST_HITS or own.days < LEAST_DAYS:
            continue
        scores[point] = (
            own.mean
            if choose_by == "mean"
            else mean_interval(own, horizon, confidence=confidence).normal_t
        )
    return int(np.nanargmax(scores)) if np.isfinite(scores).any() else None


def walk_forward(
    tuned: Sequence[PointSums],
    judged: PointSums,
    episodes: IntArray,
    folds: Sequence[FoldDays],
    *,
    horizon: int,
    choose_by: ChooseBy,
    confidence: float,
) -> WalkForward:
    """Choose for each fold, judge on it, and put the folds together.

    ``tuned``: for each fold what was known before it, on its tuning days; ``judged``: all days,
    as known at the end; ``episodes``: ``(n_points, n_days)``, hits that begin one.
    """
    found = tuple(
        _fold(known, judged, days, horizon, choose_by, confidence)
        for known, days in zip(tuned, folds, strict=True)
    )
    begin, end = folds[0].first, folds[-1].stop
    total, count = np.zeros((2, end - begin), np.int64)
    begun = 0
    for one in found:
        if one.point is not None:
            own = slice(one.days.first, one.days.stop)
            at = slice(own.start - begin, own.stop - begin)
            total[at], count[at] = judged.total[one.point, own], judged.count[one.point, own]
            begun += int(episodes[one.point, own].sum())
    return WalkForward(
        folds=found,
        held_out=mean_interval(DaySums(total, count), horizon, confidence=confidence),
        tuned_mean=_weighed(found, [_mean(one.tuned) for one in found]),
        average=_weighed(found, [one.average for one in found]),
        episodes=begun,
    )


def _fold(
    known: PointSums,
    judged: PointSums,
    days: FoldDays,
    horizon: int,
    choose_by: ChooseBy,
    confidence: float,
) -> Fold:
    point = best_point(known, horizon, choose_by, confidence)
    own = judged.part(days.first, days.stop)
    means = own.means
    average = float(np.nanmean(means)) if np.isfinite(means).any() else math.nan
    if point is None:
        return Fold(days, None, None, None, average)
    return Fold(
        days=days,
        point=point,
        tuned=mean_interval(known.of(point), horizon, confidence=confidence),
        judged=mean_interval(own.of(point), horizon, confidence=confidence),
        average=average,
    )


def _mean(one: Interval | None) -> float:
    return math.nan if one is None else one.mean


def _weighed(folds: Sequence[Fold], values: Sequence[float]) -> float:
    """Return the mean of the folds' values by their hits held out."""
    hits = np.array([0 if one.judged is None else one.judged.hits for one in folds], np.float64)
    known = np.array(values)
    use = (hits > 0) & np.isfinite(known)
    return float(np.average(known[use], weights=hits[use])) if use.any() else math.nan
