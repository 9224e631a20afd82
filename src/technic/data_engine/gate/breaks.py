"""What of each symbol's history can be used: where it begins, and which bars are none.

1. Bars that cannot be true, and prints that are gone with the next bar, are no bars
   (`find_bar_defects`, `find_shifts`). They are left out, and what is left is looked at again:
   bars are judged by bars.
2. A lasting shift and a hole of more than ``max_hole_sessions`` end history: the last of them
   says where the usable bars begin.
3. On the last bar itself a print and a lasting shift look alike: it is named and nothing is cut.

No symbol's answer depends on another's, and none reads a bar after the symbol's row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.gate.defects import BarDefects, find_bar_defects
from technic.data_engine.gate.rules import GateRules
from technic.data_engine.gate.sentences import day_of, defect_sentence, shift_sentence, since
from technic.data_engine.gate.shifts import Shifts, find_shifts
from technic.data_engine.gate.suspects import find_suspects
from technic.data_engine.interfaces.known_actions import NOTHING_KNOWN, KnownActions
from technic.panel import BarPanel
from technic.panel.segments import rows_after, segments, source_rows
from technic.typing import BoolArray
from technic.wording.counts import count_of

__all__ = ["Breaks", "find_breaks"]

IndexArray = NDArray[np.intp]
TextArray = NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class Breaks:
    """Where the usable history of each column begins, and the bars in it that are none.

    ``first``: (n_symbols,) first usable row, 0 where all of the history is. ``cut``: the sentence
    on what was found there, None where nothing was. ``bar``, ``column``, ``code``, ``note``: the
    bars that are none, those above ``first`` too, with what is wrong. ``last_code``,
    ``last_note``: (n_symbols,) the same of each column's last bar, also where it is a shift that
    the next bar decides; None where it is a bar like others.
    """

    first: IndexArray
    cut: TextArray
    bar: IndexArray
    column: IndexArray
    code: TextArray
    note: TextArray
    last_code: TextArray
    last_note: TextArray

    @property
    def changed(self) -> IndexArray:
        """Columns that do not stay as they are."""
        changed = self.first > 0
        changed[self.column] = True
        return np.flatnonzero(changed)


def find_breaks(
    panel: BarPanel, rows: IndexArray, rules: GateRules, known: KnownActions = NOTHING_KNOWN
) -> Breaks:
    """Search each column at or before its row (negative: no bars)."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        suspects = find_suspects(panel, rows, rules)
        defects = find_bar_defects(panel, rows, suspects, rules)
        shifts = find_shifts(panel, rows, suspects, rules, known)
    last_code, last_note, cut = (np.full(panel.n_symbols, None, dtype=object) for _ in range(3))
    bar, column, code, note = _no_bars(panel, defects, shifts)
    whole = np.ones(panel.n_symbols, dtype=np.bool_)
    whole[column] = False
    for at in np.flatnonzero(bar == rows[column]).tolist():
        last_code[column[at]], last_note[column[at]] = code[at], note[at]
    for at in np.flatnonzero(shifts.pending & whole[shifts.column]).tolist():
        last_code[shifts.column[at]] = shifts.code[at]
        sentence = f"{shift_sentence(panel, shifts, at)}; the next bar tells whether it lasts"
        last_note[shifts.column[at]] = sentence
    first = np.zeros(panel.n_symbols, dtype=np.intp)
    for i, row, sentence in (
        *_lasting(panel, shifts, whole),
        *_holes(panel, rows, rules, whole),
    ):
        if row > first[i]:
            first[i], cut[i] = row, sentence
    breaks = Breaks(first, cut, bar, column, code, note, last_code, last_note)
    if whole.all():
        return breaks
    return _looked_at_again(breaks, panel, rows, rules, known, ~whole)


def _no_bars(
    panel: BarPanel, defects: BarDefects, shifts: Shifts
) -> tuple[IndexArray, IndexArray, TextArray, TextArray]:
    """Return bar, column, code and note of the bars that are none.

    Prints are judged by the trading around them: only in columns where that is sound.
    """
    prints = np.flatnonzero(shifts.returned & ~np.isin(shifts.column, defects.column))
    notes = [defect_sentence(panel, defects, at) for at in range(len(defects.bar))]
    notes += [
        f"{shift_sentence(panel, shifts, at)}, gone with the next bar" for at in prints.tolist()
    ]
    return (
        np.concatenate([defects.bar, shifts.bar[prints]]),
        np.concatenate([defects.column, shifts.column[prints]]),
        np.concatenate([defects.code, shifts.code[prints]]),
        np.array(notes, dtype=object),
    )


def _lasting(panel: BarPanel, shifts: Shifts, among: BoolArray) -> Iterator[tuple[int, int, str]]:
    """Return column, row and sentence of each shift that lasts."""
    lasting = ~shifts.pending & ~shifts.returned & among[shifts.column]
    for at in np.flatnonzero(lasting).tolist():
        bar, column = int(shifts.bar[at]), int(shifts.column[at])
        yield column, bar, shift_sentence(panel, shifts, at) + since(panel, bar, column)


def _holes(
    panel: BarPanel, rows: IndexArray, rules: GateRules, among: BoolArray
) -> Iterator[tuple[int, int, str]]:
    """Return column, row and sentence of the last hole in each column that is too long."""
    if "missing_sessions" in rules.skip or not panel.n_bars:
        return
    last = panel.session[np.maximum(rows, 0), np.arange(panel.n_symbols)]
    absent = last - panel.session[0] - rows
    suspect = among & (rows > 0) & (absent > rules.max_hole_sessions)
    for column in np.flatnonzero(suspect).tolist():
        missed = np.diff(panel.session[: rows[column] + 1, column]) - 1
        holes = np.flatnonzero(missed > rules.max_hole_sessions)
        if holes.size:
            bar = int(holes[-1]) + 1
            day = day_of(panel, bar, column)
            text = f"no bar for {count_of(missed[holes[-1]], 'session')} before {day}"
            yield column, bar, text + since(panel, bar, column)


def _looked_at_again(
    breaks: Breaks,
    panel: BarPanel,
    rows: IndexArray,
    rules: GateRules,
    known: KnownActions,
    touched: BoolArray,
) -> Breaks:
    """Search the columns that have lost bars once more, without them."""
    columns = np.flatnonzero(touched)
    lost = (breaks.first, breaks.bar, breaks.column)
    left = rows_after(rows, *lost)[columns]
    again = find_breaks(segments(panel, columns, *lost), left, rules, known)
    source, _ = source_rows(panel, columns, *lost)
    first, cut = breaks.first.copy(), breaks.cut.copy()
    begins = source[again.first, np.arange(len(columns))]
    first[columns] = np.where(again.first > 0, begins, 0)
    cut[columns] = again.cut
    last_code, last_note = breaks.last_code.copy(), breaks.last_note.copy()
    for i, column in enumerate(columns.tolist()):
        if last_code[column] is None:
            last_code[column], last_note[column] = again.last_code[i], again.last_note[i]
    return Breaks(
        first=first,
        cut=cut,
        bar=np.concatenate([breaks.bar, source[again.bar, again.column]]),
        column=np.concatenate([breaks.column, columns[again.column]]),
        code=np.concatenate([breaks.code, again.code]),
        note=np.concatenate([breaks.note, again.note]),
        last_code=last_code,
        last_note=last_note,
    )
