"""The regime of the market on each day of a block: what the scan of the day says of it.

As of the close of the day, from what is known then: a benchmark's closes of the base window, or
else the equal-weighted index of everybody who is ranked on the day.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from technic.regime import IndexSums, Regime, market_regime
from technic.scan.cross_section import universe_regime
from technic.study.replay.block_windows import BlockWindows
from technic.study.replay.blocks import Block
from technic.typing import DateArray, FloatArray

__all__ = ["DaySumsOfIndex", "benchmark_regimes", "day_stops", "index_of_day", "market_regimes"]

DaySumsOfIndex = tuple[FloatArray, FloatArray]
"""Totals and counts that a few symbols add to the index, ``(n_days, n_sessions)`` each."""


def day_stops(sessions: DateArray, windows: BlockWindows, days: DateArray) -> NDArray[np.intp]:
    """Return how many sessions of the base window each day has, itself among them."""
    return np.searchsorted(sessions[sessions >= windows.base], days, side="right")


def benchmark_regimes(block: Block) -> tuple[Regime, ...] | None:
    """Judge the market by the benchmark up to each day; None where there is none to use."""
    if block.benchmark is None or not np.isfinite(block.benchmark).any():
        return None
    base = block.benchmark[block.sessions >= block.windows.base]
    stops = day_stops(block.sessions, block.windows, block.days)
    return tuple(market_regime(base[:stop], f"benchmark {block.name}") for stop in stops.tolist())


def index_of_day(sums: Sequence[DaySumsOfIndex], at: int, stop: int) -> IndexSums | None:
    """Add up what all symbols say of the index up to a day; None where a benchmark stands for it.

    ``stop``: how many sessions of the base window the day has.
    """
    parts = [IndexSums(total[at], count[at].astype(np.int64)) for total, count in sums]
    if not parts:
        return None
    whole = IndexSums.added(parts)
    return IndexSums(whole.total[:stop], whole.count[:stop])


def market_regimes(
    sums: Sequence[DaySumsOfIndex], stops: NDArray[np.intp], ranked: NDArray[np.int32]
) -> tuple[Regime, ...]:
    """Judge the market of each day by those ranked on it; ``ranked``: how many, ``(n_days,)``."""
    return tuple(
        universe_regime(index_of_day(sums, at, stop), count)[0]
        for at, (stop, count) in enumerate(zip(stops.tolist(), ranked.tolist(), strict=True))
    )
