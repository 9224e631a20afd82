"""Closes as they were traded, for facts that a filing says in dollars of a past day; and splits.

They come from where the scan has its bars, whatever its window, and never cost a request: of a
vendor those that are stored. So a close depends on its symbol and its day alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np

from technic.data_engine.data_version import SimulationVersion, data_version_of
from technic.data_engine.interfaces.known_actions import split_records
from technic.data_engine.interfaces.provider import Provider
from technic.data_engine.interfaces.records import FetchResult, Splits
from technic.data_engine.sync.store_provider import StoreVersion
from technic.panel import LongBars
from technic.scan.facts.access import splits_of
from technic.sessions import SessionCalendar
from technic.typing import DateArray, FloatArray, IntArray

__all__ = ["TradedCloses", "known_splits"]

History = Callable[[Sequence[str], DateArray], FetchResult]
DAY_BITS = 20


def without_asking(provider: Provider) -> History | None:
    """Return what answers with bars and splits at no request, None where nothing does."""
    held: History | None = getattr(provider, "held", None)
    if held is not None:
        return held
    return provider.history if getattr(provider, "local", False) else None


def known_splits(provider: Provider, symbols: Sequence[str], sessions: DateArray) -> Splits | None:
    """Return the splits that a scan of ``sessions`` knows of; None where that takes a request."""
    history = without_asking(provider)
    if history is None:
        return None
    records = split_records(history(symbols, sessions), symbols, applied=True)
    return splits_of(symbols, records)


class TradedCloses:
    """The closes of symbols on days, from ``history``; ``bars``: names the bars they come from."""

    def __init__(
        self,
        history: History,
        calendar: SessionCalendar,
        bars: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._history, self._sessions, self._bars = history, calendar.sessions, bars

    @classmethod
    def of(cls, provider: Provider, calendar: SessionCalendar) -> TradedCloses | None:
        """Return those of a provider; None where its prices are adjusted, or each costs a request.

        Open it when the history of a scan has been read: that says which bars there are.
        """
        history = without_asking(provider)
        if history is None or provider.price_basis != "raw":
            return None
        return cls(history, calendar, lambda: _named(provider))

    @cached_property
    def version(self) -> str | None:
        """What names the bars, None where nothing does."""
        return self._bars()

    def __call__(self, symbols: Sequence[str], days: DateArray) -> FloatArray:
        """Return the close of each symbol on the last session up to its day, both ``(n,)``.

        NaN where it has no bar there: an older close may be one before a split.
        """
        at = np.searchsorted(self._sessions, days, side="right") - 1
        session, found = self._sessions[np.maximum(at, 0)], np.full(len(days), np.nan)
        names = np.array(symbols, object)
        month = np.where(at >= 0, session.astype("datetime64[M]").astype(np.int64), -1)
        for one in np.unique(month[at >= 0]).tolist():
            mine = np.flatnonzero(month == one)
            asked = session[mine]
            inside = (self._sessions >= asked.min()) & (self._sessions <= asked.max())
            wanted = tuple(dict.fromkeys(names[mine].tolist()))
            bars = self._history(wanted, self._sessions[inside]).bars
            found[mine] = _closes(bars, names[mine].tolist(), asked)
        return found


def _named(provider: Provider) -> str | None:
    """Return what names a provider's bars; None for files, which would have to be hashed."""
    known = data_version_of(provider)
    if isinstance(known, SimulationVersion):
        return str(known.provenance())
    if isinstance(known, StoreVersion):
        return f"{known.store.url} {known.versions.get('bars')}"
    return None


def _closes(bars: LongBars, symbols: Sequence[str], sessions: DateArray) -> FloatArray:
    """Return the closes of pairs of a symbol and a session, NaN where there is no whole bar."""
    place = {symbol: at for at, symbol in enumerate(bars.symbols)}
    column = np.array([place.get(symbol, -1) for symbol in symbols], np.int64)
    good = np.flatnonzero((bars.low > 0.0) & (bars.close >= bars.low) & (bars.close <= bars.high))
    key = _key(bars.column[good].astype(np.int64), bars.session[good])
    order = np.argsort(key, kind="stable")
    key, close = np.append(key[order], -1), np.append(bars.close[good][order], np.nan)
    wanted = _key(column, sessions)
    at = np.searchsorted(key[:-1], wanted)
    found: FloatArray = np.where((column >= 0) & (key[at] == wanted), close[at], np.nan)
    return found


def _key(column: IntArray, session: DateArray) -> IntArray:
    key: IntArray = column << DAY_BITS | session.astype("datetime64[D]").astype(np.int64)
    return key
