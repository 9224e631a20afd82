"""What compares symbols with each other: computed once, over all symbols that passed the gate.

Sums are exact or order-free and ties break by symbol, so neither the order of the universe nor
the way it was cut into blocks can change a number.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from technic.data_engine.benchmark import Benchmark
from technic.errors import ParameterError
from technic.regime import IndexSums, Regime, market_regime
from technic.scan.block import ALL_COLUMNS, BlockRows
from technic.scan.config import FilterRules, ScanConfig, SortOrder
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
from technic.universe import Universe

__all__ = [
    "LISTING_COLUMNS",
    "TABLE_COLUMNS",
    "Filtered",
    "Market",
    "filter_market",
    "has_column",
    "rank_market",
    "ranked_table",
]

Column = NDArray[np.generic]

LISTING_COLUMNS = ("company", "exchange", "sector", "industry", "country", "type", "market_cap")
LEADING = (
    "close",
    "return_1_pct",
    "tech_rating",
    "signal",
    "rs_rating",
    "entry",
    "stop",
    "target",
    "reward_risk",
    "shares",
    "plan_note",
)
"""The columns that stand first in the table, after the listing's; all others follow."""

TABLE_COLUMNS = (
    "symbol",
    *LISTING_COLUMNS,
    *ALL_COLUMNS,
    *("rs_score", "rs_rating", "tech_rating", "rating_coverage", "score_relative_strength"),
    "signal",
    *PlanTable.column_names(),
)
"""Every column that a table may have without a benchmark."""


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """All scored symbols with every column, ``(n_symbols,)`` each, in the order scanned."""

    symbols: tuple[str, ...]
    columns: dict[str, FloatArray]
    signal: NDArray[np.str_]
    plans: PlanTable
    regime: Regime


def rank_market(
    scanned: BlockRows,
    config: ScanConfig,
    benchmark: Benchmark | None,
) -> Market:
    """Add relative strength, rating, signal and plan to the scanned rows; judge the regime.

    It needs no bars. Without a benchmark the regime is that of the equal-weighted universe, and
    says so.
    """
    columns = dict(scanned.columns)
    compared = {name: columns.pop(name, np.empty(0)) for name in BENCHMARK_COLUMNS}
    columns["rs_score"] = rs_score(columns)
    everyone = np.ones(len(scanned.symbols), dtype=np.bool_)
    columns["rs_rating"] = rs_rating(columns["rs_score"], rs_eligible(columns, everyone))
    if benchmark is not None:
        columns |= compared
        regime = market_regime(benchmark.closes, f"benchmark {benchmark.name}")
    else:
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
    return Market(scanned.symbols, columns, signal, plans, regime)


@dataclass(frozen=True, slots=True, eq=False)
class Filtered:
    """The filter that each symbol failed first, None where it failed none, and the reason."""

    rule: NDArray[np.object_]
    detail: NDArray[np.object_]


def filter_market(market: Market, rules: FilterRules) -> Filtered:
    """Apply the filters in the order of ``FilterRules``; a value that is missing fails."""
    n = len(market.symbols)
    rule: NDArray[np.object_] = np.full(n, None, dtype=object)
    detail: NDArray[np.object_] = np.full(n, "", dtype=object)
    checks = (
        ("min_price", "close", rules.min_price, 1),
        ("max_price", "close", rules.max_price, -1),
        ("min_rating", "tech_rating", rules.min_rating, 1),
        ("min_rs_rating", "rs_rating", rules.min_rs_rating, 1),
        ("min_dollar_volume", "avg_dollar_volume_20", rules.min_dollar_volume, 1),
    )
    for name, column, limit, sign in checks:
        if limit is None:
            continue
        values = market.columns[column]
        failed = ~(sign * values >= sign * limit)
        for i in np.flatnonzero(failed):
            if rule[i] is None:
                value = "missing" if np.isnan(values[i]) else f"{values[i]:,.2f}"
                rule[i], detail[i] = name, f"{column} {value}, {name} {limit:,g}"
    if rules.signals:
        for i in np.flatnonzero(~np.isin(market.signal, rules.signals)):
            if rule[i] is None:
                rule[i], detail[i] = "signal", f"signal {market.signal[i]}"
    return Filtered(rule, detail)


def ranked_table(
    market: Market,
    universe: Universe,
    kept: list[str],
    sort: str,
    more: Mapping[str, Column] | None = None,
    order: Column | None = None,
) -> pd.DataFrame:
    """One row for each kept symbol: listing, rating, plan, then every other column; sorted.

    ``more``: columns that were asked for, in the order of ``market.symbols``; ``order``: what to
    sort by instead of a column. Raises ParameterError when the table has no column to sort by.
    """
    at = {symbol: i for i, symbol in enumerate(market.symbols)}
    picked = np.array([at[symbol] for symbol in kept], dtype=np.intp)
    values: dict[str, NDArray[np.generic]] = {
        **market.columns,
        "signal": market.signal.astype(object),
        **market.plans.columns(),
        **(more or {}),
    }
    listed = {symbol: i for i, symbol in enumerate(universe.symbols)}
    rows = np.array([listed[symbol] for symbol in kept], dtype=np.intp)
    frame = universe.frame
    facts = {name: frame[name].to_numpy()[rows] for name in LISTING_COLUMNS if name in frame}
    wanted = SortOrder.parse(sort)
    if order is not None:
        key = order[picked]
    elif wanted.column == "symbol" or wanted.column in facts:
        key = facts.get(wanted.column, np.array(kept, dtype=object))
    elif wanted.column in values:
        key = values[wanted.column][picked]
    else:
        raise _no_such_column(wanted.column, ["symbol", *facts, *values])
    places = _places(key, kept, ascending=wanted.ascending)
    columns: dict[str, object] = {"symbol": [kept[i] for i in places]}
    columns |= {name: column[places] for name, column in facts.items()}
    leading = [name for name in LEADING if name in values]
    for name in [*leading, *(name for name in values if name not in leading)]:
        columns[name] = values[name][picked[places]]
    return pd.DataFrame(columns)


def has_column(name: str, *, has_benchmark: bool) -> bool:
    """Tell whether a table has a column of its own accord."""
    return name in TABLE_COLUMNS or (has_benchmark and name in BENCHMARK_COLUMNS)


def _no_such_column(column: str, known: Sequence[str]) -> ParameterError:
    near = difflib.get_close_matches(column, known, n=3, cutoff=0.5)
    hint = f"the nearest: {', '.join(near)}" if near else "docs/indicators.md lists them"
    return ParameterError("sort", column, f"one of the table's {len(known)} columns", hint)


def _places(
    key: NDArray[np.generic], symbols: Sequence[str], *, ascending: bool
) -> NDArray[np.intp]:
    """Return the rows in order: by ``key``, then by symbol; what is missing comes last."""
    if key.dtype.kind == "f":
        signed = key.astype(np.float64) * (1.0 if ascending else -1.0)
        ordered: NDArray[np.intp] = np.argsort(signed, kind="stable")
        if np.all(np.diff(signed[ordered]) > 0.0):  # no ties, nothing missing: nothing to break
            return ordered
    frame = pd.DataFrame({"key": key, "symbol": pd.Series(symbols, dtype=object)})
    sort = frame.sort_values(
        ["key", "symbol"], ascending=[ascending, True], na_position="last", kind="stable"
    )
    return sort.index.to_numpy(np.intp)
