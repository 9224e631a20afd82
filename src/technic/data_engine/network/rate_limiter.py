"""A rate limiter that spaces the starts of requests, and slows down when the server says so.

Starts are spaced evenly instead of let out in bursts: whatever window the server counts in, fixed
or sliding, never holds more than the limit. A 429 widens the spacing by half and pauses everybody
for as long as the server asks; each answer without one brings a tenth of it back. So a server that
throttles at random, up to one answer in five, is not mistaken for one with a lower limit.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping

from technic.data_engine.interfaces.ceilings import MAX_PAUSE_S, header_number
from technic.data_engine.network.clock import Clock

__all__ = ["Limiter"]

MARGIN = 1.02
"""Spacing beyond the exact one, so that a closed window of a minute holds no request too many."""
SLOWEST_FACTOR = 64.0
FIRST_SPACING_S = 0.02
SLOWER = 1.5
RECOVERY = 0.9


class Limiter:
    """Hands out the moments at which requests may start.

    ``per_minute``: the plan's limit; None where there is none, until the server objects.
    """

    def __init__(self, per_minute: float | None, clock: Clock) -> None:
        self._clock = clock
        self._base_s = 60.0 / per_minute * MARGIN if per_minute else 0.0
        self._spacing_s = self._base_s
        self._next_s = clock.monotonic()
        self._lock = asyncio.Lock()
        self._slowed_at_s = -math.inf

    @property
    def base_s(self) -> float:
        """Seconds between two starts by the plan."""
        return self._base_s

    @property
    def spacing_s(self) -> float:
        """Seconds between two starts, as things stand."""
        return self._spacing_s

    async def start(self) -> None:
        """Wait for the next free moment; waiters go in the order they came."""
        async with self._lock:
            # the spacing may change while we wait, so the moment is taken only when it comes
            while (wait_s := self._next_s - self._clock.monotonic()) > 0:
                await self._clock.sleep(wait_s)
            # a moment missed by less than one spacing is made up for, so no rate is lost to timers
            earliest = self._clock.monotonic() - self._spacing_s
            self._next_s = max(self._next_s, earliest) + self._spacing_s

    def slow_down(self, retry_after_s: float | None) -> None:
        """Note a 429: wait as long as asked and widen the spacing.

        Requests that were under way at the same time bring a 429 each; one of them counts.
        """
        now = self._clock.monotonic()
        self._next_s = max(self._next_s, now + (retry_after_s or 0.0))
        if now < self._slowed_at_s + max(self._spacing_s, FIRST_SPACING_S):
            return
        self._slowed_at_s = now
        slowest = max(self._base_s, FIRST_SPACING_S) * SLOWEST_FACTOR
        self._spacing_s = min(max(self._spacing_s * SLOWER, FIRST_SPACING_S), slowest)
        self._next_s = max(self._next_s, now + self._spacing_s)

    def speed_up(self) -> None:
        """Note an answer that was no 429: come back towards the plan's own spacing."""
        if self._spacing_s > self._base_s:
            eased = self._spacing_s * RECOVERY
            self._spacing_s = self._base_s if eased < FIRST_SPACING_S / 4 else eased
            self._spacing_s = max(self._spacing_s, self._base_s)

    def heed(
        self,
        headers: Mapping[str, str],
        wall_time_s: float,
        grant: Callable[[float], bool] = lambda _: True,
    ) -> None:
        """Pause until ``X-RateLimit-Reset`` when the server says that nothing is left.

        ``grant``: asked whether a pause of so many seconds is made.
        """
        remaining = header_number(headers.get("x-ratelimit-remaining"))
        reset = header_number(headers.get("x-ratelimit-reset"))
        if remaining != 0 or reset is None:
            return
        wait_s = reset - wall_time_s
        if 0 < wait_s <= MAX_PAUSE_S and grant(wait_s):
            self._next_s = max(self._next_s, self._clock.monotonic() + wait_s)
