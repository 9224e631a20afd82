"""What a rating was worth: rank correlation with the returns after it, and returns by decile."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from technic.panel.ties import below_and_equal
from technic.study.statistics.day_sums import DaySums
from technic.study.statistics.intervals import CONFIDENCE, Interval, mean_interval
from technic.typing import FloatArray, IntArray

__all__ = ["QuantileReturns", "quantile_returns", "rank_ic", "series_interval", "spread"]


@dataclass(frozen=True, slots=True, eq=False)
class QuantileReturns:
    """Mean returns by session and quantile, ``(n_sessions, n_quantiles)``, lowest rating first.

    ``count``: symbols in each; the mean is NaN without any.
    """

    mean: FloatArray
    count: IntArray


def rank_ic(rating: FloatArray, returns: FloatArray, least: int = 20) -> FloatArray:
    """Return Spearman's rank correlation of each session, ``(n_sessions,)``.

    ``rating``, ``returns``: ``(n_sessions, n_symbols)``; symbols with both count, equal values
    share their mean rank. NaN for sessions with fewer than ``least`` of them, or all equal.
    """
    found = np.full(len(rating), np.nan)
    for day, (scores, made) in enumerate(zip(rating, returns, strict=True)):
        both = np.isfinite(scores) & np.isfinite(made)
        if np.count_nonzero(both) < max(least, 2):
            continue
        one, other = (_ranks(values[both]) for values in (scores, made))
        one, other = one - one.mean(), other - other.mean()
        scale = float((one * one).sum() * (other * other).sum())
        if scale > 0:
            found[day] = float((one * other).sum()) / scale**0.5
    return found


def _ranks(values: FloatArray) -> FloatArray:
    """Return ranks from 1; equal values share the mean of theirs."""
    below, equal = below_and_equal(values)
    ranks: FloatArray = below + (equal + 1) / 2
    return ranks


def quantile_returns(
    rating: FloatArray, returns: FloatArray, quantiles: int = 10
) -> QuantileReturns:
    """Return mean returns by quantile of the rating of each session.

    Edges are the session's own quantiles, interpolated; a value on an edge belongs to the lower
    quantile (pandas' ``qcut``). Symbols with rating and return count.
    """
    shape = len(rating), quantiles
    mean, count = np.full(shape, np.nan), np.zeros(shape, dtype=np.int64)
    inner = np.linspace(0, 1, quantiles + 1)[1:-1]
    for day, (scores, made) in enumerate(zip(rating, returns, strict=True)):
        both = np.isfinite(scores) & np.isfinite(made)
        if not both.any():
            continue
        scores, made = scores[both], made[both]
        place = np.searchsorted(np.quantile(scores, inner), scores, side="left")
        count[day] = np.bincount(place, minlength=quantiles)
        total = np.bincount(place, weights=made, minlength=quantiles)
        mean[day, count[day] > 0] = (total / np.maximum(count[day], 1))[count[day] > 0]
    return QuantileReturns(mean, count)


def spread(found: QuantileReturns) -> FloatArray:
    """Return the highest quantile's mean less the lowest's, of each session."""
    difference: FloatArray = found.mean[:, -1] - found.mean[:, 0]
    return difference


def series_interval(series: FloatArray, horizon: int, confidence: float = CONFIDENCE) -> Interval:
    """Return the mean of a value for each session with its interval; `Interval.t` is its t."""
    return mean_interval(DaySums.of_days(series), horizon, confidence=confidence)
