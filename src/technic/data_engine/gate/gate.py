"""The data gate: what of the bars can be used, and which symbols a scan can trust and trade.

1. Breaks: bars that are none and the beginning of each symbol's usable history (`find_breaks`).
2. Each symbol passes by its usable bars or gets the first code of `GATE_CODES` that applies,
   with a sentence why (`judge`).
3. The scan reads what is left: `usable_bars`.

The gate reads nothing after a symbol's row, and no symbol's answer depends on another's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.gate.breaks import Breaks, find_breaks
from technic.data_engine.gate.checks import judge, session_at
from technic.data_engine.gate.rules import DEFAULT_RULES, GATE_CODES, GateRules
from technic.data_engine.interfaces.known_actions import NOTHING_KNOWN, KnownActions
from technic.errors import ParameterError
from technic.panel import BarPanel
from technic.panel.segments import rows_after, segments
from technic.typing import BoolArray, DateArray
from technic.wording.counts import agree, count_of

__all__ = ["DEFAULT_RULES", "GATE_CODES", "GateReport", "GateRules", "gate", "usable_bars"]

IndexArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class GateReport:
    """The outcome of the gate for each column of the panel, shape ``(n_symbols,)``.

    ``code``: None where the symbol passed. ``detail``: a sentence with the figures, else None;
    for symbols that passed, what of their history is not used. ``usable_since``: first day of the
    usable history where it was cut, NaT where it is whole. ``rows``: as given to the gate.
    """

    code: NDArray[np.object_]
    detail: NDArray[np.object_]
    usable_since: DateArray
    rows: IndexArray
    breaks: Breaks

    @property
    def usable_rows(self) -> IndexArray:
        """Row of each column's last usable bar among its usable bars; -1 where there is none."""
        breaks = self.breaks
        return rows_after(self.rows, breaks.first, breaks.bar, breaks.column)

    @property
    def passed(self) -> BoolArray:
        """Columns without a code."""
        return np.array([code is None for code in self.code], dtype=np.bool_)

    def counts(self) -> dict[str, int]:
        """Symbols per code, in the order of the checks; codes that caught none are left out."""
        caught = self.code.tolist()
        return {code: caught.count(code) for code in GATE_CODES if code in caught}


def gate(
    panel: BarPanel,
    rows: IndexArray,
    as_of: np.datetime64,
    rules: GateRules = DEFAULT_RULES,
    known: KnownActions = NOTHING_KNOWN,
) -> GateReport:
    """Judge each column by its bars up to ``rows``, on the session ``as_of``.

    ``rows``: (n_symbols,), as `BarPanel.rows_at` gives them; negative where there is no bar.
    ``known``: splits and dividends of its symbols, those after the rows as good as unknown.
    Raises ParameterError when ``as_of`` is no session of the panel or a row lies after it.
    """
    today = _require_rows(panel, rows, as_of)
    late = today - session_at(panel, rows)
    breaks = find_breaks(panel, rows, rules, known)
    verdict = judge(panel, rows, late, breaks.cut, breaks.last_code, breaks.last_note, rules)
    changed = breaks.changed
    if changed.size:
        usable = rows_after(rows, breaks.first, breaks.bar, breaks.column)
        part = segments(panel, changed, breaks.first, breaks.bar, breaks.column)
        again = judge(
            part,
            usable[changed],
            late[changed],
            breaks.cut[changed],
            breaks.last_code[changed],
            breaks.last_note[changed],
            rules,
        )
        verdict.code[changed], verdict.detail[changed] = again.code, again.detail
        _describe_history(verdict.code, verdict.detail, breaks)
    since = np.full(panel.n_symbols, np.datetime64("NaT"), dtype="datetime64[D]")
    cut = np.flatnonzero(breaks.first > 0)
    since[cut] = panel.sessions[panel.session[breaks.first[cut], cut]]
    return GateReport(verdict.code, verdict.detail, since, rows, breaks)


def usable_bars(
    panel: BarPanel, rows: IndexArray, report: GateReport, columns: IndexArray
) -> tuple[BarPanel, IndexArray]:
    """Return the usable bars of ``columns``, packed from the top, and where their rows stand.

    ``panel``: the one that was judged, or one that goes back further; ``rows``: each column's row
    of the day in it. Older bars go with those before a break and stay where there is none; bars
    after the day stay too, below. The row is -1 where no bar is left.
    """
    breaks, older = report.breaks, rows - report.rows
    first = np.where(breaks.first > 0, breaks.first + older, 0)
    bar = breaks.bar + older[breaks.column]
    usable = segments(panel, columns, first, bar, breaks.column)
    return usable, rows_after(rows, first, bar, breaks.column)[columns]


def _require_rows(panel: BarPanel, rows: IndexArray, as_of: np.datetime64) -> int:
    """Return the position of ``as_of`` among the sessions, or say what is wrong."""
    today = int(np.searchsorted(panel.sessions, as_of))
    if today == len(panel.sessions) or panel.sessions[today] != as_of:
        raise ParameterError("as_of", str(as_of), "a session of the panel")
    if rows.shape != (panel.n_symbols,):
        raise ParameterError("rows", f"shape {rows.shape}", f"shape ({panel.n_symbols},)")
    if np.any(rows >= panel.length) or np.any(session_at(panel, rows) > today):
        raise ParameterError("rows", "a row after as_of", "bars at or before as_of")
    return today


def _describe_history(
    code: NDArray[np.object_], detail: NDArray[np.object_], breaks: Breaks
) -> None:
    """Write what is not used of their history: alone where a symbol passed, else after the code's.

    The sentence on too few bars says where history was cut itself.
    """
    for column in breaks.changed.tolist():
        mine = (breaks.column == column) & (breaks.bar >= breaks.first[column])
        order = np.argsort(breaks.bar[mine])
        notes = [note for note in breaks.note[mine][order].tolist() if note != detail[column]]
        parts = [] if detail[column] is None else [str(detail[column])]
        if breaks.cut[column] is not None and code[column] != "few_bars":
            parts.append(str(breaks.cut[column]))
        if notes:
            bars = f"{count_of(len(notes), 'bar')} {agree(len(notes), 'is', 'are')}"
            parts.append(f"{bars} left out, the last: {notes[-1]}")
        detail[column] = "; ".join(parts)
