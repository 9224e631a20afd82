"""For tests, yours and ours: made-up bars, a provider that holds them, a clock that never waits."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from technic.data_engine.interfaces.records import (
    Failure,
    FetchResult,
    PriceBasis,
    Progress,
    Splits,
)
from technic.panel import BarPanel, LongBars
from technic.typing import DateArray
from technic.universe import Universe, universe_of

__all__ = ["FakeClock", "FakeProvider", "make_bars", "make_panel"]


def make_bars(symbols: Sequence[str], sessions: DateArray, seed: int = 0) -> LongBars:
    """Random walks with volume: one bar for each symbol and session, ordinary in every way.

    Each symbol's bars depend on its name, the sessions and the seed alone.
    """
    n = len(sessions)
    values = np.empty((5, len(symbols), n))
    for i, symbol in enumerate(symbols):
        rng = np.random.default_rng([seed, *symbol.encode()])
        close = 50.0 * np.exp(np.cumsum(rng.normal(0.0005, 0.02, n)))
        open_ = np.concatenate([[50.0], close])[:n] * np.exp(rng.normal(0, 0.005, n))
        high = np.maximum(open_, close) * (1 + rng.uniform(0, 0.01, n))
        low = np.minimum(open_, close) * (1 - rng.uniform(0, 0.01, n))
        volume = 1e6 * np.exp(rng.normal(0, 0.4, n))
        values[:, i] = np.round([open_, high, low, close, np.round(volume)], 4)
    return LongBars(
        tuple(symbols),
        np.repeat(np.arange(len(symbols), dtype=np.int32), n),
        np.tile(sessions, len(symbols)),
        *values.reshape(5, -1),
    )


def make_panel(n_symbols: int = 3, n_bars: int = 300, seed: int = 0) -> BarPanel:
    """A panel of random walks over consecutive weekdays up to 2024-03-08."""
    sessions = np.busday_offset("2024-03-08", np.arange(1 - n_bars, 1), roll="backward")
    symbols = [f"S{i:03d}" for i in range(n_symbols)]
    return BarPanel.from_long(make_bars(symbols, sessions, seed), sessions)


@dataclass(slots=True)
class FakeProvider:
    """A provider that holds the bars it was made with and counts what it was asked.

    ``local``: its bars count as costing no request. ``failures`` are answered for their symbols;
    ``asked`` lists the symbols of each request.
    """

    bars: LongBars
    splits: Splits = field(default_factory=Splits.none)
    universe: Universe | None = None
    failures: Mapping[str, Failure] = field(default_factory=dict)
    name: str = "fake"
    simulated: bool = True
    local: bool = False
    price_basis: PriceBasis = "split_adjusted"
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def listings(self) -> Universe:
        """The universe it was given, else the symbols that have bars."""
        return self.universe or universe_of(self.bars.symbols, "made-up bars")

    def last_session(self) -> np.datetime64:
        """The last day that any symbol has."""
        return np.datetime64(self.bars.session.max(), "D")

    def history(
        self, symbols: Sequence[str], sessions: DateArray, progress: Progress | None = None
    ) -> FetchResult:
        """The bars of ``symbols`` within ``sessions``; a request is counted for each symbol."""
        self.asked.append(tuple(symbols))
        at = {symbol: i for i, symbol in enumerate(self.bars.symbols)}
        inside = (self.bars.session >= sessions[0]) & (self.bars.session <= sessions[-1])
        having = set(np.unique(self.bars.column[inside]).tolist())
        failures = {s: self.failures[s] for s in symbols if s in self.failures}
        for symbol in symbols:
            if symbol not in failures and at.get(symbol) not in having:
                failures[symbol] = Failure("no_data", f"{self.name} has no bars of {symbol}")
        found = [symbol for symbol in symbols if symbol not in failures]
        place = np.full(len(self.bars.symbols), -1, dtype=np.int32)
        place[[at[symbol] for symbol in found]] = np.arange(len(found))
        rows = np.flatnonzero(inside & (place[self.bars.column] >= 0))
        picked = self.bars.rows(rows)
        bars = LongBars(
            tuple(found),
            place[picked.column],
            picked.session,
            picked.open,
            picked.high,
            picked.low,
            picked.close,
            picked.volume,
        )
        if progress is not None:
            progress(len(symbols), len(symbols))
        return FetchResult(bars, self.splits, failures, requests=len(symbols))


class FakeClock:
    """A clock that jumps to the next moment somebody waits for, once nobody can go on without it.

    For code that only waits on this clock: what waits on real sockets looks idle to it.
    """

    ROUNDS_UNTIL_IDLE = 20

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._ticking = False

    def monotonic(self) -> float:
        """The moment that was last jumped to."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has jumped ``seconds`` ahead."""
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (self.now + seconds, next(self._order), future))
        if not self._ticking:
            self._ticking = True
            asyncio.get_running_loop().call_soon(self._tick, self.ROUNDS_UNTIL_IDLE)
        await future

    def _tick(self, rounds: int) -> None:
        """Let everybody else have their turn a few times, then jump."""
        if rounds:
            asyncio.get_running_loop().call_soon(self._tick, rounds - 1)
            return
        while self._waiting and self._waiting[0][2].cancelled():
            heapq.heappop(self._waiting)
        if not self._waiting:
            self._ticking = False
            return
        moment, _, future = heapq.heappop(self._waiting)
        self.now = max(self.now, moment)
        future.set_result(None)
        asyncio.get_running_loop().call_soon(self._tick, self.ROUNDS_UNTIL_IDLE)
