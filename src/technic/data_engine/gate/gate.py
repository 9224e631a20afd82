"""The data gate: which symbols have bars that a scan can trust and trade.

Each symbol passes or gets the first code of `GATE_CODES` that applies, with a sentence why. The
gate reads nothing after a symbol's row, and no symbol's answer depends on another's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.gate.defects import BarDefects, find_bar_defects
from technic.data_engine.gate.rules import DEFAULT_RULES, GATE_CODES, GateRules
from technic.errors import ParameterError
from technic.panel import FIELDS, BarPanel
from technic.typing import BoolArray, FloatArray, IntArray

__all__ = ["DEFAULT_RULES", "GATE_CODES", "GateReport", "GateRules", "gate"]

IndexArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class GateReport:
    """The outcome of the gate for each column of the panel, shape ``(n_symbols,)``.

    ``code``: None where the symbol passed. ``detail``: a sentence with the figures, else None.
    """

    code: NDArray[np.object_]
    detail: NDArray[np.object_]

    @property
    def passed(self) -> BoolArray:
        """Columns without a code."""
        return np.array([code is None for code in self.code], dtype=np.bool_)

    def counts(self) -> dict[str, int]:
        """Symbols per code, in the order of the checks; codes that caught none are left out."""
        caught = self.code.tolist()
        return {code: caught.count(code) for code in GATE_CODES if code in caught}


def gate(
    panel: BarPanel, rows: IndexArray, as_of: np.datetime64, rules: GateRules = DEFAULT_RULES
) -> GateReport:
    """Judge each column by its bars up to ``rows``, on the session ``as_of``.

    ``rows``: (n_symbols,), as `BarPanel.rows_at` gives them; negative where there is no bar.
    Raises ParameterError when ``as_of`` is no session of the panel or a row lies after it.
    """
    today = _require_rows(panel, rows, as_of)
    verdict = _Verdict(panel.n_symbols, rules.skip)
    recent = _Recent.of(panel, rows, rules)
    _check_history(verdict, panel, rows, today, rules)
    _check_bars(verdict, panel, find_bar_defects(panel, rows, rules))
    _check_floors(verdict, recent, rules)
    _check_trading(verdict, panel, rows, recent, rules)
    return GateReport(verdict.code, verdict.detail)


def _require_rows(panel: BarPanel, rows: IndexArray, as_of: np.datetime64) -> int:
    """Return the position of ``as_of`` among the sessions, or say what is wrong."""
    today = int(np.searchsorted(panel.sessions, as_of))
    if today == len(panel.sessions) or panel.sessions[today] != as_of:
        raise ParameterError("as_of", str(as_of), "a session of the panel")
    if rows.shape != (panel.n_symbols,):
        raise ParameterError("rows", f"shape {rows.shape}", f"shape ({panel.n_symbols},)")
    if np.any(rows >= panel.length) or np.any(_session_at(panel, rows) > today):
        raise ParameterError("rows", "a row after as_of", "bars at or before as_of")
    return today


def _session_at(panel: BarPanel, rows: IndexArray) -> IntArray:
    """Position of each column's row among the sessions, -1 where there is no bar."""
    if not panel.n_bars:
        return np.full(panel.n_symbols, -1, dtype=np.int64)
    at = panel.session[np.maximum(rows, 0), np.arange(panel.n_symbols)]
    return np.where(rows >= 0, at, -1).astype(np.int64)


class _Verdict:
    """Codes and sentences, the first one of each symbol kept."""

    def __init__(self, n_symbols: int, skip: tuple[str, ...]) -> None:
        self.code = np.full(n_symbols, None, dtype=object)
        self.detail = np.full(n_symbols, None, dtype=object)
        self._free = np.ones(n_symbols, dtype=np.bool_)
        self._skip = skip

    def add(self, code: str, caught: BoolArray, sentence: Callable[[int], str]) -> None:
        """Give ``code`` to the symbols in ``caught`` that have none yet."""
        if code in self._skip:
            return
        for column in np.flatnonzero(caught & self._free).tolist():
            self.code[column], self.detail[column] = code, sentence(column)
        self._free &= ~caught


@dataclass(frozen=True, slots=True, eq=False)
class _Recent:
    """Figures over the last ``average_bars`` bars of each column (fewer where it is younger)."""

    close: FloatArray
    bars: IntArray
    dollar_volume: FloatArray
    """Mean of close * volume."""
    wild: IntArray
    silent: IntArray

    @classmethod
    def of(cls, panel: BarPanel, rows: IndexArray, rules: GateRules) -> _Recent:
        """Accumulate row by row, oldest first, so that no sum depends on the panel's width."""
        n_symbols = panel.n_symbols
        total, column = np.zeros(n_symbols), np.arange(n_symbols)
        bars, wild, silent = (np.zeros(n_symbols, dtype=np.int64) for _ in range(3))
        before = last = np.full(n_symbols, np.nan)
        slack = 1.0 + rules.wild_move_pct / 100.0
        with np.errstate(over="ignore"):
            for back in range(rules.average_bars if panel.n_bars else -1, -1, -1):
                row = rows - back
                there = row >= 0
                at = np.maximum(row, 0)
                last = np.where(there, panel.close[at, column], np.nan)
                if back < rules.average_bars:
                    volume = panel.volume[at, column]
                    total += np.where(there, last * volume, 0.0)
                    bars += there
                    silent += there & (volume == 0.0)
                    wild += (last > before * slack) | (last * slack < before)
                before = last
        return cls(last, bars, total / np.maximum(bars, 1), wild, silent)


def _check_history(
    verdict: _Verdict, panel: BarPanel, rows: IndexArray, today: int, rules: GateRules
) -> None:
    """Too few bars; last bar too old."""
    late = today - _session_at(panel, rows)
    verdict.add(
        "few_bars",
        rows + 1 < rules.min_bars,
        lambda i: f"{max(rows[i] + 1, 0)} bars, at least {rules.min_bars} are needed",
    )
    verdict.add(
        "stale",
        (late > rules.max_stale_sessions) & (rows >= 0),
        lambda i: f"last bar {panel.sessions[today - late[i]]}, {late[i]} sessions before the scan",
    )


def _check_bars(verdict: _Verdict, panel: BarPanel, defects: BarDefects) -> None:
    """Levels and jumps that no market makes; the first such bar is named."""
    for code in ("bad_price", "high_below_low", "unadjusted_split", "price_x100"):
        chosen = np.flatnonzero(defects.code == code)
        earliest = np.full(panel.n_symbols, -1)
        earliest[defects.column[chosen[::-1]]] = chosen[::-1]
        verdict.add(code, earliest >= 0, partial(_describe, panel, defects, earliest))


def _describe(panel: BarPanel, defects: BarDefects, earliest: IntArray, column: int) -> str:
    at = earliest[column]
    bar = defects.bar[at]
    day = panel.sessions[panel.session[bar, column]]
    if defects.code[at] in ("bad_price", "high_below_low"):
        figures = (f"{name} {getattr(panel, name)[bar, column]:.6g}" for name in FIELDS)
        return f"{day}: {', '.join(figures)}"
    size, trading = defects.factor[at], defects.trading[at]
    way = "above" if defects.up[at] else "below"
    if defects.code[at] == "price_x100":
        return f"{day}: a price {size:.4g} times {way} the previous close, volume x {trading:.2g}"
    kind = "share volume" if defects.up[at] else "dollar turnover"
    return f"{day}: whole bar {size:.3g} times {way} the previous close, {kind} x {trading:.2g}"


def _check_floors(verdict: _Verdict, recent: _Recent, rules: GateRules) -> None:
    """Too cheap, too thinly traded."""
    verdict.add(
        "price_floor",
        recent.close < rules.price_floor,
        lambda i: f"close {recent.close[i]:.4g} is below {rules.price_floor:g}",
    )
    verdict.add(
        "dollar_volume_floor",
        recent.dollar_volume < rules.dollar_volume_floor,
        lambda i: (
            f"{recent.dollar_volume[i]:,.0f} dollars a day over {recent.bars[i]} bars,"
            f" at least {rules.dollar_volume_floor:,.0f} are needed"
        ),
    )


def _check_trading(
    verdict: _Verdict, panel: BarPanel, rows: IndexArray, recent: _Recent, rules: GateRules
) -> None:
    """Moves beyond belief, sessions that are not there, days without a trade."""
    verdict.add(
        "volatility",
        recent.wild > rules.max_wild_bars,
        lambda i: (
            f"{recent.wild[i]} of the last {recent.bars[i]} closes moved by more than"
            f" {rules.wild_move_pct:g} %"
        ),
    )
    missing, window, hole = _missing_sessions(panel, rows, rules)
    verdict.add(
        "missing_sessions",
        (missing > rules.max_missing_sessions) | (hole > rules.max_hole_sessions),
        lambda i: f"{missing[i]} of the last {window[i]} sessions missing, longest hole {hole[i]}",
    )
    verdict.add(
        "zero_volume",
        recent.silent > rules.max_zero_volume_bars,
        lambda i: f"{recent.silent[i]} of the last {recent.bars[i]} bars without volume",
    )


def _missing_sessions(
    panel: BarPanel, rows: IndexArray, rules: GateRules
) -> tuple[IntArray, IntArray, IntArray]:
    """Sessions without a bar in the window up to the last bar, that window, the longest hole.

    The days after the last bar are not counted: ``stale`` judges them. The window begins no
    earlier than a column's first bar. The longest hole is looked for where it can be too long.
    """
    last = _session_at(panel, rows)
    first = _session_at(panel, np.minimum(rows, 0))
    window = np.minimum(rules.missing_window, last - first + 1)
    absent = last - first - rows
    missing, hole = np.zeros_like(last), np.zeros_like(last)
    least = min(rules.max_missing_sessions, rules.max_hole_sessions)
    for column in np.flatnonzero((absent > least) & (rows >= 0)).tolist():
        session = panel.session[: rows[column] + 1, column]
        inside = np.count_nonzero(session > last[column] - window[column])
        missing[column] = window[column] - inside
        hole[column] = int(np.diff(session).max(initial=1)) - 1
    return missing, window, hole
