"""Where values stand among each other, ties told: what ranks and percentiles are made of."""

from __future__ import annotations

import numpy as np

from technic.typing import FloatArray, IntArray

__all__ = ["below_and_equal"]


def below_and_equal(values: FloatArray) -> tuple[IntArray, IntArray]:
    """How many values are lower than each, and how many are the same, itself included.

    ``values``: ``(n,)`` without NaN; both results ``(n,)`` int64. One sort, and runs of equal
    values in it: to search each value among the sorted ones takes thirty times as long.
    """
    order = np.argsort(values)
    ordered = values[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    starts = starts[: len(values)]  # of no values none
    run = np.diff(np.append(starts, len(values)))
    below, equal = np.empty((2, len(values)), dtype=np.int64)
    below[order], equal[order] = np.repeat(starts, run), np.repeat(run, run)
    return below, equal
