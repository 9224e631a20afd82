"""How one series moves with another: beta and correlation of their changes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from technic.indicators.division import quotient
from technic.indicators.parameters import bars_like, period
from technic.panel.windows import column_stripes, lagged, window_variance
from technic.typing import FloatArray

__all__ = ["beta", "correlation"]

NO_VARIANCE = 1e-26
"""What rounding may leave of the variance of equal changes, which are fractions."""


def beta(close: FloatArray, base: FloatArray, timeperiod: int = 252) -> FloatArray:
    """Slope of the changes of ``close`` over those of ``base``, over ``timeperiod`` bars.

    Changes are those of one bar, in fractions. NaN where the base does not move, or always alike.
    """
    return _by_stripes(_slope, close, base, period(timeperiod, least=2))


def correlation(close: FloatArray, base: FloatArray, timeperiod: int = 252) -> FloatArray:
    """Correlation of the same changes, -1 to 1; NaN where one of both does not move."""
    return _by_stripes(_likeness, close, base, period(timeperiod, least=2))


def _by_stripes(
    of: Callable[[FloatArray, FloatArray, int], FloatArray],
    close: FloatArray,
    base: FloatArray,
    n: int,
) -> FloatArray:
    bars_like(close=close, base=base)
    out = np.empty(close.shape)
    for columns in column_stripes(*close.shape):
        out[:, columns] = of(_changes(close[:, columns]), _changes(base[:, columns]), n)
    return out


def _slope(own: FloatArray, other: FloatArray, n: int) -> FloatArray:
    variance, _ = window_variance(other, n)
    return quotient(_covariance(own, other, n), variance, variance <= NO_VARIANCE, np.nan)


def _likeness(own: FloatArray, other: FloatArray, n: int) -> FloatArray:
    first, second = window_variance(own, n)[0], window_variance(other, n)[0]
    nothing = (first <= NO_VARIANCE) | (second <= NO_VARIANCE)
    size = np.sqrt(first) * np.sqrt(second)
    out = quotient(_covariance(own, other, n), size, nothing, np.nan)
    return np.clip(out, -1.0, 1.0, out=out)


def _changes(values: FloatArray) -> FloatArray:
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
