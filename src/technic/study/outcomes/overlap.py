"""One open trade a symbol: of the hits of a symbol those that find no order or trade open."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from technic.study.outcomes.grades import Grades, Outcome
from technic.study.outcomes.plans import GradeRules, Plans
from technic.typing import BoolArray

__all__ = ["one_at_a_time", "order_ends"]

NEVER = np.int64(2**31 - 1)


def order_ends(plans: Plans, grades: Grades, rules: GradeRules) -> NDArray[np.int64]:
    """Return the session on which each plan's order or trade was over; far away where it is not.

    Where prices began anew it is over when it would have been at the latest.
    """
    ends = grades.exit_session.astype(np.int64)
    lapsed = grades.outcome == Outcome.NOT_ENTERED
    ends[lapsed] = plans.session[lapsed].astype(np.int64) + rules.lag + rules.life
    ends[(grades.outcome == Outcome.PENDING) | (grades.outcome == Outcome.OPEN)] = NEVER
    broken = grades.outcome == Outcome.BROKEN
    ends[broken] = plans.session[broken].astype(np.int64) + rules.lag + rules.life + rules.hold
    return ends


def one_at_a_time(
    symbol: NDArray[np.integer],
    session: NDArray[np.integer],
    end: NDArray[np.integer],
    busy_until: NDArray[np.int64] | None = None,
) -> BoolArray:
    """Return the hits that are taken when a symbol may have one order or trade at a time.

    ``(n_hits,)`` each, in any order, at most one hit a symbol and session. ``end``: the session on
    which it would be over, after that of the hit; a hit on that very session is free to be taken,
    for it is entered on the next. ``busy_until``: ``(n_symbols,)``, for streams of hits: what an
    earlier part left open; written to.
    """
    taken = np.zeros(len(symbol), dtype=np.bool_)
    if not len(symbol):
        return taken
    if (end <= session).any():  # or a hit would be its own follower for ever
        raise ValueError("an order is over on the session of its hit or before it")
    span = np.int64(2**32)
    own = symbol.astype(np.int64) * span
    order = _by_symbol_and_session(symbol, session)
    key, own, end = (own + session)[order], own[order], end[order].astype(np.int64)
    if busy_until is None:
        busy_until = np.zeros(int(symbol.max()) + 1, dtype=np.int64)
    follower = np.searchsorted(key, own + end)
    names = own[np.flatnonzero(np.append(True, own[1:] != own[:-1]))] // span
    at = np.searchsorted(key, names * span + busy_until[names])
    while True:
        inside = at < len(key)
        names, at = names[inside], at[inside]
        same = own[at] == names * span
        names, at = names[same], at[same]
        if not len(at):
            return taken
        taken[order[at]] = True
        busy_until[names] = end[at]
        at = follower[at]


def _by_symbol_and_session(
    symbol: NDArray[np.integer], session: NDArray[np.integer]
) -> NDArray[np.intp]:
    """Return the order of symbols, and of sessions within each.

    Hits mostly come session by session: then symbols alone are sorted, and numbers below 65,536 in
    a few passes.
    """
    if np.any(session[1:] < session[:-1]):
        return np.lexsort((session, symbol))
    small = symbol.min() >= 0 and symbol.max() < 1 << 16
    return np.argsort(symbol.astype(np.uint16) if small else symbol, kind="stable")
