"""Numbers per share and numbers of shares, restated for the splits between two days.

Ratios are applied one after the other from the earliest on, so that a later split changes no bit
of a value before it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from technic.data_engine.adjust import require_ratios
from technic.data_engine.interfaces.records import Splits
from technic.typing import FloatArray, IntArray

__all__ = ["SplitIndex"]

DAY_BITS = 20


class SplitIndex:
    """The splits of some symbols, by the symbol's place in ``symbols``."""

    def __init__(self, splits: Splits | None, symbols: Sequence[str]) -> None:
        splits = Splits.none() if splits is None else splits
        require_ratios(splits)
        place = {symbol: at for at, symbol in enumerate(symbols)}
        owner = np.array([place.get(symbol, -1) for symbol in splits.symbol], dtype=np.int64)
        day = splits.session.astype("datetime64[D]").astype(np.int64)
        # A day before 1970 is a negative number, which makes no key; no number is so old.
        used = np.flatnonzero((owner >= 0) & (day >= 0))
        order = used[np.lexsort((day[used], owner[used]))]
        self.owner, self.day = owner[order], day[order]
        self.ratio = splits.ratio[order].astype(np.float64)
        self._key = self.owner << DAY_BITS | self.day

    def restated(
        self, value: FloatArray, owner: IntArray, before: IntArray, after: IntArray, per_share: int
    ) -> FloatArray:
        """Restate values from the shares of the day ``before`` into those of the day ``after``.

        All (n,); ``owner``: places of symbols; days are day numbers. A split counts from its day
        on. ``per_share`` -1: a value per share is divided, 1: a number of shares is multiplied.
        """
        if not per_share or not len(self._key):
            return value
        first = np.searchsorted(self._key, owner << DAY_BITS | before, side="right")
        last = np.searchsorted(self._key, owner << DAY_BITS | after, side="right")
        left = np.flatnonzero((first < last) & (before < after))
        if not len(left):
            return value
        made, at = value.copy(), first.copy()
        while len(left):
            ratio = self.ratio[at[left]]
            made[left] = made[left] / ratio if per_share < 0 else made[left] * ratio
            at[left] += 1
            left = left[at[left] < last[left]]
        return made

    def between(self, owner: IntArray, before: IntArray, after: IntArray) -> IntArray:
        """Count the splits after one day and up to another."""
        if not len(self._key):
            return np.zeros(len(owner), np.int64)
        first = np.searchsorted(self._key, owner << DAY_BITS | before, side="right")
        return np.searchsorted(self._key, owner << DAY_BITS | after, side="right") - first
