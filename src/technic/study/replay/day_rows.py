"""The scan of blocks of symbols on many days at once: `scan.block_rows.scan_block` for each day.

A place is a day and a symbol that passed the gate on it. Every column is one array over the places,
ascending by day and then by symbol, with the bits that the scan of the day gives the symbol.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from technic.columns import DEFAULT_COLUMNS, evaluate
from technic.panel import BarPanel
from technic.panel.places import Places
from technic.regime import index_sums_of_days
from technic.scan.config import ScanConfig
from technic.scan.expressions.scan_expressions import ScanExpressions
from technic.scan.special_dividends import strength_columns
from technic.scan.windows import PlaceWindow
from technic.scoring import benchmark_columns, subscores
from technic.study.replay.basis_bars import BasisPanel
from technic.study.replay.block_windows import BASE_START, BlockWindows
from technic.study.replay.listed_names import ListedNames
from technic.study.replay.usable_bars.gate_codes import PASSED, gate_codes
from technic.study.replay.usable_bars.usable_columns import UsableColumns, usable_columns
from technic.typing import BoolArray, DateArray, FloatArray

if TYPE_CHECKING:
    from technic.language.evaluation.panel_facts import PanelFacts
    from technic.scan.facts.scan_facts import ScanFacts

__all__ = [
    "DayRows",
    "ReplayTask",
    "compared_columns",
    "index_of_places",
    "passed_places",
    "place_windows",
    "rows_of_block",
]

IndexArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class ReplayTask:
    """What is computed of every symbol of a block of days.

    ``windows``: those of all ``days``. ``names``: default columns that are wanted; ``benchmark``:
    closes on the sessions that are loaded, NaN where there is none. ``expressions``: those whose
    parts are wanted; ``facts``: what they name of companies.
    """

    days: DateArray
    windows: BlockWindows
    config: ScanConfig
    expressions: ScanExpressions
    names: tuple[str, ...] = DEFAULT_COLUMNS
    benchmark: FloatArray | None = None
    facts: ScanFacts | None = None


@dataclass(frozen=True, slots=True, eq=False)
class DayRows:
    """Rows of some symbols on the days of a block.

    ``code``: ``(n_days, n_symbols)``, what the gate says, ``PASSED`` or a position in
    ``GATE_CODES`` from 1; ``present``: whether there is a row of the symbol up to the day at all.
    ``day``, ``symbol``: of each place, positions in the days and in ``symbols``. ``last_bar``,
    ``usable_since``: days; NaT where the history is whole. ``columns``: an array over the places.
    ``index``: what they add to the index of the market on each session up to each day, totals and
    counts ``(n_days, n_sessions)`` of the base window; None where a benchmark stands for it.
    """

    symbols: tuple[str, ...]
    code: NDArray[np.uint8]
    present: BoolArray
    day: IndexArray
    symbol: IndexArray
    last_bar: DateArray
    usable_since: DateArray
    columns: dict[str, FloatArray]
    index: tuple[FloatArray, FloatArray] | None = None


def rows_of_block(bases: Sequence[BasisPanel], task: ReplayTask, listed: ListedNames) -> DayRows:
    """Scan the bars of some symbols on every day of the block.

    ``listed``: who is compared on which day; others have no place.
    """
    usable = usable_columns(bases, task.windows, task.days, task.config.gate)
    base = usable.panels[BASE_START]
    code, present, places = passed_places(usable, task)
    member = listed.members(usable.symbols)
    places = places.take(member[places.day, usable.symbol[places.column]] != listed.OUTSIDE)
    columns = _columns(usable, places, task)
    last = base.session[places.row, places.column] if base.n_bars else places.row
    current = base.sessions[last] == task.days[places.day]
    return DayRows(
        symbols=usable.symbols,
        code=code,
        present=present,
        day=places.day,
        symbol=usable.symbol[places.column],
        last_bar=base.sessions[last],
        usable_since=usable.since[places.column],
        columns=columns,
        index=index_of_places(usable, places.take(current), task),
    )


def index_of_places(
    usable: UsableColumns, ranked: Places, task: ReplayTask
) -> tuple[FloatArray, FloatArray] | None:
    """Return what those who are ranked on each day add to the index of the market up to it.

    Totals and counts, ``(n_days, n_sessions)``; None where a benchmark stands for the market.
    """
    if task.benchmark is not None and np.isfinite(task.benchmark).any():
        return None
    base = usable.panels[BASE_START]
    eligible = np.zeros((len(task.days), base.n_symbols), np.bool_)
    eligible[ranked.day, ranked.column] = True
    return index_sums_of_days(base, eligible)


def passed_places(
    usable: UsableColumns, task: ReplayTask
) -> tuple[NDArray[np.uint8], BoolArray, Places]:
    """Return the gate's code and whether there is a row, for each day and symbol; who passes.

    Places are those of the base window, ascending by day, then by symbol.
    """
    base, rows = usable.panels[BASE_START], usable.rows[BASE_START]
    codes = gate_codes(base, rows, usable.late, usable.last_code, task.config.gate)
    shape = len(task.days), len(usable.symbols)
    code, present = np.zeros(shape, np.uint8), np.zeros(shape, np.bool_)
    day, column = np.nonzero(usable.days)
    code[day, usable.symbol[column]] = codes[day, column]
    present[day, usable.symbol[column]] = usable.told[day, column]
    day, column = np.nonzero(usable.days & usable.started & (codes == PASSED))
    order = np.lexsort((usable.symbol[column], day))
    return code, present, Places(day[order], rows[day, column][order], column[order])


def place_windows(
    usable: UsableColumns, places: Places, task: ReplayTask, window: int
) -> list[PlaceWindow]:
    """Return the bars of a window and where the places stand in it.

    The places of days on which it begins on the same session go together.
    """
    number = task.windows.of_day[window]
    cuts = np.searchsorted(places.day, np.flatnonzero(np.diff(number)) + 1)
    found: list[PlaceWindow] = []
    for first, stop in itertools.pairwise([0, *cuts.tolist(), len(places.day)]):
        if stop > first or not found:
            part = slice(first, stop)
            day, column = places.day[part], places.column[part]
            at = int(number[day[0]] if len(day) else number[0])
            panel, rows = usable.panels[at], usable.rows[at]
            own = Places(day, rows[day, column], column)
            facts = _facts(task, usable, panel)
            found.append(PlaceWindow(panel, rows, own, _closes(task, panel), part, facts))
    return found


def _columns(usable: UsableColumns, places: Places, task: ReplayTask) -> dict[str, FloatArray]:
    """Compute every column at the places."""
    base, rows = usable.panels[BASE_START], usable.rows[BASE_START]
    at = places.day, places.column

    def read(columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        return {name: values[at] for name, values in columns.items()}

    whole = evaluate(base, rows, task.names)
    columns = read(whole)
    columns |= subscores(columns)
    columns |= read(strength_columns(base, rows, whole, usable.dividends))
    if task.benchmark is not None:
        columns |= compared_columns(base, rows, task, places)
    bars = partial(place_windows, usable, places, task)
    columns |= task.expressions.place_columns(bars, columns)
    return columns


def _closes(task: ReplayTask, panel: BarPanel) -> FloatArray | None:
    """Return the closes of the benchmark on the sessions of a window."""
    if task.benchmark is None:
        return None
    return task.benchmark[len(task.benchmark) - len(panel.sessions) :]


def _facts(task: ReplayTask, usable: UsableColumns, panel: BarPanel) -> PanelFacts | None:
    """Return the facts of the columns of a window."""
    if task.facts is None:
        return None
    symbols = [usable.symbols[at] for at in usable.symbol.tolist()]
    return task.facts.on(symbols, panel.sessions, usable.basis)


def compared_columns(
    panel: BarPanel, rows: IndexArray, task: ReplayTask, places: Places
) -> dict[str, FloatArray]:
    """Compare with the benchmark."""
    closes = _closes(task, panel)
    assert closes is not None
    at = places.day, places.column
    return {name: array[at] for name, array in benchmark_columns(panel, rows, closes).items()}
