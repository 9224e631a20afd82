"""Who files what: the company of each symbol, its business, its calendar and its habits.

Everything is drawn for the company's place in the market alone, so a smaller market has the same
companies as the beginning of a larger one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from technic.marketsim.companies.fiscal import Fiscal
from technic.marketsim.random_streams import uniform
from technic.marketsim.sectors import INDUSTRIES, KINDS
from technic.marketsim.securities import CLASS_A, CLASS_B, HUNDRED, Securities

__all__ = ["FIRST_CIK", "Profile", "company_of", "profiles"]

FIRST_CIK = 9_000_001
"""No company that files has a number as high."""
Business = Literal["general", "bank", "insurer", "reit", "foreign", "shell"]

SIC = {
    "Major Banks": 6021, "Savings Institutions": 6035, "Property-Casualty Insurers": 6331,
    "Real Estate Investment Trusts": 6798, "Blank Checks": 6770, "Restaurants": 5812,
    "Clothing/Shoe/Accessory Stores": 5651, "Retail: Internet": 5961, "Food Chains": 5411,
    "Semiconductors": 3674, "Computer Software: Prepackaged Software": 7372,
    "Electric Utilities: Central": 4911, "Oil & Gas Production": 1311,
}  # fmt: skip
OTHER_SIC = 3990
BUSINESS: dict[str, Business] = {
    "Major Banks": "bank", "Savings Institutions": "bank", "Property-Casualty Insurers": "insurer",
    "Real Estate Investment Trusts": "reit", "Blank Checks": "shell",
}  # fmt: skip
RETAILERS = ("Restaurants", "Clothing/Shoe/Accessory Stores", "Retail: Internet", "Food Chains")
YEAR_ENDS = ((0.70, 12), (0.78, 6), (0.86, 9), (0.93, 3), (1.0, 1))


@dataclass(frozen=True, slots=True)
class Profile:
    """A company; ``row`` is its first symbol's.

    ``new_york_clock``: its filings are stamped with New York's clock and a ``Z`` all the same.
    ``year_to_date``: its quarterly reports have income for the year so far alone. ``several``:
    it has several classes of shares, whose numbers are on no cover page. ``gross``: it reports its
    gross profit. ``old_tag``: what its revenue was tagged with before the new standard. ``proxy``:
    its proxy statements have numbers as well, in thousands. ``euros``: it reports in euros.
    """

    row: int
    cik: int
    business: Business
    sic: int
    fiscal: Fiscal
    new_york_clock: bool
    year_to_date: bool
    several: bool
    gross: bool
    old_tag: str
    proxy: bool
    euros: bool


def company_of(securities: Securities) -> list[int | None]:
    """Row of the company of each symbol, None for what is no company's: a fund, a test issue."""
    names = [KINDS[kind].name for kind in securities.kind.tolist()]
    parents = securities.parent.tolist()
    return [int(parent) if names[parent] in ("common", "adr") else None for parent in parents]


def profiles(seed: int, securities: Securities) -> dict[int, Profile]:
    """Return each company by its row."""
    size = len(securities.symbol)
    draws = uniform(seed, "company", size, 8)
    own = [row for row, company in enumerate(company_of(securities)) if company == row]
    return {row: _profile(row, securities, draws[row].tolist()) for row in own}


def _profile(row: int, securities: Securities, draw: list[float]) -> Profile:
    _, industry, _ = INDUSTRIES[securities.industry[row]]
    foreign = KINDS[securities.kind[row]].name == "adr"
    business = "foreign" if foreign else BUSINESS.get(industry, "general")
    retailer = industry in RETAILERS and not foreign
    month = next(month for limit, month in YEAR_ENDS if draw[0] < limit)
    return Profile(
        row=row,
        cik=FIRST_CIK + row,
        business=business,
        sic=SIC.get(industry, OTHER_SIC),
        fiscal=Fiscal(1 if retailer else month, retailer),
        new_york_clock=draw[1] < 0.22,
        year_to_date=draw[2] < 0.05 and business == "general",
        several=row % HUNDRED in (CLASS_A, CLASS_B),
        gross=draw[3] < 0.7,
        old_tag="SalesRevenueNet" if draw[4] < 0.6 else "Revenues",
        proxy=draw[5] < 0.2,
        euros=foreign and draw[6] < 0.3,
    )
