"""Run a program for some bars of each column: one, or several.

One bar takes what is needed of the newest bars; several take all bars from the first one that is
asked for to the last, of so many columns at once that what is not asked for stays small.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from technic.errors import ParameterError
from technic.language.evaluation.bar_values import all_bars, newest_bars
from technic.language.evaluation.program import Program
from technic.panel import BarPanel
from technic.typing import FloatArray

__all__ = ["bars_at"]

CELLS = 16_777_216
"""Values of results and recursions that are held together before those asked for are picked."""
NARROWEST = 128
"""Fewer columns would cost more for starting on each row than for the work."""


def bars_at(
    program: Program, results: Sequence[int], panel: BarPanel, rows: NDArray[np.intp]
) -> list[FloatArray]:
    """Return the value of each result at the rows, each of the shape of ``rows``.

    ``rows``: the row to read in each column, ``(n_symbols,)``, or several, ``(k, n_symbols)``;
    everything is NaN where one is negative. The bits are the same either way.
    """
    if rows.ndim not in (1, 2) or rows.shape[-1] != panel.n_symbols:
        shapes = f"({panel.n_symbols},) or (k, {panel.n_symbols})"
        raise ParameterError("rows", rows.shape, shapes, "give a row for each column of the panel")
    if rows.max(initial=-1) >= panel.n_bars:
        most = f"less than {panel.n_bars}, the bars of the panel"
        raise ParameterError("rows", int(rows.max()), most, "take the rows of panel.rows_at")
    if rows.ndim == 1:
        return newest_bars(program, results, panel, rows)
    first, stop = _reach(rows)
    width = _width(program, len(results), first, stop)
    if (not first or width >= panel.n_symbols) and _one_below_the_other(rows, first, stop):
        return all_bars(program, results, panel, first=first, stop=stop)
    out = [np.empty(rows.shape) for _ in results]
    for start in range(0, panel.n_symbols, width):
        columns = slice(start, start + width)
        _pick(program, results, panel.take(columns), rows[:, columns], [v[:, columns] for v in out])
    return out


def _width(program: Program, n_results: int, first: int, stop: int) -> int:
    """Choose how many columns are worked on together; recursions run from the first bar on."""
    recursions = sum(step.kind == "recursive" for step in program.steps)
    return max(CELLS // max(n_results * (stop - first) + recursions * stop, 1), NARROWEST)


def _reach(rows: NDArray[np.intp]) -> tuple[int, int]:
    """Return the lowest row that is asked for, and the one after the highest."""
    present = rows[rows >= 0]
    return int(present.min(initial=rows.max(initial=-1) + 1)), int(present.max(initial=-1)) + 1


def _one_below_the_other(rows: NDArray[np.intp], first: int, stop: int) -> bool:
    """Tell whether all columns ask for the same rows, and for all from the first to the last."""
    wanted = np.arange(first, stop)[:, None]
    return len(rows) == len(wanted) and bool((rows == wanted).all())


def _pick(
    program: Program,
    results: Sequence[int],
    panel: BarPanel,
    rows: NDArray[np.intp],
    out: Sequence[FloatArray],
) -> None:
    """Write the values at the rows of some columns into ``out``."""
    first, stop = _reach(rows)
    absent = rows < 0
    some = bool(absent.any())
    places = np.maximum(rows - first, 0) * panel.n_symbols + np.arange(panel.n_symbols)
    found = all_bars(program, results, panel, first=first, stop=stop) if stop else None
    for number, values in enumerate(out):
        if found is not None:
            values[:] = found[number].ravel().take(places)
        if some:
            values[absent] = np.nan
