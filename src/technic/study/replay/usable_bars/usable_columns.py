"""Panels of usable bars for a block of days: a column is a symbol in one basis and one segment.

What the data gate finds of a symbol's history changes from day to day only where something is
wrong with it: most symbols have one column for all days of a block. Of the others the gate is asked
as the scan asks it (`gate_histories`), and days on which it says the same share a column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.gate.rules import GateRules
from technic.data_engine.interfaces.known_actions import DividendsBySymbol, KnownActions
from technic.panel import BarPanel
from technic.panel.segments import segments
from technic.study.replay.basis_bars import BasisPanel
from technic.study.replay.block_windows import BASE_START, BlockWindows
from technic.study.replay.usable_bars.gate_codes import rows_of_days
from technic.study.replay.usable_bars.gate_histories import gate_histories
from technic.typing import BoolArray, DateArray, IntArray

__all__ = ["UsableColumns", "usable_columns"]

IndexArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class UsableColumns:
    """Columns of a few symbols on the days of a block.

    ``panels``: the bars from each of the sessions on with which windows begin, in the order of
    ``BlockWindows.starts``; ``rows``: in each of them ``(n_days, n_columns)`` the row of each day,
    -1 where there is no usable bar or another column has the day. ``symbol``: which of ``symbols``
    a column is of. ``days``: ``(n_days, n_columns)`` whether the day reads this column;
    ``started``: whether the symbol has a bar by then in what its scan loads; ``told``: whether it
    has a row there, be it one without a price. ``late``: sessions from the last bar, usable or not,
    to the day; ``last_code``: what is wrong with the last bar; ``since``: ``(n_columns,)`` the day
    on which usable bars begin, NaT where all are.
    ``dividends``: those of each column, under its name in the panels. ``basis``: ``(n_columns,)`` a
    day whose shares each column's prices count in.
    """

    symbols: tuple[str, ...]
    symbol: IndexArray
    panels: tuple[BarPanel, ...]
    rows: tuple[IndexArray, ...]
    days: BoolArray
    started: BoolArray
    told: BoolArray
    late: IntArray
    last_code: NDArray[np.uint8]
    since: DateArray
    dividends: DividendsBySymbol
    basis: DateArray


@dataclass(frozen=True, slots=True, eq=False)
class _Cut:
    """One basis of some symbols: bars and rows from each start on."""

    panels: tuple[BarPanel, ...]
    rows: tuple[IndexArray, ...]
    days: BoolArray
    started: BoolArray
    told: BoolArray
    known: KnownActions
    basis: DateArray


@dataclass(frozen=True, slots=True, eq=False)
class _Versions:
    """Segments of the columns of a cut: where each begins, which bars it lacks, on which days.

    ``bar``, ``owner``: bars left out and the entry of ``column`` that lacks them.
    """

    column: IndexArray
    first: IndexArray
    bar: IndexArray
    owner: IndexArray
    days: BoolArray
    last_code: NDArray[np.uint8]


def usable_columns(
    bases: Sequence[BasisPanel], windows: BlockWindows, days: DateArray, rules: GateRules
) -> UsableColumns:
    """Ask the gate of all columns and days."""
    symbols = tuple(dict.fromkeys(name for basis in bases for name in basis.panel.symbols))
    place = {name: at for at, name in enumerate(symbols)}
    parts = [_part(_cut(basis, windows, days), days, rules) for basis in bases]
    made: list[tuple[_Cut, _Versions]] = parts
    names: list[str] = []
    dividends: dict[str, tuple[DateArray, NDArray[np.float64]]] = {}
    symbol: list[int] = []
    for number, (cut, versions) in enumerate(made):
        known = cut.known.dividends
        for at, column in enumerate(versions.column.tolist()):
            name = cut.panels[BASE_START].symbols[column]
            names.append(f"{name}\n{number}.{at}")
            symbol.append(place[name])
            if name in known:
                dividends[names[-1]] = known[name]
    numbers = range(len(windows.starts))
    return UsableColumns(
        symbols=symbols,
        symbol=np.array(symbol, dtype=np.intp),
        panels=tuple(_joined([_segmented(*part, at) for part in made], names) for at in numbers),
        rows=tuple(np.hstack([_rows(*part, at) for part in made]) for at in numbers),
        days=np.hstack([versions.days for _, versions in made]),
        started=np.hstack([cut.started[:, versions.column] for cut, versions in made]),
        told=np.hstack([cut.told[:, versions.column] for cut, versions in made]),
        late=np.hstack([_late(cut, versions, days) for cut, versions in made]),
        last_code=np.hstack([versions.last_code for _, versions in made]),
        since=np.concatenate([_since(cut, versions) for cut, versions in made]),
        dividends=dividends,
        basis=np.concatenate([cut.basis[versions.column] for cut, versions in made]),
    )


def _cut(basis: BasisPanel, windows: BlockWindows, days: DateArray) -> _Cut:
    """Cut the windows from what was loaded, and find each day's row in them."""
    panels, rows = [], []
    for start in windows.starts:
        panel = basis.panel
        if len(panel.sessions) and panel.sessions[0] < start:
            panel = panel.window(start, panel.sessions[-1])
        at = np.searchsorted(panel.sessions, days)
        panels.append(panel)
        rows.append(rows_of_days(panel)[at])
    started = np.array(rows)[windows.longest, np.arange(len(days))] >= 0
    told = started
    if basis.first_row is not None:
        first_rows = np.array([basis.first_row(start) for start in windows.starts])
        told = first_rows[windows.longest] <= days[:, None]
    day = basis.basis
    if day is None:
        day = np.full(basis.panel.n_symbols, days[0], "datetime64[D]")
    return _Cut(tuple(panels), tuple(rows), basis.days, started, told, basis.known, day)


def _part(cut: _Cut, days: DateArray, rules: GateRules) -> tuple[_Cut, _Versions]:
    """Find the segments of all columns of a cut."""
    rows = cut.rows[BASE_START]
    whole = cut.days.copy()
    last_code = np.zeros(rows.shape, dtype=np.uint8)
    segmented: dict[tuple[int, int, tuple[int, ...]], list[int]] = {}
    for day, column, found in gate_histories(
        cut.panels[BASE_START], rows, cut.days, cut.known, rules
    ):
        last_code[day, column] = found.last_code
        if found.first or found.lost:
            whole[day, column] = False
            segmented.setdefault((column, found.first, found.lost), []).append(day)
    more = list(segmented)
    shown = np.zeros((len(days), len(more)), dtype=np.bool_)
    for at, key in enumerate(more):
        shown[segmented[key], at] = True
    # a column that no day reads whole stays: nobody asks for it, and numbers stay as they are
    everyone = np.arange(rows.shape[1])
    columns = np.array([column for column, _, _ in more], dtype=np.intp)
    lost = [(bar, at) for at, (_, _, bars) in enumerate(more) for bar in bars]
    return cut, _Versions(
        column=np.concatenate([everyone, columns]),
        first=np.array([0] * len(everyone) + [first for _, first, _ in more], dtype=np.intp),
        bar=np.array([bar for bar, _ in lost], dtype=np.intp),
        owner=np.array([len(everyone) + at for _, at in lost], dtype=np.intp),
        days=np.hstack([whole, shown]),
        last_code=np.hstack([last_code, last_code[:, columns]]),
    )


def _segmented(cut: _Cut, versions: _Versions, start: int) -> list[BarPanel]:
    """Return the bars of each version from a start on, a column each, in panels side by side."""
    panel, older = cut.panels[start], _older(cut, start)
    n = panel.n_symbols
    if len(versions.column) == n:
        return [panel]
    copies = panel.take(versions.column[n:])
    shift = older[versions.column[n:]]
    first = np.where(versions.first[n:] > 0, versions.first[n:] + shift, 0)
    owner = versions.owner - n
    everyone = np.arange(copies.n_symbols)
    return [panel, segments(copies, everyone, first, versions.bar + shift[owner], owner)]


def _older(cut: _Cut, start: int) -> IndexArray:
    """How many bars each column has from a start on before the base window begins."""
    more: IndexArray = cut.rows[start][-1] - cut.rows[BASE_START][-1]
    return more


def _rows(cut: _Cut, versions: _Versions, start: int) -> IndexArray:
    """Return the row of each day among the usable bars from a start on; -1 where none is read."""
    lost = np.bincount(versions.owner, minlength=len(versions.column))
    older = _older(cut, start)[versions.column]
    first = np.where(versions.first > 0, versions.first + older, 0)
    rows = np.maximum(cut.rows[start][:, versions.column] - first - lost, -1)
    return np.where(versions.days, rows, -1)


def _late(cut: _Cut, versions: _Versions, days: DateArray) -> IntArray:
    """Sessions from the last bar of the base window, usable or not, to each day."""
    panel, rows = cut.panels[BASE_START], cut.rows[BASE_START]
    today = np.searchsorted(panel.sessions, days)[:, None]
    if not panel.n_bars:
        return np.broadcast_to(today + 1, (len(days), len(versions.column))).astype(np.int64)
    held = panel.session[np.maximum(rows, 0), np.arange(panel.n_symbols)]
    return (today - np.where(rows >= 0, held, -1))[:, versions.column].astype(np.int64)


def _since(cut: _Cut, versions: _Versions) -> DateArray:
    """Return the day on which the usable bars of each version begin, NaT where all are."""
    panel = cut.panels[BASE_START]
    since = np.full(len(versions.column), np.datetime64("NaT"), dtype="datetime64[D]")
    short = np.flatnonzero(versions.first > 0)
    at = panel.session[versions.first[short], versions.column[short]]
    since[short] = panel.sessions[at]
    return since


def _joined(parts: Sequence[Sequence[BarPanel]], names: Sequence[str]) -> BarPanel:
    """Put panels beside each other, under names of which each is there once."""
    panels = [panel for part in parts for panel in part]
    whole = panels[0] if len(panels) == 1 else BarPanel.side_by_side(panels)
    return replace(whole, symbols=tuple(names))
