"""Statements of simulated companies, short interest and float, in the format of Massive.

As the vendor does, a period has one row: what an amendment restates takes the place of what was
there, with the day of the amendment.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from technic.data_engine.interfaces.transport import HttpResponse
from technic.loopback.polygon_format import with_cursor
from technic.loopback.polygon_reference import PolygonReference
from technic.loopback.public.filers import Filers
from technic.loopback.public.finra import Finra
from technic.loopback.vendor_plans import WireOptions
from technic.loopback.wire import Call, Route, filter_rows
from technic.loopback.world import World
from technic.marketsim.companies.accounts import Amounts
from technic.marketsim.companies.filings import Filing
from technic.marketsim.companies.profiles import Profile

__all__ = ["PolygonFinancials"]

MOST = 50_000
FORMS = ("10-K", "10-Q", "10-K/A", "10-Q/A")
SUMMED = {
    "income-statements": {
        "revenue": "revenue", "cost_of_revenue": "cost", "operating_income": "operating_income",
        "income_before_income_taxes": "pretax_income", "income_taxes": "tax",
        "net_income_loss_attributable_common_shareholders": "net_income",
    },
    "balance-sheets": {},
    "cash-flow-statements": {"net_cash_from_operating_activities": "operating_cash_flow"},
}  # fmt: skip
BALANCES = {
    "total_assets": "assets", "total_liabilities": "liabilities", "total_equity": "equity",
    "cash_and_equivalents": "cash", "total_current_assets": "current_assets",
    "total_current_liabilities": "current_liabilities", "debt_current": "short_term_debt",
    "long_term_debt_and_capital_lease_obligations": "long_term_debt",
}  # fmt: skip
FIELDS = ("tickers", "cik", "period_end", "filing_date", "timeframe", "fiscal_year",
          "fiscal_quarter")  # fmt: skip


class PolygonFinancials(PolygonReference):
    """Answers for what the vendor has of companies."""

    def __init__(self, world: World, options: WireOptions, filers: Filers, finra: Finra) -> None:
        super().__init__(world, options)
        self._filers, self._finra = filers, finra

    def routes(self) -> list[Route]:
        """Return what this answers."""
        paths: dict[str, tuple[tuple[str, ...], Callable[..., HttpResponse]]] = {
            name.replace("-", "_"): (
                ("stocks", "financials", "v1", name),
                partial(self.statements, name),
            )
            for name in SUMMED
        }
        paths["polygon_short_interest"] = (("stocks", "v1", "short-interest"), self.shorts)
        paths["polygon_float"] = (("stocks", "vX", "float"), self.floats)
        return [Route(name, "polygon", path, answer) for name, (path, answer) in paths.items()]

    def statements(self, name: str, call: Call) -> HttpResponse:
        """Answer one of the statements, page by page."""
        query = with_cursor(call)
        rows = filter_rows(list(self._statements(name)), query, FIELDS)
        return self._page(call, query, rows, "period_end.desc", (100, MOST))

    def shorts(self, call: Call) -> HttpResponse:
        """Answer ``/stocks/v1/short-interest``."""
        query = with_cursor(call)
        first = query.get("settlement_date.gte", query.get("settlement_date", ""))
        rows = filter_rows(self._shorts(first), query, ("ticker", "settlement_date"))
        return self._page(call, query, rows, "ticker.asc", (10, MOST))

    def floats(self, call: Call) -> HttpResponse:
        """Answer ``/stocks/vX/float``."""
        query = with_cursor(call)
        rows = filter_rows(list(self._floats()), query, ("ticker", "free_float_percent"))
        return self._page(call, query, rows, "ticker.asc", (100, 5_000))

    def _statements(self, name: str) -> Iterator[dict[str, Any]]:
        for profile in self._filers.profiles.values():
            if profile.business == "foreign" or profile.euros:
                continue
            filings = [one for one in self._filers.filings(profile) if one.form in FORMS]
            restated = {one.quarter.number for one in filings if one.restates}
            latest = {one.quarter.number: one for one in filings}
            for filing in latest.values():
                yield from self._of_filing(name, profile, filing, restated)

    def _of_filing(
        self, name: str, profile: Profile, filing: Filing, restated: set[int]
    ) -> Iterator[dict[str, Any]]:
        quarter, accounts = filing.quarter, self._filers.accounts
        spans = {"quarterly": 1} | ({"annual": 4} if quarter.quarter == 4 else {})
        for timeframe, quarters in spans.items():
            first = quarter.number - quarters + 1
            if first < 0 or (name == "balance-sheets" and timeframe == "annual"):
                continue
            span = [
                accounts.of(profile.row, number, restated=number in restated)
                for number in range(first, quarter.number + 1)
            ]
            values = self._values(name, span, profile, filing)
            yield {
                "cik": f"{profile.cik:010}", "tickers": self._filers.symbols(profile),
                "period_end": str(quarter.end), "filing_date": str(filing.filed),
                "fiscal_year": float(quarter.year), "fiscal_quarter": float(quarter.quarter),
                "timeframe": timeframe, **values,
            }  # fmt: skip

    def _values(
        self, name: str, span: list[Amounts], profile: Profile, filing: Filing
    ) -> dict[str, float]:
        found = {
            field: float(sum(getattr(one, amount) for one in span))
            for field, amount in SUMMED[name].items()
        }
        if name == "balance-sheets":
            found |= {field: float(getattr(span[-1], key)) for field, key in BALANCES.items()}
        if name == "cash-flow-statements":
            paid = sum(one.capital_expenditure for one in span)
            found["purchase_of_property_plant_and_equipment"] = -float(paid)
        if name == "income-statements":
            factor = self._filers.shares_factor(profile.row)(filing.filed)
            shares = sum(one.shares for one in span) / len(span) * factor * 1.01
            income = found["net_income_loss_attributable_common_shareholders"]
            found["diluted_earnings_per_share"] = round(income / shares, 2)
            found["diluted_shares_outstanding"] = float(round(shares))
        return found

    def _shorts(self, first: str) -> list[dict[str, Any]]:
        return [
            {
                "ticker": ticker, "settlement_date": str(day), "short_interest": short,
                "avg_daily_volume": volume, "days_to_cover": round(short / max(volume, 1), 2),
            }
            for day, ticker, short, volume in self._finra.published(first)
        ]  # fmt: skip

    def _floats(self) -> Iterator[dict[str, Any]]:
        world = self._world
        names = world.symbols_on(world.now_position)
        day = dt.date.fromisoformat(str(world.sessions[max(world.now_position - 20, 0)]))
        for row, profile in self._filers.profiles.items():
            if profile.several or not world.is_listed(row, world.now_position):
                continue
            number = max((day.year - 2009) * 4, 0)
            shares = self._filers.accounts.of(row, number).shares
            held = shares * self._filers.shares_factor(row)(day) * 0.9
            yield {"ticker": names[row], "effective_date": str(day), "free_float": round(held),
                   "free_float_percent": 90.0}  # fmt: skip
