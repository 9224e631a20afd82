"""Shorter words for columns: those of table headings, of options, settings, conditions and JSON."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["ALIASES", "alias_of", "canonical"]

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "price": "close",
        "change": "return_1_pct",
        "gap": "gap_pct",
        "rel_volume": "rel_volume_20",
        "rating": "tech_rating",
        "rs": "rs_rating",
        "rr": "reward_risk",
    }
)
"""Each short word, and the column it means."""
_OF_THE_LANGUAGE = {"and", "or", "not", "in"}
_SHORT = {name: word for word, name in ALIASES.items()}


def alias_of(name: str) -> str:
    """Return the short word for a column, "" where there is none."""
    return _SHORT.get(name, "")


def canonical(word: str) -> str:
    """Return the column that a heading means, blanks in the place of underscores, in any case.

    Any other text, such as an expression, is returned as it is.
    """
    parts = word.casefold().split()
    plain = "_".join(parts)
    words = len(parts) > 1 and plain.isidentifier() and not {*parts} & _OF_THE_LANGUAGE
    return ALIASES.get(plain, plain if words else word)
