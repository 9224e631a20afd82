"""Prices that come adjusted: whether what was stored has been restated since.

A vendor that adjusts rewrites a symbol's whole history at each split or dividend. Asking a few
stored sessions again shows it: where they differ, the answer is held back and the whole history
asked anew, so that the store never holds two bases of one symbol. Raw prices are never rewritten,
so for them all of this does nothing.
"""

from __future__ import annotations

import numpy as np

from technic.data_engine.interfaces.coverage import Coverage, Gaps
from technic.data_engine.interfaces.remote_provider import RemoteProvider
from technic.data_engine.interfaces.requests import BarRequest
from technic.data_engine.store import BarStore
from technic.panel import LongBars
from technic.sessions import SessionCalendar
from technic.typing import DateArray

__all__ = ["RestatementCheck"]

SESSIONS = 3
TOLERANCE = 1e-3
"""Relative difference of a close beyond which it was restated; vendors round to about 1e-4."""

Span = tuple[np.datetime64, np.datetime64]
Ranges = tuple[Span, ...]


class RestatementCheck:
    """The stored closes to compare with, and the symbols found ``restated``.

    ``gaps``: what is missing, and the answered sessions that are asked again with it.
    """

    def __init__(self, gaps: Gaps) -> None:
        self.gaps = gaps
        self.restated: dict[str, None] = {}
        self._stored: dict[tuple[str, np.datetime64], float] = {}
        self._ranges: dict[str, Ranges] = {}
        self._withheld: dict[str, list[Span]] = {}
        self._refetches: list[BarRequest] = []

    @classmethod
    def of(
        cls,
        remote: RemoteProvider,
        store: BarStore,
        coverage: Coverage,
        gaps: Gaps,
        calendar: SessionCalendar,
    ) -> RestatementCheck:
        """Find the sessions that requests for ``gaps`` will overlap; none for raw prices."""
        if remote.price_basis == "raw" or not gaps.groups:
            return cls(gaps)
        ranges = coverage.ranges
        asked = {
            symbol: _overlap_sessions(ranges[symbol], gaps.sessions[int(np.argmax(row))], calendar)
            for group, row in zip(gaps.groups, gaps.missing, strict=True)
            for symbol in group
            if symbol in ranges
        }
        overlap = {symbol: days for symbol, days in asked.items() if len(days)}
        if not overlap:
            return cls(gaps)
        check = cls(_widened(gaps, overlap, calendar))
        check._ranges = {symbol: ranges[symbol] for symbol in overlap}
        check._stored = _closes(store, overlap)
        return check

    def compare(self, request: BarRequest, bars: LongBars) -> frozenset[str]:
        """Return the symbols whose stored closes are not what comes now; note them."""
        if not self._stored or request in self._refetches:
            return frozenset()
        restated = set()
        for at, session, close in zip(bars.column, bars.session, bars.close, strict=True):
            before = self._stored.get((bars.symbols[at], session))
            if before is not None and not abs(close - before) <= TOLERANCE * abs(before):
                restated.add(bars.symbols[at])
        for symbol in sorted(restated):
            self.restated[symbol] = None
            self._withheld.setdefault(symbol, []).append((request.first, request.last))
        return frozenset(restated)

    def refetches(self) -> list[BarRequest]:
        """Requests for all that was ever answered of the restated symbols, and what was held."""
        for symbol, held in self._withheld.items():
            spans = [*self._ranges[symbol], *held]
            first, last = min(first for first, _ in spans), max(last for _, last in spans)
            self._refetches.append(BarRequest("symbol_range", first, last, (symbol,)))
        return self._refetches


def _overlap_sessions(ranges: Ranges, gap: np.datetime64, calendar: SessionCalendar) -> DateArray:
    """Return the last answered sessions before the first gap, else the first ones after it."""
    before = [span for span in ranges if span[0] < gap]
    if before:
        first, last = before[-1]
        return calendar.between(first, min(last, gap - 1))[-SESSIONS:]
    return calendar.between(*ranges[0])[:SESSIONS]


def _closes(
    store: BarStore, overlap: dict[str, DateArray]
) -> dict[tuple[str, np.datetime64], float]:
    """Read the stored closes of the sessions to ask again."""
    first = min(days[0] for days in overlap.values())
    last = max(days[-1] for days in overlap.values())
    bars = store.read(tuple(overlap), first, last)
    since, until = (
        np.array([overlap[symbol][end] for symbol in bars.symbols], "datetime64[D]")
        for end in (0, -1)
    )
    kept = (bars.session >= since[bars.column]) & (bars.session <= until[bars.column])
    bars = bars.rows(kept)
    keys = zip((bars.symbols[at] for at in bars.column), bars.session, strict=True)
    return dict(zip(keys, bars.close.tolist(), strict=True))


def _widened(gaps: Gaps, overlap: dict[str, DateArray], calendar: SessionCalendar) -> Gaps:
    """Return the gaps with the sessions to ask again, which may lie outside those asked for."""
    days = np.concatenate([gaps.sessions, *overlap.values()])
    sessions = calendar.between(days.min(), days.max())
    missing = np.zeros((len(gaps.symbols), len(sessions)), bool)
    rows = np.repeat(np.arange(len(gaps.groups)), gaps.sizes)
    missing[:, np.searchsorted(sessions, gaps.sessions)] = gaps.missing[rows]
    for row, symbol in enumerate(gaps.symbols):
        if symbol in overlap:
            missing[row, np.searchsorted(sessions, overlap[symbol])] = True
    return Gaps.of(gaps.symbols, sessions, missing)
