"""Bars as they arrive: one row per symbol and session, any order, nothing judged yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.typing import DateArray, FloatArray

__all__ = ["PRICES", "LongBars", "concatenated"]

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

    def complete(self, *, volume: bool = True) -> NDArray[np.bool_]:
        """Mask of the rows that have a finite value in every field; ``volume``: in that as well."""
        whole = np.isfinite(self.open)
        for name in (*PRICES[1:], "volume") if volume else PRICES[1:]:
            whole &= np.isfinite(getattr(self, name))
        return whole


def concatenated(parts: Sequence[LongBars]) -> LongBars:
    """Put bars under each other; symbols of the same name become one."""
    if len(parts) == 1:
        return parts[0]
    at: defaultdict[str, int] = defaultdict()
    at.default_factory = at.__len__  # a new name gets the next number: one look at each
    columns = [np.empty(0, np.int32)]
    for part in parts:
        place = np.fromiter(map(at.__getitem__, part.symbols), np.int32, len(part.symbols))
        columns.append(place[part.column] if len(place) else np.empty(0, np.int32))
    return LongBars(
        tuple(at),
        np.concatenate(columns),
        np.concatenate([np.empty(0, "datetime64[D]"), *(part.session for part in parts)]),
        *(
            np.concatenate([np.empty(0), *(getattr(part, name) for part in parts)])
            for name in (*PRICES, "volume")
        ),
    )
