"""The rate of a sync: SEC counts ten a second where requests arrive, not where they start."""

from __future__ import annotations

import asyncio
import itertools

import numpy as np

from technic.data_engine.network.rate_limiter import Limiter
from technic.facts.sync.asking import PER_MINUTE
from technic.loopback.arrivals import BlockingLimit


class LateClock:
    """A clock whose sleeper is woken late, by as much as a busy machine wakes them."""

    def __init__(self, late: list[float]) -> None:
        self.now = 50.0
        self._late = itertools.cycle(late)

    def monotonic(self) -> float:
        """The time it is."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Let more than that pass."""
        self.now += seconds + next(self._late)


def test_requests_that_start_or_arrive_late_are_not_shut_out():
    """Up to 60 ms late at either end, of 300 requests; SEC shuts out whoever is one too many."""
    rng = np.random.default_rng(3)
    clock = LateClock(rng.uniform(0.0, 0.06, 300).tolist())
    limiter, started = Limiter(PER_MINUTE, clock), []

    async def ask() -> None:
        for _ in range(300):
            await limiter.start()
            started.append(clock.now)

    asyncio.run(ask())
    arrived = np.sort(np.array(started) + rng.uniform(0.0, 0.06, 300))
    sec = BlockingLimit(10, 1.0, 600.0)
    assert all(sec.admit(float(moment)) for moment in arrived)
