"""How often a caller may ask: its requests of the last minute, counted in memory."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

__all__ = ["RequestLimiter"]

WINDOW_S = 60.0
MOST_CALLERS = 10_000
"""Callers that are counted at a time; the one that was silent for longest is forgotten first."""


class RequestLimiter:
    """Counts the requests of each caller over the last minute; any thread may ask."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = per_minute, clock
        self._came: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, identity: str) -> int:
        """Count a request; return the seconds to wait where it is one too many, else 0.

        One too many is not counted: who waits that long is served.
        """
        with self._lock:
            now = self._clock()
            came = self._came.setdefault(identity, deque())
            self._came.move_to_end(identity)
            self._forget(now)
            while came and came[0] <= now - WINDOW_S:
                came.popleft()
            if len(came) >= self._most:
                return max(1, math.ceil(came[0] + WINDOW_S - now))
            came.append(now)
            return 0

    def _forget(self, now: float) -> None:
        """Drop those that were silent for a minute, and the longest silent of too many."""
        while len(self._came) > 1:
            identity, came = next(iter(self._came.items()))
            if len(self._came) <= MOST_CALLERS and came and came[-1] > now - WINDOW_S:
                return
            del self._came[identity]
