"""One value of the scan language at one bar, and the rules of three-valued logic and arithmetic.

A number is held several times over, in a few worlds: the first is the plain result, the others
had each result that is rounded on the way moved by a little. Where the worlds part, the answer
hangs on rounding (0.3 against 0.1 + 0.2), and the cell is UNSURE: no answer there is wrong.
"""

from __future__ import annotations

import math
import operator
import random
from collections.abc import Callable, Iterable, Sequence

__all__ = [
    "UNSURE",
    "Cell",
    "Numbers",
    "Worlds",
    "all_of",
    "any_of",
    "apply",
    "arithmetic",
    "compare",
    "compare_texts",
    "divided",
    "near",
    "negation",
    "number",
    "tolerance",
]

MOVE = 1e-13
"""How far a rounded result is moved, in units of what went into it."""
FACTOR = 1e4
"""Results may differ by this many times what the move makes of them, so by 1e-9 of a unit."""


class Unsure:
    """The type of UNSURE."""

    def __repr__(self) -> str:
        return "UNSURE"


UNSURE = Unsure()
Numbers = tuple[float, ...]
Cell = Numbers | bool | str | Unsure | None
"""A number in every world, a condition, a text, UNSURE, or None: missing or unknown."""

COMPARE = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


class Worlds:
    """How many worlds there are, and the moves; with one world there are none."""

    def __init__(self, count: int = 1, seed: int = 0) -> None:
        self.count = count
        self._random = random.Random(seed)

    def constant(self, value: float) -> Numbers:
        """Return a number that is the same everywhere."""
        return (value,) * self.count

    def moved(self, cell: Cell, scale: float) -> Cell:
        """Move a rounded number in all worlds but the first."""
        if not isinstance(cell, tuple):
            return cell
        steps = (MOVE * scale * self._random.uniform(-1, 1) for _ in cell[1:])
        return (cell[0], *(x + step for x, step in zip(cell[1:], steps, strict=True)))


def number(values: Iterable[float | None]) -> Cell:
    """Make a cell of one value for each world; what is not finite is missing.

    At the ends of what a float can hold it is a matter of rounding whether there is a number.
    """
    worlds = [x if x is not None and math.isfinite(x) else None for x in values]
    if all(x is None for x in worlds):
        return None
    if None in worlds or any(x and not 1e-300 < abs(x) < 1e300 for x in worlds):
        return UNSURE
    return tuple(worlds)


def tolerance(cell: Numbers) -> float:
    """How far another honest computation may be away; 0 for a number that is exact."""
    spread = max(cell) - min(cell)
    return 1e-9 * abs(cell[0]) + FACTOR * spread if spread else 0.0


def near(cell: Numbers, value: float) -> bool:
    """Tell whether a number that is not exact might as well be ``value``."""
    return abs(cell[0] - value) <= tolerance(cell) > 0


def apply(compute: Callable[..., float | None], *cells: Cell) -> Cell:
    """Apply a function of numbers in each world; missing where one of them is."""
    if any(cell is None for cell in cells):
        return None
    if UNSURE in cells:
        return UNSURE
    return number([compute(*numbers) for numbers in zip(*cells, strict=True)])


def compare(sign: str, left: Cell, right: Cell) -> Cell:
    """Compare two numbers: unknown where one is missing, unsure where they nearly meet."""
    if left is None or right is None:
        return None
    if UNSURE in (left, right):
        return UNSURE
    margin = tolerance(left) + tolerance(right)
    if margin and abs(left[0] - right[0]) <= margin:
        return UNSURE
    return COMPARE[sign](left[0], right[0])


def compare_texts(sign: str, left: Cell, right: Cell) -> Cell:
    """Compare two texts: unknown where one is missing."""
    return None if left is None or right is None else COMPARE[sign](left, right)


def negation(cell: Cell) -> Cell:
    """Not: unknown stays unknown."""
    return not cell if isinstance(cell, bool) else cell


def all_of(cells: Sequence[Cell]) -> Cell:
    """And by Kleene: one false decides; else what is unknown makes the whole unknown."""
    if any(cell is False for cell in cells):
        return False
    if UNSURE in cells:
        return UNSURE
    return None if None in cells else True


def any_of(cells: Sequence[Cell]) -> Cell:
    """Or by Kleene: one true decides; else what is unknown makes the whole unknown."""
    return negation(all_of([negation(cell) for cell in cells]))


def arithmetic(worlds: Worlds, sign: str, left: Cell, right: Cell) -> Cell:
    """Two numbers and an operator; a division by nothing is missing."""
    if sign == "/":
        return divided(left, right)
    if sign == "%":
        return _remainder(left, right)
    if sign == "**":
        result = apply(_power, left, right)
        inexact = isinstance(right, tuple) and right[0] not in (0.0, 1.0, 2.0)
        if isinstance(result, tuple) and inexact:
            if near(left, 0.0):
                return UNSURE
            return worlds.moved(result, abs(result[0]))
        return result
    compute = {"+": operator.add, "-": operator.sub, "*": operator.mul}[sign]
    return apply(compute, left, right)


def divided(left: Cell, right: Cell) -> Cell:
    """Quotient of two numbers."""
    if isinstance(left, tuple) and isinstance(right, tuple) and near(right, 0.0):
        return UNSURE
    return apply(lambda a, b: a / b if b else None, left, right)


def _remainder(left: Cell, right: Cell) -> Cell:
    """Remainder with the sign of the divisor; unsure where the quotient is nearly whole."""
    result = apply(lambda a, b: a % b if b else None, left, right)
    if not isinstance(result, tuple):
        return result
    ratio = divided(left, right)
    if not isinstance(ratio, tuple) or near(ratio, round(ratio[0])):
        return UNSURE
    return result


def _power(base: float, exponent: float) -> float | None:
    try:
        power = base**exponent
    except (ZeroDivisionError, OverflowError):
        return None
    return None if isinstance(power, complex) else power
