"""In which sentences the sources of facts are to be named, wherever their numbers are shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from technic.facts.sources.companyfacts import ATTRIBUTION as OF_SEC
from technic.facts.sources.short_interest import ATTRIBUTION as OF_FINRA

if TYPE_CHECKING:
    from technic.facts.reader import FactPart, FactSource

__all__ = ["MADE_UP", "attribution_of"]

MADE_UP = "These companies are simulated: no filing of theirs is at SEC."


def attribution_of(sources: Iterable[FactSource], *, simulated: bool) -> tuple[str, ...]:
    """Return the sentences for some values, none where nobody has to be named."""
    parts: list[FactPart] = [part for source in sources for part in source.parts]
    if simulated:
        return (MADE_UP,) if parts else ()
    found = [OF_SEC] if any(part.link for part in parts) else []
    if any(part.source.startswith("finra") for part in parts):
        found.append(OF_FINRA)
    return tuple(found)
