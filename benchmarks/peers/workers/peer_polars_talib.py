"""polars-talib: TA-Lib's C functions as expressions of polars, all symbols in one lazy query.

*all bars*: each function over the series of each symbol. *last row*: windows over the last bars of
each symbol alone, recursions over its whole series.
"""

from __future__ import annotations

from importlib.metadata import version

import numpy as np
import polars as pl
import polars_talib as ta
from measure import FIELDS, Report, arguments, best_of, check_last, read_bars

CLOSE, HIGH, LOW = pl.col("close"), pl.col("high"), pl.col("low")


def expressions(*, last: bool = False) -> dict[str, pl.Expr]:
    """Return each function; with ``last`` windows are given no bars that they do not see."""

    def seen(x: pl.Expr, n: int) -> pl.Expr:
        return x.tail(n) if last else x

    return {
        "sma_50": ta.sma(seen(CLOSE, 50), 50),
        "sma_200": ta.sma(seen(CLOSE, 200), 200),
        "ema_20": ta.ema(CLOSE, 20),
        "ema_50": ta.ema(CLOSE, 50),
        "rsi_14": ta.rsi(CLOSE, 14),
        "macd": ta.macd(CLOSE, 12, 26, 9),
        "atr_14": ta.atr(HIGH, LOW, CLOSE, 14),
        "bands": ta.bbands(seen(CLOSE, 20), 20, 2.0, 2.0),
        "willr_14": ta.willr(seen(HIGH, 14), seen(LOW, 14), seen(CLOSE, 14), 14),
        "roc_10": ta.roc(seen(CLOSE, 11), 10),
        "stddev_20": ta.stddev(seen(CLOSE, 20), 20, 1.0),
    }


def all_bars(table: pl.LazyFrame) -> pl.DataFrame:
    """Return one list a symbol and function, over all bars."""
    return table.group_by("symbol", maintain_order=True).agg(**expressions()).collect()


def last_row(table: pl.LazyFrame) -> pl.DataFrame:
    """Return the last value of each symbol and function."""
    asked = {name: found.last() for name, found in expressions(last=True).items()}
    return table.group_by("symbol", maintain_order=True).agg(**asked).collect()


def values_of(found: pl.DataFrame, n_symbols: int) -> dict[str, np.ndarray]:
    """Return the values by Technic's names, ``(n_bars, n_symbols)``."""
    out = {}
    for name in found.columns[1:]:
        column = found[name]
        if isinstance(column.dtype, pl.List):
            column = column.explode()
        parts = {name: column}
        if isinstance(column.dtype, pl.Struct):
            fields = MACD if name == "macd" else BANDS
            parts = {ours: column.struct.field(theirs) for ours, theirs in fields.items()}
        out |= {n: part.to_numpy().reshape(n_symbols, -1).T.copy() for n, part in parts.items()}
    return out


MACD = {"macd_line": "macd", "macd_signal": "macdsignal", "macd_histogram": "macdhist"}
BANDS = {"bb_upper": "upperband", "bb_middle": "middleband", "bb_lower": "lowerband"}


def main() -> None:
    """Time the whole market, both ways."""
    args = arguments()
    bars = read_bars(args.folder)
    n_bars, n_symbols = bars["close"].shape
    table = pl.DataFrame(
        {
            "symbol": np.repeat(np.arange(n_symbols, dtype=np.int32), n_bars),
            **{name: bars[name].ravel("F") for name in FIELDS},
        }
    ).lazy()
    report = Report(
        {name: version(name) for name in ("polars-talib", "polars")}
        | {"threads": str(pl.thread_pool_size())}
    )
    report.timings["all bars"], found = best_of(args.rounds, lambda: all_bars(table))
    report.timings["last row"], last = best_of(args.rounds, lambda: last_row(table))
    values = values_of(found, n_symbols)
    rows = values_of(last, n_symbols)
    check_last([{name: rows[name][0, at] for name in rows} for at in range(n_symbols)], values)
    report.save(args.folder, args.label, values)


if __name__ == "__main__":
    main()
