"""Counting requests: when each arrived, whether the limit lets it in, how full any window was."""

from __future__ import annotations

import math
from collections import Counter, deque
from dataclasses import dataclass, field

import numpy as np

from technic.errors import ParameterError

__all__ = ["BlockingLimit", "RateLimit", "Stats"]


@dataclass(slots=True)
class Stats:
    """What a server has seen since the last reset.

    ``arrivals``: seconds at which each request arrived, those that were refused included.
    ``limit``: requests allowed in ``window_s`` seconds, None for any number.
    """

    limit: float | None
    window_s: float
    arrivals: list[float] = field(default_factory=list)
    by_endpoint: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    bytes: int = 0

    @property
    def requests(self) -> int:
        """Requests that arrived."""
        return len(self.arrivals)

    @property
    def worst_in_window(self) -> int:
        """Most arrivals in any window of ``window_s`` seconds, wherever it begins."""
        times = np.array(self.arrivals)
        if not len(times):
            return 0
        before = np.searchsorted(times, times - self.window_s, side="right")
        return int((np.arange(1, len(times) + 1) - before).max())

    @property
    def excess(self) -> float:
        """By which share the worst window was above the limit; 0 where it never was."""
        if self.limit is None:
            return 0.0
        return max(self.worst_in_window / self.limit - 1.0, 0.0)

    def as_dict(self) -> dict[str, object]:
        """Everything but the arrival times, for people and other processes."""
        return {
            "requests": self.requests, "limit": self.limit, "window_s": self.window_s,
            "worst_in_window": self.worst_in_window, "excess": self.excess,
            "by_endpoint": dict(self.by_endpoint), "faults": dict(self.faults),
            "statuses": {str(status): count for status, count in self.statuses.items()},
            "bytes": self.bytes,
        }  # fmt: skip


class RateLimit:
    """Lets in at most ``limit`` requests in any ``window_s`` seconds; refused ones do not count."""

    def __init__(self, limit: float | None, window_s: float) -> None:
        if limit is not None and not limit >= 1:
            raise ParameterError("limit", limit, "requests in a window, from 1, or None")
        if not window_s > 0:
            raise ParameterError("window_s", window_s, "seconds above 0")
        self.limit, self.window_s = limit, window_s
        self._admitted: deque[float] = deque()

    def admit(self, now_s: float) -> bool:
        """Tell whether a request that arrives now is let in."""
        if self.limit is None:
            return True
        self._forget(now_s)
        if len(self._admitted) >= self.limit:
            return False
        self._admitted.append(now_s)
        return True

    def remaining(self, now_s: float) -> int | None:
        """Requests that would be let in now."""
        if self.limit is None:
            return None
        self._forget(now_s)
        return int(self.limit) - len(self._admitted)

    def wait_s(self, now_s: float) -> float:
        """Seconds until one more would be let in."""
        if self.limit is None or len(self._admitted) < self.limit:
            return 0.0
        return max(self._admitted[0] + self.window_s - now_s, 0.0)

    def _forget(self, now_s: float) -> None:
        while self._admitted and self._admitted[0] <= now_s - self.window_s:
            self._admitted.popleft()


class BlockingLimit(RateLimit):
    """One that shuts out who exceeds it: for ``block_s`` nothing is let in."""

    def __init__(self, limit: float | None, window_s: float, block_s: float) -> None:
        super().__init__(limit, window_s)
        self._block_s, self._until_s = block_s, -math.inf

    def admit(self, now_s: float) -> bool:
        """Tell whether a request that arrives now is let in."""
        if now_s < self._until_s:
            return False
        if super().admit(now_s):
            return True
        self._until_s = now_s + self._block_s
        return False

    def wait_s(self, now_s: float) -> float:
        """Seconds until one more would be let in."""
        return max(super().wait_s(now_s), self._until_s - now_s)
