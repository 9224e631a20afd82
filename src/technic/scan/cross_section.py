"""What compares symbols with each other: computed once, over all symbols that passed the gate.

Sums are exact or order-free and ties break by symbol, so neither the order of the universe nor
the way it was cut into blocks can change a number.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.benchmark import Benchmark
from technic.regime import IndexSums, Regime, market_regime
from technic.scan.block_rows import BlockRows
from technic.scan.config import ScanConfig
from technic.scan.scored_market import Market
from technic.scan.windows import BASE_WINDOW, ScanWindows
from technic.scoring import (
    BENCHMARK_COLUMNS,
    rs_eligible,
    rs_rating,
    signals,
    tech_rating,
)
from technic.scoring.curves import Columns
from technic.trade_plan import trade_plans
from technic.typing import BoolArray, DateArray, FloatArray
from technic.wording.counts import count_of

__all__ = ["benchmark_regime", "rank_market", "rated_columns", "universe_regime"]


def benchmark_regime(
    benchmark: Benchmark | None, sessions: DateArray, windows: ScanWindows
) -> Regime | None:
    """Judge the market by a benchmark's closes of the base window; None where it has none."""
    if benchmark is None or not benchmark.usable:
        return None
    closes = windows.cut_closes(benchmark.closes, sessions, BASE_WINDOW)
    return market_regime(closes, f"benchmark {benchmark.name}")


def universe_regime(index: IndexSums | None, ranked: int) -> tuple[Regime, FloatArray]:
    """Judge the market by the equal-weighted index of those who are ranked; return its levels too.

    ``index``: what they add to it; None where nobody does.
    """
    levels = (index or IndexSums.added([])).levels()
    source = f"equal-weighted universe of {count_of(ranked, 'symbol')}"
    return market_regime(levels, source), levels


def rank_market(
    scanned: BlockRows,
    as_of: np.datetime64,
    config: ScanConfig,
    regime: Regime | None = None,
) -> Market:
    """Add relative strength, rating, signal and plan to the scanned rows of ``as_of``.

    It needs no bars. A row whose last bar is older has none of them. ``regime``: that of a
    benchmark; without it that of the equal-weighted universe, which says so.
    """
    ranked = scanned.last_bar == as_of
    columns, signal = rated_columns(scanned.columns, ranked, config, rs_rating)
    levels = None
    if regime is None:
        regime, levels = universe_regime(scanned.index, int(np.count_nonzero(ranked)))
    plans = trade_plans(columns, signal, config.plan)
    for row in np.flatnonzero(~ranked):
        plans.reason[row] = f"last bar {scanned.last_bar[row]}, not of the day"
    days = {one.symbol: one.usable_since for one in scanned.trimmed}
    since: NDArray[np.object_] = np.full(len(scanned.symbols), None, dtype=object)
    since[:] = [days.get(symbol) for symbol in scanned.symbols]
    last = scanned.last_bar
    return Market(scanned.symbols, columns, signal, ranked, last, since, plans, regime, levels)


def rated_columns(
    columns: Columns,
    ranked: BoolArray,
    config: ScanConfig,
    rank: Callable[[FloatArray, BoolArray], FloatArray],
) -> tuple[dict[str, FloatArray], NDArray[np.str_]]:
    """Return the columns with relative strength and rating, and the signals.

    ``ranked``: who is compared; the others have neither. ``rank``: the rating 1-99 of the scores
    of those who are eligible. Columns that compare with a benchmark stay behind it.
    """
    columns = dict(columns)
    compared = {name: columns.pop(name) for name in BENCHMARK_COLUMNS if name in columns}
    columns["rs_score"] = np.where(ranked, columns["rs_score"], np.nan)
    columns["rs_rating"] = rank(columns["rs_score"], rs_eligible(columns, ranked))
    columns |= compared
    rating = tech_rating(columns, columns["rs_rating"], config.weights)
    for name in ("tech_rating", "rating_coverage", "score_relative_strength"):
        columns[name] = np.where(ranked, getattr(rating, name), np.nan)
    signal = signals(
        columns["tech_rating"],
        columns["score_trend"],
        columns["rating_coverage"],
        config.signals,
        allow_shorts=config.plan.allow_shorts,
    )
    return columns, signal
