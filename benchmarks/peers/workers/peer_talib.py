"""TA-Lib, one symbol after the other: the C library called through its Python wrapper.

*all bars*: each function over the whole series. *last row*: windows over their own last bars,
recursions over the whole series. Its stream objects go on from bar to bar, which a scan of a day
has nothing of, and are not timed.
"""

from __future__ import annotations

import numpy as np
import talib
from measure import (
    Report,
    arguments,
    best_of,
    check_last,
    columns_of,
    last_of,
    per_symbol,
    read_bars,
)

Bars = dict[str, np.ndarray]


def recursions(bars: Bars) -> Bars:
    """Indicators of one symbol whose values depend on all bars before."""
    close, high, low = bars["close"], bars["high"], bars["low"]
    line, signal, histogram = talib.MACD(close, 12, 26, 9)
    return {
        "ema_20": talib.EMA(close, 20),
        "ema_50": talib.EMA(close, 50),
        "rsi_14": talib.RSI(close, 14),
        "macd_line": line,
        "macd_signal": signal,
        "macd_histogram": histogram,
        "atr_14": talib.ATR(high, low, close, 14),
    }


def windows(bars: Bars, *, last: bool = False) -> Bars:
    """Indicators of one symbol that see some bars; with ``last`` no others are handed over."""
    close, high, low = bars["close"], bars["high"], bars["low"]

    def seen(series: np.ndarray, n: int) -> np.ndarray:
        return series[-n:] if last else series

    upper, middle, lower = talib.BBANDS(seen(close, 20), 20, 2.0, 2.0)
    return {
        "sma_50": talib.SMA(seen(close, 50), 50),
        "sma_200": talib.SMA(seen(close, 200), 200),
        "bb_upper": upper,
        "bb_middle": middle,
        "bb_lower": lower,
        "willr_14": talib.WILLR(seen(high, 14), seen(low, 14), seen(close, 14), 14),
        "roc_10": talib.ROC(seen(close, 11), 10),
        "stddev_20": talib.STDDEV(seen(close, 20), 20, 1.0),
    }


def main() -> None:
    """Time all symbols, both ways."""
    args = arguments()
    symbols = per_symbol(read_bars(args.folder))
    report = Report({"TA-Lib": talib.__version__, "numpy": np.__version__})
    report.timings["all bars"], found = best_of(
        args.rounds, lambda: [recursions(bars) | windows(bars) for bars in symbols]
    )
    report.timings["last row"], last = best_of(
        args.rounds, lambda: [last_of(recursions(b) | windows(b, last=True)) for b in symbols]
    )
    values = columns_of(found)
    check_last(last, values)
    report.save(args.folder, args.label, values)


if __name__ == "__main__":
    main()
