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
_SHORT = {name: word for word, name in ALIASES.items()}


def alias_of(name: str) -> str:
    """Return the short word for a column, "" where there is none."""
    return _SHORT.get(name, "")


def canonical(word: str) -> str:
    """Return the column that a word of a heading means; any other text as it is.

    Case does not matter there, nor whether a blank or an underscore parts the words.
    """
    plain = "_".join(word.split()).casefold()
    return ALIASES.get(plain, word)
