"""A recipe done for one bar after the other: what stood before is remembered, no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from technic.panel.ring import Ring
from technic.panel.series import Node, Recipe
from technic.typing import FloatArray

__all__ = ["BarByBar"]

Array = NDArray[np.generic]


class BarByBar:
    """The steps of a recipe that some results need, for the newest bar of all symbols.

    ``rings``: the last bars of steps that are read with a lag; ``field_lag``: how far back a field
    is read. Arrays between are used again as
    soon as nobody reads them: what is at work stays in the processor's cache.
    """

    def __init__(self, recipe: Recipe, results: Sequence[Node], n_symbols: int) -> None:
        self._steps, self._n_symbols = recipe.steps, n_symbols
        needed = recipe.needed(results)
        depths: dict[Node, int] = {}
        for node in needed:
            step = self._steps[node]
            if step.lag:
                below = step.operands[0]
                depths[below] = max(depths.get(below, 0), step.lag + 1)
        self._fields = [node for node in needed if self._steps[node].name]
        self._lags = [node for node in needed if self._steps[node].lag]
        self._rings = {
            node: Ring(depth, (n_symbols,), in_one_piece=False)
            for node, depth in depths.items()
            if not self._steps[node].name
        }
        self.rings = list(self._rings.values())
        self.field_lag = max(
            (depth - 1 for node, depth in depths.items() if self._steps[node].name), default=0
        )
        self._values: list[Array | float] = [np.nan] * len(self._steps)
        self._code = self._compiled(needed, set(results))

    def step(self, fields: Mapping[str, Ring], ago: int = 0) -> None:
        """Do all steps for the bar that stood ``ago`` bars before the newest in the fields."""
        values, steps = self._values, self._steps
        for node in self._fields:
            values[node] = fields[steps[node].name].last(1, ago)[0]
        for node, ring in self._rings.items():
            values[node] = ring.next_row()
        for node in self._lags:
            below, lag = steps[node].operands[0], steps[node].lag
            ring_of = self._rings.get(below)
            values[node] = (
                fields[steps[below].name].last(1, ago + lag)[0]
                if ring_of is None
                else ring_of.row(lag)
            )
        for run, operands, target in self._code:
            run(*[values[node] for node in operands], out=values[target])

    def value(self, node: Node) -> FloatArray:
        """Return what a step has for the newest bar, ``(1, n_symbols)``; until the next one."""
        made: Any = self._values[node]
        row: FloatArray = np.full(self._n_symbols, made) if isinstance(made, float) else made
        return row[None]

    def _compiled(
        self, needed: Sequence[Node], results: set[Node]
    ) -> list[tuple[Callable[..., object], tuple[Node, ...], Node]]:
        """Choose an array for each step and return what is to be run."""
        last_use = {below: node for node in needed for below in self._steps[node].operands}
        free: dict[str, list[Array]] = {}
        code = []
        for node in needed:
            step = self._steps[node]
            if step.run is None:
                self._values[node] = step.value
                continue
            code.append((step.run, step.operands, node))
            if node not in self._rings:
                spare = free.setdefault(step.dtype, [])
                self._values[node] = spare.pop() if spare else np.empty(self._n_symbols, step.dtype)
            for below in set(step.operands):
                own = self._steps[below].run is not None and below not in self._rings
                if own and last_use[below] == node and below not in results:
                    free[self._steps[below].dtype].append(self._values[below])  # type: ignore[arg-type]
        return code
