"""vectorbt's own indicators on one wide table, compiled by numba before anything is timed.

Its exponential means begin with the first value instead of a plain mean and it knows no Wilder's
mean: an exponential one of 2n - 1 bars has the same weight, so values agree once the start has
faded. What it has no indicator for (WILLR, ROC) is not timed on either side.
"""

from __future__ import annotations

from importlib.metadata import version

import numpy as np
import pandas as pd
import vectorbt as vbt
from measure import Report, arguments, best_of, read_bars

WILDER = 2 * 14 - 1


def values_of(high: pd.DataFrame, low: pd.DataFrame, close: pd.DataFrame) -> dict[str, np.ndarray]:
    """All indicators of all symbols."""
    macd = vbt.MACD.run(close, 12, 26, 9, macd_ewm=True, signal_ewm=True)
    bands = vbt.BBANDS.run(close, 20, ewm=False, alpha=2)
    found = {
        "sma_50": vbt.MA.run(close, 50).ma,
        "sma_200": vbt.MA.run(close, 200).ma,
        "ema_20": vbt.MA.run(close, 20, ewm=True).ma,
        "ema_50": vbt.MA.run(close, 50, ewm=True).ma,
        "rsi_14": vbt.RSI.run(close, WILDER, ewm=True).rsi,
        "macd_line": macd.macd,
        "macd_signal": macd.signal,
        "macd_histogram": macd.hist,
        "atr_14": vbt.ATR.run(high, low, close, WILDER, ewm=True).atr,
        "bb_upper": bands.upper,
        "bb_middle": bands.middle,
        "bb_lower": bands.lower,
        "stddev_20": vbt.MSTD.run(close, 20).mstd,
    }
    return {name: frame.to_numpy() for name, frame in found.items()}


def main() -> None:
    """Time the whole market."""
    args = arguments()
    bars = read_bars(args.folder)
    index = pd.bdate_range("2000-01-03", periods=len(bars["close"]))
    frames = [pd.DataFrame(bars[name], index=index) for name in ("high", "low", "close")]
    values_of(*(frame.iloc[:, :2] for frame in frames))
    timing, found = best_of(args.rounds, lambda: values_of(*frames))
    report = Report({name: version(name) for name in ("vectorbt", "numba", "pandas", "numpy")})
    report.timings["all bars"] = timing
    report.save(args.folder, args.label, found)


if __name__ == "__main__":
    main()
