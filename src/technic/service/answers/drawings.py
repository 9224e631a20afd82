"""What is drawn of a whole result: where its universe went, and its sectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from technic.charts import Drawing, Provenance, Tile, flow, treemap

__all__ = ["ledger_drawing", "sector_drawing"]


def ledger_drawing(about: Mapping[str, Any], width: int) -> Drawing:
    """Draw where the universe went; ``about``: what a summary says beside its rows."""
    return flow(about["ledger"], _provenance(about), width=width)


def sector_drawing(
    found: Sequence[Mapping[str, Any]], about: Mapping[str, Any], width: int
) -> Drawing | None:
    """Draw the map of sectors; None where there are none."""
    size = "market_cap" if all(one["market_cap"] for one in found) else "symbols"
    tiles = [Tile(one["sector"], float(one[size]), one["change_pct"]) for one in found]
    if not tiles:
        return None
    return treemap(
        tiles,
        _provenance(about),
        title=f"Sectors by {'market value' if size == 'market_cap' else 'number of symbols'}",
        size_name=size.replace("_", " "),
        value_name="change of the day %",
        width=width,
        height=360 if width >= 600 else 420,
    )


def _provenance(about: Mapping[str, Any]) -> Provenance:
    return Provenance(
        as_of=about["as_of"],
        source=f"{about['data']['provider']} data",
        price_basis=str(about["data"]["price_basis"]).replace("_", " "),
        universe=about["universe"]["size"],
        simulated=about["data"]["simulated"],
    )
