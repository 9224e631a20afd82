"""What the chart patterns share: how a search becomes functions of the scan language.

A pattern is one search, a condition and the numbers that go with it. What differs from pattern to
pattern is the rule, which bases are likely, and how the bars of one symbol are judged; all
else is written here. The search answers for a day of each symbol: 1.0 where the pattern is there,
0.0 where it is not, NaN where it was not found in fewer bars than it may need. More history never
turns 1.0 into 0.0: a pattern is made of its own bars and of a fixed number before them, all of
which must be there.

All places, a symbol and a day each, are first looked at together, with those rules that are simple
enough for that (`likely`); what is left is few, and judged one by one.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Generic, TypeAlias, TypeVar

import numpy as np

from technic.errors import ParameterError
from technic.language.functions.function import Function, Parameter
from technic.setups.patterns.candidates import Candidate, Verdict, first_that_holds, nearest
from technic.setups.patterns.measures import Bars
from technic.setups.patterns.tails import Starts, Tails
from technic.typing import FloatArray

__all__ = [
    "ABOVE_PIVOT",
    "MAX_SPIKE",
    "PRIOR_BARS",
    "SWING",
    "Found",
    "Pattern",
    "functions",
    "percent",
    "whole",
]

Found: TypeAlias = dict[str, FloatArray]
"""An array ``(n_symbols,)`` for each function of a pattern, by the function's name."""
PLACES = 8_192
"""Places that are looked at together: what is read of them stays in the processor's cache."""
RuleT = TypeVar("RuleT")
"""The constants of a pattern: a named tuple, its fields in the order of the parameters."""


def percent(name: str, default: float, most: float = 100, least: float = 0) -> Parameter:
    """A constant in percent, or a ratio."""
    return Parameter(name, "number", default, least, most)


def whole(name: str, default: int, least: int = 1, most: int = 2_000) -> Parameter:
    """A whole number: of bars, or of contractions."""
    return Parameter(name, "bars", default, least, most)


SWING = whole("swing", 5, most=100)
PRIOR_BARS = whole("prior_bars", 120, most=1_000)
MAX_SPIKE = percent("max_spike", 25, most=1_000)
ABOVE_PIVOT = percent("above_pivot", 5)


@dataclass(frozen=True, slots=True)
class Pattern(Generic[RuleT]):
    """A chart pattern; called with bars, rows and constants it searches all symbols.

    ``rule``: type of the named tuple that holds the constants. ``in_order``: pairs of parameters of
    which the first must not be above the second. ``needed``: bars after which "not found" means
    that it is not there. ``likely``: the newest bars of all places and the rule in, the bases that
    a look at all of them together does not exclude out. ``candidates``: the bars of one symbol up
    to its row, the rule, and the first bars of those bases or None for every candidate; oldest
    first. ``numbers`` maps the names of the number functions to what they say, in the order of a
    candidate's numbers. ``fields`` begin with high, low and close.
    """

    name: str
    parameters: tuple[Parameter, ...]
    rule: Callable[..., RuleT]
    in_order: tuple[tuple[str, str], ...]
    fields: tuple[str, ...]
    needed: Callable[[RuleT], int]
    likely: Callable[[Tails, RuleT], Starts]
    candidates: Callable[[Bars, RuleT, Sequence[int] | None], Iterable[Candidate]]
    description: str
    source: str
    numbers: Mapping[str, str] = field(hash=False)

    def __call__(self, *arguments: Any) -> Found:
        """Search all symbols: 1.0 and the numbers where found, elsewhere 0.0 or NaN, and NaN.

        ``arguments``: an array for each of ``fields``, ``(n_bars, n_symbols)``, packed from the
        top; the row of the scan's day in each column, -1 before its first bar; the constants.
        ParameterError when a least value is above its greatest.
        """
        at = len(self.fields)
        return self._search(Tails(arguments[:at], arguments[at], None), *arguments[at + 1 :])

    def at_places(self, *arguments: Any) -> Found:
        """Search at places: as the search of a day, with the column of each row after the rows."""
        at = len(self.fields)
        places = Tails(arguments[:at], arguments[at], arguments[at + 1])
        return self._search(places, *arguments[at + 2 :])

    def _search(self, places: Tails, *constants: float) -> Found:
        rule, rows = self.constants(*constants), places.rows
        needed = self.needed(rule)
        found = {name: np.full(len(rows), np.nan) for name in (self.name, *self.numbers)}
        found[self.name][rows + 1 >= needed] = 0.0
        for place, starts in self._looked_through(places, rule):
            column = place if places.columns is None else int(places.columns[place])
            bars = Bars.of(places.fields, int(rows[place]), column, needed)
            today = len(bars.high) - 1
            own = [today - ago for ago in starts]
            candidate = first_that_holds(self.candidates(bars, rule, own))
            if candidate is None:
                continue
            for name, value in zip(found, (1.0, *candidate.numbers()), strict=True):
                found[name][place] = value
        return found

    def _looked_through(self, places: Tails, rule: RuleT) -> Iterator[tuple[int, list[int]]]:
        """Yield the places with likely bases, and how many bars ago each of these begins."""
        for first in range(0, len(places.rows), PLACES):
            part = places
            if len(places.rows) > PLACES:
                part = places.take(np.arange(first, min(first + PLACES, len(places.rows))))
            with np.errstate(all="ignore"):
                starts = self.likely(part, rule)
            pairs = zip(starts.place.tolist(), starts.ago.tolist(), strict=True)
            for place, own in itertools.groupby(pairs, key=itemgetter(0)):
                yield first + place, [ago for _, ago in own]

    def judge(self, fields: Sequence[FloatArray], *constants: float) -> Verdict | None:
        """Judge one symbol: the pattern, or the candidate that comes nearest, rule by rule.

        ``fields``: an array ``(n_bars,)`` for each of the pattern's, oldest first, the last bar
        the day of the scan. None where there are too few bars for any candidate.
        """
        rule = self.constants(*constants)
        columns = tuple(np.asarray(field)[:, None] for field in fields)
        last = len(columns[0]) - 1
        bars = Bars.of(columns, last, 0, self.needed(rule))
        return nearest(self.candidates(bars, rule, None), len(bars.high) - 1)

    def constants(self, *values: float) -> RuleT:
        """Return the rule; ParameterError when a least value is above its greatest."""
        rule = self.rule(
            *(
                int(value) if parameter.takes == "bars" else value
                for parameter, value in zip(self.parameters, values, strict=True)
            )
        )
        for low, high in self.in_order:
            least, most = getattr(rule, low), getattr(rule, high)
            if least > most:
                raise ParameterError(low, least, f"at most {high}, which is {most}")
        return rule

    def bars(self, *values: float) -> int:
        """Bars after which "not found" means that there is none."""
        return self.needed(self.constants(*values))


@dataclass(frozen=True, slots=True)
class Kernel:
    """One array of a search. Kernels with the same ``search`` and arguments can share one run."""

    search: Callable[..., Found]
    name: str

    def __call__(self, *arguments: object) -> FloatArray:
        """Run the search and return the array of this function."""
        return self.search(*arguments)[self.name]


@dataclass(frozen=True, slots=True)
class PlaceSearch:
    """A pattern's search at places, which can be compared and pickled."""

    pattern: Pattern[Any]

    def __call__(self, *arguments: Any) -> Found:
        """Search."""
        return self.pattern.at_places(*arguments)


@dataclass(frozen=True, slots=True)
class Need:
    """How many bars a pattern needs, as a function of its constants."""

    pattern: Pattern[Any]

    def __call__(self, *constants: float) -> int:
        """Return the number; ParameterError when a least value is above its greatest."""
        return self.pattern.bars(*constants)


UNITS = {
    **dict.fromkeys(("_pivot", "_low"), "price"),
    **dict.fromkeys(("_depth", "_depth_last", "_gain", "_roundness"), "%"),
    "_volume_ratio": "ratio",
    **dict.fromkeys(("_bars", "_contractions"), "bars"),
}
"""What the numbers of a pattern count in, by how their names end."""


def functions(pattern: Pattern[Any]) -> dict[str, Function]:
    """Return the condition and the numbers of a pattern as functions of the scan language."""
    told = {pattern.name: pattern.description} | dict(pattern.numbers)
    return {
        name: Function(
            name=name,
            parameters=pattern.parameters,
            returns="condition" if name == pattern.name else "number",
            memory="day",
            kernel=Kernel(pattern, name),
            description=description,
            source=pattern.source,
            fields=pattern.fields,
            lookback=Need(pattern),
            costly=True,
            together=pattern,
            at_places=PlaceSearch(pattern),
            unit=next((unit for ending, unit in UNITS.items() if name.endswith(ending)), ""),
        )
        for name, description in told.items()
    }
