"""Grid: the values that each parameter takes, and the points that they make together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from technic.errors import ParameterError
from technic.wording.counts import count_of

__all__ = ["MOST_AXES", "MOST_POINTS", "Axis", "Grid", "parse_axis"]

MOST_AXES = 3
MOST_POINTS = 1_000
_EXAMPLE = "NAME=VALUES, such as n=20,50,100 or depth=0.1..0.3:0.05"
_RANGE = "LOW..HIGH:STEP with LOW under HIGH and a STEP above 0, such as n=20..100:20"
_LONGEST_NUMBER = 40
"""Characters of a number: enough for any that a float can tell from its neighbours."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A parameter and the values it takes, ascending; at least two."""

    name: str
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.isidentifier():
            raise ParameterError("sweep", self.name, "the name of a parameter, such as n")
        values: object = self.values
        if not isinstance(values, Sequence) or isinstance(values, str):
            raise ParameterError("sweep", values, f"numbers for {self.name}")
        for value in values:
            whole = isinstance(value, int | float) and not isinstance(value, bool)
            if not whole or not math.isfinite(value):
                raise ParameterError("sweep", value, f"finite numbers for {self.name}")
        ordered = tuple(sorted(float(value) for value in values))
        if len(set(ordered)) < max(len(ordered), 2):
            allowed = f"at least two values for {self.name}, each once"
            raise ParameterError("sweep", f"{self.name}={_listed(ordered)}", allowed)
        object.__setattr__(self, "values", ordered)

    def __str__(self) -> str:
        return f"{self.name}={_listed(self.values)}"


@dataclass(frozen=True, slots=True)
class Grid:
    """All combinations of the values of one to three axes: the points, numbered from 0.

    The values of the last axis change first, those of the first axis last.
    """

    axes: tuple[Axis, ...]

    def __post_init__(self) -> None:
        names = [axis.name for axis in self.axes]
        if not 1 <= len(names) <= MOST_AXES:
            raise ParameterError("sweep", ", ".join(names), f"one to {MOST_AXES} parameters")
        if len(set(names)) < len(names):
            raise ParameterError("sweep", ", ".join(names), "each parameter once")
        if len(self) > MOST_POINTS:
            counts = " x ".join(str(len(axis.values)) for axis in self.axes)
            allowed = f"at most {count_of(MOST_POINTS, 'point')}"
            raise ParameterError("sweep", f"{counts} = {count_of(len(self), 'point')}", allowed)

    def __len__(self) -> int:
        return math.prod(self.shape)

    def __str__(self) -> str:
        return " ".join(map(str, self.axes))

    @property
    def shape(self) -> tuple[int, ...]:
        """How many values each axis has."""
        return tuple(len(axis.values) for axis in self.axes)

    def values(self, point: int) -> dict[str, float]:
        """Return the values of a point by parameter."""
        places = zip(self.axes, self.place(point), strict=True)
        return {axis.name: axis.values[at] for axis, at in places}

    def label(self, point: int) -> str:
        """Return what a point is called: ``n=50, k=1.05``."""
        return ", ".join(f"{name}={value:.12g}" for name, value in self.values(point).items())

    def place(self, point: int) -> tuple[int, ...]:
        """Return the position of a point on each axis."""
        found = []
        for length in reversed(self.shape):
            point, at = divmod(point, length)
            found.append(at)
        return tuple(reversed(found))

    def number(self, place: Sequence[int]) -> int:
        """Return the point at a position on each axis."""
        found = 0
        for length, at in zip(self.shape, place, strict=True):
            found = found * length + at
        return found

    def neighbours(self, point: int) -> tuple[int, ...]:
        """Return the points that differ by one step of one parameter: one to six of them."""
        place = self.place(point)
        return tuple(self.number(other) for other in self._steps(place))

    def ends(self, point: int) -> tuple[str, ...]:
        """Return the parameters of three values or more of which a point has the first or last."""
        return tuple(
            axis.name
            for axis, at in zip(self.axes, self.place(point), strict=True)
            if len(axis.values) > 2 and at in (0, len(axis.values) - 1)
        )

    def _steps(self, place: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        for axis, length in enumerate(self.shape):
            for step in (-1, 1):
                if 0 <= place[axis] + step < length:
                    yield (*place[:axis], place[axis] + step, *place[axis + 1 :])


def parse_axis(text: str) -> Axis:
    """Read ``n=20,50,100``, ``depth=0.1..0.3:0.05``, or both mixed.

    A range holds LOW, and every STEP after it that is not above HIGH, in decimal: 0.1..0.3:0.05 is
    0.1, 0.15, 0.2, 0.25, 0.3. Raises ParameterError.
    """
    name, equals, values = text.partition("=")
    parts = [part.strip() for part in values.split(",")]
    if not equals or not name.strip() or not all(parts):
        raise ParameterError("sweep", text, _EXAMPLE)
    found: list[float] = []
    for part in parts:
        found += _range(text, part) if ".." in part else [float(_number(text, part, _EXAMPLE))]
    return Axis(name.strip(), tuple(found))


def _range(text: str, part: str) -> list[float]:
    ends, _, step_text = part.partition(":")
    low, high, step = (_number(text, one, _RANGE) for one in (*_two(text, ends), step_text))
    if float(step) <= 0 or not low < high:
        raise ParameterError("sweep", text, _RANGE)
    if float(high - low) / float(step) >= MOST_POINTS:
        raise ParameterError(
            "sweep", text, f"at most {count_of(MOST_POINTS, 'value')} of a parameter"
        )
    count = int((high - low) // step) + 1
    return [float(low + step * at) for at in range(count)]


def _two(text: str, ends: str) -> tuple[str, str]:
    low, *high = ends.split("..")
    if len(high) != 1:
        raise ParameterError("sweep", text, _RANGE)
    return low, high[0]


def _number(text: str, part: str, allowed: str) -> Decimal:
    try:
        value = Decimal(part.strip()) if len(part) <= _LONGEST_NUMBER else Decimal("nan")
    except InvalidOperation:
        value = Decimal("nan")
    if not value.is_finite() or not math.isfinite(float(value)):
        raise ParameterError("sweep", text, allowed)
    return value


def _listed(values: Sequence[float]) -> str:
    return ",".join(f"{value:.12g}" for value in values)
