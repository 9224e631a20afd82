"""The rules of the pre-screen: their codes, their order, and the parameters a user sets."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace

from technic.errors import ParameterError

__all__ = ["LIST_RULES", "NEED_WORDS", "RULES", "SHOW_RULES", "TYPE_RULES", "PrescreenRules"]

TYPE_RULES: dict[str, tuple[str, ...]] = {
    "test_issue": ("test_issue",),
    "warrant": ("warrant",),
    "unit": ("unit",),
    "right": ("right",),
    "preferred": ("preferred",),
    "fund": ("etf", "etn", "closed_end_fund"),
    "note": ("note",),
    "other_type": ("other",),
}
NEED_WORDS = ("fund", "note", "other_type")
"""Type rules that a symbol alone never answers."""
LIST_RULES: dict[str, tuple[str, str, bool]] = {
    "exchange": ("exchanges", "exchange", True),
    "country": ("countries", "country", True),
    "sector": ("sectors", "sector", True),
    "exclude_sector": ("exclude_sectors", "sector", False),
    "industry": ("industries", "industry", True),
    "exclude_industry": ("exclude_industries", "industry", False),
}
"""Rule -> (parameter, column, whether the listed values are the ones that stay)."""

SHOW_RULES = (*LIST_RULES, "market_cap_unknown", "market_cap")
"""Rules that choose whose rows are shown; all others say who belongs to the market at all."""

RULES = (*TYPE_RULES, "symbol_pattern", "problem_symbol", *SHOW_RULES)
"""Codes of all rules, in the order in which they are asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrescreenRules:
    """Which symbols are left out before a request is spent on them.

    ``test_issue`` … ``other_type``: True leaves that kind out and insists that the universe can
    tell, False keeps it, None (default) leaves it out where the universe can tell; ``fund`` is
    ETFs, ETNs and closed-end funds. ``symbol_patterns``: regular expressions that a whole symbol
    matches to be left out. ``problem_symbols``: symbols to leave out. ``exchanges``,
    ``countries``, ``sectors``, ``industries``: only these stay, an unknown value does not;
    ``exclude_…``: these go. Case does not matter. Market caps are in dollars, both ends stay;
    with a range set, an unknown market cap goes unless ``keep_unknown_market_cap``.
    """

    test_issue: bool | None = None
    warrant: bool | None = None
    unit: bool | None = None
    right: bool | None = None
    preferred: bool | None = None
    fund: bool | None = None
    note: bool | None = None
    other_type: bool | None = None
    symbol_patterns: tuple[str, ...] = ()
    problem_symbols: tuple[str, ...] = ()
    exchanges: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    exclude_sectors: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    exclude_industries: tuple[str, ...] = ()
    min_market_cap: float | None = None
    max_market_cap: float | None = None
    keep_unknown_market_cap: bool = False

    @property
    def of_the_market(self) -> PrescreenRules:
        """The rules that say who belongs to the market, whoever is shown."""
        return replace(
            self,
            exchanges=(),
            countries=(),
            sectors=(),
            exclude_sectors=(),
            industries=(),
            exclude_industries=(),
            min_market_cap=None,
            max_market_cap=None,
        )

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if each.name in TYPE_RULES and not (value is None or isinstance(value, bool)):
                raise ParameterError(each.name, value, "True, False or None")
            if each.type == "tuple[str, ...]":
                _check_texts(each.name, value)
        _check_patterns(self.symbol_patterns)
        _check_range(self.min_market_cap, self.max_market_cap)
        if not isinstance(self.keep_unknown_market_cap, bool):
            allowed = "True or False"
            raise ParameterError("keep_unknown_market_cap", self.keep_unknown_market_cap, allowed)


def _check_texts(parameter: str, value: object) -> None:
    texts = isinstance(value, tuple) and all(isinstance(each, str) for each in value)
    if not texts or any(not each.strip() for each in value):  # type: ignore[attr-defined]
        raise ParameterError(parameter, value, "a tuple of text, none of it blank")


def _check_patterns(patterns: tuple[str, ...]) -> None:
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            allowed = f"a regular expression ({error})"
            raise ParameterError("symbol_patterns", pattern, allowed) from None


def _check_range(low: float | None, high: float | None) -> None:
    for parameter, value in (("min_market_cap", low), ("max_market_cap", high)):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if value is not None and not (number and 0 <= value < float("inf")):
            raise ParameterError(parameter, value, "dollars, 0 or more, or None")
    if low is not None and high is not None and low > high:
        raise ParameterError("min_market_cap", low, f"at most max_market_cap, {high}")
