"""Bars as they arrive: one row per symbol and session, any order, nothing judged yet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.aliases import DateArray, FloatArray

__all__ = ["PRICES", "LongBars"]

PRICES = ("open", "high", "low", "close")


@dataclass(frozen=True, slots=True)
class LongBars:
    """One row per bar; ``column[i]`` says to which of ``symbols`` row ``i`` belongs.

    All arrays have shape ``(n_rows,)``. ``session`` is ``datetime64[D]``; prices and volume are
    float64 and may be NaN or infinite here: the panel leaves such rows out and counts them.
    """

    symbols: tuple[str, ...]
    column: NDArray[np.int32]
    session: DateArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray

    def __len__(self) -> int:
        return len(self.column)

    def rows(self, keep: NDArray[np.bool_] | NDArray[np.intp]) -> LongBars:
        """Return the rows that a mask or an index array selects; ``symbols`` stays as it is."""
        return LongBars(
            self.symbols,
            self.column[keep],
            self.session[keep],
            self.open[keep],
            self.high[keep],
            self.low[keep],
            self.close[keep],
            self.volume[keep],
        )
