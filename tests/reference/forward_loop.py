"""Forward returns and excursions by a plain loop over the bars of one symbol."""

from __future__ import annotations

import math
from typing import Any


def _first_bar(bars: Any, symbol: int, session: int) -> int | None:
    for at in range(session, len(bars.sessions)):
        if not math.isnan(bars.open[at, symbol]):
            return at
    return None


def forward_return(
    bars: Any, session: int, symbol: int, horizon: int, lag: int, delisting: float
) -> float:
    """Return of a share bought after ``session`` and sold at the end of the horizon."""
    end = session + lag + horizon
    if end >= len(bars.sessions):
        return math.nan
    bought = _first_bar(bars, symbol, session + 1 + lag)
    if bought is None or bought > end:
        return math.nan
    sold = _first_bar(bars, symbol, end)
    if sold is not None:
        price = bars.close[sold, symbol] if sold == end else bars.open[sold, symbol]
    elif bars.delisted[symbol]:
        sold = int(bars.last_bar[symbol])
        price = bars.close[sold, symbol] * (1.0 + delisting)
    else:
        return math.nan
    if bars.breaks[bought + 1 : sold + 1, symbol].any():
        return math.nan
    received = [0.0] * len(bars.sessions)
    total = 0.0
    for at in range(len(bars.sessions)):
        total += bars.dividends[at, symbol]
        received[at] = total
    return float((price + (received[sold] - received[bought])) / bars.open[bought, symbol] - 1.0)


def excursion(bars: Any, session: int, symbol: int, horizon: int, lag: int) -> tuple[float, float]:
    """The highest high and the lowest low of the horizon, as parts of the price bought at."""
    end = session + lag + horizon
    bought = _first_bar(bars, symbol, session + 1 + lag)
    if end >= len(bars.sessions) or bought is None or bought > end:
        return math.nan, math.nan
    if bars.breaks[bought + 1 : end + 1, symbol].any():
        return math.nan, math.nan
    price = bars.open[bought, symbol]
    days = [at for at in range(bought, end + 1) if not math.isnan(bars.open[at, symbol])]
    return (
        float(max(bars.high[at, symbol] for at in days) / price - 1.0),
        float(min(bars.low[at, symbol] for at in days) / price - 1.0),
    )
