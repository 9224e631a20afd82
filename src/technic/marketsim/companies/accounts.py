"""What simulated companies earn and own, quarter by quarter, and what they restate later.

Quarters are counted from the first of fiscal year 2009, whatever part of it anybody looks at, so a
number does not depend on the sessions of a market. Amounts are whole thousands of dollars: sums of
quarters are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from technic.marketsim.companies.fiscal import FIRST_YEAR
from technic.marketsim.random_streams import normal, uniform
from technic.marketsim.securities import Securities
from technic.typing import FloatArray

__all__ = ["LAST_YEAR", "Accounts", "Amounts"]

LAST_YEAR = 2030
QUARTERS = (LAST_YEAR - FIRST_YEAR + 1) * 4
THOUSAND = 1_000.0
RESTATED = 0.02
SALES_OF_CAP = 0.45
TAX = 0.21


@dataclass(frozen=True, slots=True)
class Amounts:
    """One quarter of one company in dollars, and its shares in the basis of the market's start."""

    revenue: float
    cost: float
    operating_income: float
    pretax_income: float
    tax: float
    net_income: float
    operating_cash_flow: float
    capital_expenditure: float
    assets: float
    liabilities: float
    cash: float
    current_assets: float
    current_liabilities: float
    long_term_debt: float
    short_term_debt: float
    shares: float

    @property
    def equity(self) -> float:
        """What is the owners'."""
        return self.assets - self.liabilities


class Accounts:
    """The accounts of all companies of a market; row i is its symbol i."""

    def __init__(self, seed: int, securities: Securities) -> None:
        self._seed, self._securities = seed, securities
        self._size = len(securities.symbol)

    def of(self, row: int, number: int, *, restated: bool = False) -> Amounts:
        """Return the amounts of a quarter, as first reported or as ``restated``."""
        revenue = float(self._revenue[row, number])
        trait = self._traits[row]
        margin = float(self._margin[row, number])
        if restated and self.is_restated(row, number):
            revenue, margin = revenue * 0.96, margin - 0.03
        revenue = _thousands(revenue)
        cost = _thousands(revenue * (0.35 + 0.4 * float(trait[0])))
        pretax = _thousands(revenue * margin)
        interest = _thousands(revenue * 0.01)
        tax = _thousands(max(pretax, 0.0) * TAX)
        yearly = _thousands(revenue * 4.0)
        assets = _thousands(yearly * (0.8 + 1.5 * float(trait[1])))
        liabilities = _thousands(assets * (0.3 + 0.5 * float(trait[2])))
        debt = _thousands(liabilities * 0.5)
        flow = 0.04 + 0.03 * float(self._noise[row, number])
        return Amounts(
            revenue=revenue,
            cost=cost,
            operating_income=pretax + interest,
            pretax_income=pretax,
            tax=tax,
            net_income=pretax - tax,
            operating_cash_flow=pretax - tax + _thousands(revenue * flow),
            capital_expenditure=_thousands(revenue * (0.02 + 0.06 * float(trait[3]))),
            assets=assets,
            liabilities=liabilities,
            cash=_thousands(assets * 0.1),
            current_assets=_thousands(assets * 0.4),
            current_liabilities=_thousands(liabilities * 0.35),
            long_term_debt=debt,
            short_term_debt=_thousands(debt * 0.15),
            shares=self._shares(row, number),
        )

    def is_restated(self, row: int, number: int) -> bool:
        """Tell whether a quarter is restated some time after it was reported."""
        return bool(self._restated[row, number] < RESTATED)

    def draw(self, row: int, number: int, what: int) -> float:
        """Return a number in (0, 1) of a quarter's own, for things other than amounts."""
        return float(self._own[row, number, what])

    def _shares(self, row: int, number: int) -> float:
        first = self._securities.market_cap[row] / self._securities.first_price[row]
        grown = first * (1.0 + 0.0025 * (number - 30))
        return float(max(round(grown / THOUSAND), 1.0) * THOUSAND)

    @cached_property
    def _traits(self) -> FloatArray:
        return uniform(self._seed, "accounts/traits", self._size, 4)

    @cached_property
    def _noise(self) -> FloatArray:
        return normal(self._seed, "accounts/noise", self._size, QUARTERS)

    @cached_property
    def _restated(self) -> FloatArray:
        return uniform(self._seed, "accounts/restated", self._size, QUARTERS)

    @cached_property
    def _own(self) -> FloatArray:
        return uniform(self._seed, "accounts/own", self._size, QUARTERS, DRAWS)

    @cached_property
    def _margin(self) -> FloatArray:
        level = 0.08 + 0.07 * normal(self._seed, "accounts/margin", self._size, 1)
        return level + 0.02 * normal(self._seed, "accounts/margin/quarter", self._size, QUARTERS)

    @cached_property
    def _revenue(self) -> FloatArray:
        """Revenue of each quarter, ``(n_symbols, n_quarters)``: growth, a season, and chance."""
        trend = 0.015 + 0.02 * normal(self._seed, "accounts/trend", self._size, 1)
        step = trend + 0.03 * normal(self._seed, "accounts/growth", self._size, QUARTERS)
        season = 0.08 * normal(self._seed, "accounts/season", self._size, 4)
        path = np.cumsum(step, axis=1) + np.tile(season, QUARTERS // 4)
        base = self._securities.market_cap[:, None] * SALES_OF_CAP / 4.0
        return base * np.exp(np.clip(path - 30 * trend, -3.0, 3.0))


DRAWS = 8
"""Numbers of a quarter's own; see ``filings``."""


def _thousands(amount: float) -> float:
    return round(amount / THOUSAND) * THOUSAND
