"""Block parts of expressions on many days of one panel, each as `evaluate_block` gives it that day.

A place is a day and a symbol: a row and a column of the panel. What has a value at every bar is
computed once for all bars and read at the places; what stands inside weekly(...) or monthly(...) is
computed for each day, since the running period ends with it; what belongs to the scan's day is
computed on one value for each place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from technic.language.analysis.vocabulary import Vocabulary
from technic.language.evaluation.bar_values import all_bars, newest_bars
from technic.language.evaluation.evaluate import DayValues
from technic.language.evaluation.market_values import block_parts
from technic.language.evaluation.program import Program
from technic.language.evaluation.resample import Timeframe, resampled
from technic.language.functions.function import Function
from technic.language.functions.operators import split
from technic.language.syntax.nodes import Call, Node
from technic.panel import BarPanel
from technic.panel.places import Places
from technic.typing import FloatArray

__all__ = ["evaluate_places"]

IndexArray = NDArray[np.intp]


def evaluate_places(
    nodes: Iterable[Node],
    panel: BarPanel,
    places: Places,
    vocabulary: Vocabulary,
    *,
    known: Mapping[str, FloatArray] | None = None,
    benchmark: FloatArray | None = None,
) -> dict[Node, FloatArray]:
    """Return the block parts of checked nodes at places, ``(n_places,)`` each.

    ``known``: values of names at the places; all else as in ``evaluate_block``.
    """
    asked = list(dict.fromkeys(nodes))
    values = _PlaceValues(panel, places, vocabulary, known or {}, benchmark)
    values.prepare(asked)
    everywhere = np.ones(len(places.row), np.bool_)
    for node in asked:
        values.value(node, everywhere)
    parts = dict.fromkeys(part for node in asked for part in block_parts(node, vocabulary))
    return {part: values.result(part, ~everywhere) for part in parts}


class _PlaceValues(DayValues):
    """The values at many places."""

    def __init__(
        self,
        panel: BarPanel,
        places: Places,
        vocabulary: Vocabulary,
        known: Mapping[str, FloatArray],
        benchmark: FloatArray | None,
    ) -> None:
        super().__init__(panel, places.row, vocabulary, known, benchmark)
        self._places = places

    def prepare(self, nodes: Iterable[Node]) -> None:
        """Compute what the bars alone say, all expressions together."""
        bars: dict[Node, None] = {}
        longer: dict[str, dict[Node, None]] = {}
        for node in nodes:
            self._collect(node, bars, longer)
        self._values |= dict(zip(bars, self._at_places(list(bars), self._panel), strict=True))
        for timeframe, inner in longer.items():
            found = self._longer(cast("Timeframe", timeframe), list(inner))
            self._values |= {
                Call(timeframe, (node,)): values for node, values in zip(inner, found, strict=True)
            }

    def _at_places(self, nodes: Sequence[Node], panel: BarPanel) -> list[FloatArray]:
        """Return the values of nodes of the scope ``bar`` at the places."""
        if not nodes:
            return []
        program = Program(self._vocabulary.functions)
        found = all_bars(program, [program.add(node) for node in nodes], panel, self._benchmark)
        row, column = self._places.row, self._places.column
        at = np.maximum(row, 0) * panel.n_symbols + column
        absent = row < 0
        values = []
        for array in found:
            read = array.ravel().take(at, mode="clip") if array.size else np.full(len(row), np.nan)
            read[absent] = np.nan
            values.append(read)
        return values

    def _longer(self, timeframe: Timeframe, nodes: Sequence[Node]) -> list[FloatArray]:
        """Return the values of nodes on longer bars, made anew for each day."""
        program = Program(self._vocabulary.functions)
        results = [program.add(node) for node in nodes]
        out = [np.full(len(self._rows), np.nan) for _ in nodes]
        for part in self._places.by_day():
            columns = self._places.column[part]
            rows = np.full(self._panel.n_symbols, -1, dtype=np.intp)
            rows[columns] = self._places.row[part]
            made = resampled(self._panel, rows, timeframe, self._benchmark)
            found = newest_bars(program, results, made.panel, made.rows, made.benchmark)
            for values, array in zip(out, found, strict=True):
                values[part] = array[columns]
        return out

    def _computed(
        self, node: Call, function: Function, columns: IndexArray
    ) -> Mapping[str, FloatArray]:
        """Compute a function of the scan's day at some places, and those made with it.

        ``columns``: numbers of places. Series that it is given are computed at all bars once.
        """
        panel = self._panel
        arguments = split(node, function)
        arrays = [getattr(panel, name) for name in function.fields]
        for operand in arguments.series:
            program = Program(self._vocabulary.functions)
            number = program.add(operand)
            arrays.append(all_bars(program, [number], panel, self._benchmark)[0])
        return self._by_day(node, function, arrays, columns)

    def _by_day(
        self, node: Call, function: Function, arrays: Sequence[FloatArray], asked: IndexArray
    ) -> Mapping[str, FloatArray]:
        """Call the kernel for the places of each day."""
        arguments = split(node, function)
        kernel = arguments.bound(
            function if function.together is None else replace(function, kernel=function.together)
        )
        wanted = np.zeros(len(self._rows), np.bool_)
        wanted[asked] = True
        out: dict[str, FloatArray] = {}
        number = np.cumsum(wanted) - 1
        for part in self._places.by_day():
            chosen = np.flatnonzero(wanted[part]) + part.start
            if not len(chosen):
                continue
            columns = self._places.column[chosen]
            given = [np.take(array, columns, axis=1) for array in arrays]
            found = kernel(*given, self._places.row[chosen])
            if function.together is None:
                found = {node.function: found}
            for name, values in found.items():
                out.setdefault(name, np.full(len(asked), np.nan))[number[chosen]] = values
        return out
