"""TA-Lib, one symbol after the other: the C library called through its Python wrapper."""

from __future__ import annotations

import numpy as np
import talib
from measure import Report, arguments, best_of, per_symbol, read_bars


def one(bars: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """All indicators of one symbol."""
    close, high, low = bars["close"], bars["high"], bars["low"]
    line, signal, histogram = talib.MACD(close, 12, 26, 9)
    upper, middle, lower = talib.BBANDS(close, 20, 2.0, 2.0)
    return {
        "sma_50": talib.SMA(close, 50),
        "sma_200": talib.SMA(close, 200),
        "ema_20": talib.EMA(close, 20),
        "ema_50": talib.EMA(close, 50),
        "rsi_14": talib.RSI(close, 14),
        "macd_line": line,
        "macd_signal": signal,
        "macd_histogram": histogram,
        "atr_14": talib.ATR(high, low, close, 14),
        "bb_upper": upper,
        "bb_middle": middle,
        "bb_lower": lower,
        "willr_14": talib.WILLR(high, low, close, 14),
        "roc_10": talib.ROC(close, 10),
        "stddev_20": talib.STDDEV(close, 20, 1.0),
    }


def main() -> None:
    """Time all symbols."""
    args = arguments()
    symbols = per_symbol(read_bars(args.folder))
    timing, found = best_of(args.rounds, lambda: [one(bars) for bars in symbols])
    values = {name: np.column_stack([each[name] for each in found]) for name in found[0]}
    report = Report({"TA-Lib": talib.__version__, "numpy": np.__version__})
    report.timings["all bars"] = timing
    report.save(args.folder, args.label, values)


if __name__ == "__main__":
    main()
