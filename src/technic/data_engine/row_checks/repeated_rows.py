"""Rows for one symbol and day that come twice: the same are one, different ones are nobody's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from technic.panel import FIELDS, LongBars
from technic.typing import FloatArray

__all__ = ["row_order", "without_repeats"]


def without_repeats(bars: LongBars) -> tuple[LongBars, dict[str, str], int]:
    """Drop rows that repeat another; ``bars``: sorted by symbol and day.

    Returns the bars, the symbols whose rows clash (with the day, none of their rows are left), and
    how many rows were dropped.
    """
    key = row_order(bars)
    twice = np.flatnonzero(key[1:] == key[:-1]) + 1
    if not len(twice):
        return bars, {}, 0
    same = np.ones(len(twice), dtype=np.bool_)
    for name in FIELDS:
        values: FloatArray = getattr(bars, name)
        before, after = values[twice - 1], values[twice]
        same &= (before == after) | (np.isnan(before) & np.isnan(after))
    clashing = twice[~same]
    clashes = {bars.symbols[bars.column[at]]: f"for {bars.session[at]}" for at in clashing[::-1]}
    keep = ~np.isin(bars.column, bars.column[clashing])
    keep[twice] = False
    return bars.rows(keep), clashes, int(same.sum())


def row_order(bars: LongBars) -> NDArray[np.int64]:
    """Return a number that orders rows by symbol and day."""
    days = bars.session.view(np.int64)
    first, last = (int(days.min()), int(days.max())) if len(days) else (0, 0)
    return bars.column * np.int64(last - first + 1) + (days - first)
