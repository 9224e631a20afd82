"""Pivots: the highs at which a price turned, and when they can be known."""

from __future__ import annotations

import numpy as np

from technic.typing import BoolArray, FloatArray

__all__ = ["swing_highs"]


def swing_highs(high: FloatArray, swing: int) -> BoolArray:
    """Mark the bars that stand above the ``swing`` bars before and not below the ``swing`` after.

    ``high``: bars along axis 0; same shape out. A bar with fewer bars on a side is not marked, so
    a swing high shows ``swing`` bars after it was made, never on its own day.
    """
    marked = np.zeros(high.shape, dtype=np.bool_)
    inside = len(high) - 2 * swing
    if inside <= 0:
        return marked
    centre = high[swing : swing + inside]
    top = marked[swing : swing + inside]
    top[...] = True
    for step in range(1, swing + 1):
        top &= centre > high[swing - step : swing - step + inside]
        top &= centre >= high[swing + step : swing + step + inside]
    return marked
