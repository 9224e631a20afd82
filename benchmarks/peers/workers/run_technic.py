"""Technic's side, in the project's own environment: the same indicators on the same bars.

*all bars*: its indicator functions, the whole history of each. *last row*: the same values on the
last day alone, as expressions of the scan language, which is what a scan computes.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from measure import FIELDS, Report, arguments, best_of, read_bars

from technic.indicators import atr, bbands, ema, macd, roc, rsi, sma, stddev, willr
from technic.language import BASE, read
from technic.language.evaluation.evaluate import evaluate_day
from technic.panel import BarPanel
from technic.version import __version__

Bars = dict[str, np.ndarray]
Many = tuple[np.ndarray, ...]

WHOLE: dict[tuple[str, ...], Callable[[Bars], Many]] = {
    ("sma_50",): lambda b: (sma(b["close"], 50),),
    ("sma_200",): lambda b: (sma(b["close"], 200),),
    ("ema_20",): lambda b: (ema(b["close"], 20),),
    ("ema_50",): lambda b: (ema(b["close"], 50),),
    ("rsi_14",): lambda b: (rsi(b["close"], 14),),
    ("macd_line", "macd_signal", "macd_histogram"): lambda b: macd(b["close"], 12, 26, 9),
    ("atr_14",): lambda b: (atr(b["high"], b["low"], b["close"], 14),),
    ("bb_upper", "bb_middle", "bb_lower"): lambda b: bbands(b["close"], 20, 2.0, 2.0),
    ("willr_14",): lambda b: (willr(b["high"], b["low"], b["close"], 14),),
    ("roc_10",): lambda b: (roc(b["close"], 10),),
    ("stddev_20",): lambda b: (stddev(b["close"], 20),),
}
EXPRESSIONS = {
    "sma_50": "sma(close, 50)",
    "sma_200": "sma(close, 200)",
    "ema_20": "ema(close, 20)",
    "ema_50": "ema(close, 50)",
    "rsi_14": "rsi(close, 14)",
    "macd_line": "macd_line(close, 12, 26, 9)",
    "macd_signal": "macd_signal(close, 12, 26, 9)",
    "macd_histogram": "macd_histogram(close, 12, 26, 9)",
    "atr_14": "atr(14)",
    "bb_upper": "bb_upper(close, 20, 2)",
    "bb_middle": "bb_middle(close, 20)",
    "bb_lower": "bb_lower(close, 20, 2)",
    "willr_14": "willr(14)",
    "roc_10": "roc(close, 10)",
    "stddev_20": "stddev(close, 20)",
}


def panel_of(bars: Bars) -> BarPanel:
    """The bars as a panel over consecutive weekdays."""
    n_bars, n_symbols = bars["close"].shape
    sessions = np.busday_offset("2024-03-08", np.arange(1 - n_bars, 1), roll="backward")
    session = np.broadcast_to(np.arange(n_bars, dtype=np.int32)[:, None], (n_bars, n_symbols))
    symbols = tuple(f"S{i:05d}" for i in range(n_symbols))
    fields = [bars[name] for name in FIELDS]
    length, left_out = np.full(n_symbols, n_bars), np.zeros(n_symbols, np.int64)
    return BarPanel(symbols, sessions, *fields, session.copy(), length, left_out)


def whole(bars: Bars, wanted: set[str]) -> Bars:
    """Values at all bars; of what is made together only what was asked for is kept."""
    out: Bars = {}
    for names, compute in WHOLE.items():
        if wanted & set(names):
            out |= {n: v for n, v in zip(names, compute(bars), strict=True) if n in wanted}
    return out


def main() -> None:
    """Time both variants and check that the last rows are the same bits."""
    args = arguments()
    bars = read_bars(args.folder)
    wanted = set(args.names) or set(EXPRESSIONS)
    panel = panel_of(bars)
    rows = panel.rows_at(panel.sessions[-1])
    nodes = {name: read(EXPRESSIONS[name], BASE).node for name in EXPRESSIONS if name in wanted}
    report = Report({"technic": __version__, "numpy": np.__version__})
    report.timings["all bars"], values = best_of(args.rounds, lambda: whole(bars, wanted))
    report.timings["last row"], last = best_of(
        args.rounds, lambda: evaluate_day(nodes.values(), panel, rows, BASE)
    )
    for name, node in nodes.items():
        if not np.allclose(last[node], values[name][-1], rtol=1e-9, atol=1e-9, equal_nan=True):
            raise SystemExit(f"{name}: the last row differs from that of all bars")
    report.save(args.folder, args.label, values)


if __name__ == "__main__":
    main()
