"""What the data gate finds of each symbol's history on each day of a block.

Nearly all symbols have nothing in their bars that the gate would look at twice: they stay as they
are on every day. Of the others the gate itself is asked, `find_breaks`, on each day on which its
answer may differ from that of the day before. It may while what follows a suspect bar is looked at:
on that bar, on the next, and up to twenty later where too few bars lie before it. Where it has
taken bars out, those around them are judged anew, so of such a symbol it is asked of every day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.gate.breaks import find_breaks
from technic.data_engine.gate.ordinary import LEAST_ORDINARY_BARS, ORDINARY_BARS
from technic.data_engine.gate.rules import GATE_CODES, GateRules
from technic.data_engine.gate.suspects import find_suspects
from technic.data_engine.interfaces.known_actions import KnownActions
from technic.panel import BarPanel
from technic.study.replay.gate_codes import PASSED
from technic.typing import BoolArray

__all__ = ["History", "gate_histories"]

IndexArray = NDArray[np.intp]
CHUNK_CELLS = 4_000_000
"""Cells of copied columns of which the gate is asked together."""


@dataclass(frozen=True, slots=True)
class History:
    """What the gate finds on a day: first usable row, bars from there on that are none.

    ``last_code``: what is wrong with the last bar, as in ``gate_codes``; ``touched``: whether any
    bar was taken out, those above the first usable row too.
    """

    first: int
    lost: tuple[int, ...]
    last_code: int
    touched: bool


CLEAN = History(0, (), PASSED, touched=False)


def gate_histories(
    panel: BarPanel, rows: IndexArray, days: BoolArray, known: KnownActions, rules: GateRules
) -> Iterator[tuple[int, int, History]]:
    """Yield day, column and history wherever the gate finds something.

    ``rows``: ``(n_days, n_symbols)``, the row of each day, -1 where there is none; ``days``: the
    days that read the column.
    """
    read = days & (rows >= 0)
    events = _events(panel, known, rules)
    asked = np.zeros(rows.shape, np.bool_)
    alike = np.zeros(rows.shape, np.intp)
    for column, bars in events.items():
        own = rows[:, column]
        until = bars + np.where(bars < LEAST_ORDINARY_BARS, ORDINARY_BARS, 1)
        alike[:, column] = np.searchsorted(bars, own, side="right")
        open_ = ((own[:, None] >= bars) & (own[:, None] <= until)).any(axis=1)
        asked[:, column] = (open_ | _first_of(alike[:, column], read[:, column] & ~open_)) & (
            alike[:, column] > 0
        )
    asked &= read
    found = _asked(panel, rows, asked, known, rules)
    again = np.zeros(rows.shape, np.bool_)
    for column in {column for (_, column), one in found.items() if one.touched}:
        again[:, column] = read[:, column] & ~asked[:, column] & (alike[:, column] > 0)
    found |= _asked(panel, rows, again, known, rules)
    for column in events:
        settled: dict[int, History] = {}
        for day in np.flatnonzero(read[:, column]).tolist():
            one = found.get((day, column))
            key = int(alike[day, column])
            if one is None:
                one = settled.get(key, CLEAN)
            elif not _opened(rows[day, column], events[column]):
                settled[key] = one
            if one.first or one.lost or one.last_code:
                yield day, column, one


def _opened(row: int, bars: IndexArray) -> bool:
    until = bars + np.where(bars < LEAST_ORDINARY_BARS, ORDINARY_BARS, 1)
    return bool(((row >= bars) & (row <= until)).any())


def _first_of(key: IndexArray, among: BoolArray) -> BoolArray:
    """Mark the first entry of each key among some."""
    first = np.zeros(len(key), np.bool_)
    at = np.flatnonzero(among)
    _, index = np.unique(key[at], return_index=True)
    first[at[index]] = True
    return first


def _events(panel: BarPanel, known: KnownActions, rules: GateRules) -> dict[int, IndexArray]:
    """Return the bars of each column that the gate looks at, ascending; columns without have none.

    Suspects, the first bars after holes that are too long, and the bars of known splits.
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        suspects = find_suspects(panel, panel.length - 1, rules)
    bars, columns = [suspects.bar], [suspects.column]
    if panel.n_bars > 1:
        bar, column = np.nonzero(np.diff(panel.session, axis=0) - 1 > rules.max_hole_sessions)
        bars.append(bar + 1)
        columns.append(column)
    for at, symbol in enumerate(panel.symbols) if known.splits else ():
        record = known.splits.get(symbol)
        if record is None or not len(record.session) or not panel.length[at]:
            continue
        own = panel.sessions[panel.session[: panel.length[at], at]]
        place = np.searchsorted(own, record.session)
        place = np.unique(place[(place > 0) & (place < len(own))])
        bars.append(place)
        columns.append(np.full(len(place), at))
    bar, column = np.concatenate(bars), np.concatenate(columns)
    return {int(one): np.unique(bar[column == one]) for one in np.unique(column).tolist()}


def _asked(
    panel: BarPanel, rows: IndexArray, asked: BoolArray, known: KnownActions, rules: GateRules
) -> dict[tuple[int, int], History]:
    """Ask the gate of days and columns, each as a column of its own."""
    found: dict[tuple[int, int], History] = {}
    day, column = np.nonzero(asked)
    width = max(CHUNK_CELLS // max(panel.n_bars, 1), 1)
    for start in range(0, len(day), width):
        own_day, own = day[start : start + width], column[start : start + width]
        breaks = find_breaks(panel.take(own), rows[own_day, own], rules, known)
        lost: dict[int, list[int]] = {}
        for bar, owner in zip(breaks.bar.tolist(), breaks.column.tolist(), strict=True):
            kept = lost.setdefault(owner, [])
            if bar >= breaks.first[owner]:
                kept.append(bar)
        for at, (one_day, one) in enumerate(zip(own_day.tolist(), own.tolist(), strict=True)):
            code = breaks.last_code[at]
            found[one_day, one] = History(
                first=int(breaks.first[at]),
                lost=tuple(sorted(lost.get(at, ()))),
                last_code=PASSED if code is None else GATE_CODES.index(code) + 1,
                touched=at in lost,
            )
    return found
