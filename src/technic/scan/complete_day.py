"""The last complete session: the day that a scan means when nobody names one.

A session is complete where nearly all symbols that had a bar the session before have one. Vendors
and files bring a day bit by bit; half a market ranked against yesterday's other half is no market.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from technic.panel import BarPanel
from technic.typing import IntArray

__all__ = ["SessionCount", "last_complete_session"]

COMPLETE_FRACTION = 0.95
SESSIONS_LOOKED_BACK = 10


@dataclass(frozen=True, slots=True)
class SessionCount:
    """How many of the symbols with a bar the session before have one of ``day``."""

    day: np.datetime64
    symbols: int
    before: int

    @property
    def complete(self) -> bool:
        """Whether enough of them have; nobody to compare with is enough."""
        return self.symbols >= COMPLETE_FRACTION * self.before


def last_complete_session(panel: BarPanel) -> tuple[SessionCount, SessionCount]:
    """Return the last complete session up to the end of ``panel``, and what its last one has.

    Both are the same where the last session is complete, and where none of those looked at is.
    """
    last = len(panel.sessions) - 1
    newest = _newest_positions(panel)
    counts = [
        _count(panel, newest, position)
        for position in range(last, max(last - SESSIONS_LOOKED_BACK, 0), -1)
    ]
    end = counts[0] if counts else SessionCount(panel.sessions[-1], 0, 0)
    return next((count for count in counts if count.complete), end), end


def _newest_positions(panel: BarPanel) -> IntArray:
    """Sessions of each column's newest bars, ``(bars, n_symbols)``, -1 where there is none."""
    back = np.arange(min(SESSIONS_LOOKED_BACK + 1, panel.n_bars))[:, None]
    rows = panel.length - 1 - back
    positions = panel.session[np.maximum(rows, 0), np.arange(panel.n_symbols)]
    return np.where(rows >= 0, positions, -1).astype(np.int64)


def _count(panel: BarPanel, newest: IntArray, position: int) -> SessionCount:
    today, before = ((newest == day).any(axis=0) for day in (position, position - 1))
    day = panel.sessions[position]
    if not today.any():  # a day that nobody has is none, whoever had the one before
        before = (newest >= 0).any(axis=0)
    return SessionCount(day, int(np.sum(today & before)), int(np.sum(before)))
