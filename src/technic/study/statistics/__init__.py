"""Statistics of a study that do not flatter: intervals, families of trials, ratings, overlap."""

from technic.study.statistics.comparisons import Comparison, compare_all
from technic.study.statistics.day_sums import DaySums
from technic.study.statistics.episodes import episode_starts, separate_days
from technic.study.statistics.groups import (
    LIQUIDITY_EDGES,
    PRICE_EDGES,
    TRENDS,
    VOLATILITIES,
    bucket_names,
    buckets,
    by_group,
    by_session_group,
    named,
    years,
)
from technic.study.statistics.intervals import Interval, mean_interval
from technic.study.statistics.ratings import (
    QuantileReturns,
    quantile_returns,
    rank_ic,
    series_interval,
    spread,
)
from technic.study.statistics.setup_overlap import SetupOverlap
from technic.study.statistics.sharpe import DeflatedSharpe, deflated_sharpe
from technic.study.statistics.turnover import Turnover, turnover
from technic.study.statistics.verdict import Verdict, rating_verdict, verdict

__all__ = [
    "LIQUIDITY_EDGES",
    "PRICE_EDGES",
    "TRENDS",
    "VOLATILITIES",
    "Comparison",
    "DaySums",
    "DeflatedSharpe",
    "Interval",
    "QuantileReturns",
    "SetupOverlap",
    "Turnover",
    "Verdict",
    "bucket_names",
    "buckets",
    "by_group",
    "by_session_group",
    "compare_all",
    "deflated_sharpe",
    "episode_starts",
    "mean_interval",
    "named",
    "quantile_returns",
    "rank_ic",
    "rating_verdict",
    "separate_days",
    "series_interval",
    "spread",
    "turnover",
    "verdict",
    "years",
]
