"""Sums by session and by group against a plain loop, whether hits come by session or not."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from technic.study.statistics import DaySums, by_group, by_session_group, mean_interval

SESSIONS, HITS = 40, 900
NAMES = ("first", "second", "nobody", "third")


def hits(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Sessions, those around the end and one in five without a hit, and values, some not known."""
    random = np.random.default_rng(seed)
    session = random.choice(np.setdiff1d(np.arange(2, SESSIONS - 1), np.arange(0, 40, 5)), HITS)
    value = random.normal(0.01, 0.1, HITS)
    value[::13], value[5], value[6] = np.nan, np.inf, 3e5
    return session.astype(np.int32), value


@pytest.mark.parametrize("ordered", [True, False])
def test_sums_are_those_of_a_loop(ordered: bool):
    """Exact sums of fractions; a value beyond 131,072 counts as that."""
    session, value = hits(1)
    if ordered:
        order = np.argsort(session, kind="stable")
        session, value = session[order], value[order]
    sums = DaySums.of(session, value, SESSIONS)
    wanted, count = [Fraction(0)] * SESSIONS, [0] * SESSIONS
    for day, one in zip(session.tolist(), value.tolist(), strict=True):
        if np.isfinite(one):
            wanted[day] += Fraction(np.rint(min(one, 2.0**17) * 2.0**32))
            count[day] += 1
    assert sums.total.tolist() == wanted
    assert sums.count.tolist() == count
    assert sums.total.dtype == sums.count.dtype == np.int64


def test_no_hit_at_all_and_none_known():
    """Zeros of every session."""
    for value in (np.empty(0), np.full(3, np.nan)):
        sums = DaySums.of(np.arange(len(value)), value, 4)
        assert sums.total.tolist() == sums.count.tolist() == [0, 0, 0, 0]


def test_groups_of_sessions_are_those_of_their_hits():
    """Of each group the very interval of its own hits; a group without one is left out."""
    session, value = hits(2)
    group = np.array([0, 1, 3, -1])[np.arange(SESSIONS) % 4]
    rules = {"block": 3.0, "confidence": 0.9}
    sums = DaySums.of(session, value, SESSIONS)
    found = by_session_group(sums, group, NAMES, 5, **rules)
    own = [group[session] == code for code in range(len(NAMES))]
    parts = [DaySums.of(session[one], value[one], SESSIONS) for one in own]
    assert found == by_group(parts, NAMES, 5, **rules)
    assert list(found) == ["first", "second", "third"]
    for name, part in zip(NAMES, parts, strict=True):
        assert (name == "nobody") == (not part.hits)
        if part.hits:
            assert found[name] == mean_interval(part, 5, **rules)
