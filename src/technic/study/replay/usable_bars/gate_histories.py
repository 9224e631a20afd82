"""What the data gate finds of each symbol's history on each day of a block.

Nearly all symbols have nothing in their bars that the gate would look at twice: they stay as they
are on every day. Of the others the gate itself is asked, `find_breaks`, on each day on which its
answer may differ from that of the day before. It may while what follows a suspect bar is looked at:
on that bar, on the next, and up to twenty later where too few bars lie before it; where it has
taken bars out, what is left is judged anew, and other bars may be suspect then.
"""

from __future__ import annotations

import itertools
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
from technic.panel.segments import segments, source_rows
from technic.study.replay.usable_bars.gate_codes import PASSED
from technic.typing import BoolArray

__all__ = ["History", "gate_histories"]

IndexArray = NDArray[np.intp]
CHUNK_CELLS = 4_000_000
"""Cells of copied columns of which the gate is asked together."""


@dataclass(frozen=True, slots=True)
class History:
    """What the gate finds on a day: first usable row, bars from there on that are none.

    ``last_code``: what is wrong with the last bar, as in ``gate_codes``; ``taken``: all bars that
    are none, those above the first usable row too.
    """

    first: int
    lost: tuple[int, ...]
    last_code: int
    taken: tuple[int, ...]

    @property
    def says_something(self) -> bool:
        """Whether a scan of the day has anything to do for it."""
        return bool(self.first or self.lost or self.last_code)


MOST_PARTS = 4
"""Bars taken out of a column whose parts are all looked at; of more it is asked every day."""
Lost = tuple[int, ...]


@dataclass(slots=True)
class _Column:
    """A column that the gate looks at: bars that it judges, each until which row it goes on.

    ``taken``: the sets of bars that it has taken out; ``daily``: whether it is asked every day.
    """

    bars: IndexArray
    until: IndexArray
    taken: set[Lost]
    daily: bool = False

    def add(self, bars: IndexArray, until: IndexArray) -> None:
        """Add bars that are judged."""
        self.bars = np.concatenate([self.bars, bars])
        self.until = np.concatenate([self.until, until])
        order = np.argsort(self.bars, kind="stable")
        self.bars, self.until = self.bars[order], self.until[order]

    def open_at(self, rows: IndexArray) -> BoolArray:
        """Tell at which rows the judgement of a bar may still change."""
        if self.daily:
            return np.asarray(rows >= self.bars[0])
        opened = (rows[:, None] >= self.bars) & (rows[:, None] <= self.until)
        return np.asarray(opened.any(axis=1))

    def judged(self, rows: IndexArray) -> IndexArray:
        """How many bars are judged up to each row: between two numbers nothing changes."""
        return np.searchsorted(self.bars, rows, side="right")


def gate_histories(
    panel: BarPanel, rows: IndexArray, days: BoolArray, known: KnownActions, rules: GateRules
) -> Iterator[tuple[int, int, History]]:
    """Yield day, column and history wherever the gate finds something.

    ``rows``: ``(n_days, n_symbols)``, the row of each day, -1 where there is none; ``days``: the
    days that read the column.
    """
    read = days & (rows >= 0)
    columns = {
        column: _Column(bars, until, set())
        for column, (bars, until) in _events(panel, known, rules).items()
    }
    found: dict[tuple[int, int], History] = {}
    changed = dict(columns)
    while changed:
        asked = np.zeros(rows.shape, np.bool_)
        for column, one in changed.items():
            asked[:, column] = _wanted(one, rows[:, column], read[:, column])
        for day, column in found:
            asked[day, column] = False
        more = _asked(panel, rows, asked, known, rules)
        found |= more
        changed = _look_around(panel, columns, more, known, rules)
    marked = {column for (_, column), history in found.items() if history.says_something}
    for column in sorted(marked):
        one = columns[column]
        open_ = one.open_at(rows[:, column])
        judged = one.judged(rows[:, column])
        settled: dict[int, History] = {}
        for day in np.flatnonzero(read[:, column] & (judged > 0)).tolist():
            history = found.get((day, column))
            if history is None:
                history = settled[int(judged[day])]
            elif not open_[day]:
                settled[int(judged[day])] = history
            if history.says_something:
                yield day, column, history


def _wanted(one: _Column, rows: IndexArray, read: BoolArray) -> BoolArray:
    """Tell on which days to ask: while something is open, and once after it."""
    open_, judged = one.open_at(rows), one.judged(rows)
    calm = np.flatnonzero(read & ~open_ & (judged > 0))
    _, first = np.unique(judged[calm], return_index=True)
    wanted = read & open_
    wanted[calm[first]] = True
    return wanted


def _look_around(
    panel: BarPanel,
    columns: dict[int, _Column],
    found: dict[tuple[int, int], History],
    known: KnownActions,
    rules: GateRules,
) -> dict[int, _Column]:
    """Add the bars that are judged anew where others were taken out; return those columns.

    Bars are taken out step by step, and after each step what is left is judged: the bars that any
    part of those taken out leaves suspect are all there can be.
    """
    new: dict[int, set[Lost]] = {}
    for (_, column), history in found.items():
        if history.taken and history.taken not in columns[column].taken:
            new.setdefault(column, set()).add(history.taken)
    parts: list[tuple[int, Lost]] = []
    for column, sets in new.items():
        columns[column].taken |= sets
        columns[column].daily |= any(len(one) > MOST_PARTS for one in sets)
        if not columns[column].daily:
            parts += [(column, part) for part in {p for one in sets for p in _parts(one)}]
    for start in range(0, len(parts), CHUNK_CELLS // max(panel.n_bars, 1) + 1):
        some = parts[start : start + CHUNK_CELLS // max(panel.n_bars, 1) + 1]
        own = np.array([column for column, _ in some], dtype=np.intp)
        bar = np.array([bar for _, part in some for bar in part], dtype=np.intp)
        owner = np.repeat(np.arange(len(some)), [len(part) for _, part in some])
        copies, everyone = panel.take(own), np.arange(len(some))
        none = np.zeros(len(some), np.intp)
        left = segments(copies, everyone, none, bar, owner)
        source, _ = source_rows(copies, everyone, none, bar, owner)
        for at, (bars, until) in _events(left, known, rules).items():
            ends = np.where(until < left.length[at], until, left.n_bars - 1)
            last = np.where(until < left.length[at], source[ends, at], panel.n_bars)
            columns[int(own[at])].add(source[bars, at], last)
    return {column: columns[column] for column in new}


def _parts(taken: Lost) -> Iterator[Lost]:
    """Yield every part of a set of bars but the empty one."""
    for size in range(1, len(taken) + 1):
        yield from itertools.combinations(taken, size)


def _events(
    panel: BarPanel, known: KnownActions, rules: GateRules
) -> dict[int, tuple[IndexArray, IndexArray]]:
    """Return the bars of each column that the gate judges, and the row until which it goes on.

    Suspects, the first bars after holes that are too long, and the bars of known splits. Columns
    without any are left out.
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
    order = np.lexsort((bar, column))
    bar, column = bar[order], column[order]
    until = bar + np.where(bar < LEAST_ORDINARY_BARS, ORDINARY_BARS, 1)
    names, starts = np.unique(column, return_index=True)
    stops = [*starts.tolist(), len(column)][1:]
    return {
        int(name): (bar[start:stop], until[start:stop])
        for name, start, stop in zip(names, starts.tolist(), stops, strict=True)
    }


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
        taken: dict[int, list[int]] = {}
        for bar, owner in zip(breaks.bar.tolist(), breaks.column.tolist(), strict=True):
            taken.setdefault(owner, []).append(bar)
        for at, (one_day, one) in enumerate(zip(own_day.tolist(), own.tolist(), strict=True)):
            code = breaks.last_code[at]
            bars, first = tuple(sorted(taken.get(at, ()))), int(breaks.first[at])
            found[one_day, one] = History(
                first=first,
                lost=tuple(bar for bar in bars if bar >= first),
                last_code=PASSED if code is None else GATE_CODES.index(code) + 1,
                taken=bars,
            )
    return found
