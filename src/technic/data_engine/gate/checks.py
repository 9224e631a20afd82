"""What the gate asks of a symbol's usable bars: enough of them, recent, dear, traded, unbroken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.gate.rules import GateRules
from technic.panel import BarPanel
from technic.typing import BoolArray, FloatArray, IntArray
from technic.wording.counts import agree, count_of

__all__ = ["Verdict", "judge", "session_at"]

IndexArray = NDArray[np.intp]
TextArray = NDArray[np.object_]


def session_at(panel: BarPanel, rows: IndexArray) -> IntArray:
    """Position of each column's row among the sessions, -1 where there is no bar."""
    if not panel.n_bars:
        return np.full(panel.n_symbols, -1, dtype=np.int64)
    at = panel.session[np.maximum(rows, 0), np.arange(panel.n_symbols)]
    return np.where(rows >= 0, at, -1).astype(np.int64)


class Verdict:
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


def judge(
    panel: BarPanel,
    rows: IndexArray,
    late: IntArray,
    cut: TextArray,
    last_code: TextArray,
    last_note: TextArray,
    rules: GateRules,
) -> Verdict:
    """Judge each column by its usable bars up to ``rows``.

    ``late``: sessions from the last bar, usable or not, to the day of the scan. ``cut``,
    ``last_code``, ``last_note``: what `find_breaks` has found of the column.
    """
    verdict = Verdict(panel.n_symbols, rules.skip)
    recent = _Recent.of(panel, rows, rules)
    _check_history(verdict, panel, rows, late, cut, rules)
    for code in ("bad_price", "high_below_low", "unadjusted_split", "price_x100"):
        verdict.add(code, last_code == code, lambda i: str(last_note[i]))
    _check_floors(verdict, recent, rules)
    _check_trading(verdict, panel, rows, recent, rules)
    return verdict


def _check_history(
    verdict: Verdict,
    panel: BarPanel,
    rows: IndexArray,
    late: IntArray,
    cut: TextArray,
    rules: GateRules,
) -> None:
    """Too few bars; last bar too old."""

    def few(i: int) -> str:
        are = agree(rules.min_bars, "is", "are")
        text = f"{count_of(max(rows[i] + 1, 0), 'bar')}, at least {rules.min_bars} {are} needed"
        return text if cut[i] is None else f"{text}; {cut[i]}"

    verdict.add("few_bars", rows + 1 < rules.min_bars, few)
    verdict.add(
        "stale",
        (late > rules.max_stale_sessions) & (rows >= 0),
        lambda i: (
            f"last bar {panel.sessions[session_at(panel, rows)[i]]},"
            f" {count_of(late[i], 'session')} before the scan"
        ),
    )


def _check_floors(verdict: Verdict, recent: _Recent, rules: GateRules) -> None:
    """Too cheap, too thinly traded."""
    if rules.price_floor_basis != "off":
        verdict.add(
            "price_floor",
            recent.close < rules.price_floor,
            lambda i: f"close {recent.close[i]:.4g} is below {rules.price_floor:g}",
        )
    verdict.add(
        "dollar_volume_floor",
        recent.dollar_volume < rules.dollar_volume_floor,
        lambda i: (
            f"{recent.dollar_volume[i]:,.0f} dollars a day over {count_of(recent.bars[i], 'bar')},"
            f" at least {rules.dollar_volume_floor:,.0f} are needed"
        ),
    )


def _check_trading(
    verdict: Verdict, panel: BarPanel, rows: IndexArray, recent: _Recent, rules: GateRules
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
    missing, window = _missing_sessions(panel, rows, rules)
    verdict.add(
        "missing_sessions",
        missing > rules.max_missing_sessions,
        lambda i: f"{missing[i]} of the last {count_of(window[i], 'session')} missing",
    )
    verdict.add(
        "zero_volume",
        recent.silent > rules.max_zero_volume_bars,
        lambda i: (
            f"{recent.silent[i]} of the last {count_of(recent.bars[i], 'bar')} without volume"
        ),
    )


def _missing_sessions(
    panel: BarPanel, rows: IndexArray, rules: GateRules
) -> tuple[IntArray, IntArray]:
    """Return sessions without a bar in the window up to the last bar, and that window.

    The days after the last bar are not counted: ``stale`` judges them. The window begins no
    earlier than a column's first bar.
    """
    last = session_at(panel, rows)
    first = session_at(panel, np.minimum(rows, 0))
    window = np.minimum(rules.missing_window, last - first + 1)
    missing = np.zeros_like(last)
    suspect = (last - first - rows > rules.max_missing_sessions) & (rows >= 0)
    for column in np.flatnonzero(suspect).tolist():
        session = panel.session[: rows[column] + 1, column]
        inside = np.count_nonzero(session > last[column] - window[column])
        missing[column] = window[column] - inside
    return missing, window
