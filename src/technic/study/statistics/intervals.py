"""How sure a mean over hits is: by days in blocks, with few blocks in mind.

Hits of one day move together, windows of neighbouring days overlap, and hits persist: the days,
in blocks longer than all that, are what is independent. The standard error is the larger of two,
the stationary bootstrap's over days and that of the series' slow movements, since the bootstrap
alone falls short by a tenth; the interval takes Student's t with the blocks less one.
docs/study.md has formulas, sources and how often the interval is wrong.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from technic.scoring.parameters import require_number
from technic.study.statistics.day_sums import DaySums
from technic.typing import FloatArray

__all__ = [
    "CONFIDENCE",
    "Interval",
    "block_length",
    "cosine_variance",
    "effective_blocks",
    "influence_interval",
    "mean_interval",
    "persistence_block",
    "stationary_variance",
]

CONFIDENCE = 0.95
POWER = 0.8
_INSIGNIFICANT = 5
FEWEST_BLOCKS = 3.0
"""Hits worth fewer blocks have no interval: three numbers do not tell how far they spread."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over hits and where the truth lies with ``confidence``; NaN where it cannot be said.

    ``block``: sessions that are taken to hang together; ``blocks``: how many blocks the hits are
    worth, less where they crowd in few of them. ``detectable``: the smallest effect that would
    have been found four times in five.
    """

    mean: float
    low: float
    high: float
    confidence: float
    standard_error: float
    detectable: float
    block: float
    blocks: float
    hits: int
    days: int

    @property
    def t(self) -> float:
        """The mean in standard errors; NaN where there is none."""
        return self.mean / self.standard_error if self.standard_error > 0 else math.nan

    @property
    def normal_t(self) -> float:
        """The value of a normal variable that is as rare as `t` is with so few blocks."""
        if math.isnan(self.t):
            return math.nan
        from scipy.special import ndtri, stdtr

        return math.copysign(float(-ndtri(stdtr(self.blocks - 1, -abs(self.t)))), self.t)

    @property
    def excludes_zero(self) -> bool:
        """Whether zero lies outside; never where the interval is not known."""
        return self.low > 0 or self.high < 0


def mean_interval(
    sums: DaySums, horizon: int, *, confidence: float = CONFIDENCE, block: float | None = None
) -> Interval:
    """Return the mean over hits with its interval.

    ``horizon``: sessions over which the values were taken. ``block``: that of the whole where a
    part is looked at, else `block_length`.
    """
    require_number("confidence", confidence, 0.5, 0.9999)
    influence = sums.influence
    if block is None:
        block = block_length(influence, horizon)
    blocks = effective_blocks(sums, block)
    return influence_interval(
        sums.mean, influence, block, blocks, confidence, hits=sums.hits, days=sums.days
    )


def influence_interval(
    mean: float,
    influence: FloatArray,
    block: float,
    blocks: float,
    confidence: float,
    *,
    hits: int,
    days: int,
) -> Interval:
    """Return the interval of any mean of which it is known how it hangs on each session.

    ``influence``: ``(n_sessions,)``, whose mean is to first order the error of ``mean``; ``block``,
    ``blocks``, ``hits``, ``days``: as in `Interval`.
    """
    low = high = error = detectable = math.nan
    variance = 0.0
    if blocks >= FEWEST_BLOCKS:
        variance = max(stationary_variance(influence, block), cosine_variance(influence, blocks))
    if variance > 0:
        from scipy.special import stdtrit  # what scipy.stats has behind it, in a tenth of the time

        degrees = blocks - 1
        error = math.sqrt(variance)
        width = float(stdtrit(degrees, 0.5 + confidence / 2))
        low, high = mean - width * error, mean + width * error
        detectable = (width + float(stdtrit(degrees, POWER))) * error
    return Interval(
        mean=mean,
        low=low,
        high=high,
        confidence=confidence,
        standard_error=error,
        detectable=detectable,
        block=block,
        blocks=blocks,
        hits=hits,
        days=days,
    )


def block_length(series: FloatArray, horizon: int) -> float:
    """Return the block of a series of days: twice the horizon, or more where it persists longer.

    max(2 · horizon, `persistence_block`), at most a quarter of the series.
    """
    return max(1.0, min(max(2.0 * horizon, persistence_block(series)), len(series) / 4))


def persistence_block(series: FloatArray) -> float:
    """Return the block length of Politis and White for the stationary bootstrap.

    As corrected by Patton, Politis and White 2009: (g² / s² · n)^⅓ with flat-top sums over twice
    the lags up to the first from which five in a row are insignificant. 1 for what does not move.
    """
    n = len(series)
    covariance = _autocovariances(series)
    if n < 9 or covariance[0] <= 0.0:
        return 1.0
    most = math.ceil(math.sqrt(n)) + _INSIGNIFICANT
    band = 2.0 * math.sqrt(math.log10(n) / n)
    small = np.abs(covariance[1:]) < band * covariance[0]
    first = next((k for k in range(1, most) if small[k - 1 :][:_INSIGNIFICANT].all()), most)
    lags = np.arange(1, min(2 * first, most, n - 1) + 1)
    weight = np.minimum(1.0, 2.0 * (1.0 - lags / lags[-1])) * covariance[lags]
    long_run = float(covariance[0] + 2.0 * weight.sum())
    slope = float(2.0 * (lags * weight).sum())
    longest = math.ceil(min(3.0 * math.sqrt(n), n / 3))
    return min((slope * slope / long_run**2 * n) ** (1 / 3), longest) if long_run else longest


def stationary_variance(series: FloatArray, block: float) -> float:
    """Return the variance of the mean that the stationary bootstrap comes to.

    In closed form (Politis and Romano 1994, lemma 1): what infinitely many resamples would give,
    the same each time and without a seed.
    """
    n = len(series)
    if n < 2:
        return math.nan
    covariance = _autocovariances(series)
    lag = np.arange(1, n)
    stay = 1.0 - 1.0 / block
    weight = (1 - lag / n) * stay**lag + lag / n * stay ** (n - lag)
    return float(max(covariance[0] + 2.0 * (weight * covariance[1:]).sum(), 0.0)) / n


def cosine_variance(series: FloatArray, blocks: float) -> float:
    """Return the variance of the mean from the series' slowest movements.

    The mean square of its first ``blocks`` cosine coefficients (Lazarus, Lewis, Stock and Watson
    2018, *HAR inference*), each as good as independent of the others. It does not fall short for
    series that persist, as resampling does.
    """
    from scipy.fft import dct

    n = len(series)
    last = max(2, min(int(blocks), n - 1))
    slow = dct(series, type=2)[1 : last + 1] / 2.0
    return 2.0 / n * float((slow * slow).mean()) / n


def effective_blocks(sums: DaySums, block: float) -> float:
    """Return how many blocks the hits are worth.

    (Σ hits)² / Σ hits² over blocks one after the other.
    """
    starts = np.floor(np.arange(len(sums.count)) / block).astype(np.int64)
    hits = np.bincount(starts, weights=sums.count)
    squares = float((hits * hits).sum())
    return float(hits.sum()) ** 2 / squares if squares else 0.0


def _autocovariances(series: FloatArray) -> FloatArray:
    """Return the autocovariances of all lags, each divided by the length of the series."""
    n = len(series)
    if not n:
        return np.zeros(1)
    spectrum = np.fft.rfft(series - series.mean(), 2 * n)
    found: FloatArray = np.fft.irfft(spectrum * spectrum.conj(), 2 * n)[:n] / n
    return found
