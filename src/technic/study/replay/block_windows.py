"""On which sessions the windows of a block of days begin: all on one of a few."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.scan.windows import ScanWindows
from technic.typing import BoolArray, DateArray

__all__ = ["BASE_START", "BlockWindows"]

IndexArray = NDArray[np.intp]
BASE_START = 0
"""The number of the session with which the base window begins."""


@dataclass(frozen=True, slots=True, eq=False)
class BlockWindows:
    """The windows of a block of days, which share the base window's first session.

    ``starts``: the first sessions of all windows, each once, that of the base window first.
    ``of_day``: window → the number of its start on each day, ``(n_days,)``; it goes to a later
    session from one day to another.
    """

    starts: DateArray
    of_day: Mapping[int, IndexArray]

    @classmethod
    def of(cls, windows: Sequence[ScanWindows]) -> BlockWindows:
        """Note the windows of each day, ascending."""
        every = dict.fromkeys([windows[0].base])
        every |= dict.fromkeys(start for one in windows for _, start in one.starts)
        number = {start: at for at, start in enumerate(every)}
        of_day = {
            key: np.array([number[one.start_of(key)] for one in windows], dtype=np.intp)
            for key, _ in windows[0].starts
        }
        return cls(np.array(list(every), dtype="datetime64[D]"), of_day)

    @property
    def base(self) -> np.datetime64:
        """The first session of the base window."""
        return np.datetime64(self.starts[BASE_START], "D")

    @property
    def start(self) -> np.datetime64:
        """The first session that is loaded."""
        return np.datetime64(self.starts.min(), "D")

    @property
    def longest(self) -> IndexArray:
        """The number of the earliest start on each day: that with which the scan of it begins."""
        by_day = np.array(list(self.of_day.values()))
        earliest = np.argmin(self.starts[by_day], axis=0)
        longest: IndexArray = by_day[earliest, np.arange(by_day.shape[1])]
        return longest

    def take(self, picked: BoolArray) -> BlockWindows:
        """Return the windows of some of the days."""
        of_day = {key: number[picked] for key, number in self.of_day.items()}
        used = np.unique([BASE_START, *np.concatenate(list(of_day.values()))])
        found = {key: np.searchsorted(used, number) for key, number in of_day.items()}
        return BlockWindows(self.starts[used], found)
