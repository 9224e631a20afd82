"""pandas-ta-classic, one symbol after the other, with its own code (TA-Lib is not installed here).

Timed on a sample of the symbols: what it takes grows with their number.
"""

from __future__ import annotations

import warnings
from importlib.metadata import version

import numpy as np
import pandas as pd
from measure import Report, arguments, best_of, per_symbol, read_bars

warnings.simplefilter("ignore")
import pandas_ta_classic as ta  # noqa: E402 -- it warns of its own syntax when it is imported


def one(bars: pd.DataFrame) -> dict[str, pd.Series]:
    """All indicators of one symbol; its definitions, with the settings nearest to TA-Lib's."""
    close, high, low = bars["close"], bars["high"], bars["low"]
    macd = ta.macd(close, 12, 26, 9, talib=False)
    bands = ta.bbands(close, 20, 2, ddof=0, talib=False)
    return {
        "sma_50": ta.sma(close, 50, talib=False),
        "sma_200": ta.sma(close, 200, talib=False),
        "ema_20": ta.ema(close, 20, talib=False),
        "ema_50": ta.ema(close, 50, talib=False),
        "rsi_14": ta.rsi(close, 14, talib=False),
        "macd_line": macd.iloc[:, 0],
        "macd_histogram": macd.iloc[:, 1],
        "macd_signal": macd.iloc[:, 2],
        "atr_14": ta.atr(high, low, close, 14, talib=False),
        "bb_lower": bands.iloc[:, 0],
        "bb_middle": bands.iloc[:, 1],
        "bb_upper": bands.iloc[:, 2],
        "willr_14": ta.willr(high, low, close, 14, talib=False),
        "roc_10": ta.roc(close, 10, talib=False),
        "stddev_20": ta.stdev(close, 20, ddof=0, talib=False),
    }


def main() -> None:
    """Time a sample of the symbols."""
    args = arguments()
    symbols = per_symbol(read_bars(args.folder))
    picked = symbols[: args.sample]
    index = pd.bdate_range("2000-01-03", periods=len(picked[0]["close"]))
    frames = [pd.DataFrame(bars, index=index) for bars in picked]
    one(frames[0])
    timing, found = best_of(args.rounds, lambda: [one(bars) for bars in frames])
    values = {name: np.column_stack([each[name] for each in found]) for name in found[0]}
    names = ("pandas-ta-classic", "pandas", "numpy")
    report = Report({name: version(name) for name in names}, share=len(picked) / len(symbols))
    report.timings["all bars"] = timing
    report.save(args.folder, args.label, values)


if __name__ == "__main__":
    main()
