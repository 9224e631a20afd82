"""What followed the places of hits on a block of symbols: a pure function of their bars."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.study.config import StudyConfig
from technic.study.event_curve import EventReturns, EventSums
from technic.study.outcomes import (
    Grades,
    MarketReturns,
    Plans,
    TradedPrices,
    excursions,
    forward_returns,
    grade_plans,
)
from technic.study.replay.hits import HitPlaces, Hits
from technic.study.replay.later_bars import LaterBars
from technic.typing import BoolArray, DateArray, FloatArray

__all__ = ["LAGS", "JudgedBlock", "readings"]

LAGS = (1, 2)
"""Sessions by which a second and a third reading enter later."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class JudgedBlock:
    """Outcomes of the places of some symbols, and what the symbols add to the market's returns.

    ``own``: which they are, positions in the places of the study. ``values``: returns by horizon
    and lag, ``(n_own,)``; ``up``, ``down``: excursions; ``graded``: positions in the places of the
    study, of those with a plan. ``market``: by horizon and lag too; ``everybody``: the return of
    each symbol over the main horizon, ``(n_days, n_symbols)``, None where no rating is judged.
    ``symbol``: positions in the symbols of the study of those that have a place, ``last_bar`` and
    ``delisted``: theirs; ``events``: the course of prices around the hits, None where it was not
    asked for. ``without_bars``: symbols that have no bar from the first day of the study on.
    """

    own: NDArray[np.intp]
    values: dict[tuple[int, int], FloatArray]
    market: dict[tuple[int, int], MarketReturns]
    up: FloatArray
    down: FloatArray
    graded: NDArray[np.intp]
    plans: Plans
    grades: Grades
    everybody: FloatArray | None
    symbol: NDArray[np.int32]
    last_bar: NDArray[np.int32]
    delisted: BoolArray
    events: EventSums | None
    sessions: DateArray
    without_bars: tuple[str, ...]

    @classmethod
    def of(
        cls,
        bars: LaterBars,
        places: HitPlaces,
        own: NDArray[np.intp],
        hits: Hits | None,
        ranked: BoolArray,
        config: StudyConfig,
    ) -> JudgedBlock:
        """Judge the places ``own`` by the bars of their symbols.

        ``hits``: those on these places, for the course of prices around them; None: not asked for.
        ``ranked``: ``(n_days, n_symbols)`` who of the block is ranked on each day of the study; all
        others can hit nothing, and are no part of that day's market.
        """
        mine = places.take(own)
        prices = TradedPrices.of(bars, config.rules.delisting_return)
        days = np.searchsorted(bars.sessions, places.sessions)
        there = np.zeros(bars.close.shape, np.bool_)
        there[days] = ranked
        place = {symbol: at for at, symbol in enumerate(bars.symbols)}
        columns = np.array([place.get(symbol, -1) for symbol in places.symbols], np.intp)
        at = days[mine.session], columns[mine.symbol]
        values, market, everybody = {}, {}, None
        for horizon, lag in readings(config):
            returns = forward_returns(prices, horizon, lag)
            market[horizon, lag] = MarketReturns.of(returns, there)
            values[horizon, lag] = returns[at]
            if config.ratings and (horizon, lag) == (config.horizon, 0):
                everybody = np.where(there, returns, np.nan)[days]
        events = None
        if hits is not None:
            course = EventReturns(hits.owner, hits.session, columns[hits.symbol], len(hits.owners))
            events = EventSums.of(prices, days, there[days], course)
        highest, lowest = excursions(prices, config.horizon)
        plans, graded = Plans.of_places(mine, bars)
        held = np.unique(mine.symbol)
        return cls(
            own=own,
            values=values,
            market=market,
            up=highest[at],
            down=lowest[at],
            graded=own[graded],
            plans=plans,
            grades=grade_plans(bars, plans, config.rules),
            everybody=everybody,
            symbol=held,
            last_bar=bars.last_bar[columns[held]],
            delisted=bars.delisted[columns[held]],
            events=events,
            sessions=bars.sessions,
            without_bars=tuple(
                bars.symbols[one] for one in np.flatnonzero(bars.last_bar < days[0]).tolist()
            ),
        )


def readings(config: StudyConfig) -> Iterator[tuple[int, int]]:
    """Yield horizon and lag of each return that is taken."""
    yield from ((horizon, 0) for horizon in config.horizons)
    yield from ((config.horizon, lag) for lag in LAGS)
