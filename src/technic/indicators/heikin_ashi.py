"""Heikin-Ashi bars and Ehlers' Fisher transform.

Arrays as in ``trend``: ``(n_bars, n_symbols)``, packed from the top, NaN in the warm-up rows.
"""

from __future__ import annotations

import numpy as np

from technic.indicators.division import quotient
from technic.indicators.parameters import bars_like, period
from technic.panel.windows import window_max, window_min
from technic.typing import FloatArray

__all__ = ["fisher", "ha"]

KEEP, TAKE, EDGE = 0.67, 0.66, 0.999
"""Ehlers' numbers: of the place before, of the new one; how near to 1 it may come."""


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


def fisher(high: FloatArray, low: FloatArray, timeperiod: int = 9) -> FloatArray:
    """Fisher transform of the place of the bar's middle in its range, by Ehlers.

    Place and result are smoothed by what they were before, 0 at first; a range of nothing has its
    place in the middle. First value in row ``timeperiod - 1``.
    """
    bars_like(high=high, low=low)
    n = period(timeperiod, least=2)
    middle = (high + low) / 2.0
    top, bottom = window_max(middle, n), window_min(middle, n)
    place = quotient(middle - bottom, top - bottom, instead=0.5)
    place -= 0.5
    place *= TAKE
    before = np.zeros(high.shape[1:])
    for row in range(n - 1, len(high)):
        moved = place[row] + KEEP * before
        before = np.where(moved > 0.99, EDGE, np.where(moved < -0.99, -EDGE, moved))
        place[row] = before
    # A copy in one piece: numpy may round otherwise where values are not neighbours.
    out = np.log(np.array((1.0 + place) / (1.0 - place), order="C"))
    out *= 0.5
    for row in range(n, len(high)):
        out[row] += 0.5 * out[row - 1]
    return out
