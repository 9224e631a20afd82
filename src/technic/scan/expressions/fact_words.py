"""The words of a scan that are about facts: fields of filings, and what is made of them and prices.

No file of facts is opened for their names.
"""

from __future__ import annotations

from technic.facts.fields import EARNINGS, FIELDS, FactField
from technic.language import Function, NameInfo
from technic.language.analysis.vocabulary import FactKind
from technic.language.functions.without_kernel import FACT_FUNCTIONS

__all__ = ["PRICED_FACTS", "fact_functions", "fact_names"]

_UNITS = {"USD": "$", "USD/share": "price"}
PRICED_FACTS = {
    "pe_ttm": (
        "close / max(eps_ttm, 0)",
        "Close to the earnings a share of twelve months; missing where these are no profit.",
    ),
    "market_cap_of_day": (
        "close * shares_outstanding",
        "Market capitalisation of the day: close times the shares outstanding known by then.",
    ),
    "ps": (
        "close * shares_outstanding / max(revenue_ttm, 0)",
        "Market value to the revenue of twelve months.",
    ),
    "pb": (
        "close * shares_outstanding / max(equity, 0)",
        "Market value to equity; missing where that is none.",
    ),
    "fcf_yield": (
        "100 * free_cash_flow_ttm / (close * shares_outstanding)",
        "Free cash flow of twelve months in percent of the market value.",
    ),
    "earnings_yield": (
        "100 * eps_ttm / close",
        "Earnings a share of twelve months in percent of the close.",
    ),
}
"""Name → expression and what it says. Each bar has its own close, and what was known on its day."""
_PRICED_UNITS = {"market_cap_of_day": "$", "fcf_yield": "%", "earnings_yield": "%"}


def fact_names() -> dict[str, NameInfo]:
    """Return the names of facts, and those that have a price in them."""
    names = {
        one.name: NameInfo(
            "number",
            "bar",
            f"{one.description}.",
            unit=_UNITS.get(one.unit, one.unit),
            fact=_kind(one),
        )
        for one in FIELDS.values()
    }
    for name, (expression, says) in PRICED_FACTS.items():
        unit = _PRICED_UNITS.get(name, "ratio")
        names[name] = NameInfo(
            "number", "bar", says, expression=expression, unit=unit, fact="priced"
        )
    return names


def _kind(field: FactField) -> FactKind:
    if field.name in EARNINGS:
        return "counted"
    return "reported" if field.quarterly else "known"


def fact_functions() -> dict[str, Function]:
    """Return the functions about facts."""
    return {one.name: one for one in FACT_FUNCTIONS}
