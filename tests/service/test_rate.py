"""The rate of a caller: a minute that moves, compared with a plain list of all requests."""

from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from technic.service.access import rate
from technic.service.access.rate import RequestLimiter


class Clock:
    """Seconds that a test sets."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        """The time it is."""
        return self.now


@given(
    st.integers(1, 4),
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from([0.0, 0.5, 19.0, 41.0, 60.0]))),
)
def test_no_minute_holds_more_requests_than_are_allowed(
    most: int, asked: list[tuple[str, float]]
) -> None:
    """Who waits as long as was said is served; others never matter."""
    clock, served = Clock(), {"a": [], "b": []}
    limiter = RequestLimiter(most, clock)
    for who, pause in asked:
        clock.now += pause
        recent = [when for when in served[who] if when > clock.now - 60]
        wait = limiter.wait(who)
        if len(recent) < most:
            assert wait == 0
            served[who].append(clock.now)
        else:
            assert 1 <= wait <= 60
            assert wait - 1 <= min(recent) + 60 - clock.now <= wait


def test_who_waits_as_long_as_was_said_is_served() -> None:
    """Also where nobody else has asked meanwhile."""
    clock = Clock()
    limiter = RequestLimiter(2, clock)
    assert [limiter.wait("a"), limiter.wait("a")] == [0, 0]
    clock.now += 12.25
    wait = limiter.wait("a")
    assert wait == 48
    clock.now += wait
    assert limiter.wait("a") == 0


def test_silent_callers_are_forgotten() -> None:
    """After a minute, or sooner where too many are counted: what is held does not grow."""
    clock = Clock()
    limiter = RequestLimiter(1, clock)
    for number in range(rate.MOST_CALLERS + 50):
        assert limiter.wait(f"10.0.0.{number}") == 0
    assert len(limiter._came) == rate.MOST_CALLERS
    assert limiter.wait(f"10.0.0.{rate.MOST_CALLERS + 49}") > 0
    clock.now += 61
    assert limiter.wait("another") == 0
    assert list(limiter._came) == ["another"]


def test_threads_together_get_no_more_than_one_would() -> None:
    """Many at the same moment are counted one by one."""
    limiter, together = RequestLimiter(100, Clock()), threading.Barrier(8)
    waits: list[int] = []

    def ask() -> None:
        together.wait()
        waits.extend([limiter.wait("a") for _ in range(50)])

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert waits.count(0) == 100
    assert len(waits) == 400
