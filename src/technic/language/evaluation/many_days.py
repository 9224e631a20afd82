"""Block parts of expressions on many days of one panel, each as `evaluate_block` gives it that day.

A place is a day and a symbol: a row and a column of the panel. What has a value at every bar is
computed once for all bars and read at the places; what stands inside weekly(...) or monthly(...) is
computed for each place, since the running period ends with its day; what belongs to the scan's day
is computed on one value for each place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from technic.language.analysis.vocabulary import Vocabulary
from technic.language.evaluation.bar_values import all_bars, newest_bars
from technic.language.evaluation.evaluate import DayValues
from technic.language.evaluation.panel_facts import PanelFacts
from technic.language.evaluation.program import looked_back, program_of
from technic.language.evaluation.resample import Timeframe
from technic.language.evaluation.running_bars import RunningBars
from technic.language.functions.function import Function, Scope
from technic.language.functions.operators import split
from technic.language.syntax.nodes import Call, Node
from technic.panel import BarPanel
from technic.panel.places import Places
from technic.typing import FloatArray

__all__ = ["PlaceValues", "evaluate_places"]

IndexArray = NDArray[np.intp]
WIDTH = 128
"""Columns of which all bars are computed together."""
WIDE = 16_384
"""Places whose longer bars are laid out together."""


def evaluate_places(
    nodes: Iterable[Node],
    panel: BarPanel,
    places: Places,
    vocabulary: Vocabulary,
    *,
    known: Mapping[str, FloatArray] | None = None,
    benchmark: FloatArray | None = None,
    facts: PanelFacts | None = None,
) -> dict[Node, FloatArray]:
    """Return the block parts of checked nodes at places, ``(n_places,)`` each.

    ``known``: values of names at the places; all else as in ``evaluate_block``.
    """
    values = PlaceValues(panel, places, vocabulary, known or {}, benchmark, facts=facts)
    return {part: np.array(found) for part, found in values.parts(nodes).items()}


class PlaceValues(DayValues):
    """The values at many places.

    ``joined``: values of calls that compare symbols; where it is given, names of the market and of
    the listings are among ``known``, and everything has a value.
    """

    def __init__(
        self,
        panel: BarPanel,
        places: Places,
        vocabulary: Vocabulary,
        known: Mapping[str, FloatArray | NDArray[np.object_]],
        benchmark: FloatArray | None,
        joined: Mapping[Node, FloatArray] | None = None,
        facts: PanelFacts | None = None,
    ) -> None:
        numbers = cast("Mapping[str, FloatArray]", known)  # texts are handed on as they are
        super().__init__(panel, places.row, vocabulary, numbers, benchmark, facts)
        self._places, self._joined = places, joined
        self._values |= joined or {}

    def _scope(self, node: Node) -> Scope:
        scope = super()._scope(node)
        wider = self._joined is not None and scope in ("market", "listing")
        return "day" if wider else scope

    def _of_bars(self, nodes: Sequence[Node]) -> list[FloatArray]:
        """Return the values of nodes of the scope ``bar`` at the places.

        Columns go together whose places begin in about the same row: no row above is computed.
        """
        panel, out = self._panel, self._empty(len(nodes))
        if not nodes or not panel.n_bars:
            return out
        program, results = program_of(self._vocabulary, tuple(nodes))
        for columns, places, first in self._alike(panel.n_symbols):
            few, closes = panel.take(columns), self._benchmark
            if closes is not None and closes.ndim > 1:
                closes = np.take(closes, columns, axis=1)
            facts = None if self._facts is None else self._facts.take(columns)
            place_of = np.empty(panel.n_symbols, np.intp)
            place_of[columns] = np.arange(len(columns))
            found = all_bars(program, results, few, closes, first, facts)
            row, column = self._places.row[places], self._places.column[places]
            at = (row - first) * len(columns) + place_of[column]
            for values, array in zip(out, found, strict=True):
                values[places] = array.ravel().take(at)
        return out

    def _empty(self, count: int) -> list[FloatArray]:
        """Return arrays for values at all places: NaN where there is no bar, else to be filled."""
        absent = np.flatnonzero(self._rows < 0)
        out = [np.empty(len(self._rows)) for _ in range(count)]
        for values in out:
            values[absent] = np.nan
        return out

    def _alike(self, n_symbols: int) -> Iterator[tuple[IndexArray, IndexArray, int]]:
        """Yield some columns, the places in them that have a bar, and the first of their rows."""
        there = np.flatnonzero(self._places.row >= 0)
        row, column = self._places.row[there], self._places.column[there]
        begins = np.full(n_symbols, np.iinfo(np.intp).max)
        np.minimum.at(begins, column, row)
        order = np.argsort(begins, kind="stable")
        group = np.empty(n_symbols, np.intp)
        group[order] = np.arange(n_symbols) // WIDTH
        mine = group[column]
        for number in np.unique(mine).tolist():
            columns = order[number * WIDTH : (number + 1) * WIDTH]
            used = columns[begins[columns] < np.iinfo(np.intp).max]
            yield used, there[mine == number], int(begins[used].min())

    def _of_longer_bars(self, timeframe: Timeframe, nodes: Sequence[Node]) -> list[FloatArray]:
        """Return the values of nodes on longer bars, the running one being that of each day."""
        program, results = program_of(self._vocabulary, tuple(nodes))
        out = self._empty(len(nodes))
        fields = {step.name for step in program.steps if step.kind == "field"}
        running = RunningBars.of(self._panel, timeframe, self._benchmark, fields)
        program, series = running.lagging(program, results)
        bars = looked_back(program.steps, results, len(self._panel.sessions))
        there = np.flatnonzero(self._rows >= 0)
        period = running.period[self._rows[there], self._places.column[there]]
        short = period + 1 < max(bars.values(), default=1)
        there = there[np.argsort(short, kind="stable")]  # short histories by themselves
        for part in np.split(there, np.arange(WIDE, len(there), WIDE)):
            rows, columns = self._rows[part], self._places.column[part]
            found = newest_bars(program, results, *running.at(rows, columns, bars, series))
            for values, array in zip(out, found, strict=True):
                values[part] = array
        return out

    def _computed(
        self, node: Call, function: Function, columns: IndexArray
    ) -> Mapping[str, FloatArray]:
        """Compute a function of the scan's day at some places, and those made with it.

        ``columns``: numbers of places. Series that it is given are computed at all bars once.
        """
        kernel, arrays = self._day_kernel(node, function, self._panel, self._facts)
        if function.at_places is None:
            return self._by_day(kernel, arrays, columns)
        places, constants = self._places.take(columns), split(node, function).constants
        return function.at_places(*arrays, places.row, places.column, *constants)

    def _by_day(
        self,
        kernel: Callable[..., Mapping[str, FloatArray]],
        arrays: Sequence[FloatArray],
        asked: IndexArray,
    ) -> Mapping[str, FloatArray]:
        """Call a kernel for the places of each day."""
        wanted = np.zeros(len(self._rows), np.bool_)
        wanted[asked] = True
        # each column in one piece: few columns are read on a day, each of them from top to bottom
        laid = [np.ascontiguousarray(array.T) for array in arrays]
        out: dict[str, FloatArray] = {}
        number = np.cumsum(wanted) - 1
        for part in self._places.by_day():
            chosen = np.flatnonzero(wanted[part]) + part.start
            if not len(chosen):
                continue
            columns = self._places.column[chosen]
            given = [array[columns].T for array in laid]
            for name, values in kernel(*given, self._places.row[chosen]).items():
                out.setdefault(name, np.full(len(asked), np.nan))[number[chosen]] = values
        return out
