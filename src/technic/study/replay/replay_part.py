"""What a replay hands on at a time: hits, regimes and ratings of some of its days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from technic.regime import Regime
from technic.study.replay.hits import Hits
from technic.typing import FloatArray

__all__ = ["ReplayPart", "gathered_ratings"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ReplayPart:
    """Some days of a replay.

    ``days``: ``(n,)`` their positions among the sessions of the replay, ascending; ``hits``: those
    of these days; ``regimes``: the market's on the close of each. ``ratings``: name →
    ``(n, n_symbols)`` by the symbols of the replay, as known on the close of each day; NaN for who
    is not ranked on it (not in the universe, stopped by the data gate, without a bar of the day)
    and where the rating is unknown.
    """

    days: NDArray[np.intp]
    hits: Hits
    regimes: tuple[Regime, ...]
    ratings: Mapping[str, FloatArray] = field(default_factory=dict)


def gathered_ratings(
    parts: Iterable[ReplayPart], names: Sequence[str], n_days: int, n_symbols: int
) -> tuple[list[ReplayPart], dict[str, FloatArray]]:
    """Return the parts without their ratings, and each rating of all days and symbols.

    ``(n_days, n_symbols)`` float64 each, the very bits of the scans: 121 MB for ten years of 6,000
    symbols. NaN where the parts say so, and on days that none of them has.
    """
    whole = {name: np.full((n_days, n_symbols), np.nan) for name in names}
    left = []
    for part in parts:
        for name, values in whole.items():
            values[part.days] = part.ratings[name]
        left.append(replace(part, ratings={}))
    return left, whole
