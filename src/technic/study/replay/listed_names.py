"""Who belongs to the market on each day of a block, and what the listings say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.study.replay.basis_bars import Refusal
from technic.study.replay.rosters import Roster
from technic.typing import DateArray, FloatArray

__all__ = ["ListedNames"]

IndexArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class ListedNames:
    """The rosters of a block: ``of_day`` names that of each of ``days``.

    ``refusals``: symbols that the provider refuses from a day on.
    """

    days: DateArray
    rosters: tuple[Roster, ...]
    of_day: IndexArray
    refusals: Mapping[str, Refusal]

    OUTSIDE = 0
    COMPARED = 1
    SHOWN = 2

    @classmethod
    def of(
        cls, days: DateArray, rosters: Sequence[Roster], refusals: Mapping[str, Refusal]
    ) -> ListedNames:
        """Name each roster once; ``rosters``: that of each day."""
        every = list(dict.fromkeys(rosters))
        of_day = np.array([every.index(one) for one in rosters], dtype=np.intp)
        return cls(days, tuple(every), of_day, refusals)

    def members(self, symbols: Sequence[str]) -> NDArray[np.int8]:
        """Say what each of ``symbols`` is on each day, ``(n_days, n_symbols)``."""
        parts = []
        for one in self.rosters:
            shown, peers = set(one.shown), set(one.peers)
            parts.append(
                [
                    self.SHOWN if name in shown else self.COMPARED if name in peers else 0
                    for name in symbols
                ]
            )
        member = np.array(parts, dtype=np.int8).reshape(len(parts), len(symbols))[self.of_day]
        for column, name in enumerate(symbols) if self.refusals else ():
            if name in self.refusals:
                member[self.days >= self.refusals[name][0], column] = self.OUTSIDE
        return member

    def values(
        self, name: str, symbols: Sequence[str], day: IndexArray, symbol: IndexArray
    ) -> FloatArray | NDArray[np.object_]:
        """Return what the listings of each day say; ``symbol``: positions in ``symbols``."""
        parts = []
        for one in self.rosters:
            frame = one.listed.frame.set_index("symbol", drop=False).reindex(list(symbols))
            parts.append(frame[name].to_numpy(np.float64 if name == "market_cap" else object))
        return np.array(parts)[self.of_day[day], symbol]

    def text(
        self, name: str, symbols: Sequence[str], day: IndexArray, symbol: IndexArray
    ) -> NDArray[np.object_]:
        """Return a text column of the listings of each day; None where they do not carry it."""
        parts = []
        for one in self.rosters:
            said = dict(zip(one.listed.symbols, one.listed.text(name).tolist(), strict=True))
            parts.append([said.get(symbol) for symbol in symbols])
        texts = np.array(parts, dtype=object).reshape(len(parts), len(symbols))
        found: NDArray[np.object_] = texts[self.of_day[day], symbol]
        return found
