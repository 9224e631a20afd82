"""Rows that are no bars: on no session, without a price, or without volume."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.interfaces.records import LeftOutRows
from technic.panel import PRICES, LongBars
from technic.typing import BoolArray, DateArray

__all__ = ["LeftOutDays"]

WITHOUT_PRICE, WITHOUT_VOLUME, OFF_SESSION = range(3)


@dataclass(frozen=True, slots=True, eq=False)
class LeftOutDays:
    """Which rows are no bars: ``symbols[column[i]]`` had one on ``day[i]``, ``why`` it is none."""

    symbols: tuple[str, ...] = ()
    column: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    day: DateArray = field(default_factory=lambda: np.empty(0, "datetime64[D]"))
    why: NDArray[np.int8] = field(default_factory=lambda: np.empty(0, np.int8))

    @classmethod
    def off_session(
        cls, symbols: tuple[str, ...], column: NDArray[np.int32], day: DateArray
    ) -> LeftOutDays:
        """Return rows that are all on no session."""
        return cls(symbols, column, day, np.full(len(day), OFF_SESSION, np.int8))

    def with_incomplete(self, bars: LongBars, *, volume: bool) -> LeftOutDays:
        """Return these rows and those of ``bars``, of the same symbols, that lack a value.

        ``volume``: whether a row without volume is no bar.
        """
        whole = bars.complete(volume=volume)
        if whole.all():
            return self
        at = np.flatnonzero(~whole)
        priced: BoolArray = np.ones(len(at), np.bool_)
        for name in PRICES:
            priced &= np.isfinite(getattr(bars, name)[at])
        why = np.where(priced, WITHOUT_VOLUME, WITHOUT_PRICE).astype(np.int8)
        return LeftOutDays(
            bars.symbols,
            np.concatenate([self.column, bars.column[at]]),
            np.concatenate([self.day, bars.session[at]]),
            np.concatenate([self.why, why]),
        )

    def counted(
        self, start: np.datetime64, end: np.datetime64, bars: Mapping[str, int]
    ) -> dict[str, LeftOutRows]:
        """Count the rows from ``start`` to ``end`` of each symbol that has some.

        ``bars``: how many rows it has there that are bars.
        """
        inside = (self.day >= start) & (self.day <= end)
        table = np.zeros((len(self.symbols), OFF_SESSION + 1), np.int64)
        np.add.at(table, (self.column[inside], self.why[inside]), 1)
        return {
            self.symbols[at]: LeftOutRows(
                bars.get(self.symbols[at], 0) + int(table[at].sum()), *table[at].tolist()
            )
            for at in np.flatnonzero(table.any(axis=1)).tolist()
        }
