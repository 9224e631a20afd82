"""Results by year, sector, regime, price and liquidity."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from technic.study.statistics.day_sums import DaySums
from technic.study.statistics.intervals import CONFIDENCE, Interval, mean_interval
from technic.typing import DateArray, FloatArray

__all__ = [
    "LIQUIDITY_EDGES",
    "PRICE_EDGES",
    "TRENDS",
    "VOLATILITIES",
    "bucket_names",
    "buckets",
    "by_group",
    "by_session_group",
    "named",
    "years",
]

PRICE_EDGES = (1.0, 5.0, 20.0, 50.0, 200.0)
"""$ a share, in the basis of the day of the hit."""
LIQUIDITY_EDGES = (1e6, 5e6, 2e7, 1e8)
"""$ traded a day on average."""
TRENDS = ("up", "sideways", "down", "unknown")
VOLATILITIES = ("calm", "normal", "high", "unknown")
"""What a market's regime may be."""

_SHORT = ((1e9, "B"), (1e6, "M"), (1e3, "k"))


def buckets(value: FloatArray, edges: Sequence[float]) -> NDArray[np.int64]:
    """Return in which of ``len(edges) + 1`` buckets each value lies, an edge in the upper one.

    −1 where the value is not known.
    """
    found = np.searchsorted(np.asarray(edges), value, side="right")
    return np.where(np.isfinite(value), found, -1).astype(np.int64)


def bucket_names(edges: Sequence[float]) -> tuple[str, ...]:
    """Return what buckets of $ are called: ``under $1``, ``$1 to $5``, ``$5 and more``."""
    texts = [_dollars(edge) for edge in edges]
    between = (f"{low} to {high}" for low, high in pairwise(texts))
    return (f"under {texts[0]}", *between, f"{texts[-1]} and more")


def years(day: DateArray) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the year of each day as a position in the second result, the years as texts."""
    found, codes = np.unique(day.astype("datetime64[Y]"), return_inverse=True)
    return codes.astype(np.int64), tuple(str(year) for year in found)


def named(texts: Sequence[str], order: Sequence[str]) -> NDArray[np.int64]:
    """Return the position of each text in ``order``, −1 where it is not there."""
    place = {text: at for at, text in enumerate(order)}
    return np.array([place.get(text, -1) for text in texts], dtype=np.int64)


def by_group(
    sums: Sequence[DaySums],
    names: Sequence[str],
    horizon: int,
    *,
    block: float,
    confidence: float = CONFIDENCE,
) -> dict[str, Interval]:
    """Return the mean of each group of hits with its interval, groups without a hit left out.

    ``sums``: of the hits of each of ``names``. ``block``: that of all hits together, for a part
    tells less of how long hits persist.
    """
    return {
        name: mean_interval(own, horizon, confidence=confidence, block=block)
        for own, name in zip(sums, names, strict=True)
        if own.hits
    }


def by_session_group(
    sums: DaySums,
    group: NDArray[np.integer],
    names: Sequence[str],
    horizon: int,
    *,
    block: float,
    confidence: float = CONFIDENCE,
) -> dict[str, Interval]:
    """Return the same where all hits of a session are in one group.

    ``sums``: of all hits; ``group``: of each session, ``(n_sessions,)``.
    """
    members = [group == code for code in range(len(names))]
    parts = [DaySums(np.where(own, sums.total, 0), np.where(own, sums.count, 0)) for own in members]
    return by_group(parts, names, horizon, block=block, confidence=confidence)


def _dollars(value: float) -> str:
    for unit, letter in _SHORT:
        if value >= unit:
            return f"${value / unit:g}{letter}"
    return f"${value:g}"
