"""The limiter never lets more requests start than the server allows, whatever it counts in."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic.data_engine.network.rate_limiter import Limiter
from technic.testing import FakeClock


def starts(per_minute: float | None, waiters: int, limited: Limiter | None = None) -> list[float]:
    """Moments at which ``waiters`` requests that all came at once may start."""
    moments: list[float] = []

    async def main() -> None:
        clock = FakeClock()
        limiter = limited or Limiter(per_minute, clock)

        async def one() -> None:
            await limiter.start()
            moments.append(clock.monotonic())

        await asyncio.gather(*(one() for _ in range(waiters)))

    asyncio.run(main())
    return moments


@given(per_minute=st.sampled_from([5, 60, 200, 3000]), waiters=st.integers(1, 60))
def test_no_minute_holds_more_starts_than_the_limit(per_minute: int, waiters: int):
    """Any closed window of 60 s, wherever it begins, holds at most the limit."""
    moments = starts(per_minute, waiters)
    for begin in moments:
        assert sum(begin <= moment <= begin + 60 for moment in moments) <= per_minute


def test_starts_are_spaced_and_the_rate_is_used():
    """Five a minute: one every 12.24 s, not five at once and a minute of silence."""
    moments = starts(5, 4)
    gaps = [later - earlier for earlier, later in itertools.pairwise(moments)]
    assert gaps == pytest.approx([12.24] * 3)


def test_without_a_limit_nobody_waits():
    """No limit, no spacing, until the server objects."""
    assert len(set(starts(None, 20))) == 1


def test_a_429_pauses_everybody_and_slows_down_then_the_rate_comes_back():
    """Retry-After is honoured; answers without a 429 bring the plan's spacing back."""

    async def main() -> None:
        clock = FakeClock()
        limiter = Limiter(60, clock)
        await limiter.start()
        before = limiter.spacing_s
        limiter.slow_down(30.0)
        limiter.slow_down(30.0)  # another request that was under way: counts once
        asked = clock.monotonic()
        await limiter.start()
        assert clock.monotonic() >= asked + 30
        assert limiter.spacing_s == pytest.approx(1.5 * before)
        for _ in range(20):
            limiter.speed_up()
        assert limiter.spacing_s == pytest.approx(before)

    asyncio.run(main())


def test_a_waiter_that_is_cancelled_leaves_the_queue_working():
    """The others still get their turns, at the same rate."""

    async def main() -> list[float]:
        clock = FakeClock()
        limiter = Limiter(60, clock)
        moments: list[float] = []

        async def one() -> None:
            await limiter.start()
            moments.append(clock.monotonic())

        tasks = [asyncio.create_task(one()) for _ in range(5)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        tasks[3].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return moments

    moments = asyncio.run(main())
    assert len(moments) == 3
    assert moments == pytest.approx([moments[0] + 1.02 * i for i in range(3)], abs=1.03)


def test_a_spent_quota_waits_for_its_reset():
    """X-RateLimit-Remaining 0 pauses until X-RateLimit-Reset; anything odd is ignored."""

    async def main() -> None:
        clock = FakeClock()
        limiter = Limiter(None, clock)
        for odd in ({}, {"x-ratelimit-remaining": "0"}, {"x-ratelimit-remaining": "?"}):
            limiter.heed(odd, 5000.0)
        limiter.heed({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon"}, 5000.0)
        limiter.heed({"x-ratelimit-remaining": "3", "x-ratelimit-reset": "5030"}, 5000.0)
        began = clock.monotonic()
        await limiter.start()
        assert clock.monotonic() == began
        limiter.heed({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "5030"}, 5000.0)
        await limiter.start()
        assert clock.monotonic() == began + 30

    asyncio.run(main())
