"""Counting arrivals, against plain loops."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from support.loopback import GROUPED, POLYGON_KEY, small
from technic.data_engine.interfaces.transport import HttpRequest
from technic.errors import ParameterError
from technic.loopback.arrivals import RateLimit, Stats

# eighths of a second are exact as floats, so that windows end where they should
TIMES = st.lists(st.integers(0, 400).map(lambda eighths: eighths / 8), max_size=60).map(sorted)


def worst_by_hand(times: list[float], window_s: float) -> int:
    """Most times in any half-open window."""
    return max((sum(end - window_s < t <= end for t in times) for end in times), default=0)


@example([0.0, 1.0, 2.0], 1.0)
@given(TIMES, st.sampled_from([0.5, 1.0, 7.0, 60.0]))
def test_the_worst_window_is_found_wherever_it_begins(times, window_s):
    """The same as counting back from every arrival."""
    stats = Stats(10, window_s, arrivals=times)
    assert stats.worst_in_window == worst_by_hand(times, window_s)
    assert stats.excess == max(stats.worst_in_window / 10 - 1, 0)


@given(TIMES, st.integers(1, 8), st.sampled_from([1.0, 7.0]))
def test_no_window_ever_lets_in_more_than_the_limit(times, limit, window_s):
    """And a request that is refused would have been one too many."""
    rate = RateLimit(limit, window_s)
    admitted: list[float] = []
    for now in times:
        before = sum(now - window_s < t for t in admitted)
        assert rate.remaining(now) == limit - before
        if rate.admit(now):
            admitted.append(now)
        else:
            assert before == limit
            assert rate.wait_s(now) == min(t for t in admitted if t > now - window_s) + (
                window_s - now
            )
    assert worst_by_hand(admitted, window_s) <= limit


def test_without_a_limit_everything_is_let_in():
    """There is nothing left to tell."""
    rate = RateLimit(None, 60.0)
    assert all(rate.admit(0.0) for _ in range(1000))
    assert (rate.remaining(0.0), rate.wait_s(0.0)) == (None, 0.0)
    assert Stats(None, 60.0, arrivals=[0.0] * 9).excess == 0.0


@pytest.mark.parametrize(("limit", "window_s"), [(0, 60.0), (0.5, 60.0), (5, 0.0)])
def test_limits_that_let_nothing_in_are_refused(limit, window_s):
    """Less than one request in a window could never be kept."""
    with pytest.raises(ParameterError):
        RateLimit(limit, window_s)


def test_the_free_plan_has_five_a_minute_and_says_when_to_come_back():
    """Refused requests count as arrivals, not against the limit."""
    clock = [0.0]
    loopback = small(10, options={"polygon_plan": "free"}, clock=lambda: clock[0])
    request = HttpRequest(f"http://host{GROUPED}/2026-06-29", {}, POLYGON_KEY)
    answers = []
    for moment in (0, 1, 2, 3, 4, 5.5, 59.9, 60, 60.5):
        clock[0] = float(moment)
        answers.append(loopback.handle(request))
    statuses = [answer.status for answer in answers]
    assert statuses == [200] * 5 + [429] * 2 + [200, 429]
    waits = [answer.headers.get("retry-after") for answer in answers if answer.status == 429]
    assert waits == ["55", "1", "1"]
    assert b"exceeded the maximum requests per minute" in answers[5].body
    stats = loopback.stats
    assert (stats.requests, stats.worst_in_window, stats.limit) == (9, 8, 5)
    assert stats.excess == pytest.approx(0.6)
    assert stats.statuses == {200: 6, 429: 3}


def test_a_shorter_window_holds_its_share_of_the_minute():
    """1,200 a minute are 20 in a second."""
    loopback = small(10, requests_per_minute=1_200, window_s=1.0, clock=lambda: 0.0)
    request = HttpRequest(f"http://host{GROUPED}/2026-06-29", {}, POLYGON_KEY)
    statuses = [loopback.handle(request).status for _ in range(30)]
    assert statuses == [200] * 20 + [429] * 10


def test_what_was_counted_can_be_asked_and_forgotten_without_being_counted():
    """Paths of the server's own need no key."""
    loopback = small(10)
    loopback.handle(HttpRequest(f"http://host{GROUPED}/2026-06-29", {}, POLYGON_KEY))
    loopback.handle(HttpRequest("http://host/nowhere", {}, POLYGON_KEY))
    stats = loopback.handle(HttpRequest("http://host/loopback/stats"))
    assert b'"requests":2' in stats.body
    assert b'"by_endpoint":{"grouped":1,"unknown":1}' in stats.body
    assert loopback.handle(HttpRequest("http://host/loopback/reset")).body == stats.body
    assert loopback.stats.requests == 0
    moved = loopback.handle(HttpRequest("http://host/loopback/today", {"date": "2026-06-29"}))
    assert b'"today":"2026-06-29"' in moved.body
    for query in ({"date": "2030-01-01"}, {"date": "soon"}, {"phase": "lunch"}):
        assert loopback.handle(HttpRequest("http://host/loopback/today", query)).status == 400
    assert loopback.stats.requests == 0
