"""Heikin-Ashi bars."""

from __future__ import annotations

import numpy as np

from technic.indicators.parameters import bars_like
from technic.typing import FloatArray

__all__ = ["ha"]


def ha(
    open: FloatArray, high: FloatArray, low: FloatArray, close: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Heikin-Ashi open, high, low, close.

    The close is the mean of the bar's four prices; the open the middle of the Heikin-Ashi bar
    before, of the bar itself at first; high and low reach to both.
    """
    bars_like(open=open, high=high, low=low, close=close)
    last = (open + high + low + close) / 4.0
    first = np.empty(close.shape)
    first[:1] = (open[:1] + close[:1]) / 2.0
    for row in range(1, len(close)):
        np.add(first[row - 1], last[row - 1], out=first[row])
        first[row] /= 2.0
    np.copyto(first, np.nan, where=np.isnan(close))
    top, bottom = np.maximum(np.maximum(high, first), last), np.minimum(low, first)
    return first, top, np.minimum(bottom, last), last
