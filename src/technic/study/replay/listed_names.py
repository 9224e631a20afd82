"""Who belongs to the market on each day of a block, and what the listings say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.study.replay.basis_bars import Refusal
from technic.typing import DateArray, FloatArray

__all__ = ["ListedNames"]

IndexArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class ListedNames:
    """The rosters of a block as arrays; they travel to other processes.

    ``names``: position of everybody in them; ``of_day`` names the span of each of ``days``.
    ``member``: ``(n_spans, n_names)``; ``columns``: what the listings of each span say, by name,
    the same shape; None, NaN for market caps, where they do not. ``refusals``: symbols that the
    provider refuses on some days.
    """

    days: DateArray
    names: Mapping[str, int]
    member: NDArray[np.int8]
    of_day: IndexArray
    refusals: Mapping[str, Refusal]
    columns: Mapping[str, NDArray[np.object_] | FloatArray]

    OUTSIDE = 0
    COMPARED = 1
    SHOWN = 2

    def members(self, symbols: Sequence[str]) -> NDArray[np.int8]:
        """Say what each of ``symbols`` is on each day, ``(n_days, n_symbols)``."""
        member = self.member[:, [self.names[name] for name in symbols]][self.of_day]
        for column, name in enumerate(symbols) if self.refusals else ():
            if name in self.refusals:
                member[self.refusals[name].on(self.days), column] = self.OUTSIDE
        return member

    def values(
        self, name: str, symbols: Sequence[str], day: IndexArray, symbol: IndexArray
    ) -> FloatArray | NDArray[np.object_]:
        """Return what the listings of each day say; ``symbol``: positions in ``symbols``."""
        at = np.array([self.names[one] for one in symbols], dtype=np.intp)
        found: FloatArray | NDArray[np.object_] = self.columns[name][self.of_day[day], at[symbol]]
        return found
