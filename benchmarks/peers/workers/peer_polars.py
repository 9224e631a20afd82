"""polars expressions over one long table, all symbols in one lazy query.

Exponential means are seeded as TA-Lib does, so that the answers are equal: the row of the seed
becomes the plain mean, the rows before it null, and ``ewm_mean`` goes on from there.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from measure import FIELDS, Report, arguments, best_of, read_bars

CLOSE, HIGH, LOW, ROW = pl.col("close"), pl.col("high"), pl.col("low"), pl.col("row")


def seeded(x: pl.Expr, n: int, alpha: float, first: int = 0) -> pl.Expr:
    """Exponential mean of values that begin in row ``first``, seeded by the mean of ``n``."""
    seed = first + n - 1
    start = pl.when(seed == ROW).then(x.rolling_mean(n)).when(seed < ROW).then(x)
    return start.ewm_mean(alpha=alpha, adjust=False, ignore_nulls=True)


def ema(x: pl.Expr, n: int, first: int = 0) -> pl.Expr:
    """Exponential mean with weight 2 / (n + 1)."""
    return seeded(x, n, 2 / (n + 1), first)


def query(table: pl.LazyFrame) -> pl.LazyFrame:
    """All indicators of all symbols."""
    change = CLOSE.diff()
    before = CLOSE.shift()
    spread = pl.max_horizontal(HIGH, before) - pl.min_horizontal(LOW, before)
    first = table.with_columns(
        line=(ema(CLOSE, 12, 14) - ema(CLOSE, 26)).over("symbol"),
        mean=CLOSE.rolling_mean(20).over("symbol"),
        deviation=CLOSE.rolling_std(20, ddof=0).over("symbol"),
        gain=seeded(change.clip(lower_bound=0), 14, 1 / 14, 1).over("symbol"),
        loss=seeded(-change.clip(upper_bound=0), 14, 1 / 14, 1).over("symbol"),
        top=HIGH.rolling_max(14).over("symbol"),
        bottom=LOW.rolling_min(14).over("symbol"),
    ).with_columns(signal=ema(pl.col("line"), 9, 25).over("symbol"))
    line, mean, deviation = pl.col("line"), pl.col("mean"), pl.col("deviation")
    return first.select(
        sma_50=CLOSE.rolling_mean(50).over("symbol"),
        sma_200=CLOSE.rolling_mean(200).over("symbol"),
        ema_20=ema(CLOSE, 20).over("symbol"),
        ema_50=ema(CLOSE, 50).over("symbol"),
        rsi_14=100 * pl.col("gain") / (pl.col("gain") + pl.col("loss")),
        macd_line=pl.when(ROW >= 33).then(line),
        macd_signal=pl.col("signal"),
        macd_histogram=line - pl.col("signal"),
        atr_14=seeded(spread, 14, 1 / 14, 1).over("symbol"),
        bb_upper=mean + 2 * deviation,
        bb_middle=mean,
        bb_lower=mean - 2 * deviation,
        willr_14=-100 * (pl.col("top") - CLOSE) / (pl.col("top") - pl.col("bottom")),
        roc_10=(100 * (CLOSE / CLOSE.shift(10) - 1)).over("symbol"),
        stddev_20=deviation,
    )


def main() -> None:
    """Time the whole market."""
    args = arguments()
    bars = read_bars(args.folder)
    n_bars, n_symbols = bars["close"].shape
    table = pl.DataFrame(
        {
            "symbol": np.repeat(np.arange(n_symbols, dtype=np.int32), n_bars),
            "row": np.tile(np.arange(n_bars, dtype=np.int32), n_symbols),
            **{name: bars[name].ravel("F") for name in FIELDS},
        }
    )
    timing, found = best_of(args.rounds, lambda: query(table.lazy()).collect())
    values = {
        name: found[name].to_numpy().reshape(n_symbols, n_bars).T.copy() for name in found.columns
    }
    report = Report({"polars": pl.__version__, "threads": str(pl.thread_pool_size())})
    report.timings["all bars"] = timing
    report.save(args.folder, args.label, values)


if __name__ == "__main__":
    main()
