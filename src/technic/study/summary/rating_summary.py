"""The numbers of one rating: whether those it rates high make more afterwards than the others."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from technic.study.config import StudyConfig
from technic.study.statistics import (
    Interval,
    quantile_returns,
    rank_ic,
    rating_verdict,
    series_interval,
    spread,
)
from technic.study.statistics.hit_groups import number_names
from technic.typing import FloatArray

__all__ = ["RatingSummary", "rated", "rating_names"]


@dataclass(frozen=True, slots=True, eq=False)
class RatingSummary:
    """What a rating was worth over the main horizon, among all that were ranked on each session.

    ``ic``: the mean of ``daily_ic``, ``(n_sessions,)``, Spearman's rank correlation of rating and
    return; NaN where fewer than 20 symbols have both, or the returns are not known yet.
    ``deciles``: mean return of each decile in excess of the universe's mean, lowest rating first,
    over the sessions that have a correlation; ``spread``: highest less lowest. Each session is one
    value, however many symbols it has. ``word`` and ``sentence``: the verdict, on ``ic``.
    ``symbols``: of a session, on average.
    """

    name: str
    ic: Interval
    daily_ic: FloatArray
    deciles: tuple[Interval, ...]
    spread: Interval
    word: str = "too_few"
    sentence: str = ""
    symbols: float = math.nan


def rating_names(config: StudyConfig) -> tuple[str, ...]:
    """Return what the ratings of a study are called among the columns of a scan.

    Raises ExpressionError for what is none, and ParameterError for what is no number that differs
    between symbols.
    """
    return number_names("rating", config.ratings, config.scan.benchmark)


def rated(
    name: str, rating: FloatArray, excess: FloatArray, config: StudyConfig, trials: int
) -> RatingSummary:
    """Judge a rating by what followed it, ``(n_sessions, n_symbols)`` both.

    ``excess``: returns over the main horizon less the universe's mean, NaN where not known.
    ``trials``: all on these data so far, those of this study too.
    """
    daily = rank_ic(rating, excess)
    judged = np.isfinite(daily)
    found = quantile_returns(np.where(judged[:, None], rating, np.nan), excess)
    symbols = float(found.count[judged].sum(axis=1).mean()) if judged.any() else math.nan

    def interval(series: FloatArray) -> Interval:
        return series_interval(series, config.horizon, config.confidence)

    ic, difference = interval(daily), interval(spread(found))
    word, sentence = rating_verdict(
        ic, difference, symbols=symbols, horizon=config.horizon, trials=trials
    )
    return RatingSummary(
        name=name,
        ic=ic,
        daily_ic=daily,
        deciles=tuple(interval(series) for series in found.mean.T),
        spread=difference,
        word=word,
        sentence=sentence,
        symbols=symbols,
    )
