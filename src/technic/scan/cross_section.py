"""What compares symbols with each other: computed once, over all symbols that passed the gate.

Sums are exact or order-free and ties break by symbol, so neither the order of the universe nor
the way it was cut into blocks can change a number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.regime import IndexSums, Regime, market_regime
from technic.scan.block import BlockRows
from technic.scan.config import ScanConfig
from technic.scoring import (
    BENCHMARK_COLUMNS,
    rs_eligible,
    rs_rating,
    rs_score,
    signals,
    tech_rating,
)
from technic.trade_plan import PlanTable, trade_plans
from technic.typing import FloatArray

__all__ = ["Market", "rank_market"]


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """All scored symbols with every column, ``(n_symbols,)`` each, in the order scanned.

    ``usable_since``: the day, as ISO text, on which the history of a symbol begins that the data
    gate has cut; None where nothing was.
    """

    symbols: tuple[str, ...]
    columns: dict[str, FloatArray]
    signal: NDArray[np.str_]
    usable_since: NDArray[np.object_]
    plans: PlanTable
    regime: Regime


def rank_market(
    scanned: BlockRows,
    config: ScanConfig,
    regime: Regime | None = None,
) -> Market:
    """Add relative strength, rating, signal and plan to the scanned rows.

    It needs no bars. ``regime``: that of a benchmark; without it that of the equal-weighted
    universe, which says so.
    """
    columns = dict(scanned.columns)
    compared = {name: columns.pop(name) for name in BENCHMARK_COLUMNS if name in columns}
    columns["rs_score"] = rs_score(columns)
    everyone = np.ones(len(scanned.symbols), dtype=np.bool_)
    columns["rs_rating"] = rs_rating(columns["rs_score"], rs_eligible(columns, everyone))
    columns |= compared
    if regime is None:
        index = scanned.index or IndexSums.added([])
        universe = f"equal-weighted universe of {len(scanned.symbols):,} symbols"
        regime = market_regime(index.levels(), universe)
    rating = tech_rating(columns, columns["rs_rating"], config.weights)
    columns["tech_rating"] = rating.tech_rating
    columns["rating_coverage"] = rating.rating_coverage
    columns["score_relative_strength"] = rating.score_relative_strength
    signal = signals(
        rating.tech_rating,
        columns["score_trend"],
        rating.rating_coverage,
        config.signals,
        allow_shorts=config.plan.allow_shorts,
    )
    plans = trade_plans(columns, signal, config.plan)
    days = {one.symbol: one.usable_since for one in scanned.trimmed}
    since: NDArray[np.object_] = np.full(len(scanned.symbols), None, dtype=object)
    since[:] = [days.get(symbol) for symbol in scanned.symbols]
    return Market(scanned.symbols, columns, signal, since, plans, regime)
