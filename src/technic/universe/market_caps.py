"""Market caps in a file of listings are of the file's day, not of the day of a scan."""

from __future__ import annotations

import numpy as np

from technic.typing import DateArray
from technic.universe.listings import Universe

__all__ = ["later_market_caps"]

MOST_SESSIONS = 20
"""Market caps of so many sessions later still say how large a company was."""


def later_market_caps(universe: Universe, sessions: DateArray, as_of: np.datetime64) -> str | None:
    """Return the day of the market caps where it is more than 20 sessions after the scan's.

    ``sessions``: the trading days, ascending. None where there are no market caps, or nobody knows
    their day.
    """
    day = universe.day
    if day is None or not np.isfinite(universe.market_cap).any():
        return None
    later = np.count_nonzero((sessions > as_of) & (sessions <= day))
    return str(day) if later > MOST_SESSIONS else None
