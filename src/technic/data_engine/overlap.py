"""Prices that come adjusted: whether what was stored has been restated since.

A vendor that adjusts rewrites a symbol's whole history at each split or dividend. Asking a few
stored sessions again shows it: where they differ, the whole history is asked anew. Raw prices are
never rewritten, so for them all of this does nothing.
"""

from __future__ import annotations

import numpy as np

from technic.data_engine.coverage import Coverage, Gaps
from technic.data_engine.remote import RemoteProvider
from technic.data_engine.requests import BarRequest
from technic.data_engine.store import BarStore
from technic.panel import LongBars

__all__ = ["Overlap"]

SESSIONS = 3
TOLERANCE = 1e-3
"""Relative difference of a close beyond which it was restated; vendors round to about 1e-4."""


class Overlap:
    """The stored closes to compare with, and the symbols found restated in ``changed``."""

    def __init__(self, stored: dict[tuple[str, np.datetime64], float], coverage: Coverage) -> None:
        self._stored, self._coverage = stored, coverage
        self.changed: dict[str, None] = {}

    @classmethod
    def of(cls, remote: RemoteProvider, store: BarStore, coverage: Coverage, gaps: Gaps) -> Overlap:
        """Read the closes that requests for ``gaps`` will overlap; none for raw prices."""
        if remote.price_basis == "raw" or not gaps.groups:
            return cls({}, coverage)
        bars = store.read(gaps.symbols, gaps.sessions[0], gaps.sessions[-1])
        keys = zip((bars.symbols[at] for at in bars.column), bars.session, strict=True)
        return cls(dict(zip(keys, bars.close.tolist(), strict=True)), coverage)

    def widened(self, gaps: Gaps) -> Gaps:
        """Ask the last few answered sessions before each gap again."""
        if not self._stored:
            return gaps
        missing = gaps.missing.copy()
        for row in missing:
            first = int(np.argmax(row))
            row[max(first - SESSIONS, 0) : first] = True
        at = np.repeat(np.arange(len(gaps.groups)), gaps.sizes)
        return Gaps.of(gaps.symbols, gaps.sessions, missing, at)

    def compare(self, bars: LongBars) -> None:
        """Note the symbols whose stored closes are not what comes now."""
        if not self._stored:
            return
        for at, session, close in zip(bars.column, bars.session, bars.close, strict=True):
            symbol = bars.symbols[at]
            before = self._stored.get((symbol, session))
            if before is not None and not abs(close - before) <= TOLERANCE * abs(before):
                self.changed[symbol] = None

    def whole_histories(self) -> list[BarRequest]:
        """Requests for everything that was ever answered of the restated symbols."""
        ranges = self._coverage.ranges
        return [
            BarRequest("symbol_range", ranges[symbol][0][0], ranges[symbol][-1][1], (symbol,))
            for symbol in self.changed
            if symbol in ranges
        ]
