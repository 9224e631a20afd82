"""Formulas on values, done on arrays without an array for every operation.

``value * weight + last * keep`` on arrays makes three new ones, which takes a third longer than the
work. So a formula is called once, with stand-ins that write down its operations; done on arrays,
each then goes into what an operation before it has left and nobody needs any more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from technic.typing import FloatArray

__all__ = ["Recorded"]


@dataclass(frozen=True, slots=True)
class _Operation:
    """Operands: places of arguments, then of results in their order, or numbers (float).

    ``over``: the operands that nobody reads afterwards and no caller owns; the first is written to.
    """

    function: np.ufunc
    left: int | float
    right: int | float
    over: tuple[int, ...] = ()

    @property
    def spent(self) -> int:
        """Place that is written to, -1 where there is none."""
        return self.over[0] if self.over else -1


class Recorded:
    """A formula of ``+``, ``-``, ``*`` and ``/``; ``function`` is the formula itself.

    ``arguments``: 0 for a value, k for a tuple of k values, one after the other. Called with
    arrays and numbers it returns what the formula does, in new arrays or those it was given.
    """

    def __init__(self, function: Callable[..., Any], *arguments: int) -> None:
        self.function = function
        self._first = sum(max(count, 1) for count in arguments)
        done: list[_Operation] = []
        places = iter(range(self._first))

        def stand_in() -> _StandIn:
            return _StandIn(done, next(places), self._first)

        made = function(
            *(tuple(stand_in() for _ in range(k)) if k else stand_in() for k in arguments)
        )
        self._single = isinstance(made, _StandIn)
        self._results = [one.place for one in ((made,) if self._single else made)]
        self._operations = [self._with_over(done, number) for number in range(len(done))]

    def __call__(self, *arguments: Any) -> Any:
        """Do the operations."""
        at: list[Any] = []
        for one in arguments:
            at.extend(one) if isinstance(one, tuple) else at.append(one)
        for operation in self._operations:
            left, right = _of(at, operation.left), _of(at, operation.right)
            spent = at[operation.spent] if operation.spent >= 0 else None
            into = spent if isinstance(spent, np.ndarray) else None
            at.append(operation.function(left, right, out=into))
            for place in operation.over:
                at[place] = None
        found = tuple(at[place] for place in self._results)
        return found[0] if self._single else found

    def on_rows(self, shape: tuple[int, ...]) -> Callable[..., None]:
        """Return a function of rows of a shape, and of the row to write the one result to.

        What the result is made of in the end is written to that row already; it must be none of
        the others.
        """
        buffers, targets = self._targets()
        at: list[Any] = [None] * (self._first + 1)
        at += [np.empty(shape) for _ in range(buffers)]
        plan = [
            (one.function, self._row_of(one.left, targets), self._row_of(one.right, targets), into)
            for one, into in zip(self._operations, targets, strict=True)
        ]
        first = self._first

        def apply(*rows: FloatArray) -> None:
            at[: first + 1] = rows
            for function, left, right, into in plan:
                function(at[left], at[right], at[into])

        return apply

    def _targets(self) -> tuple[int, list[int]]:
        """Count the buffers; say which row each operation writes: the result, or a buffer."""
        targets = [-1] * len(self._operations)
        number = len(self._operations) - 1
        while number >= 0:  # a result that is written over by the next ends as the last one
            targets[number] = self._first
            number = self._operations[number].spent - self._first
        count = 0
        for number, one in enumerate(self._operations):
            if targets[number] < 0 and one.spent >= 0:
                targets[number] = targets[one.spent - self._first]
            elif targets[number] < 0:
                count += 1
                targets[number] = self._first + count
        return count, targets

    def _row_of(self, place: float, targets: Sequence[int]) -> int:
        assert isinstance(place, int)
        return place if place < self._first else targets[place - self._first]

    def _with_over(self, done: list[_Operation], number: int) -> _Operation:
        one = done[number]
        later = {x for other in done[number + 1 :] for x in (other.left, other.right)}
        over = [
            place
            for place in dict.fromkeys((one.left, one.right))
            if isinstance(place, int) and place >= self._first
            if place not in later and place not in self._results
        ]
        return _Operation(one.function, one.left, one.right, tuple(over))


class _StandIn:
    """Writes down what is done with a value."""

    def __init__(self, done: list[_Operation], place: int, first: int) -> None:
        self._done, self.place, self._first = done, place, first

    def __add__(self, other: _StandIn | float) -> _StandIn:
        return self._written(np.add, other)

    def __sub__(self, other: _StandIn | float) -> _StandIn:
        return self._written(np.subtract, other)

    def __mul__(self, other: _StandIn | float) -> _StandIn:
        return self._written(np.multiply, other)

    def __truediv__(self, other: _StandIn | float) -> _StandIn:
        return self._written(np.divide, other)

    def _written(self, function: np.ufunc, other: _StandIn | float) -> _StandIn:
        right = other.place if isinstance(other, _StandIn) else float(other)
        self._done.append(_Operation(function, self.place, right))
        return _StandIn(self._done, self._first + len(self._done) - 1, self._first)


def _of(at: Sequence[Any], operand: int | float) -> Any:
    return at[operand] if isinstance(operand, int) else operand
