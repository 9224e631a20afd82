"""The course of prices around hits, from the close of the hit's day, beside the universe's.

Nobody buys at a close that is known: this shows when something happened, not what can be earned.
Before the hit it is the return up to that close with its sign turned, so that prices that go
nowhere are a flat line on both sides; see `event_returns`.
Sums by session are all that is kept, so a million hits take no more memory than a thousand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.study.outcomes import MarketReturns, TradedPrices, event_returns
from technic.study.statistics import DaySums, Interval, mean_interval
from technic.typing import BoolArray, FloatArray

__all__ = ["EVENT_OFFSETS", "EventCurve", "EventReturns", "EventSums"]

EVENT_OFFSETS = (*range(-10, 22), *range(24, 64, 3))
"""Sessions from the hit: each one to a month after it, then every third, to 63."""
_UNIT = 2.0**32


@dataclass(frozen=True, slots=True, eq=False)
class EventCurve:
    """Mean returns from the close of the day of the hit, ``(n_offsets,)`` each.

    Before it they are those up to that close, with the sign turned.

    ``raw``: of the hits whose price at an offset is known; ``universe``: of all symbols ranked on
    the days of these hits, each day as often as it has hits; ``excess``: the difference with its
    interval, whose horizon is the distance from the hit.
    """

    offsets: tuple[int, ...]
    raw: FloatArray
    universe: FloatArray
    excess: tuple[Interval, ...]


@dataclass(frozen=True, slots=True, eq=False)
class EventSums:
    """The sums of one block of symbols, or of several: a row for each of ``EVENT_OFFSETS``.

    ``hits``: by owner and session, one owner after the other; ``market``: of all symbols ranked
    on each session.
    """

    hits: tuple[DaySums, ...]
    market: tuple[MarketReturns, ...]

    @classmethod
    def of(
        cls, prices: TradedPrices, days: NDArray[np.intp], member: BoolArray, events: EventReturns
    ) -> EventSums:
        """Add up a block; ``days``: the study's sessions among those of ``prices``.

        ``member``: ``(n_days, n_symbols)``, who is part of the market on each.
        """
        hits, market = [], []
        for offset in EVENT_OFFSETS:
            returns = event_returns(prices, offset)[days]
            market.append(MarketReturns.of(returns, member))
            hits.append(events.sums(returns))
        return cls(tuple(hits), tuple(market))

    def __add__(self, other: EventSums) -> EventSums:
        """Return both blocks together."""
        return EventSums(
            tuple(one + more for one, more in zip(self.hits, other.hits, strict=True)),
            tuple(one + more for one, more in zip(self.market, other.market, strict=True)),
        )

    def curve(self, owner: int, confidence: float) -> EventCurve:
        """Return the means of one owner's hits with their intervals."""
        raw, excess = [], []
        for offset, sums, market in zip(EVENT_OFFSETS, self.hits, self.market, strict=True):
            n_sessions = len(market.count)
            own = sums.part(owner * n_sessions, (owner + 1) * n_sessions)
            expected = np.rint(np.nan_to_num(market.mean) * _UNIT).astype(np.int64) * own.count
            raw.append(own.mean)
            excess.append(
                mean_interval(
                    DaySums(own.total - expected, own.count),
                    max(abs(offset), 1),
                    confidence=confidence,
                )
            )
        means = np.array(raw)
        apart = np.array([one.mean for one in excess])
        return EventCurve(EVENT_OFFSETS, means, means - apart, tuple(excess))


@dataclass(frozen=True, slots=True, eq=False)
class EventReturns:
    """Where the hits of a block stand: ``owner``, ``session`` of the study, ``column``."""

    owner: NDArray[np.integer]
    session: NDArray[np.integer]
    column: NDArray[np.intp]
    n_owners: int

    def sums(self, returns: FloatArray) -> DaySums:
        """Add up their returns out of ``(n_days, n_symbols)``."""
        n_days = len(returns)
        place = self.owner.astype(np.int64) * n_days + self.session
        return DaySums.of(place, returns[self.session, self.column], self.n_owners * n_days)
