"""Candidates of a chart pattern: the rules one by one, each with its number, limit and outcome.

A pattern proposes the bases that could be meant, oldest first. The first whose rules all hold is
the pattern; where none is, the nearest miss says what was wrong with it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

__all__ = [
    "ABOVE_ZERO",
    "Candidate",
    "Check",
    "Corner",
    "NoBase",
    "Verdict",
    "first_that_holds",
    "nearest",
]


ABOVE_ZERO = math.ulp(0.0)
"""A least value for what has to be more than 0."""


@dataclass(frozen=True, slots=True)
class Check:
    """A rule at work: its name, what was measured, and the limits, both of which count as kept.

    ``told`` is what the number says, with ``{}`` where it stands: ``handle {} % deep``. A number
    that cannot be had is NaN and keeps no limit.
    """

    rule: str
    told: str
    value: float
    least: float = -math.inf
    most: float = math.inf

    @property
    def held(self) -> bool:
        """Whether the number is within its limits."""
        return self.least <= self.value <= self.most

    @property
    def miss(self) -> float:
        """How far the number is outside, as a share of the limit it breaks; 0.0 where it holds."""
        if self.held:
            return 0.0
        limit = self.least if self.value < self.least else self.most
        if not math.isfinite(self.value):
            return math.inf
        return abs(self.value - limit) / max(abs(limit), 1.0)

    def __str__(self) -> str:
        limits = []
        if math.isfinite(self.least):
            above_zero = self.least == ABOVE_ZERO
            limits.append("more than 0" if above_zero else f"at least {self.least:.4g}")
        if math.isfinite(self.most):
            limits.append(f"at most {self.most:.4g}")
        number = f"{self.value:.4g}" if math.isfinite(self.value) else "unknown"
        told = self.told.replace("{} bars", "{} bar") if number == "1" else self.told
        told = told.replace("{} contractions", "{} contraction") if number == "1" else told
        return f"{told.format(number)}, {' and '.join(limits)}"


class Corner(NamedTuple):
    """A point of the picture of a pattern: the bar, the price there, what it is or "".

    ``bar`` is counted in the bars that were given; a verdict's are counted back from its day.
    """

    bar: int
    price: float
    label: str


class Candidate(Protocol):
    """A base that could be meant; measured piece by piece, so that a miss costs little."""

    @property
    def start(self) -> int:
        """The bar with which the base begins, counted in the bars that were given."""

    def checks(self) -> Iterator[Check]:
        """Each rule, in an order that finds most misses early."""

    def numbers(self) -> tuple[float, ...]:
        """The numbers of the pattern, in the order of its number functions."""

    def corners(self) -> tuple[Corner, ...]:
        """The picture of the pattern, from left to right."""


@dataclass(frozen=True, slots=True)
class NoBase:
    """The candidate where no bar could begin a base: the rules that can be told without one.

    One of ``told`` is broken, that of the bar which is missing. ``start``: the bar with which the
    last part of the pattern begins, or the day of the scan.
    """

    start: int
    told: tuple[Check, ...]

    def checks(self) -> Iterator[Check]:
        """The rules that can be told."""
        yield from self.told

    def numbers(self) -> tuple[float, ...]:
        """None."""
        return ()

    def corners(self) -> tuple[Corner, ...]:
        """None."""
        return ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of the candidate that came nearest.

    ``start``: bars from the first of its base to the day of the scan. ``numbers``: those of the
    pattern where it is there, else None; ``corners``: its picture then, each bar counted back from
    the day of the scan.
    """

    start: int
    checks: tuple[Check, ...]
    numbers: tuple[float, ...] | None
    corners: tuple[Corner, ...] = ()

    @property
    def held(self) -> bool:
        """Whether every rule holds."""
        return self.numbers is not None

    @property
    def misses(self) -> tuple[Check, ...]:
        """The rules that do not hold."""
        return tuple(check for check in self.checks if not check.held)


def first_that_holds(candidates: Iterable[Candidate]) -> Candidate | None:
    """Return the first candidate that keeps every rule, or None."""
    for candidate in candidates:
        if all(check.held for check in candidate.checks()):
            return candidate
    return None


def nearest(candidates: Iterable[Candidate], today: int) -> Verdict | None:
    """Return the first candidate with the fewest broken rules, the smallest misses among equals.

    None where no bar could begin a base.
    """
    best: tuple[tuple[int, float], Verdict] | None = None
    for candidate in candidates:
        checks = tuple(candidate.checks())
        missed = [check.miss for check in checks if not check.held]
        rank = (len(missed), math.fsum(missed))
        if best is None or rank < best[0]:
            best = rank, _verdict(candidate, checks, today)
    return None if best is None else best[1]


def _verdict(candidate: Candidate, checks: tuple[Check, ...], today: int) -> Verdict:
    start = today - candidate.start
    if not all(check.held for check in checks):
        return Verdict(start, checks, None)
    corners = tuple(one._replace(bar=today - one.bar) for one in candidate.corners())
    return Verdict(start, checks, candidate.numbers(), corners)
