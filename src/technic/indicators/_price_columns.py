"""Columns read off the bars: prices, returns, gaps, highs and lows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from technic.indicators import price_range as levels
from technic.indicators._column import Column
from technic.indicators.workspace import Workspace
from technic.typing import FloatArray

__all__ = ["PRICE_COLUMNS"]

Compute = Callable[[Workspace], FloatArray]


def _bars(work: Workspace) -> FloatArray:
    count = np.arange(1.0, len(work.field("close")) + 1.0)[:, None]
    return work.last(np.broadcast_to(count, work.field("close").shape))


def _field(name: str) -> Compute:
    return lambda work: work.recent(name)


def _return(bars: int) -> Compute:
    return lambda work: levels.percent_from(work.recent("close"), work.recent("close", lag=bars))


def _gap(work: Workspace) -> FloatArray:
    return levels.percent_from(work.recent("open"), work.recent("close", lag=1))


def _highest(bars: int, lag: int = 0) -> Compute:
    return lambda work: work.earlier(lag, bars, levels.highest, "high", bars)


def _lowest(bars: int, lag: int = 0) -> Compute:
    return lambda work: work.earlier(lag, bars, levels.lowest, "low", bars)


def _from(level: Compute) -> Compute:
    return lambda work: levels.percent_from(work.recent("close"), level(work))


PRICE_COLUMNS = (
    Column("bars", "bars", 1, "Bars from the start of the window up to the day.", _bars),
    Column("open", "price", 1, "First price of the day.", _field("open")),
    Column("high", "price", 1, "Highest price of the day.", _field("high")),
    Column("low", "price", 1, "Lowest price of the day.", _field("low")),
    Column("close", "price", 1, "Last price of the day.", _field("close")),
    Column("volume", "shares", 1, "Shares traded on the day.", _field("volume")),
    *(
        Column(
            f"return_{bars}_pct",
            "%",
            bars + 1,
            f"Change of the close over {bars} bar{'s' * (bars > 1)}.",
            _return(bars),
        )
        for bars in (1, 5, 21, 63, 126, 189, 252)
    ),
    Column("gap_pct", "%", 2, "Open over the previous close.", _gap),
    Column("low_10", "price", 10, "Lowest low of 10 bars, today included.", _lowest(10)),
    Column("low_20", "price", 20, "Lowest low of 20 bars, today included.", _lowest(20)),
    Column("high_20", "price", 20, "Highest high of 20 bars, today included.", _highest(20)),
    Column("high_252", "price", 252, "Highest high of 252 bars (a year).", _highest(252)),
    Column("low_252", "price", 252, "Lowest low of 252 bars (a year).", _lowest(252)),
    *(
        Column(
            f"prior_high_{bars}",
            "price",
            bars + 1,
            f"Highest high of the {bars} bars before today.",
            _highest(bars, lag=1),
        )
        for bars in (20, 55, 252)
    ),
    Column("prior_low_20", "price", 21, "Lowest low of the 20 bars before today.", _lowest(20, 1)),
    Column(
        "from_high_252_pct",
        "%",
        252,
        "Close over the highest high of 252 bars.",
        _from(_highest(252)),
    ),
    Column(
        "from_low_252_pct", "%", 252, "Close over the lowest low of 252 bars.", _from(_lowest(252))
    ),
)
