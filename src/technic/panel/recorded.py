"""Formulas on values, done on arrays without an array for every operation.

``value * weight + last * keep`` on arrays makes three new ones, which takes a third longer than the
work. So a formula is noted down once, as kernels are for one bar after the other (``series``); done
on arrays, each operation then goes into what one before it has left and nobody needs any more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from technic.panel.series import Node, Recipe, Series
from technic.typing import FloatArray

__all__ = ["Recorded"]


@dataclass(frozen=True, slots=True)
class _Operation:
    """``run(*operands)`` into a place; operands are places too.

    ``over``: what is in the place already is written over. ``spent``: places that nobody reads
    afterwards.
    """

    run: Callable[..., Any]
    operands: tuple[int, ...]
    place: int
    over: bool
    spent: tuple[int, ...]


class Recorded:
    """A formula of ``+``, ``-``, ``*`` and ``/``; ``function`` is the formula itself.

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
        self._results = [places[node] for node in nodes]

    def __call__(self, *arguments: Any) -> Any:
        """Do the operations."""
        at = list(self._at)
        given: list[Any] = []
        for one in arguments:
            given.extend(one) if isinstance(one, tuple) else given.append(one)
        at[: self._count] = given
        for one in self._operations:
            into = at[one.place] if one.over else None
            made = one.run(
                *[at[place] for place in one.operands],
                out=into if isinstance(into, np.ndarray) else None,
            )
            for place in one.spent:
                at[place] = None
            at[one.place] = made
        found = tuple(at[place] for place in self._results)
        return found[0] if self._single else found

    def on_rows(self, shape: tuple[int, ...]) -> Callable[..., None]:
        """Return a function of rows of a shape, and of the row to write the one result to.

        What the result is made of in the end is written to that row already; it must be none of
        the others.
        """
        at, (result,) = list(self._at), self._results
        for one in self._operations:
            if not one.over and one.place != result:
                at[one.place] = np.empty(shape)
        plan = [(one.run, one.operands, one.place) for one in self._operations]
        count = self._count

        def apply(*rows: FloatArray) -> None:
            at[:count] = rows[:count]
            at[result] = rows[count]
            for run, (left, right), into in plan:
                run(at[left], at[right], at[into])

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
        spent = [
            places[below]
            for below in dict.fromkeys(step.operands)
            if recipe.steps[below].run is not None
            and last_use[below] == node
            and below not in results
        ]
        places[node] = spent[0] if spent else node
        operands = tuple(places[below] for below in step.operands)
        operations.append(
            _Operation(step.run, operands, places[node], bool(spent), tuple(spent[1:]))
        )
    return operations, places
