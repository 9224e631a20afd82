"""What a notebook shows of a result."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from technic.view.main_columns import main_columns
from technic.wording.counts import count_of

if TYPE_CHECKING:
    from technic.result.scan_result import ScanResult

__all__ = ["html"]

HTML_ROWS = 25


def html(result: ScanResult) -> str:
    """Return the best rows with their main columns, headline, warnings and ledger."""
    rows = result.table.head(HTML_ROWS)
    names = (*(column.name for column in main_columns(rows)), "plan_note")
    shown = [name for name in names if name in rows.columns]
    rows = rows[shown]
    whole = {name: "{:,.0f}".format for name in ("rs_rating", "shares") if name in shown}
    table = rows.to_html(index=False, float_format="{:,.2f}".format, formatters=whole, na_rep="-")
    more = len(result.table) - len(rows)
    hidden = [f"and {count_of(more, 'more row')}: result.table"] if more else []
    counts = " · ".join(f"{name} {n:,}" for name, n in result.ledger.counts.items())
    regime = f"market trend {result.regime.trend}, volatility {result.regime.volatility}"
    lines = [f"{regime} ({result.regime.source})", *result.warnings]
    above = "".join(f"<p>{escape(line)}</p>" for line in lines)
    below = "".join(f"<p>{escape(line)}</p>" for line in (*hidden, counts))
    return f"<p><b>{escape(result.headline())}</b></p>{above}{table}{below}"
