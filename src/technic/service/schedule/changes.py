"""What changed between two results of one name: short enough to be kept for good."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from technic.errors import TechnicError
from technic.service.jobs.result_diff import result_diff

if TYPE_CHECKING:
    from technic.result.diff import SymbolChange

__all__ = ["MOST_SYMBOLS", "changes_between"]

MOST_SYMBOLS = 100
"""Symbols of each list that are kept; counts are of all."""


def changes_between(before: Path, after: Path) -> dict[str, Any]:
    """Return counts, and the symbols that entered, left and moved, the first ones of each.

    Where the two cannot be compared, ``problem`` says why.
    """
    if not before.is_dir():
        return {"problem": "the result before it is no longer kept"}
    try:
        found = result_diff(before, after)
    except TechnicError as error:
        return {"problem": str(error)}
    lists = {"entered": found.entered, "left": found.left, "moved": found.moved}
    return {
        "counts": {
            **{name: len(symbols) for name, symbols in lists.items()},
            "unchanged": found.unchanged,
        },
        "warnings": list(found.warnings),
        **{
            name: [_symbol(one) for one in symbols[:MOST_SYMBOLS]]
            for name, symbols in lists.items()
        },
    }


def _symbol(change: SymbolChange) -> dict[str, Any]:
    side = change.after
    return {
        "symbol": change.symbol,
        "place": side.place,
        "place_before": change.before.place,
        "tech_rating": side.tech_rating,
        "tech_rating_before": change.before.tech_rating,
        "signal": side.signal,
        "reason": None if side.place is not None else f"{side.outcome}: {side.detail}"[:300],
    }
