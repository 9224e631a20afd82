"""In what a column is counted, as its name says: ``Market Cap (mil)``, ``Volume (000s)``."""

from __future__ import annotations

import re

from technic.tables.column_names import plain_name

__all__ = ["unit_of_name"]

_NAMED_UNITS = (
    ("thousands", re.compile(r"(?:thousands?|000s?|k)(?:usd)?$")),
    ("millions", re.compile(r"(?:millions?|mil|mill|mln|mio|mm|mn|m)(?:usd)?$|musd$")),
    ("billions", re.compile(r"(?:billions?|bil|bln|bn|b)(?:usd)?$|busd$")),
)
_BASE = re.compile(
    r"^(?:marketcapitali[sz]ation|marketcap|mktcap|volume|vol)(?:in)?(?:usd?)?(?:in)?"
)


def unit_of_name(column: str) -> str | None:
    """Return thousands, millions or billions where the name says so."""
    said = _BASE.sub("", plain_name(column), count=1)
    return next((unit for unit, pattern in _NAMED_UNITS if pattern.match(said)), None)
