"""How one series moves with another: beta and correlation of their changes.

Arrays as in ``trend``: ``(n_bars, n_symbols)``, packed from the top, NaN in the warm-up rows.
"""

from __future__ import annotations

import numpy as np

from technic.indicators.division import quotient
from technic.indicators.parameters import bars_like, period
from technic.panel.windows import lagged, window_variance
from technic.typing import FloatArray

__all__ = ["beta", "correlation"]

NO_VARIANCE = 1e-26
"""What rounding may leave of the variance of equal changes, which are fractions."""


def beta(close: FloatArray, base: FloatArray, timeperiod: int = 252) -> FloatArray:
    """Slope of the changes of ``close`` over those of ``base``, over ``timeperiod`` bars.

    Changes are those of one bar, in fractions. NaN where the base does not move, or always alike.
    """
    own, other = _changes(close), _changes(base)
    n = period(timeperiod, least=2)
    variance, _ = window_variance(other, n)
    common = _covariance(own, other, n)
    return quotient(common, variance, variance <= NO_VARIANCE, np.nan)


def correlation(close: FloatArray, base: FloatArray, timeperiod: int = 252) -> FloatArray:
    """Correlation of the same changes, -1 to 1; NaN where one of both does not move."""
    own, other = _changes(close), _changes(base)
    n = period(timeperiod, least=2)
    first, second = window_variance(own, n)[0], window_variance(other, n)[0]
    common = _covariance(own, other, n)
    nothing = (first <= NO_VARIANCE) | (second <= NO_VARIANCE)
    out = quotient(common, np.sqrt(first) * np.sqrt(second), nothing, np.nan)
    return np.clip(out, -1.0, 1.0, out=out)


def _changes(values: FloatArray) -> FloatArray:
    bars_like(values=values)
    before = lagged(values, 1)
    out = quotient(values, before, instead=np.nan)
    out -= 1.0
    return out


def _covariance(a: FloatArray, b: FloatArray, n: int) -> FloatArray:
    """Covariance by the variances of sum and difference, which keep the digits of small changes."""
    out, _ = window_variance(a + b, n)
    out -= window_variance(a - b, n)[0]
    out /= 4.0
    return out
