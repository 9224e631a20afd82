"""The numbers in a filing, tagged as companies of its kind do.

Income comes for the quarter and for the year so far, cash flows for the year so far alone, balances
of the day and of the year before; each with last year's beside it, as it is known by then. A year's
report has no fourth quarter. Numbers per share are in the shares of the day of filing, those of
last year too: a split in between restates them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import NamedTuple

from technic.marketsim.companies.accounts import Accounts, Amounts
from technic.marketsim.companies.filings import Filing
from technic.marketsim.companies.fiscal import Quarter
from technic.marketsim.companies.profiles import Profile

__all__ = ["Number", "SharesFactor", "numbers_of"]

NEW_STANDARD = 2018
"""Fiscal year from which revenue has the tag of the new standard."""
NEW_TAG = "RevenueFromContractWithCustomerExcludingAssessedTax"

SharesFactor = Callable[[dt.date], float]
"""Shares on a day for one share at the market's start, by the splits in between."""
Restated = Callable[[int], bool]
"""Whether a quarter's numbers are the restated ones by the day of the filing."""


class Number(NamedTuple):
    """One fact; ``start``: None for an instant."""

    taxonomy: str
    tag: str
    unit: str
    start: dt.date | None
    end: dt.date
    value: float


def numbers_of(
    filing: Filing,
    profile: Profile,
    accounts: Accounts,
    shares_factor: SharesFactor,
    restated: Restated,
) -> list[Number]:
    """Return the facts of a filing, in the order in which it has them."""
    if not filing.has_numbers:
        return []
    report = _Report(filing, profile, accounts, shares_factor(filing.filed), restated)
    if filing.form == "DEF 14A":
        span = report.span(filing.quarter, 4)
        income = sum(one.net_income for one in span) / 1_000
        quarter = filing.quarter
        return [Number("us-gaap", "NetIncomeLoss", "USD", quarter.year_start, quarter.end, income)]
    return [*report.cover(), *report.flows(), *report.balances()]


class _Report:
    def __init__(
        self,
        filing: Filing,
        profile: Profile,
        accounts: Accounts,
        factor: float,
        restated: Restated,
    ) -> None:
        self.filing, self.profile, self.accounts = filing, profile, accounts
        self.factor, self.restated = factor, restated
        self.annual = filing.quarter.quarter == 4
        self.currency = "EUR" if profile.euros else "USD"
        self.taxonomy = "ifrs-full" if profile.business == "foreign" else "us-gaap"

    def amounts(self, number: int) -> Amounts:
        return self.accounts.of(self.profile.row, number, restated=self.restated(number))

    def span(self, quarter: Quarter, quarters: int) -> list[Amounts]:
        """Amounts of so many quarters up to one; none before the first there is."""
        first = quarter.number - quarters + 1
        return [self.amounts(number) for number in range(first, quarter.number + 1) if first >= 0]

    def cover(self) -> Iterator[Number]:
        filing, quarter = self.filing, self.filing.quarter
        shares = self.amounts(quarter.number).shares * self.factor
        if not self.profile.several:
            day = filing.filed - dt.timedelta(days=5)
            yield Number(
                "dei", "EntityCommonStockSharesOutstanding", "shares", None, day, round(shares)
            )
        if filing.form.startswith("10-K"):
            half = (
                self.profile.fiscal.quarter(quarter.number - 2) if quarter.number > 1 else quarter
            )
            held = round(self.amounts(quarter.number).revenue * 6.0, -3)
            yield Number("dei", "EntityPublicFloat", "USD", None, half.end, held)

    def flows(self) -> Iterator[Number]:
        """Income and cash flows, of this year and of the one before."""
        quarter = self.filing.quarter
        for back in (0, 4, 8) if self.annual else (0, 4):
            if quarter.number - back < 0:
                continue
            one = self.profile.fiscal.quarter(quarter.number - back)
            spans = {4: one.year_start} if self.annual else {
                1: one.start, one.quarter: one.year_start,
            }  # fmt: skip
            if self.profile.year_to_date and not self.annual:
                spans = {one.quarter: one.year_start}
            for quarters, start in spans.items():
                span = self.span(one, quarters)
                if span:
                    yield from self._income(one, start, span)
            so_far = self.span(one, one.quarter)
            if so_far:
                yield from self._cash(one, so_far)

    def _income(self, quarter: Quarter, start: dt.date, span: list[Amounts]) -> Iterator[Number]:
        def flow(tag: str, value: float, unit: str = self.currency) -> Number:
            return Number(self.taxonomy, tag, unit, start, quarter.end, value)

        def total(name: str) -> float:
            return float(sum(getattr(one, name) for one in span))

        income = total("net_income")
        yield from (flow(tag, value) for tag, value in self._sales(total))
        shares = total("shares") / len(span) * self.factor
        if self.profile.business == "foreign":
            yield flow("ProfitLoss", income)
            yield flow(
                "DilutedEarningsLossPerShare", round(income / shares, 2), f"{self.currency}/shares"
            )
            return
        yield flow("IncomeTaxExpenseBenefit", total("tax"))
        yield flow("NetIncomeLoss", income)
        yield flow("EarningsPerShareBasic", round(income / shares, 2), "USD/shares")
        yield flow("EarningsPerShareDiluted", round(income / (shares * 1.01), 2), "USD/shares")
        yield flow(
            "WeightedAverageNumberOfDilutedSharesOutstanding", round(shares * 1.01), "shares"
        )

    def _sales(self, total: Callable[[str], float]) -> Iterator[tuple[str, float]]:
        """Revenue and what becomes of it, as the kind of business shows it."""
        revenue, business = total("revenue"), self.profile.business
        if business == "shell":
            return
        if business == "bank":
            interest = round(revenue * 0.8, -3)
            paid = round(interest * 0.3, -3)
            yield "InterestAndDividendIncomeOperating", interest
            yield "InterestExpense", paid
            yield "InterestIncomeExpenseNet", interest - paid
            yield "NoninterestIncome", revenue - (interest - paid)
        elif business == "insurer":
            premiums = round(revenue * 0.85, -3)
            yield "PremiumsEarnedNet", premiums
            yield "NetInvestmentIncome", revenue - premiums
            yield "Revenues", revenue
        elif business == "foreign":
            yield "Revenue", revenue
        elif business == "reit":
            yield "Revenues", revenue
            yield "OperatingIncomeLoss", total("operating_income")
        else:
            new = self.filing.quarter.year >= NEW_STANDARD
            yield NEW_TAG if new else self.profile.old_tag, revenue
            yield "CostOfRevenue", total("cost")
            if self.profile.gross:
                yield "GrossProfit", revenue - total("cost")
            yield "OperatingIncomeLoss", total("operating_income")

    def _cash(self, quarter: Quarter, so_far: list[Amounts]) -> Iterator[Number]:
        names = {
            "NetCashProvidedByUsedInOperatingActivities": "operating_cash_flow",
            "PaymentsToAcquirePropertyPlantAndEquipment": "capital_expenditure",
        }
        if self.profile.business == "foreign":
            names = {"CashFlowsFromUsedInOperatingActivities": "operating_cash_flow"}
        for tag, name in names.items():
            value = float(sum(getattr(one, name) for one in so_far))
            yield Number(self.taxonomy, tag, self.currency, quarter.year_start, quarter.end, value)

    def balances(self) -> Iterator[Number]:
        """What is owned and owed at the end of the quarter and of the last fiscal year."""
        quarter = self.filing.quarter
        before = quarter.number - quarter.quarter
        for number in (quarter.number, before):
            if number >= 0:
                end = self.profile.fiscal.quarter(number).end
                amounts = self.amounts(number)
                for tag, value in self._balance(amounts):
                    yield Number(self.taxonomy, tag, self.currency, None, end, value)

    def _balance(self, amounts: Amounts) -> Iterator[tuple[str, float]]:
        yield "Assets", amounts.assets
        if self.profile.business == "foreign":
            yield "Equity", amounts.equity
            return
        yield "Liabilities", amounts.liabilities
        yield "StockholdersEquity", amounts.equity
        yield "CashAndCashEquivalentsAtCarryingValue", amounts.cash
        if self.profile.business == "general":
            yield "AssetsCurrent", amounts.current_assets
            yield "LiabilitiesCurrent", amounts.current_liabilities
            yield "LongTermDebtNoncurrent", amounts.long_term_debt
            yield "DebtCurrent", amounts.short_term_debt
