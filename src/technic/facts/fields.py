"""The fields that may be asked for: names, units, what they mean, which concepts they need.

No field here has a price in it. Those that have (price to earnings, market capitalization) are
expressions over these, and belong to the language.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from technic.facts.concepts import catalog

__all__ = ["FIELDS", "FactField", "Ratio"]

FieldKind = Literal["concept", "ttm", "derived"]
HIDDEN = ("listed_as", "sic", "earnings_event", "earnings_date")
"""Concepts that are no numbers to ask for."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """``above`` / ``below`` x ``times``, both fields of one period; missing where below is <= 0.

    ``aligned``: whether both must be of one fiscal period.
    """

    above: str
    below: str
    times: float = 1.0
    aligned: bool = True


@dataclass(frozen=True, slots=True)
class FactField:
    """One field.

    ``unit``: ``USD``, ``shares``, ``USD/share``, ``%``, ``ratio`` or ``sessions``. ``concepts``:
    those whose rows it is computed from. ``growth_of``: the field whose growth over four quarters
    it is. ``quarterly``: whether it may be asked for some quarters back.
    """

    name: str
    unit: str
    description: str
    kind: FieldKind
    concepts: tuple[str, ...]
    per_share: int = 0
    concept: str = ""
    ratio: Ratio | None = None
    growth_of: str = ""
    quarterly: bool = True


RATIOS = {
    "gross_margin": (Ratio("gross_profit", "revenue", 100.0), "Gross profit of revenue"),
    "operating_margin": (
        Ratio("operating_income", "revenue", 100.0),
        "Operating income of revenue",
    ),
    "net_margin": (Ratio("net_income", "revenue", 100.0), "Net income of revenue"),
    "gross_margin_ttm": (
        Ratio("gross_profit_ttm", "revenue_ttm", 100.0),
        "Gross profit of revenue over twelve months",
    ),
    "operating_margin_ttm": (
        Ratio("operating_income_ttm", "revenue_ttm", 100.0),
        "Operating income of revenue over twelve months",
    ),
    "net_margin_ttm": (
        Ratio("net_income_ttm", "revenue_ttm", 100.0),
        "Net income of revenue over twelve months",
    ),
    "roe_ttm": (Ratio("net_income_ttm", "equity", 100.0), "Net income of twelve months of equity"),
    "roa_ttm": (
        Ratio("net_income_ttm", "total_assets", 100.0),
        "Net income of twelve months of all assets",
    ),
    "debt_to_equity": (Ratio("total_debt", "equity"), "Debt of any term over equity"),
    "current_ratio": (
        Ratio("current_assets", "current_liabilities"),
        "Current assets over current liabilities",
    ),
    "short_pct_float": (
        Ratio("short_interest", "float_shares", 100.0, aligned=False),
        "Shares sold short of the shares that others than insiders hold",
    ),
    "days_to_cover": (
        Ratio("short_interest", "short_average_volume"),
        "Sessions of average volume that buying back all shares sold short would take",
    ),
}
GROWTHS = {
    "eps_growth_yoy": ("eps", "Earnings per share against the same quarter a year before"),
    "revenue_growth_yoy": ("revenue", "Revenue against the same quarter a year before"),
    "net_income_growth_yoy": ("net_income", "Net income against the same quarter a year before"),
    "eps_ttm_growth_yoy": ("eps_ttm", "Earnings per share of twelve months against a year before"),
    "revenue_ttm_growth_yoy": ("revenue_ttm", "Revenue of twelve months against a year before"),
}
EARNINGS = {
    "days_since_earnings": "Sessions since results were published, 0 on the first that knew them",
    "days_to_earnings": "Sessions until the next results: an estimate, or a vendor's day",
}
UNITS = {"USD/shares": "USD/share"}


def _of_concepts() -> Iterator[FactField]:
    known = catalog()
    for concept in known.concepts.values():
        if concept.name in HIDDEN:
            continue
        unit = UNITS.get(concept.unit, concept.unit)
        needs = known.needed(concept.name)
        if concept.name == "float_shares":
            needs += ("public_float", "shares_outstanding")
        yield FactField(
            concept.name, unit, concept.description, "concept", needs,
            concept.per_share, concept.name, quarterly=concept.quarterly,
        )  # fmt: skip
        if concept.kind == "duration" and concept.additive:
            text = concept.description.removesuffix(" of the latest quarter")
            yield FactField(
                f"{concept.name}_ttm", unit, f"{text}, of the latest twelve months", "ttm", needs,
                concept.per_share, concept.name,
            )  # fmt: skip


def _derived(of_concepts: Mapping[str, FactField]) -> Iterator[FactField]:
    for name, (ratio, text) in RATIOS.items():
        above, below = of_concepts[ratio.above], of_concepts[ratio.below]
        needs = tuple(dict.fromkeys((*above.concepts, *below.concepts)))
        unit = "sessions" if name == "days_to_cover" else "%" if ratio.times == 100.0 else "ratio"
        quarterly = above.quarterly and below.quarterly
        yield FactField(name, unit, text, "derived", needs, ratio=ratio, quarterly=quarterly)
    for name, (base, text) in GROWTHS.items():
        yield FactField(name, "%", text, "derived", of_concepts[base].concepts, growth_of=base)
    for name, text in EARNINGS.items():
        needs = ("earnings_event", "earnings_date")
        yield FactField(name, "sessions", text, "derived", needs, quarterly=False)


def _fields() -> Mapping[str, FactField]:
    of_concepts = {field.name: field for field in _of_concepts()}
    derived = {field.name: field for field in _derived(of_concepts)}
    return MappingProxyType(of_concepts | derived)


FIELDS: Mapping[str, FactField] = _fields()
"""All fields by name."""
