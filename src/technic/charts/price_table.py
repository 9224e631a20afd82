"""The data of a price chart as text: a row for each bar, and what is shown to who points at one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from technic.charts.drawing import Table
from technic.charts.price_data import Average, PriceBars, RelativeLine
from technic.charts.price_marks import holes
from technic.charts.text import price_text
from technic.wording.counts import count_of

__all__ = ["price_table", "tip"]


def price_table(
    bars: PriceBars, averages: Sequence[Average], relative: RelativeLine | None
) -> Table:
    """Return a row for each bar that is drawn, the latest first."""
    headings = ["day", "open", "high", "low", "close", "volume"]
    headings += [average.name for average in averages]
    if relative is not None:
        headings.append(f"RS line against {relative.benchmark}")
    marked = bool(bars.left_out.any() or bars.usable_from)
    if marked:
        headings.append("remark")
    rows = []
    for at in np.flatnonzero(bars.there)[::-1].tolist():
        row = [str(bars.sessions[at]), *_prices(bars, at), _volume(bars, at)]
        row += [_known(float(average.values[at])) for average in averages]
        if relative is not None:
            row.append(_known(float(relative.values[at])))
        if marked:
            row.append(_remark(bars, at))
        rows.append(tuple(row))
    missing = sum(last - first + 1 for first, last in holes(bars))
    sessions = f"{count_of(missing, 'session')} {'has' if missing == 1 else 'have'}"
    return Table(tuple(headings), tuple(rows), f"{sessions} no bar." if missing else "")


def tip(bars: PriceBars, averages: Sequence[Average], part: slice) -> str:
    """Return the figures of a candle, in one line."""
    first, last = part.start, part.stop - 1
    day = str(bars.sessions[last])
    if first != last:
        there = bars.there[part] & ~bars.left_out[part]
        high, low = bars.high[part][there].max(), bars.low[part][there].min()
        return (
            f"{bars.sessions[first]} to {day}: high {price_text(float(high))}, "
            f"low {price_text(float(low))}, close {price_text(float(bars.close[last]))}"
        )
    open_, high_, low_, close = _prices(bars, last)
    lines = [
        f"{one.name} {price_text(float(one.values[last]))}"
        for one in averages
        if np.isfinite(one.values[last])
    ]
    volume = f"volume {_volume(bars, last)}" if np.isfinite(bars.volume[last]) else ""
    parts = [f"open {open_}, high {high_}, low {low_}, close {close}", volume, *lines]
    remark = _remark(bars, last)
    return f"{day}: " + ", ".join(part for part in (*parts, remark) if part)


def _prices(bars: PriceBars, at: int) -> tuple[str, str, str, str]:
    found = (bars.open[at], bars.high[at], bars.low[at], bars.close[at])
    first, second, third, fourth = (price_text(float(value)) for value in found)
    return first, second, third, fourth


def _volume(bars: PriceBars, at: int) -> str:
    value = float(bars.volume[at])
    return f"{value:,.0f}" if value == value else "n/a"


def _known(value: float) -> str:
    return price_text(value) if value == value else "n/a"


def _remark(bars: PriceBars, at: int) -> str:
    if bars.left_out[at]:
        return "left out"
    return "before the usable history" if at < bars.usable_from else ""
