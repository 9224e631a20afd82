"""Columns that compare each symbol with a benchmark: excess returns, relative score, RS line.

Benchmark and symbol are read on the same sessions: the benchmark's return over "63 bars" runs
from the session of the symbol's 63rd bar back, also after a halt. Both sides should be in one
price basis (a benchmark adjusted for dividends flatters itself by its yield); what mixes them
must say so.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from technic.errors import ParameterError
from technic.panel import BarPanel
from technic.panel.windows import window_max
from technic.scoring.relative_strength import RS_WEIGHTS
from technic.typing import FloatArray
from technic.wording.counts import count_of

__all__ = ["BENCHMARK_COLUMNS", "EXCESS_HORIZONS", "benchmark_columns", "filled_closes"]

EXCESS_HORIZONS = (21, 63, 126, 189, 252)
LINE_BARS = 252
MAX_AGE = 5

BENCHMARK_COLUMNS = (
    *(f"excess_return_{bars}_pct" for bars in EXCESS_HORIZONS),
    "rs_vs_benchmark",
    "rs_line",
    "rs_line_from_high_pct",
    "rs_line_new_high",
    "rs_blue_dot",
)


def benchmark_columns(
    panel: BarPanel, rows: NDArray[np.intp], benchmark: FloatArray
) -> dict[str, FloatArray]:
    """``BENCHMARK_COLUMNS`` of each symbol at its row of ``rows`` (-1: NaN).

    ``rows``: ``(n_symbols,)``, or ``(k, n_symbols)`` for many days at once. ``benchmark``: closes
    ``(n_sessions,)`` of ``panel.sessions``, NaN where missing; a gap is filled with the last close
    of up to 5 sessions before. ``excess_return_<h>_pct``: return minus benchmark return, percentage
    points. ``rs_vs_benchmark``: 100 × (100 + rs_score) / (100 + rs_score of the benchmark); 100 is
    "as the benchmark". ``rs_line``: close / benchmark. ``rs_line_from_high_pct``: below its highest
    of 252 bars. ``rs_line_new_high``: 1 at that highest, else 0. ``rs_blue_dot``: 1 when it is and
    the close is not at its own. The last three need 252 bars. Every number depends on the symbol's
    own bars and the benchmark alone.
    """
    if benchmark.shape != panel.sessions.shape:
        raise ParameterError(
            "benchmark",
            f"{benchmark.shape} values",
            f"one close for each of the panel's {count_of(len(panel.sessions), 'session')}",
        )
    filled = filled_closes(benchmark)
    close, base = _at(panel, rows, 0, filled)
    found: dict[str, FloatArray] = {}
    own, other = np.zeros(rows.shape), np.zeros(rows.shape)
    for bars in EXCESS_HORIZONS:
        then, base_then = _at(panel, rows, bars, filled)
        growth, base_growth = close / then, base / base_then
        found[f"excess_return_{bars}_pct"] = (growth - base_growth) * 100.0
        if bars in RS_WEIGHTS:
            own += RS_WEIGHTS[bars] * growth
            other += RS_WEIGHTS[bars] * base_growth
    found["rs_vs_benchmark"] = own / other * 100.0
    return found | _line(panel, rows, filled, close / base, close)


def filled_closes(benchmark: FloatArray) -> FloatArray:
    """Fill gaps from at most 5 sessions before; one NaN is appended, for session -1."""
    known = np.isfinite(benchmark) & (np.nan_to_num(benchmark, nan=0.0) > 0.0)
    place = np.arange(len(benchmark))
    last = np.maximum.accumulate(np.where(known, place, -1)) if len(place) else place
    fresh = (last >= 0) & (place - last <= MAX_AGE)
    filled = np.full(len(benchmark) + 1, np.nan)
    filled[:-1][fresh] = benchmark[last[fresh]]
    return filled


def _at(
    panel: BarPanel, rows: NDArray[np.intp], back: int, filled: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Close of each symbol ``back`` bars before its row, and the benchmark on that session."""
    if not panel.n_bars:
        return np.full(rows.shape, np.nan), np.full(rows.shape, np.nan)
    at, symbol = np.maximum(rows - back, 0), np.arange(panel.n_symbols)
    there = (rows >= back) & (rows >= 0)
    close = np.where(there, panel.close[at, symbol], np.nan)
    base = np.where(there, filled[panel.session[at, symbol]], np.nan)
    return np.where(close > 0.0, close, np.nan), base


def _line(
    panel: BarPanel,
    rows: NDArray[np.intp],
    filled: FloatArray,
    line: FloatArray,
    close: FloatArray,
) -> dict[str, FloatArray]:
    """RS line against its highest of the last 252 bars; maxima are exact in any order."""
    highest = _highest(panel.close / filled[panel.session], rows)
    highest_close = _highest(panel.close, rows)
    long_enough = (rows >= LINE_BARS - 1) & np.isfinite(line)
    new_high = line >= highest
    return {
        "rs_line": line,
        "rs_line_from_high_pct": np.where(long_enough, (line / highest - 1.0) * 100.0, np.nan),
        "rs_line_new_high": np.where(long_enough, np.where(new_high, 1.0, 0.0), np.nan),
        "rs_blue_dot": np.where(
            long_enough, np.where(new_high & (close < highest_close), 1.0, 0.0), np.nan
        ),
    }


def _highest(values: FloatArray, rows: NDArray[np.intp]) -> FloatArray:
    """Highest of the ``LINE_BARS`` bars up to each row; gaps do not count, NaN where all are."""
    if rows.ndim == 1:
        row = np.arange(len(values))[:, None]
        window = (row <= rows) & (row > rows - LINE_BARS)
        found: FloatArray = np.fmax.reduce(np.where(window, values, np.nan), axis=0, initial=np.nan)
        return found
    if not len(values):
        return np.full(rows.shape, np.nan)
    highest = window_max(np.where(np.isnan(values), -np.inf, values), LINE_BARS)
    found = highest[np.maximum(rows, 0), np.arange(values.shape[1])]
    return np.where((rows >= 0) & (found > -np.inf), found, np.nan)
