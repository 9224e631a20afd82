"""What people see of a result first: the rows of stocks that can be traded.

A view cuts what a terminal or a page shows and nothing else: files, JSON, saved results, what
Python gets and studies have every row, and ranks are among the whole market.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from technic.charts.text import amount_text
from technic.scan.config import ScanConfig
from technic.typing import BoolArray

__all__ = ["EVERYTHING", "Rows", "View", "view_of"]

MIN_PRICE = 5.0
MIN_DOLLAR_VOLUME = 5e6
PRICE, DOLLAR_VOLUME = "close", "avg_dollar_volume_20"


class Rows(Protocol):
    """The rows of a result: as a pandas frame, or as arrays by column."""

    def __len__(self) -> int: ...
    def __contains__(self, name: object, /) -> bool: ...
    def __getitem__(self, name: str, /) -> Any: ...


@dataclass(frozen=True, slots=True)
class View:
    """Floors of what is shown, None for none; a value that is missing is under no floor.

    ``min_price``: $, last close; ``min_dollar_volume``: $, mean of 20 bars. ``asked``: options by
    which the scan itself has set a floor, so that the view takes nothing more away.
    """

    min_price: float | None = None
    min_dollar_volume: float | None = None
    asked: tuple[str, ...] = ()

    def shows(self, table: Rows) -> BoolArray:
        """Tell which rows of a result's table are shown, ``(n_rows,)``."""
        shown: BoolArray = np.ones(len(table), dtype=np.bool_)
        for column, floor in ((PRICE, self.min_price), (DOLLAR_VOLUME, self.min_dollar_volume)):
            if floor is not None and column in table:
                shown &= ~(np.asarray(table[column], np.float64) < floor)
        return shown

    @property
    def floors(self) -> tuple[tuple[str, str], ...]:
        """What is asked of a row, and the option that changes it."""
        found = []
        if self.min_price:
            found.append((f"price >= {self.min_price:g}", "--min-price"))
        if self.min_dollar_volume:
            amount = amount_text(self.min_dollar_volume)
            found.append((f"dollar volume >= {amount}", "--min-dollar-volume"))
        return tuple(found)

    @property
    def own_floors(self) -> dict[str, float]:
        """The floors that the view itself sets, for a page on which they can be changed."""
        floors = {"min_price": self.min_price, "min_dollar_volume": self.min_dollar_volume}
        given = {option.removeprefix("--").replace("-", "_") for option in self.asked}
        return {name: value for name, value in floors.items() if value and name not in given}

    @property
    def remedy(self) -> str:
        """The options that show every row."""
        own = (option for _, option in self.floors if option not in self.asked)
        return " ".join(f"{option} 0" for option in own)

    def __str__(self) -> str:
        return ", ".join(says for says, _ in self.floors)


EVERYTHING = View()
"""Shows every row."""


def view_of(config: ScanConfig) -> View:
    """Return the view of a scan: tradeable stocks, but for what the scan itself says.

    A filter of the scan takes the place of the view's floor, also one of 0; so does a largest
    price under it. Who names symbols or a watchlist sees them all.
    """
    if config.symbols or config.watchlist:
        return EVERYTHING
    rules = config.filters
    price, dollar_volume = rules.min_price, rules.min_dollar_volume
    given = (("--min-price", price), ("--min-dollar-volume", dollar_volume))
    if price is None and not (rules.max_price is not None and rules.max_price <= MIN_PRICE):
        price = MIN_PRICE
    return View(
        price,
        MIN_DOLLAR_VOLUME if dollar_volume is None else dollar_volume,
        tuple(option for option, value in given if value is not None),
    )
