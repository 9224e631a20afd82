"""What followed each hit of a study: returns, excursions and graded plans, by blocks of symbols."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from technic.engine.blocks import PoisonedSymbol, block_slices, call_or_halve
from technic.engine.local import in_turn
from technic.engine.open import workers_here
from technic.errors import NothingToScanError
from technic.study.config import StudyConfig
from technic.study.event_curve import EventSums
from technic.study.judged_block import LAGS, JudgedBlock, readings
from technic.study.outcomes import (
    Grades,
    MarketReturns,
    Plans,
    benchmark_returns,
    one_at_a_time,
    order_ends,
)
from technic.study.replay.hits import Hits
from technic.study.replay.later_bars import LaterFetch
from technic.study.replay.replay import Replay
from technic.typing import BoolArray, DateArray, FloatArray

__all__ = ["LAGS", "HitOutcomes", "hit_outcomes"]

BLOCK_SYMBOLS = 256
Progress = Callable[[int, int], None]
Positions: TypeAlias = NDArray[np.integer] | slice


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class HitOutcomes:
    """What followed, beside the hits and their places; what a symbol did is told once a place.

    ``session``: that of each place. By horizon: ``returns``, ``(n_places,)``; ``universe``, of all
    symbols ranked on a day, and ``benchmark`` (None without one), ``(n_days,)``,
    over the same sessions. ``late``, ``late_universe``: the same by lag, over the main horizon.
    ``up``, ``down``: ``(n_places,)``, the furthest a price went within it. ``grade``:
    ``(n_places,)`` position in ``grades``, −1 for who has no plan; ``taken``: ``(n_hits,)`` those
    with a plan of which no earlier order or trade of the same owner and symbol is open.
    ``last_bar``: ``(n_symbols,)`` position in ``sessions`` of the last bar of each symbol that has
    a hit, −1 without any, and ``delisted`` whether it is gone for good after it; ``over``:
    ``(n_days,)`` whether the main horizon is; ``plan_over``: ``(n_days,)`` whether the longest that
    a plan of that day can last is: of later ones quick ends alone are known. ``events``: the course
    of prices around the hits, None unless it was asked for.
    ``everybody``: ``(n_days, n_symbols)`` float64, what all ranked made over the main horizon in
    excess of the universe's mean, hit or not; None where no rating is judged by it.
    ``poisoned``: symbols whose bars raised; their hits have neither returns nor a grade.
    ``without_bars``: symbols that have no bar from the first day on.
    """

    session: NDArray[np.int32]
    returns: dict[int, FloatArray]
    universe: dict[int, FloatArray]
    benchmark: dict[int, FloatArray] | None
    late: dict[int, FloatArray]
    late_universe: dict[int, FloatArray]
    up: FloatArray
    down: FloatArray
    grade: NDArray[np.int32]
    grades: Grades
    taken: BoolArray
    sessions: DateArray
    last_bar: NDArray[np.int32]
    delisted: BoolArray
    over: BoolArray
    plan_over: BoolArray
    events: EventSums | None
    everybody: FloatArray | None = None
    poisoned: tuple[PoisonedSymbol, ...] = ()
    without_bars: tuple[str, ...] = ()

    def excess(self, horizon: int, at: Positions) -> FloatArray:
        """Returns of the places ``at`` in excess of the universe's mean."""
        apart: FloatArray = self.returns[horizon][at] - self.universe[horizon][self.session[at]]
        return apart

    def late_excess(self, lag: int, at: Positions) -> FloatArray:
        """Returns of the places ``at``, entered later, in excess of the universe's mean."""
        apart: FloatArray = self.late[lag][at] - self.late_universe[lag][self.session[at]]
        return apart

    def benchmark_excess(self, horizon: int, at: Positions) -> FloatArray:
        """Returns of the places ``at`` in excess of the benchmark, which there is."""
        assert self.benchmark is not None
        apart: FloatArray = self.returns[horizon][at] - self.benchmark[horizon][self.session[at]]
        return apart


def hit_outcomes(
    replay: Replay,
    hits: Hits,
    ranked: BoolArray,
    config: StudyConfig,
    progress: Progress | None = None,
) -> HitOutcomes:
    """Read the bars after the hits, some symbols at a time, and judge every hit by them.

    ``ranked``: ``(n_days, n_symbols)``, of whom each day's market consists.

    Each hit is judged by its own symbol's bars and by the mean of the day's market alone. Raises
    NothingToScanError where no symbol at all can be judged.
    """
    gathered = _Gathered.empty(hits, config)
    symbols = replay.symbols
    cuts = block_slices(len(symbols), BLOCK_SYMBOLS)
    places = _BySymbol.of(hits.places.symbol, len(symbols))
    every = _BySymbol.of(hits.symbol, len(symbols)) if config.event_curve else None

    asking, last = threading.Lock(), replay.data_sessions[-1]

    def take(cut: slice) -> tuple[slice, LaterFetch]:
        with asking:
            return cut, replay.later_fetch(symbols[cut], hits.sessions[0], last)

    def judge(taken: tuple[slice, LaterFetch]) -> JudgedBlock:
        cut, fetched = taken
        mine = None if every is None else hits.take(every.of_cut(cut))
        own = places.of_cut(cut)
        return JudgedBlock.of(fetched.bars(), hits.places, own, mine, ranked[:, cut], config)

    def judged(cut: slice) -> tuple[list[tuple[slice, JudgedBlock]], list[PoisonedSymbol]]:
        return call_or_halve(cut, take, judge, symbols)

    each, workers = ((cut,) for cut in cuts), workers_here(replay.runner)
    for number, (done, poisoned) in enumerate(in_turn(judged, each, workers), start=1):
        for own, block in done:
            gathered.add(block, own)
        gathered.poisoned += poisoned
        if progress is not None:
            progress(number, len(cuts))
    if not gathered.grades:
        raise NothingToScanError(f"what followed could be judged of none: {_first(gathered)}")
    return gathered.whole(replay.benchmark_closes)


def _first(gathered: _Gathered) -> str:
    one = gathered.poisoned[0]
    return f"{one.symbol} raised {one.error}: {one.detail}"


@dataclass(frozen=True, slots=True, eq=False)
class _BySymbol:
    """Positions in the order of their symbols, and where each symbol begins."""

    order: NDArray[np.intp]
    starts: NDArray[np.intp]

    @classmethod
    def of(cls, symbol: NDArray[np.int32], n_symbols: int) -> _BySymbol:
        order = np.argsort(symbol, kind="stable")
        return cls(order, np.searchsorted(symbol[order], np.arange(n_symbols + 1)))

    def of_cut(self, cut: slice) -> NDArray[np.intp]:
        """Return those of a cut of the symbols, ascending."""
        return np.sort(self.order[self.starts[cut.start] : self.starts[cut.stop]])


@dataclass(slots=True, eq=False)
class _Gathered:
    """Outcomes while blocks come in; the market's mean is known once all are."""

    hits: Hits
    config: StudyConfig
    values: dict[tuple[int, int], FloatArray]
    market: dict[tuple[int, int], MarketReturns]
    up: FloatArray
    down: FloatArray
    grades: list[tuple[NDArray[np.intp], Plans, Grades]]
    sessions: DateArray
    last_bar: NDArray[np.int32]
    delisted: BoolArray
    everybody: FloatArray | None
    poisoned: list[PoisonedSymbol]
    without_bars: list[str]
    events: EventSums | None = None

    @classmethod
    def empty(cls, hits: Hits, config: StudyConfig) -> _Gathered:
        n_places, n_symbols = len(hits.places), len(hits.symbols)
        up, down = np.full((2, n_places), np.nan)
        values = {key: np.full(n_places, np.nan) for key in readings(config)}
        everybody = None
        if config.ratings:
            everybody = np.full((len(hits.sessions), n_symbols), np.nan)
        last, gone = np.full(n_symbols, -1, np.int32), np.zeros(n_symbols, np.bool_)
        days = np.empty(0, "M8[D]")
        return cls(hits, config, values, {}, up, down, [], days, last, gone, everybody, [], [])

    def add(self, block: JudgedBlock, cut: slice) -> None:
        """Take in what came of the symbols of a cut."""
        self.sessions = block.sessions
        self.without_bars += block.without_bars
        for key, values in block.values.items():
            self.values[key][block.own] = values
            before = self.market.get(key)
            self.market[key] = block.market[key] if before is None else before + block.market[key]
        self.up[block.own], self.down[block.own] = block.up, block.down
        self.last_bar[block.symbol] = block.last_bar
        self.delisted[block.symbol] = block.delisted
        if block.events is not None:
            self.events = block.events if self.events is None else self.events + block.events
        self.grades.append((block.graded, block.plans, block.grades))
        if self.everybody is not None and block.everybody is not None:
            self.everybody[:, cut] = block.everybody

    def whole(self, closes: Callable[[DateArray], FloatArray | None]) -> HitOutcomes:
        """Put the blocks together, in the order of the places."""
        hits, main = self.hits, self.config.horizon
        days = np.searchsorted(self.sessions, hits.sessions)
        universe = {key: market.mean[days] for key, market in self.market.items()}
        if self.everybody is not None:
            self.everybody -= universe[main, 0][:, None]
        index = closes(self.sessions)
        plain = [horizon for horizon, lag in self.values if lag == 0]
        at = np.concatenate([own for own, _, _ in self.grades])
        order = np.argsort(at, kind="stable")
        grades = Grades.joined(one for _, _, one in self.grades).take(order)
        ends = np.concatenate(
            [order_ends(plans, one, self.config.rules) for _, plans, one in self.grades]
        )[order]
        grade = np.full(len(hits.places), -1, np.int32)
        grade[at[order]] = np.arange(len(at), dtype=np.int32)
        return HitOutcomes(
            session=hits.places.session,
            returns={horizon: self.values[horizon, 0] for horizon in plain},
            universe={horizon: universe[horizon, 0] for horizon in plain},
            benchmark=None
            if index is None
            else {horizon: benchmark_returns(index, horizon)[days] for horizon in plain},
            late={lag: self.values[main, lag] for lag in LAGS},
            late_universe={lag: universe[main, lag] for lag in LAGS},
            up=self.up,
            down=self.down,
            grade=grade,
            grades=grades,
            taken=_taken(hits, grade, days, ends),
            sessions=self.sessions,
            last_bar=self.last_bar,
            delisted=self.delisted,
            over=days + main < len(self.sessions),
            plan_over=days + self.config.rules.longest < len(self.sessions),
            events=self.events,
            everybody=self.everybody,
            poisoned=tuple(self.poisoned),
            without_bars=tuple(self.without_bars),
        )


def _taken(
    hits: Hits, grade: NDArray[np.int32], days: NDArray[np.intp], ends: NDArray[np.int64]
) -> BoolArray:
    """Mark the plans that a trader with one order or trade a symbol takes, for each owner apart."""
    taken, places = np.zeros(len(hits), np.bool_), hits.places
    for owner in range(len(hits.owners)):
        own = np.flatnonzero(hits.owner == owner)
        own = own[grade[hits.place[own]] >= 0]
        at = hits.place[own]
        session = days[places.session[at]]
        taken[own] = one_at_a_time(places.symbol[at], session, ends[grade[at]])
    return taken
