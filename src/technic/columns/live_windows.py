"""Windows of columns that are kept up to date: kernels noted down once, done bar by bar."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from technic.panel.bar_by_bar import BarByBar
from technic.panel.ring import Ring
from technic.panel.series import Node, Recipe
from technic.typing import FloatArray

__all__ = ["Call", "LiveWindows", "StreamWindows"]

Call: TypeAlias = tuple[Callable[..., Any], tuple[str | float, ...], int]
"""A kernel, its inputs (strings name fields), and how many bars ago it is wanted."""


class LiveWindows:
    """What kernels give for the newest bar.

    ``names``: of the fields; ``calls``: all that will be asked for. ``rings``: what is remembered.
    ``field_lag``: bars before the newest that are read of a field.
    """

    def __init__(self, names: Sequence[str], calls: Sequence[Call], n_symbols: int) -> None:
        recipe = Recipe()
        fields = {name: recipe.field(name) for name in names}
        self._nodes: dict[Call, Node | tuple[Node, ...]] = {}
        for function, inputs, lag in calls:
            made = function(*(fields[x] if isinstance(x, str) else x for x in inputs))
            self._nodes[function, inputs, lag] = (
                tuple(recipe.lagged(one.node, lag) for one in made)
                if isinstance(made, tuple)
                else recipe.lagged(made.node, lag)
            )
        nodes = [x if isinstance(x, tuple) else (x,) for x in self._nodes.values()]
        self._steps = BarByBar(recipe, [node for some in nodes for node in some], n_symbols)
        self.rings, self.field_lag = self._steps.rings, self._steps.field_lag

    def step(self, fields: Mapping[str, Ring], ago: int = 0) -> None:
        """Take the bar into account that stands ``ago`` bars before the newest of the fields."""
        self._steps.step(fields, ago)

    def value(self, call: Call) -> FloatArray | tuple[FloatArray, ...]:
        """Return what a call gives, ``(1, n_symbols)``, or each of several arrays."""
        nodes = self._nodes[call]
        if isinstance(nodes, tuple):
            return tuple(self._steps.value(node) for node in nodes)
        return self._steps.value(nodes)


class StreamWindows:
    """What a function of windows gives for the newest row of a stream.

    ``rows``: the last ones so far, ``(bars, n_symbols)``. ``rings``: what is remembered.
    """

    def __init__(self, rows: FloatArray, function: Callable[..., Any]) -> None:
        self._call: Call = (function, ("rows",), 0)
        self._windows = LiveWindows(("rows",), [self._call], rows.shape[1])
        self._rows = Ring(self._windows.field_lag + 1, rows.shape[1:])
        self.rings = [self._rows, *self._windows.rings]
        with np.errstate(all="ignore"):
            for row in rows:
                self.step(row)

    def step(self, row: FloatArray) -> FloatArray | tuple[FloatArray, ...]:
        """Return what the function gives for a row that follows."""
        self._rows.push(row)
        self._windows.step({"rows": self._rows})
        return self._windows.value(self._call)
