"""What the simulated economy is made of: sectors, their industries, kinds of security."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BLANK_CHECK", "INDUSTRIES", "KINDS", "SECTORS", "SLOTS", "Kind", "Sector"]


@dataclass(frozen=True, slots=True)
class Sector:
    """A sector: its share of the companies, how it moves, and (industry, name word) pairs.

    ``swing`` is the daily standard deviation of the sector's own factor, ``beta`` the mean market
    beta, ``volatility`` scales that of its companies.
    """

    name: str
    weight: float
    swing: float
    beta: float
    volatility: float
    industries: tuple[tuple[str, str], ...]


SECTORS = (
    Sector("Finance", 0.22, 0.0070, 0.95, 0.70, (
        ("Major Banks", "Bancorp"), ("Savings Institutions", "Savings"),
        ("Investment Managers", "Capital"), ("Property-Casualty Insurers", "Insurance"),
        ("Finance: Consumer Services", "Credit"), ("Blank Checks", "Acquisition"))),
    Sector("Health Care", 0.20, 0.0065, 0.95, 1.45, (
        ("Biotechnology: Pharmaceutical Preparations", "Therapeutics"),
        ("Biotechnology: Biological Products", "Biosciences"),
        ("Medical/Dental Instruments", "Medical"), ("Medical Specialities", "Surgical"),
        ("Hospital/Nursing Management", "Health"))),
    Sector("Consumer Discretionary", 0.16, 0.0055, 1.15, 1.05, (
        ("Restaurants", "Kitchens"), ("Clothing/Shoe/Accessory Stores", "Apparel"),
        ("Auto Manufacturing", "Motors"), ("Homebuilding", "Homes"),
        ("Hotels/Resorts", "Resorts"), ("Retail: Internet", "Commerce"))),
    Sector("Technology", 0.16, 0.0075, 1.30, 1.10, (
        ("Computer Software: Prepackaged Software", "Software"),
        ("Semiconductors", "Semiconductor"), ("EDP Services", "Data"),
        ("Computer peripheral equipment", "Devices"), ("Radio Equipment", "Networks"))),
    Sector("Industrials", 0.10, 0.0060, 1.10, 0.90, (
        ("Industrial Machinery/Components", "Machinery"), ("Aerospace", "Aerospace"),
        ("Engineering & Construction", "Construction"), ("Trucking Freight", "Freight"),
        ("Electrical Products", "Electric"))),
    Sector("Real Estate", 0.05, 0.0095, 0.90, 0.65, (
        ("Real Estate Investment Trusts", "Realty"), ("Real Estate", "Properties"))),
    Sector("Energy", 0.04, 0.0160, 1.05, 0.90, (
        ("Oil & Gas Production", "Petroleum"), ("Oilfield Services", "Drilling"),
        ("Integrated oil Companies", "Energy"), ("Coal Mining", "Coal"))),
    Sector("Utilities", 0.025, 0.0085, 0.55, 0.50, (
        ("Electric Utilities: Central", "Power"), ("Water Supply", "Water"),
        ("Natural Gas Distribution", "Gas"))),
    Sector("Consumer Staples", 0.025, 0.0050, 0.60, 0.80, (
        ("Packaged Foods", "Foods"), ("Beverages", "Beverages"),
        ("Food Chains", "Grocers"))),
    Sector("Basic Materials", 0.015, 0.0130, 1.05, 1.05, (
        ("Precious Metals", "Gold"), ("Steel/Iron Ore", "Steel"),
        ("Major Chemicals", "Chemicals"))),
    Sector("Telecommunications", 0.015, 0.0060, 0.85, 0.95, (
        ("Telecommunications Equipment", "Telecom"), ("Cable & Other Pay Television", "Media"))),
)  # fmt: skip

INDUSTRIES = tuple(
    (number, name, word)
    for number, sector in enumerate(SECTORS)
    for name, word in sector.industries
)
"""(position of the sector, industry, word in a company's name) of every industry."""

BLANK_CHECK = next(at for at, (_, name, _) in enumerate(INDUSTRIES) if name == "Blank Checks")
"""Industry of companies that hold cash and look for a merger: their price hardly moves."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of security and how its prices are drawn.

    ``price`` is the median first price (0: drawn from the market cap), ``spread`` the standard
    deviation of its logarithm; ``sigma`` the own daily volatility (0: drawn from the market cap);
    ``beta`` and ``tilt`` scale the pull of market and sector; ``dollars`` is the median dollar
    volume of a day (0: drawn from the market cap); ``events`` scales earnings and news.
    """

    name: str
    price: float
    spread: float
    sigma: float
    beta: float
    tilt: float
    dollars: float
    events: float


KINDS = (
    Kind("common", 0.0, 0.60, 0.0, 1.0, 1.0, 0.0, 1.0),
    Kind("adr", 0.0, 0.70, 0.0, 0.8, 0.8, 0.0, 1.0),
    Kind("etf", 45.0, 0.60, 0.0035, 1.0, 1.0, 4e6, 0.0),
    Kind("closed_end_fund", 12.0, 0.40, 0.0050, 0.5, 0.3, 1e6, 0.0),
    Kind("preferred", 23.0, 0.12, 0.0045, 0.2, 0.4, 2e5, 0.0),
    Kind("warrant", 0.6, 1.10, 0.0550, 0.6, 0.3, 8e3, 0.5),
    Kind("unit", 10.2, 0.02, 0.0020, 0.0, 0.0, 2e4, 0.0),
    Kind("right", 0.3, 0.60, 0.0450, 0.1, 0.0, 6e3, 0.0),
    Kind("note", 24.0, 0.08, 0.0035, 0.1, 0.2, 2e5, 0.0),
    Kind("test_issue", 10.0, 0.50, 0.0100, 0.0, 0.0, 1e4, 0.0),
)
"""Kinds of security; a position in this tuple is a security's ``kind``."""

SLOTS = (0,) * 75 + (1,) * 5 + (2,) * 6 + (3,) * 2 + (4,) * 4 + (5,) * 4 + (6,) * 2 + (7, 8)
"""Kind of each slot in a hundred symbols; one slot in every second hundred is a test issue."""
