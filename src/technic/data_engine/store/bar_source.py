"""StoredBars: a market as a scan reads it, left in the store until a block of it is taken.

It is small and travels to the workers, which read the row groups of their symbols themselves. All
of them read the very files that were there when it was opened, whoever writes meanwhile.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from technic.data_engine.adjust import split_adjust
from technic.data_engine.interfaces.records import Splits
from technic.data_engine.store import BarStore, BarWindow
from technic.panel import BarPanel
from technic.panel.incremental import packed_incrementally
from technic.panel.long_bars import concatenated
from technic.typing import DateArray

__all__ = ["StoredBars"]

LAST_DAYS = 15
"""Sessions that are enough to see which of them are complete."""


@dataclass(frozen=True, slots=True, eq=False)
class StoredBars:
    """The bars of ``symbols`` on ``sessions``, split-adjusted as of a day; nothing is held.

    ``symbols`` are in alphabetical order, as the store has them, so that a block is one stretch of
    each file. ``splits``: those that can change a price of the window, sorted by symbol.
    """

    symbols: tuple[str, ...]
    sessions: DateArray
    as_of: np.datetime64
    splits: Splits
    window: BarWindow
    last_days: BarWindow

    @classmethod
    def open(
        cls, store: BarStore, symbols: Sequence[str], sessions: DateArray, as_of: np.datetime64
    ) -> StoredBars:
        """Note the files and the splits of a store as it is now; reads no bar.

        Raises StoreError when the store cannot be read, ParameterError for a split that no price
        can be adjusted by.
        """
        window = store.window(sessions[0], sessions[-1])
        last_days = store.window(sessions[-LAST_DAYS:][0], sessions[-1])
        splits = store.splits()
        split_adjust(concatenated([]), splits, as_of)  # a wrong split is refused before the scan
        used = (splits.session > sessions[0]) & (splits.session <= as_of)
        return cls(tuple(sorted(symbols)), sessions, as_of, _rows(splits, used), window, last_days)

    @property
    def n_symbols(self) -> int:
        """How many symbols there are, with bars or without."""
        return len(self.symbols)

    def take(self, columns: slice, /) -> BarPanel:
        """Read the bars of these symbols; one that has no bar in the window is left out.

        Raises StoreError when a file is gone or cannot be read.
        """
        symbols = self.symbols[columns]
        if not symbols:
            return BarPanel.from_long(concatenated([]), self.sessions)
        names = self.splits.symbol
        own = _rows(
            self.splits, slice(bisect_left(names, symbols[0]), bisect_right(names, symbols[-1]))
        )
        adjusted = (split_adjust(part, own, self.as_of) for part in self.window.parts(symbols))
        panel = packed_incrementally(symbols, adjusted, self.sessions)
        if panel is not None:
            return panel
        bars = split_adjust(self.window.read(symbols), own, self.as_of)
        return BarPanel.from_long(bars, self.sessions)

    def newest(self) -> BarPanel:
        """Read the bars of the last days alone, at prices as they are stored."""
        return BarPanel.from_long(self.last_days.read(self.symbols), self.sessions[-LAST_DAYS:])

    def of(self, symbols: Sequence[str]) -> StoredBars:
        """Return the bars of some of the symbols."""
        return replace(self, symbols=tuple(sorted(symbols)))


def _rows(splits: Splits, keep: slice | np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Splits:
    return Splits(splits.symbol[keep], splits.session[keep], splits.ratio[keep])
