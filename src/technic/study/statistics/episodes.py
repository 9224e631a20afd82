"""Independent episodes: hits whose windows do not overlap."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from technic.study.outcomes.overlap import one_at_a_time

__all__ = ["episode_starts", "separate_days"]


def episode_starts(
    symbol: NDArray[np.integer], session: NDArray[np.integer], horizon: int
) -> NDArray[np.bool_]:
    """Return the hits that begin an episode: no earlier one of their symbol reaches into theirs.

    ``(n_hits,)`` each. A symbol that hits on twenty days in a row tells one story over 21 sessions,
    not twenty; after ``horizon`` sessions the next hit begins another.
    """
    return one_at_a_time(symbol, session, session.astype(np.int64) + horizon)


def separate_days(session: NDArray[np.integer], horizon: int) -> int:
    """Return how many windows of the market the hits fill, whatever their symbols."""
    days = np.unique(session)
    return int(episode_starts(np.zeros(len(days), dtype=np.int64), days, horizon).sum())
