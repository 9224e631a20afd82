"""Formulas on values, done on arrays without an array for every operation.

``value * weight + last * keep`` on arrays makes three new ones, which takes a third longer than the
work. So a formula is noted down once, as kernels are for one bar after the other (``series``); done
on arrays, each operation then goes into what one before it has left and nobody needs any more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from technic.panel.recipe_steps import IN_PLACE, Node
from technic.panel.series import Recipe, Series
from technic.typing import FloatArray

__all__ = ["Recorded"]


class _Operation(NamedTuple):
    """``run(*operands)`` into a place; operands are places too.

    ``over``: what is in the place already is written over. ``spent``: another place that nobody
    reads afterwards. ``dtype``: of what is made.
    """

    run: Callable[..., Any]
    operands: tuple[int, ...]
    place: int
    over: bool
    spent: int | None
    dtype: str


class Recorded:
    """A formula of arithmetic, comparisons and ``select``; ``function`` is the formula itself.

    ``arguments``: 0 for a value, k for a tuple of k values, one after the other. Called with
    arrays and numbers it returns what the formula does, in new arrays.
    """

    def __init__(self, function: Callable[..., Any], *arguments: int) -> None:
        self.function = function
        recipe = Recipe()
        self._count = sum(max(k, 1) for k in arguments)
        values = iter([recipe.field(str(number)) for number in range(self._count)])
        made = function(
            *(tuple(next(values) for _ in range(k)) if k else next(values) for k in arguments)
        )
        self._single = isinstance(made, Series)
        nodes = [one.node for one in ((made,) if self._single else made)]
        self._at: list[Any] = [step.value for step in recipe.steps]
        self._operations, places = _planned(recipe, nodes)
        self._saves = any(one.over for one in self._operations)
        self._results = [places[node] for node in nodes]

    def __call__(self, *arguments: Any) -> Any:
        """Do the operations."""
        if not self._saves:
            return self.function(*arguments)
        at = self._at.copy()
        place = 0
        for one in arguments:
            if isinstance(one, tuple):
                at[place : place + len(one)] = one
                place += len(one)
            else:
                at[place] = one
                place += 1
        for run, operands, place, over, spent, _ in self._operations:
            made = at[place] if over else None
            out = made if isinstance(made, np.ndarray) else None
            made = run(*[at[operand] for operand in operands], out)
            if spent is not None:
                at[spent] = None
            at[place] = made
        if self._single:
            return at[self._results[0]]
        return tuple([at[place] for place in self._results])

    def on_rows(self, shape: tuple[int, ...]) -> Callable[..., None]:
        """Return a function of rows of a shape, and of the row to write the one result to.

        What the result is made of in the end is written to that row already; it must be none of
        the others.
        """
        at, (result,) = list(self._at), self._results
        for one in self._operations:
            if not one.over and one.place != result:
                at[one.place] = np.empty(shape, one.dtype)
        plan = [(one.run, one.operands, one.place) for one in self._operations]
        count = self._count

        def apply(*rows: FloatArray) -> None:
            at[:count] = rows[:count]
            at[result] = rows[count]
            for run, operands, into in plan:
                if len(operands) == 2:
                    left, right = operands
                    run(at[left], at[right], at[into])
                else:
                    run(*[at[operand] for operand in operands], at[into])

        return apply


def _planned(recipe: Recipe, results: list[Node]) -> tuple[list[_Operation], dict[Node, int]]:
    """Give each step a place: that of an operand that nobody reads afterwards, else its own."""
    needed = recipe.needed(results)
    last_use = {below: node for node in needed for below in recipe.steps[node].operands}
    places: dict[Node, int] = {}
    operations = []
    for node in needed:
        step = recipe.steps[node]
        if step.run is None:
            places[node] = node
            continue
        first = step.operands[:1] if step.run in IN_PLACE else step.operands
        spent = [
            places[below]
            for below in dict.fromkeys(first)
            if recipe.steps[below].run is not None
            and recipe.steps[below].dtype == step.dtype
            and last_use[below] == node
            and below not in results
        ]
        places[node] = spent[0] if spent else node
        operands = tuple(places[below] for below in step.operands)
        other = spent[1] if len(spent) > 1 else None
        operations.append(
            _Operation(step.run, operands, places[node], bool(spent), other, step.dtype)
        )
    return operations, places
