"""Which session watches are to be judged on: what is closed, what is final, what is late."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np

from technic.data_engine.interfaces.provider import Provider
from technic.data_engine.interfaces.requests import Capabilities
from technic.data_engine.open_provider import market_clock, open_remote
from technic.data_engine.open_vendor import VENDORS
from technic.data_engine.sync.publication import close_of, sure_from
from technic.scan.config import ScanConfig
from technic.scan.context import open_context, settled_files, settled_universe
from technic.scan.flat_config import flat_config
from technic.sessions import SessionCalendar
from technic.settings import Settings
from technic.watches.watch import Schedule

__all__ = ["MarketDay", "market_time", "open_market"]

LATE_AFTER = dt.timedelta(hours=2)
"""So long after the bars of a session are due they are late."""
_LOOKED_BACK = 10


@dataclass(frozen=True, slots=True, eq=False)
class MarketDay:
    """The data that watches are judged on, and what time it is there.

    ``capabilities``: when a vendor's bars are final; None for a market that is complete as it is,
    the simulated one of ``demo``, of which no bar is ever late.
    """

    config: ScanConfig
    provider: Provider
    calendar: SessionCalendar
    last_session: str
    now: dt.datetime
    capabilities: Capabilities | None
    _closed: dict[str, str] = field(default_factory=dict, init=False, repr=False)
    _between: dict[tuple[str, str], list[str]] = field(default_factory=dict, init=False, repr=False)

    @property
    def source(self) -> str:
        """Of which data the events of a watch are: another source is another watch."""
        config = self.config
        return "\x1f".join((str(config.provider), str(config.data), str(config.universe)))

    def judged_until(self, schedule: Schedule) -> str:
        """Return the last session that a watch may be judged on, whatever bars there are."""
        if self.capabilities is None:
            return self.last_session
        closed = self.calendar.last_completed(self.now)
        if schedule == "bars":
            return str(closed)
        for session in self.calendar.last(_LOOKED_BACK, closed)[::-1]:
            if sure_from(session, self.calendar, self.capabilities) <= self.now:
                return str(session)
        return str(self.calendar.last(_LOOKED_BACK, closed)[0])

    def late_since(self, complete: str) -> str | None:
        """Return the session whose bars are late where data is complete up to ``complete``."""
        if self.capabilities is None:
            return None
        closed = self.calendar.last_completed(self.now)
        for session in self.calendar.last(_LOOKED_BACK, closed)[::-1]:
            due = sure_from(session, self.calendar, self.capabilities)
            if str(session) > complete and due + LATE_AFTER <= self.now:
                return str(session)
        return None

    def closed_at(self, session: str) -> str:
        """Return when a session closed, ISO 8601."""
        if session not in self._closed:  # each watch asks
            close = close_of(np.datetime64(session, "D"), self.calendar)
            self._closed[session] = close.isoformat()
        return self._closed[session]

    def before(self, session: str) -> str:
        """Return the session before one."""
        return str(self.calendar.last(2, np.datetime64(session, "D"))[0])

    def after(self, session: str, end: str) -> list[str]:
        """Return the sessions after one, up to ``end``."""
        if (session, end) not in self._between:
            days = self.calendar.between(np.datetime64(session, "D"), np.datetime64(end, "D"))
            self._between[session, end] = [str(day) for day in days if str(day) > session]
        return self._between[session, end]

    def count(self, first: str, end: str) -> int:
        """Count the sessions from ``first`` (with it) to ``end`` (without it)."""
        days = np.array([first, end], dtype="datetime64[D]")
        begin, stop = np.searchsorted(self.calendar.sessions, days).tolist()
        return int(stop - begin)


def market_time(settings: Settings, now: dt.datetime | None = None) -> dt.datetime:
    """Return the time it is for the data: the clock's, or that of a simulated vendor.

    ``now``: instead of both. Raises FetchError where a vendor's clock does not answer.
    """
    if now is not None:
        return now
    return market_clock(settings.source().provider, settings)()


def open_market(settings: Settings, now: dt.datetime) -> MarketDay:
    """Open the data that the settings name.

    Raises what opening a provider raises: a key that is missing, a file that is not there.
    """
    config = settled_universe(settled_files(flat_config({}, settings), settings), settings)
    name = settings.source().provider
    capabilities: Capabilities | None = None
    if name in VENDORS:
        capabilities = open_remote(name, settings).capabilities
    elif name != "demo":
        capabilities = Capabilities(kinds=frozenset())
    context = open_context(config, settings, now)
    return MarketDay(
        config,
        context.provider,
        context.calendar,
        str(context.last_session),
        now,
        capabilities,
    )
