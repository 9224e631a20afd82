"""DemoProvider: the simulated market as a provider, for the first scan on any machine.

No network, no file, always the same bars. Simulated prices prove that a scan works and nothing
about markets: whoever shows them says SIMULATED.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from technic.data_engine.data_version import SimulationVersion
from technic.data_engine.interfaces.records import (
    Failure,
    FetchResult,
    PriceBasis,
    Progress,
    Splits,
)
from technic.errors import ParameterError
from technic.marketsim import DEFAULT_SEED, DEFAULT_SIZE, Market
from technic.marketsim.names import describe
from technic.panel import LongBars
from technic.sessions import SessionCalendar
from technic.typing import DateArray
from technic.universe import Universe
from technic.wording.counts import count_of

__all__ = ["LAST_SESSION", "SESSIONS", "DemoProvider"]

LAST_SESSION = np.datetime64("2026-06-30", "D")
SESSIONS = 2_520


class DemoProvider:
    """The simulated market of ``seed``: ``size`` symbols over 2,520 sessions up to 2026-06-30.

    Raw prices with their splits. The market is drawn at the first use, in a fraction of a second.
    """

    name = "demo"
    simulated = True
    local = True
    price_basis: PriceBasis = "raw"

    def __init__(
        self, calendar: SessionCalendar, size: int = DEFAULT_SIZE, seed: int = DEFAULT_SEED
    ) -> None:
        if not calendar.is_session(LAST_SESSION):
            raise ParameterError(
                "calendar",
                f"sessions up to {calendar.sessions[-1]}",
                f"a calendar with the session {LAST_SESSION}",
            )
        self._sessions = calendar.last(SESSIONS, LAST_SESSION)
        self._size, self._seed = size, seed

    @cached_property
    def market(self) -> Market:
        """The market itself, as arrays."""
        return Market.of(self._sessions, self._size, self._seed)

    @cached_property
    def _position(self) -> dict[str, int]:
        return {symbol: at for at, symbol in enumerate(self.market.securities.symbol)}

    def listings(self) -> Universe:
        """Return every symbol of the market, those that were delisted lately included."""
        return self._listings

    def last_session(self) -> np.datetime64:
        """Return 2026-06-30."""
        return LAST_SESSION

    def data_version(self) -> SimulationVersion:
        """Return what the market is made from."""
        return SimulationVersion(self._seed, self._size, str(LAST_SESSION))

    def history(
        self,
        symbols: Sequence[str],
        sessions: DateArray,
        progress: Progress | None = None,
    ) -> FetchResult:
        """Return raw bars from the first to the last session, and all splits; see Provider."""
        asked = tuple(dict.fromkeys(symbols))
        known = [symbol for symbol in asked if symbol in self._position]
        who = np.array([self._position[symbol] for symbol in known], dtype=np.intp)
        first, stop = self._window(sessions)
        bars = self.market.bars(who, first, stop, progress)
        # All of them, as a store has them: facts that were filed before the bars are restated by
        # earlier ones, and what is worked out of facts is worked out once for all days.
        row, session, ratio = self.market.splits(who, 0, len(self._sessions))
        symbol = np.array([known[at] for at in row.tolist()], dtype=object)
        splits = Splits(symbol, self._sessions[session], ratio)
        bars, without = _with_bars(bars)
        span = f"between {sessions[0]} and {sessions[-1]}" if len(sessions) else "without sessions"
        detail = f"the simulated market has no bars of it {span}"
        failures = {name: Failure("no_data", detail) for name in without}
        for name in asked:
            if name not in self._position:
                failures[name] = Failure("unknown_symbol", "the simulated market does not list it")
        return FetchResult(bars, splits, failures, splits_asked=sessions)

    @cached_property
    def _listings(self) -> Universe:
        columns = {
            "symbol": self.market.securities.symbol,
            **describe(self._seed, self.market.securities),
            "market_cap": self.market.market_caps(),
        }
        source = f"SIMULATED market, seed {self._seed}, {count_of(self._size, 'symbol')}"
        return Universe(columns, source)

    def _window(self, sessions: DateArray) -> tuple[int, int]:
        """First session asked and the one after the last, as positions in the market's own."""
        if not len(sessions):
            return 0, 0
        first = int(np.searchsorted(self._sessions, sessions[0]))
        return first, int(np.searchsorted(self._sessions, sessions[-1], side="right"))


def _with_bars(bars: LongBars) -> tuple[LongBars, list[str]]:
    """Leave out the symbols that have no bars, and return them."""
    there = np.bincount(bars.column, minlength=len(bars.symbols)) > 0
    if there.all():
        return bars, []
    column = (np.cumsum(there) - 1).astype(np.int32)
    kept = tuple(symbol for symbol, has in zip(bars.symbols, there.tolist(), strict=True) if has)
    without = [symbol for symbol, has in zip(bars.symbols, there.tolist(), strict=True) if not has]
    return replace(bars, symbols=kept, column=column[bars.column]), without
