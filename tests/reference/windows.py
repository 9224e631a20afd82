"""The moving-window kernels as plain loops: one column at a time, one window at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from technic.typing import FloatArray

__all__ = ["KERNELS", "over_windows"]


def over_windows(
    values: FloatArray, n: int, compute: Callable[[Sequence[float]], float]
) -> FloatArray:
    """Call ``compute`` on every window of ``n`` rows of every column that holds no NaN."""
    out = np.full(values.shape, np.nan)
    for column in range(values.shape[1]):
        for row in range(n - 1, len(values)):
            window = [float(x) for x in values[row - n + 1 : row + 1, column]]
            if not any(math.isnan(x) for x in window):
                out[row, column] = compute(window)
    return out


def _mean(window: Sequence[float]) -> float:
    return math.fsum(window) / len(window)


def _weighted(window: Sequence[float]) -> float:
    return math.fsum(x * weight for weight, x in enumerate(window, 1))


def _variance(window: Sequence[float]) -> float:
    mean = _mean(window)
    return math.fsum((x - mean) ** 2 for x in window) / len(window)


def _deviation(window: Sequence[float]) -> float:
    mean = _mean(window)
    return math.fsum(abs(x - mean) for x in window) / len(window)


KERNELS: dict[str, tuple[Callable[[Sequence[float]], float], ...]] = {
    "window_sum": (math.fsum,),
    "window_weighted_sum": (_weighted, math.fsum),
    "window_variance": (_variance, _mean),
    "window_deviation": (_deviation, _mean),
    "window_max": (max,),
    "window_min": (min,),
}
"""The outputs of each kernel of ``technic.panel.windows``, one function of a window for each."""
