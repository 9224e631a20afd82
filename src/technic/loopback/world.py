"""World: the simulated market as a vendor sees it on some day, and what tests change in it.

The day can be moved; sessions after it have not happened. Changes say what a market does while
somebody keeps copies of it: listings, delistings, splits (announced or not), halts, new symbols.
Symbols here are canonical; positions are rows (symbols) and sessions of the market.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property
from operator import attrgetter
from typing import Literal, get_args
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.providers.demo import LAST_SESSION, SESSIONS
from technic.errors import ParameterError
from technic.loopback.actions import Actions, Dividend
from technic.loopback.grid import Edits, Grid, Halt, InjectedSplit
from technic.marketsim import DEFAULT_SEED, DEFAULT_SIZE, Market
from technic.marketsim.names import describe
from technic.sessions import SessionCalendar
from technic.typing import DateArray, FloatArray, IntArray

__all__ = ["NEW_YORK", "Phase", "Rename", "Span", "World", "as_phase"]

NEW_YORK = ZoneInfo("America/New_York")
Phase = Literal["pre_open", "open", "closed"]
PHASE_TIME = {"pre_open": dt.time(8), "open": dt.time(12, 30), "closed": dt.time(20, 30)}
"""New York time of each phase of the current day."""


@dataclass(frozen=True, slots=True)
class Span:
    """Sessions ``first`` to ``stop`` − 1 of a row, during which it had a certain symbol."""

    row: int
    first: int
    stop: int


@dataclass(frozen=True, slots=True)
class Rename:
    """From session ``position`` on, the row's symbol is ``new`` instead of ``old``."""

    row: int
    position: int
    old: str
    new: str


class World:
    """The market of ``seed`` and its present, ``today``; the demo provider's market by default."""

    def __init__(
        self,
        calendar: SessionCalendar,
        size: int = DEFAULT_SIZE,
        seed: int = DEFAULT_SEED,
        *,
        last_session: np.datetime64 = LAST_SESSION,
        n_sessions: int = SESSIONS,
    ) -> None:
        calendar.require_session("last_session", last_session)
        self.sessions: DateArray = calendar.last(n_sessions, last_session)
        high = int(np.searchsorted(calendar.sessions, last_session, side="right"))
        self.closes = calendar.closes[high - len(self.sessions) : high]
        self.seed = seed
        self.market = Market.of(self.sessions, size, seed)
        self.renames: tuple[Rename, ...] = ()
        self.edition = 0  # counts changes, so that answers made before one are not served after
        self._dividends: tuple[Dividend, ...] = ()
        self._edits = Edits()
        self._grid = Grid(self.market, self._edits)
        self._apply(self._edits)
        self._today: np.datetime64 = last_session
        self._phase: Phase = PHASES[-1]

    @property
    def today(self) -> np.datetime64:
        """The vendor's date; no bar after it exists."""
        return self._today

    @today.setter
    def today(self, day: np.datetime64) -> None:
        if not self.sessions[0] <= day <= self.sessions[-1]:
            allowed = f"a day from {self.sessions[0]} to {self.sessions[-1]}"
            raise ParameterError("today", str(day), allowed)
        self._today = day.astype("datetime64[D]")

    @property
    def phase(self) -> Phase:
        """Part of the current day: before the open, in trading, after the close."""
        return self._phase

    @phase.setter
    def phase(self, phase: Phase) -> None:
        self._phase = as_phase(phase)

    @property
    def now(self) -> dt.datetime:
        """The moment the vendor's clock shows."""
        today = dt.date.fromisoformat(str(self._today))
        return dt.datetime.combine(today, PHASE_TIME[self._phase], NEW_YORK)

    @property
    def now_position(self) -> int:
        """Position of the last session that is not after today."""
        return int(np.searchsorted(self.sessions, self._today, side="right")) - 1

    @property
    def visible(self) -> int:
        """One more than the position of the last session that has bars by now."""
        waiting = self._phase == "pre_open" and self.sessions[self.now_position] == self._today
        return self.now_position + (0 if waiting else 1)

    def is_running(self, position: int) -> bool:
        """Tell whether session ``position`` is the current one and still trading."""
        return self._phase == "open" and bool(self.sessions[position] == self._today)

    def position(self, day: np.datetime64) -> int | None:
        """Position of a session; None for a day without one."""
        at = int(np.searchsorted(self.sessions, day))
        return at if at < len(self.sessions) and self.sessions[at] == day else None

    # --- symbols

    def symbols_on(self, position: int) -> NDArray[np.object_]:
        """Symbol of each row on session ``position``."""
        names = self._base_names
        changed = [rename for rename in self.renames if rename.position <= position]
        if changed:
            names = names.copy()
            for rename in changed:
                names[rename.row] = rename.new
        return names

    def spans(self, symbol: str) -> tuple[Span, ...]:
        """When which row had this symbol; nothing for a symbol that never was."""
        return self._spans.get(symbol, ())

    @property
    def all_symbols(self) -> tuple[str, ...]:
        """Every symbol that somebody has, had or will have."""
        return tuple(self._spans)

    def row_of(self, symbol: str) -> int:
        """Row of a symbol, by its latest owner; ParameterError if there never was one."""
        spans = self.spans(symbol)
        if not spans:
            raise ParameterError("symbol", symbol, "a symbol of the simulated market")
        return spans[-1].row

    def is_listed(self, row: int, position: int) -> bool:
        """Tell whether a row is listed on session ``position``."""
        return bool(self.first[row] <= position < self.stop[row])

    @cached_property
    def descriptions(self) -> dict[str, list[str | None]]:
        """Metadata of each row: company, exchange, sector, industry, country, type."""
        return describe(self.seed, self.market.securities)

    @cached_property
    def market_caps(self) -> FloatArray:
        """Market value of each row in dollars; NaN where it is none or unknown."""
        return self.market.market_caps()

    @cached_property
    def midnight_ms(self) -> list[int]:
        """Midnight in New York of each session, in epoch milliseconds."""
        return self._stamps(dt.time(0))

    @cached_property
    def end_ms(self) -> list[int]:
        """16:00 in New York of each session, in epoch milliseconds."""
        return self._stamps(dt.time(16))

    @cached_property
    def midnight_array(self) -> IntArray:
        """The same as an array."""
        return np.array(self.midnight_ms, dtype=np.int64)

    @cached_property
    def midnight_text(self) -> list[str]:
        """The same as text in UTC."""
        texts = np.datetime_as_string(self.midnight_array.astype("datetime64[ms]"), unit="s")
        return [f"{text}Z" for text in texts.tolist()]

    def _stamps(self, time: dt.time) -> list[int]:
        combine = dt.datetime.combine
        days = self.sessions.tolist()
        return [int(combine(day, time, NEW_YORK).timestamp()) * 1000 for day in days]

    # --- bars

    def day(self, position: int) -> tuple[NDArray[np.intp], FloatArray]:
        """Rows with a bar on session ``position``, and the bars so far, ``(5, n)``."""
        if position >= self.visible:
            return np.empty(0, np.intp), np.empty((5, 0))
        rows, values = self._grid.day(position)
        return rows, _so_far(values) if self.is_running(position) else values

    def span(self, span: Span) -> tuple[NDArray[np.intp], FloatArray]:
        """Sessions with a bar in a span, and the bars ``(5, n)``."""
        places, values = self._grid.span(span.row, span.first, min(span.stop, self.visible))
        if len(places) and self.is_running(int(places[-1])):
            values[:, -1:] = _so_far(values[:, -1:])
        return places, values

    # --- what happens to the market

    def list_from(self, symbol: str, session: np.datetime64) -> None:
        """Let a symbol be listed only from ``session`` on: a new listing."""
        row, at = self.row_of(symbol), self._session(session)
        self._apply(replace(self._edits, first={**self._edits.first, row: at}))

    def delist_after(self, symbol: str, session: np.datetime64) -> None:
        """Let ``session`` be the last day of a symbol."""
        row, at = self.row_of(symbol), self._session(session)
        self._apply(replace(self._edits, stop={**self._edits.stop, row: at + 1}))

    def halt(self, symbol: str, first: np.datetime64, last: np.datetime64) -> None:
        """Let a symbol not trade from ``first`` to ``last``."""
        halt = Halt(self.row_of(symbol), self._session(first), self._session(last))
        self._apply(replace(self._edits, halts=(*self._edits.halts, halt)))

    def split(
        self, symbol: str, session: np.datetime64, ratio: float, *, recorded: bool = True
    ) -> None:
        """Split a symbol as of ``session``; not ``recorded``: no feed ever names the split."""
        if not ratio > 0:
            raise ParameterError("ratio", ratio, "new shares for one old share, above 0")
        split = InjectedSplit(self.row_of(symbol), self._session(session), ratio, recorded)
        self._apply(replace(self._edits, splits=(*self._edits.splits, split)))

    def pay_dividend(self, symbol: str, session: np.datetime64, amount: float) -> None:
        """Let a symbol go ex dividend on ``session``; its prices do not move for it."""
        paid = Dividend(self.row_of(symbol), self._session(session), amount)
        self._dividends = (*self._dividends, paid)
        self._apply(self._edits)

    def rename(self, old: str, new: str, session: np.datetime64) -> None:
        """Let a symbol be called ``new`` from ``session`` on."""
        if self.spans(new):
            raise ParameterError("new", new, "a symbol that nobody has had")
        rename = Rename(self.row_of(old), self._session(session), old, new)
        self.renames = (*self.renames, rename)
        self._apply(self._edits)

    def _session(self, day: np.datetime64) -> int:
        at = self.position(day)
        if at is None:
            raise ParameterError("session", str(day), "a session of the simulated market")
        return at

    def _apply(self, edits: Edits) -> None:
        if edits is not self._edits:
            self._edits, self._grid = edits, Grid(self.market, edits)
        quarters = self.market.paths.quarters
        self.first: IntArray = quarters.first.copy()
        self.stop: IntArray = quarters.stop.copy()
        for row, at in edits.first.items():
            self.first[row] = at
        for row, at in edits.stop.items():
            self.stop[row] = at
        self._base_names = np.array(self.market.securities.symbol, dtype=object)
        self._spans = self._all_spans()
        self.actions = Actions.of(self.market, self._grid, edits.splits, self._dividends)
        self.edition += 1

    def _all_spans(self) -> dict[str, tuple[Span, ...]]:
        end = len(self.sessions)
        spans: dict[str, tuple[Span, ...]] = {
            symbol: (Span(row, 0, end),) for row, symbol in enumerate(self.market.securities.symbol)
        }
        for rename in sorted(self.renames, key=attrgetter("position")):
            before = spans[rename.old][-1]
            spans[rename.old] = (*spans[rename.old][:-1], replace(before, stop=rename.position))
            spans[rename.new] = (Span(rename.row, rename.position, end),)
        return spans


PHASES: tuple[Phase, ...] = get_args(Phase)


def as_phase(text: str) -> Phase:
    """Read the name of a phase; ParameterError for any other text."""
    for phase in PHASES:
        if phase == text:
            return phase
    raise ParameterError("phase", text, ", ".join(PHASES))


def _so_far(values: FloatArray) -> FloatArray:
    """Return what a day's bars look like in the middle of the session."""
    open_, high, low, close, volume = values
    now = np.round((open_ + close) / 2, 4)
    top, bottom = np.maximum(open_, now), np.minimum(open_, now)
    high, low = np.round((top + high) / 2, 4), np.round((bottom + low) / 2, 4)
    return np.stack([open_, high, low, now, np.floor(volume / 2)])
