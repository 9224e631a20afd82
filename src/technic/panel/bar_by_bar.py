"""A recipe done for one bar after the other: what stood before is remembered, no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from technic.panel.recipe_steps import IN_PLACE, Memory, Node
from technic.panel.ring import Ring
from technic.panel.series import Recipe
from technic.typing import FloatArray

__all__ = ["BarByBar"]

Array = NDArray[np.generic]
Code = list[tuple[Callable[..., object], tuple[Node, ...], Node]]


class BarByBar:
    """The steps of a recipe that some results need, for the newest bar of all symbols.

    ``rings``: the last bars of fields and of steps that are read with a lag. ``memories``: how many
    of its newest bars each step with a memory is asked for. ``bars``: so many make all that is
    remembered, the bars before them nothing. Arrays between are used again as soon as nobody reads
    them: what is at work stays in the processor's cache.
    """

    def __init__(self, recipe: Recipe, results: Sequence[Node], n_symbols: int) -> None:
        self._steps, self._n_symbols = recipe.steps, n_symbols
        needed = recipe.needed(results)
        depths, self._reach = self._looked_back(needed)
        self._rings = {node: Ring(depth, (n_symbols,)) for node, depth in depths.items()}
        self.rings, self.bars = list(self._rings.values()), max(self._reach.values(), default=0) + 1
        self._fields = [(self._steps[node].name, node) for node in depths if self._steps[node].name]
        self._lags = [
            (node, self._rings[self._steps[node].operands[0]], self._steps[node].lag)
            for node in needed
            if self._steps[node].lag
        ]
        self.memories: list[tuple[Memory, int]] = []
        self._values: list[Array | float] = [np.nan] * len(self._steps)
        for node in needed:
            memory = self._steps[node].memory
            if memory is not None:
                memory.inputs = [self._rings[below] for below in self._steps[node].operands[::2]]
                self.memories.append((memory, self._reach[node] + 1))
        self._fresh: list[tuple[Node, ...]] = []
        self._code = self._compiled(needed, set(results))

    def step(self, bar: Mapping[str, FloatArray], ahead: int = 0) -> None:
        """Do all steps for the bar that comes; its fields are ``(n_symbols,)``.

        ``ahead``: of the bars that come before anybody asks for a result, how many are to come yet;
        steps that nobody will look at then are left out.
        """
        values = self._values
        for node, ring in self._rings.items():
            values[node] = ring.next_row()
        for name, node in self._fields:
            np.copyto(values[node], bar[name])  # type: ignore[arg-type]
        for node, ring, lag in self._lags:
            values[node] = ring.row(lag)
        for nodes in self._fresh:
            array = np.empty(self._n_symbols)
            for node in nodes:
                values[node] = array
        code = self._code
        if ahead:
            code = [one for one in code if self._reach[one[2]] >= ahead]
        for run, operands, target in code:
            run(*[values[node] for node in operands], out=values[target])

    def value(self, node: Node) -> FloatArray:
        """Return what a result is for the newest bar, ``(n_symbols,)``, the caller's own."""
        made: Any = self._values[node]
        if isinstance(made, float):
            return np.full(self._n_symbols, made)
        return made if node in self._own else np.array(made, np.float64)

    def _looked_back(self, needed: Sequence[Node]) -> tuple[dict[Node, int], dict[Node, int]]:
        """Return rows to remember of each step, and how far back results look at each, by steps."""
        depths = {node: 1 for node in needed if self._steps[node].name}
        reach = dict.fromkeys(needed, 0)
        for node in reversed(needed):
            step = self._steps[node]
            for below in step.operands:
                back = step.lag
                if step.memory is not None and not self._steps[below].lag:
                    back = step.memory.depth - 1
                reach[below] = max(reach[below], reach[node] + back)
                if back:
                    depths[below] = max(depths.get(below, 0), back + 1)
        return depths, reach

    def _compiled(self, needed: Sequence[Node], results: set[Node]) -> Code:
        """Choose an array for each step and return what is to be run."""
        last_use = {below: node for node in needed for below in self._steps[node].operands}
        free: dict[str, list[Array]] = {}
        code: Code = []
        own: set[Node] = set()
        for node in needed:
            step = self._steps[node]
            spent = {x for x in step.operands if x in own and last_use[x] == node} - results
            if step.is_constant:
                self._values[node] = step.value
            if step.run is None:
                continue
            if step.line is not None:
                self._place_line(node, code)
                continue
            code.append((step.run, step.operands, node))
            if step.memory is not None:
                self._values[node] = step.memory.rows
            elif node not in self._rings:
                first = step.operands[0]
                over = step.run in IN_PLACE and first in spent
                changed = first if over and self._steps[first].dtype == step.dtype else None
                if node in results and step.dtype == "float64":
                    # handed out as it is, so each bar has an array of its own
                    self._fresh.append((node,) if changed is None else (changed, node))
                elif changed is not None:
                    self._values[node] = self._values[changed]
                    spent.remove(changed)
                    own.add(node)
                else:
                    spare = free.setdefault(step.dtype, [])
                    fresh = spare.pop() if spare else np.empty(self._n_symbols, step.dtype)
                    self._values[node] = fresh
                    own.add(node)
            for below in spent:
                free.setdefault(self._steps[below].dtype, []).append(self._values[below])  # type: ignore[arg-type]
        self._own = {nodes[-1] for nodes in self._fresh}
        return code

    def _place_line(self, node: Node, code: Code) -> None:
        """Let a line of a memory be read where it is, unless older bars of it are."""
        line, below = self._steps[node].line, self._steps[node].operands[0]
        memory = self._steps[below].memory
        assert line is not None
        assert memory is not None
        row = memory.rows[line]
        if node in self._rings:
            code.append((lambda _, out: np.copyto(out, row), (below,), node))
        else:
            self._values[node] = row
