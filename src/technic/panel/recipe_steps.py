"""What is done to the newest bar, step by step: what a recipe is written in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np

from technic.panel.ring import Ring
from technic.typing import FloatArray

__all__ = [
    "IN_PLACE",
    "ONE_OF_ITS_OPERANDS",
    "Memory",
    "Node",
    "Step",
    "as_numbers",
    "choose",
    "line_of",
    "only_finite",
    "select",
    "select_number",
]

Node: TypeAlias = int
"""A step of a recipe, by its number."""


class Memory(Protocol):
    """What makes its next row from its last one and from the newest bars of its operands.

    ``rows``: the newest of each of its lines, ``(lines, n_symbols)``, always in the same place.
    ``depth``: bars of the operands that it may look at, in the rings ``inputs``.
    """

    rows: FloatArray
    depth: int
    inputs: list[Ring]

    def step(self, *bars: FloatArray, out: FloatArray) -> None:
        """Write the next row; ``bars``: of each operand the newest, and the one before."""


@dataclass(frozen=True, slots=True)
class Step:
    """``run(*operands, out=...)``, operands being nodes; a field, a constant or a lag has no run.

    ``lag``: the bars before the newest at which ``operands[0]`` is read, where it is not 0.
    ``memory``: whose step ``run`` is; ``line``: which line of ``operands[0]``, which has one.
    """

    run: Callable[..., object] | None
    operands: tuple[Node, ...] = ()
    dtype: str = "float64"
    name: str = ""
    value: float = np.nan
    lag: int = 0
    memory: Memory | None = None
    line: int | None = None

    @property
    def is_constant(self) -> bool:
        """Whether it is a number, the same at all bars."""
        return self.run is None and not self.name and not self.lag


def choose(otherwise: Any, value: Any, where: Any, out: Any) -> Any:
    """Write ``value`` where ``where`` says so, and what is otherwise elsewhere.

    ``out``: None makes a new array.
    """
    if out is None:
        return np.where(where, value, otherwise)
    if otherwise is not out:
        np.copyto(out, otherwise)
    np.copyto(out, value, where=where)
    return out


def select(where: Any, value: Any, otherwise: Any) -> Any:
    """Return ``value`` where ``where`` says so, else ``otherwise``; arrays, series or numbers."""
    return np.where(where, value, otherwise)


def select_number(where: bool, value: float, otherwise: float) -> float:
    """Return the same of numbers: what ``select`` is in a compiled loop."""
    return value if where else otherwise


def only_finite(values: Any, infinite: Any, out: Any) -> None:
    """Write the values, NaN for what is infinite."""
    if values is not out:
        np.copyto(out, values)
    if np.count_nonzero(infinite):
        out[infinite] = np.nan


def as_numbers(values: Any, out: Any) -> None:
    """Write 1 for what is true, 0 for what is not."""
    np.copyto(out, values)


def line_of(rows: Any, out: Any) -> None:
    """Stand for a line of a memory, which is where it is."""
    raise NotImplementedError


IN_PLACE = (choose, only_finite)
"""What may write over its first operand."""

ONE_OF_ITS_OPERANDS = (np.maximum, np.minimum, np.clip, np.positive, choose)
"""What gives a value that one of its operands has."""
