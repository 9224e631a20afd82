"""Sharpe ratios that count how many were tried (Bailey and López de Prado)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from technic.scoring.parameters import require_number
from technic.typing import FloatArray

__all__ = ["DeflatedSharpe", "deflated_sharpe", "expected_best_sharpe", "probabilistic_sharpe"]

_EULER = 0.5772156649015329


@dataclass(frozen=True, slots=True)
class DeflatedSharpe:
    """``sharpe`` of a period; ``expected_best`` of so many tries that are worth nothing;
    ``probability`` that the true one is above that.
    """  # noqa: D205

    sharpe: float
    expected_best: float
    probability: float


def expected_best_sharpe(variance: float, trials: int) -> float:
    """Return the best Sharpe ratio to expect of ``trials`` that are worth nothing.

    ``variance``: of the Sharpe ratios of the trials, per period. 0 for a single one.
    """
    require_number("trials", trials, 1, 1e12)
    if trials < 2:
        return 0.0
    from scipy.special import ndtri

    rare, rarer = -ndtri(1 / trials), -ndtri(1 / (trials * math.e))
    return math.sqrt(variance) * float((1 - _EULER) * rare + _EULER * rarer)


def probabilistic_sharpe(
    sharpe: float, benchmark: float, periods: int, skew: float = 0.0, kurtosis: float = 3.0
) -> float:
    """Return how probable it is that the true Sharpe ratio is above ``benchmark``.

    All per period; ``kurtosis`` is 3 for a normal distribution. NaN for fewer than two periods.
    """
    spread = 1 - skew * sharpe + (kurtosis - 1) / 4 * sharpe**2
    if periods < 2 or spread <= 0:
        return math.nan
    from scipy.special import ndtr

    return float(ndtr((sharpe - benchmark) * math.sqrt(periods - 1) / math.sqrt(spread)))


def deflated_sharpe(
    returns: FloatArray, trials: int, variance: float | None = None
) -> DeflatedSharpe:
    """Return the deflated Sharpe ratio of a series of returns, one for each period.

    ``variance`` of the Sharpe ratios tried; where it is not known, that of a ratio which is truly
    zero: 1 / periods. NaN for a series that does not move.
    """
    known = returns[np.isfinite(returns)]
    if len(known) < 2 or known.std() == 0:
        return DeflatedSharpe(math.nan, math.nan, math.nan)
    sharpe = float(known.mean() / known.std(ddof=1))
    best = expected_best_sharpe(1 / len(known) if variance is None else variance, trials)
    scaled = (known - known.mean()) / known.std()
    shape = float((scaled**3).mean()), float((scaled**4).mean())
    return DeflatedSharpe(sharpe, best, probabilistic_sharpe(sharpe, best, len(known), *shape))
