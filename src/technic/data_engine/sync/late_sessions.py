"""Late vendors: what an answer says of the last sessions, which a vendor may not have had yet.

1. A session is surely there ``final_after`` its close, by the provider's documents; the time is the
   vendor's own where it tells it, for this machine's clock may be fast.
2. A symbol with a bar of a session is answered for it, at once.
3. Symbols without one are answered only when enough of the others that traded the session before
   have one: of those asked or, where not most of these lack it, of the whole store; after the
   session was surely there, when not most of them lack it.
4. A whole-market day that was asked too early counts in the same way.

What is not answered so is asked again with the next sync.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

import numpy as np

from technic.data_engine.interfaces.requests import Frequency
from technic.data_engine.providers.vendors.rows import trading_days
from technic.data_engine.store import BarStore
from technic.data_engine.sync.publication import NEW_YORK, last_sure
from technic.panel import LongBars
from technic.sessions import SessionCalendar
from technic.typing import DateArray

__all__ = ["ENOUGH", "LateSessions"]

DOUBTED = 3
"""Last sessions that symbol ranges are doubted on; older holes are the vendor's for good."""
ENOUGH = 0.95
LEAST = 0.5
MANY = 20
"""Of fewer symbols, a lack that lasts says nothing of the vendor."""
TOLERANCE = dt.timedelta(minutes=5)
MOST_FAST = dt.timedelta(days=7)
"""A clock further ahead than that is no clock of the vendor's world, such as in a simulation."""


@dataclass(slots=True)
class LateSessions:
    """What one sync may claim; ``now``: the time on this machine when it began.

    ``clock_ahead``: by how much that was later than the vendor's, None where it was not.
    """

    store: BarStore
    calendar: SessionCalendar
    final_after: dt.timedelta
    now: dt.datetime
    freq: Frequency = "daily"
    clock_ahead: dt.timedelta | None = None
    left: set[np.datetime64] = field(default_factory=set)
    _heard: bool = False
    _days: dict[np.datetime64, int] = field(default_factory=dict)
    _asked: dict[np.datetime64, list[str]] = field(default_factory=dict)
    _lacking: list[tuple[str, np.datetime64, np.datetime64]] = field(default_factory=list)

    def hear(self, date: str) -> None:
        """Take the vendor's clock from the ``Date`` of its first answer."""
        if self._heard or not date:
            return
        self._heard = True
        try:
            theirs = parsedate_to_datetime(date)
            ahead = self.now - theirs.replace(tzinfo=theirs.tzinfo or dt.UTC)
        except (TypeError, ValueError, OverflowError):
            return
        if TOLERANCE < ahead <= MOST_FAST:
            self.clock_ahead = ahead

    @property
    def asked_at(self) -> dt.datetime:
        """When the vendor was asked, by its own clock."""
        return self.now - (self.clock_ahead or dt.timedelta(0))

    @property
    def final(self) -> np.datetime64:
        """The last session that was over."""
        return self.calendar.last_completed(self.asked_at)

    @property
    def surely(self) -> np.datetime64:
        """The last session that the vendor surely had."""
        return last_sure(self.asked_at, self.calendar, self.final_after)

    @property
    def doubted(self) -> DateArray:
        """The last sessions that are over."""
        return self.calendar.last(DOUBTED, self.final)

    def put_day(self, session: np.datetime64, rows: int) -> None:
        """Note a whole-market day that is written, claimed only up to ``surely``."""
        if self.surely < session <= self.final:
            self._days[session] = rows

    def ends(
        self, symbols: tuple[str, ...], bars: LongBars, first: np.datetime64, last: np.datetime64
    ) -> Mapping[str, np.datetime64]:
        """Return how far each symbol of an answered range may be claimed; note the rest."""
        days = self.doubted
        days = days[(days >= first) & (days <= last)]
        end = min(last, self.final)
        if not len(days):
            return dict.fromkeys(symbols, end)
        there = self._there(symbols, bars, days)
        for session in days:
            self._asked.setdefault(session, []).extend(symbols)
        ends = dict.fromkeys(symbols, end)
        for at in np.flatnonzero(~there.all(axis=1)):
            lack = days[np.argmin(there[at])]
            ends[symbols[at]] = lack - 1
            self._lacking.append((symbols[at], lack, end))
        return ends

    def _there(
        self, symbols: tuple[str, ...], bars: LongBars, days: DateArray
    ) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
        position = {symbol: at for at, symbol in enumerate(symbols)}
        owner = np.array([position.get(symbol, -1) for symbol in bars.symbols], np.intp)
        session = bars.session
        if self.freq != "daily":
            session = trading_days(session.astype("datetime64[ms]").astype(np.int64))
        at = np.searchsorted(days, session)
        hit = (at < len(days)) & (owner[bars.column] >= 0) if len(bars) else np.zeros(0, bool)
        hit[hit] &= days[at[hit]] == session[hit]
        there = np.zeros((len(symbols), len(days)), bool)
        there[owner[bars.column[hit]], at[hit]] = True
        return there

    def settle(self) -> None:
        """Claim what turned out to be answered, once everything is written; ``left`` is not."""
        verdict = {session: self._enough_day(session) for session in sorted(self._days)}
        good = [session for session, enough in verdict.items() if enough]
        if good:
            rows = [self._days[session] for session in good]
            days = np.array(good, "datetime64[D]")
            self.store.claim_days(days, rows, self.asked_at, self.final)
        self.left |= {session for session, enough in verdict.items() if not enough}
        claims = list(self._claims())
        if claims:
            names, first, last = zip(*claims, strict=True)
            spans = np.array(first, "datetime64[D]"), np.array(last, "datetime64[D]")
            self.store.claim_ranges(names, spans, self.asked_at, self.final, self.freq)

    def _claims(self) -> Iterator[tuple[str, np.datetime64, np.datetime64]]:
        """Yield what can be said of the symbols that lack a bar: (symbol, first, last)."""
        if not self._lacking:
            return
        bad = [session for session in sorted(self._asked) if not self._enough(session)]
        for symbol, lack, end in self._lacking:
            stops = [session for session in bad if lack <= session <= end]
            last = stops[0] - 1 if stops else end
            self.left.update(stops)
            if last >= lack:
                yield symbol, lack, last

    def _enough(self, session: np.datetime64) -> bool:
        before, both = self._counts(session, self._asked[session])
        if session <= self.surely:
            return before < MANY or both >= LEAST * before
        enough = before > 0 and both >= ENOUGH * before
        if enough or (before >= MANY and both < LEAST * before):
            return enough
        # who was asked may be what an ended sync left: the store knows of all others
        before, both = self._counts(session, None)
        return before > 0 and both >= ENOUGH * before

    def _enough_day(self, session: np.datetime64) -> bool:
        """Nobody to compare with is enough: a whole market was answered."""
        before, both = self._counts(session, None)
        return both >= ENOUGH * before

    def _counts(self, session: np.datetime64, symbols: list[str] | None) -> tuple[int, int]:
        """Count the symbols with a bar the session before, and those of them with one of this."""
        previous = self.calendar.last(2, session)[0]
        names = None if symbols is None else tuple(dict.fromkeys(symbols))
        before, now = (self._stored(names, day) for day in (previous, session))
        return len(before), len(before & now)

    def _stored(self, names: tuple[str, ...] | None, day: np.datetime64) -> frozenset[str]:
        if self.freq == "daily":
            return frozenset(self.store.read(names, day, day).symbols)
        return frozenset(self.store.read_intraday(self.freq, names, day, day).symbols)

    def sentence(self, name: str) -> str:
        """Say what the vendor did not have yet."""
        at = self.asked_at.astimezone(NEW_YORK)
        day = min(self.left)
        return (
            f"{name} did not have {day} for everybody when it was asked ({at:%Y-%m-%d %H:%M} New "
            "York); the next sync asks again"
        )
