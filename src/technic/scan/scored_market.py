"""Market: all scored symbols of a scan, with every value that it has of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from technic.regime import Regime
from technic.trade_plan import PlanTable
from technic.typing import BoolArray, DateArray, FloatArray

__all__ = ["Market"]


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """All scored symbols with every column, ``(n_symbols,)`` each, in the order scanned.

    ``ranked``: whose last bar is of the scan's day; only they are compared with each other, have a
    rating, a signal and a plan. ``last_bar``: the day of the last bar. ``usable_since``: the day,
    as ISO text, on which the history of a symbol begins that the data gate has cut; None where
    nothing was. ``index``: levels of the equal-weighted market on the sessions of the base window;
    None where a benchmark stands for it.
    """

    symbols: tuple[str, ...]
    columns: dict[str, FloatArray]
    signal: NDArray[np.str_]
    ranked: BoolArray
    last_bar: DateArray
    usable_since: NDArray[np.object_]
    plans: PlanTable
    regime: Regime
    index: FloatArray | None = None

    def take(self, rows: BoolArray) -> Market:
        """Return the market with these symbols alone; no value changes."""
        return replace(
            self,
            symbols=tuple(s for s, taken in zip(self.symbols, rows, strict=True) if taken),
            columns={name: values[rows] for name, values in self.columns.items()},
            signal=self.signal[rows],
            ranked=self.ranked[rows],
            last_bar=self.last_bar[rows],
            usable_since=self.usable_since[rows],
            plans=self.plans.take(rows),
        )

    def text_columns(self) -> dict[str, NDArray[np.object_]]:
        """Return the columns of the table that are texts; days as ISO text."""
        return {
            "signal": self.signal.astype(object),
            "last_bar": np.datetime_as_string(self.last_bar).astype(object),
            "usable_since": self.usable_since,
        }
