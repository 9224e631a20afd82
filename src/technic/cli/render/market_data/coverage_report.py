"""How much of a market facts cover, for people as a table, for programs as plain values."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from technic.cli.render.market_data.plan_report import row
from technic.facts.market_coverage import MarketCoverage
from technic.wording.counts import count_of

__all__ = ["coverage_document", "coverage_lines"]


def coverage_document(covered: MarketCoverage) -> dict[str, object]:
    """Return coverage as JSON has it: shares from 0 to 1, null where none can be said."""
    return {
        "as_of": str(covered.day),
        "with_bars": covered.with_bars,
        "companies": covered.names,
        "with_market_cap": covered.valued,
        "concepts": {
            one.field: {
                "known": one.known,
                "name_share": _known(one.name_share),
                "market_cap_share": _known(one.cap_share),
            }
            for one in covered.fields
        },
    }


def coverage_lines(covered: MarketCoverage) -> Iterator[Text | Table]:
    """Yield whose facts are counted, then each concept with its shares, the best known first."""
    who = f"as of {covered.day}: {count_of(covered.names, 'company', 'companies')}"
    if covered.with_bars is None:
        none = "no bars of that day are stored (technic sync), so none has a worth"
        yield row("coverage", f"{who}; {none}")
    else:
        bars = count_of(covered.with_bars, "symbol")
        worth = f"{covered.valued:,} with a market value"
        yield row("coverage", f"{who} among {bars} with a bar, {worth}")
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("concept")
    table.add_column("names", justify="right")
    table.add_column("market value", justify="right")
    for one in sorted(covered.fields, key=lambda one: (-one.known, one.field)):
        table.add_row(one.field, _percent(one.name_share), _percent(one.cap_share))
    yield table


def _known(share: float) -> float | None:
    return None if math.isnan(share) else share


def _percent(share: float) -> str:
    """A share as people read it; none is said to be whole that is not, nor to be nothing."""
    if math.isnan(share):
        return "-"
    shown = f"{100.0 * share:.1f}%"
    if shown == "100.0%" and share < 1.0:
        return ">99.9%"
    return "<0.1%" if shown == "0.0%" and share > 0.0 else shown
