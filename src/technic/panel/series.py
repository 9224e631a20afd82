"""Kernels noted down once, to be done for one bar after the other.

A kernel is written for arrays ``(n_bars, n_symbols)``. Called with `Series` in their place it does
nothing, but leaves in a `Recipe` what it does to the newest bar: element-wise operations of numpy,
and what stood some bars before. So what is done bar by bar is the kernel's own formula and cannot
differ from it. Windows are written down in ``windows``; what else a kernel does with an array is
refused with a TypeError.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from technic.panel.recipe_steps import (
    ONE_OF_ITS_OPERANDS,
    Memory,
    Node,
    Step,
    as_numbers,
    choose,
    line_of,
    only_finite,
)

__all__ = ["Lines", "Recipe", "Series"]

LENGTH = 32_768
"""Bars that a series says it has: more than any window, no more than a tile of one column."""


class Recipe:
    """Steps that make the newest bar of some series, each once: ``steps``, in their order."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._numbers: dict[object, Node] = {}

    def field(self, name: str) -> Series:
        """Return a series that is given."""
        return Series(self, self._number(Step(None, name=name)))

    def lagged(self, node: Node, bars: int) -> Node:
        """Return what a step had ``bars`` bars ago."""
        step = self.steps[node]
        if not bars or step.is_constant:
            return node
        if step.lag:
            node, bars = step.operands[0], bars + step.lag
        return self._number(Step(None, (node,), lag=bars))

    def constant(self, value: float) -> Node:
        """Return a number as a step."""
        return self._number(Step(None, value=float(value)))

    def applied(self, run: Callable[..., Any], *operands: object) -> Node:
        """Note ``run(*operands, out=...)``; operands are series and numbers."""
        nodes = tuple(self._node(operand) for operand in operands)
        samples = [np.ones(1, self.steps[node].dtype) for node in nodes]
        return self.noted(run, *operands, dtype=str(run(*samples).dtype))

    def noted(self, run: Callable[..., Any], *operands: object, dtype: str = "float64") -> Node:
        """Note what gives values of a type."""
        return self._number(Step(run, tuple(self._node(one) for one in operands), dtype))

    def remembered(self, memory: Memory, operands: Sequence[Series]) -> list[Series]:
        """Note a step with a memory; return each of its lines."""
        nodes = []
        for operand in operands:
            lag = self.steps[operand.node].lag  # of what comes with a lag there is no ring
            x = operand.of(self.noted(np.positive, operand)) if lag else operand
            nodes += [x.node, x.lagged(1).node]
        made = self._number(Step(memory.step, tuple(nodes), memory=memory))
        lines = (Step(line_of, (made,), line=line) for line in range(len(memory.rows)))
        return [Series(self, self._number(line)) for line in lines]

    def is_finite(self, node: Node) -> bool:
        """Tell whether a step cannot be infinite; fields are not."""
        step = self.steps[node]
        if step.is_constant:
            return not np.isinf(step.value)
        if step.name or step.run is only_finite or step.dtype == "bool":
            return True
        kept = step.lag or step.run in ONE_OF_ITS_OPERANDS
        return bool(kept) and all(self.is_finite(below) for below in step.operands)

    def needed(self, results: Sequence[Node]) -> list[Node]:
        """Return the steps that some results are made by, in their order."""
        needed, waiting = set(), list(results)
        while waiting:
            node = waiting.pop()
            if node not in needed:
                needed.add(node)
                waiting.extend(self.steps[node].operands)
        return sorted(needed)

    def _node(self, operand: object) -> Node:
        if isinstance(operand, Series):
            return operand.node
        if isinstance(operand, int | float | np.number):
            return self.constant(float(operand))
        raise TypeError(f"{type(operand).__name__} is no series and no number")

    def _number(self, step: Step) -> Node:
        key = (step.run, step.operands, step.name, repr(step.value), step.lag, step.line)
        if key not in self._numbers:
            self._numbers[key] = len(self.steps)
            self.steps.append(step)
        return self._numbers[key]


class Series(NDArrayOperatorsMixin):
    """Stands for an array of bars in a kernel; ``node`` makes its newest bar."""

    __array_priority__ = 1.0
    __iter__ = None

    def __init__(
        self, recipe: Recipe, node: Node, length: int = LENGTH, whole: Series | None = None
    ) -> None:
        self.recipe, self.node, self._length, self._whole = recipe, node, length, whole

    @property
    def shape(self) -> tuple[int, int]:
        """As many bars as no window has, of one symbol."""
        return self._length, 1

    def __len__(self) -> int:
        return self._length

    def __array__(self, *_: object, **__: object) -> np.ndarray[Any, Any]:
        raise TypeError("a series has no values")

    def any(self) -> bool:
        """Whether anything is true: what is done then has to be done to nothing as well."""
        return True

    def copy(self) -> Series:
        """Return a series of its own."""
        return self.of(self.node)

    def astype(self, dtype: type[np.float64]) -> Series:
        """Return the series as numbers."""
        return self.of(self.recipe.noted(as_numbers, self, dtype=np.dtype(dtype).name))

    def of(self, node: Node) -> Series:
        """Return a series of the same length."""
        return Series(self.recipe, node, self._length)

    def lagged(self, bars: int) -> Series:
        """Return the series as it was ``bars`` bars before, of the same length."""
        return self.of(self.recipe.lagged(self.node, bars))

    def finite(self) -> Series:
        """Return the series with NaN for what is infinite."""
        if self.recipe.is_finite(self.node):
            return self
        return self.of(self.recipe.noted(only_finite, self, np.isinf(self)))

    def __getitem__(self, rows: slice) -> Series:
        """Return some rows; written to, they write to the whole where they end with it."""
        start, stop, _ = rows.indices(self._length)
        node = self.recipe.lagged(self.node, self._length - stop)
        return Series(self.recipe, node, stop - start, self if stop == self._length else None)

    def __setitem__(self, rows: slice | Series, value: object) -> None:
        made = value.node if isinstance(value, Series) else self._number(value)
        if isinstance(rows, Series):
            self._become(self.recipe.noted(choose, self, self.of(made), rows))
        elif rows.indices(self._length)[1] == self._length:
            self._become(made)

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: object, out: Any = None, **others: object
    ) -> object:
        if method != "__call__" or others:
            return NotImplemented
        node = self.recipe.applied(ufunc, *inputs)
        return self._into(None if out is None else out[0], node)

    def __array_function__(
        self, function: Any, types: object, args: Sequence[Any], kwargs: dict[str, Any]
    ) -> object:
        recipe = self.recipe
        if function is np.shape:
            return self.shape
        if function is np.stack and kwargs == {"axis": 1}:
            return Lines(args[0])
        if function is np.copyto and isinstance(args[0], Series):
            target, value = args
            target._become(recipe.noted(choose, target, value, kwargs["where"]))
            return None
        if function is np.where:
            where, value, otherwise = args
            return self.of(recipe.noted(choose, otherwise, value, where))
        if function is np.clip:
            return self._into(kwargs.get("out"), recipe.applied(np.clip, *args))
        if function in (np.full_like, np.zeros_like, np.empty_like):
            value = args[1] if function is np.full_like else 0.0
            return self.of(self._number(value))
        return NotImplemented

    def _number(self, value: object) -> Node:
        if isinstance(value, int | float | np.number):
            return self.recipe.constant(float(value))
        raise TypeError(f"{type(value).__name__} is no series and no number")

    def _into(self, target: Series | None, node: Node) -> Series:
        if target is None:
            return self.of(node)
        target._become(node)
        return target

    def _become(self, node: Node) -> None:
        self.node = node
        if self._whole is not None:
            self._whole._become(node)


class Lines:
    """Series side by side: stands for an array ``(n_bars, lines, n_symbols)`` in a kernel."""

    def __init__(self, lines: Sequence[Series]) -> None:
        self.lines = tuple(lines)

    def __getitem__(self, place: tuple[slice, int]) -> Series:
        """Return all rows of a line."""
        rows, line = place
        if rows != slice(None):
            raise TypeError("of lines side by side whole ones can be taken")
        return self.lines[line].copy()
