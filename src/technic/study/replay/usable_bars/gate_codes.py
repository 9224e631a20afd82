"""What the data gate asks of usable bars, for many days at once: as `gate.checks.judge` answers.

Each code is decided from figures at every bar of a column that look at the bar and those before it
alone; a day reads them at its own row.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.gate.rules import GATE_CODES, GateRules
from technic.panel import BarPanel
from technic.typing import BoolArray, FloatArray, IntArray

__all__ = ["PASSED", "gate_codes", "rows_of_days"]

PASSED = 0
"""The code of a symbol that the gate lets through; others count from 1 in ``GATE_CODES``."""
CodeArray = NDArray[np.uint8]
RowArray = NDArray[np.intp]
N = TypeVar("N", np.float64, np.int32)
_OF_THE_LAST_BAR = ("bad_price", "high_below_low", "unadjusted_split", "price_x100")


def rows_of_days(panel: BarPanel) -> RowArray:
    """Row of each column's last bar at or before each session, ``(n_sessions, n_symbols)``."""
    there = np.zeros((len(panel.sessions) + 1, panel.n_symbols), dtype=np.intp)
    column = np.broadcast_to(np.arange(panel.n_symbols), panel.session.shape)
    there[panel.session, column] = 1  # cells without a bar say -1: the last row, which is cut off
    rows: RowArray = np.cumsum(there[:-1], axis=0) - 1
    return rows


def gate_codes(
    panel: BarPanel,
    rows: RowArray,
    late: IntArray,
    last_code: CodeArray,
    rules: GateRules,
) -> CodeArray:
    """Return the first code that applies to each column on each day, ``(n_days, n_symbols)``.

    ``rows``: the row of the day in each column's usable bars, -1 where there is none; ``late``:
    sessions from the last bar, usable or not, to the day; ``last_code``: what is wrong with that
    bar itself, ``PASSED`` where nothing is.
    """
    found = np.zeros(rows.shape, dtype=np.uint8)

    def add(code: str, caught: BoolArray) -> None:
        if code not in rules.skip:
            found[(found == PASSED) & caught] = GATE_CODES.index(code) + 1

    at, none = np.maximum(rows, 0), rows < 0
    columns = np.arange(panel.n_symbols)

    def read(values: NDArray[N]) -> NDArray[N]:
        return values[at, columns] if panel.n_bars else np.zeros(rows.shape, values.dtype)

    add("few_bars", rows + 1 < rules.min_bars)
    add("stale", (late > rules.max_stale_sessions) & ~none)
    for code in _OF_THE_LAST_BAR:
        add(code, last_code == GATE_CODES.index(code) + 1)
    with np.errstate(all="ignore"):
        if rules.price_floor_basis != "off":
            add("price_floor", ~none & (read(panel.close) < rules.price_floor))
        bars = np.minimum(rows + 1, rules.average_bars)
        dollars = read(_sums(panel.close * panel.volume, rules.average_bars))
        mean = np.where(none, 0.0, dollars) / np.maximum(bars, 1)
        add("dollar_volume_floor", mean < rules.dollar_volume_floor)
        wild = _counts(_wild(panel.close, rules), rules.average_bars)
        add("volatility", ~none & (read(wild) > rules.max_wild_bars))
        add("missing_sessions", ~none & (_missing(panel, rows, rules) > rules.max_missing_sessions))
        silent = _counts(panel.volume == 0.0, rules.average_bars)
        add("zero_volume", ~none & (read(silent) > rules.max_zero_volume_bars))
    return found


def _sums(values: FloatArray, bars: int) -> FloatArray:
    """Add up the last ``bars`` values of each column, oldest first."""
    total = np.zeros(values.shape)
    for back in range(bars - 1, -1, -1):
        total[back:] += values[: max(len(values) - back, 0)]
    return total


def _counts(marked: BoolArray, bars: int) -> NDArray[np.int32]:
    """Count the marked among the last ``bars`` of each column."""
    total = np.cumsum(marked, axis=0, dtype=np.int32)
    total[bars:] -= total[:-bars].copy()
    return total


def _wild(close: FloatArray, rules: GateRules) -> BoolArray:
    """Mark closes that moved by more than is allowed."""
    slack = 1.0 + rules.wild_move_pct / 100.0
    marked = np.zeros(close.shape, dtype=np.bool_)
    last, before = close[1:], close[:-1]
    marked[1:] = (last > before * slack) | (last * slack < before)
    return marked


def _missing(panel: BarPanel, rows: RowArray, rules: GateRules) -> IntArray:
    """Sessions without a bar in the window that ends with each row."""
    if not panel.n_bars:
        return np.zeros(rows.shape, dtype=np.int64)
    columns = np.arange(panel.n_symbols)
    last = panel.session[np.maximum(rows, 0), columns].astype(np.int64)
    first = panel.session[0].astype(np.int64)
    window = np.minimum(rules.missing_window, last - first + 1)
    outside = last - window  # the session before the window
    before = rows_of_days(panel)[np.maximum(outside, 0), columns]
    inside = rows - np.where(outside < 0, -1, before)
    return np.asarray(window - inside, dtype=np.int64)
