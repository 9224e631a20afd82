"""Both passes over the symbols of a block of days, and the ranks of each day between them.

A symbol that raises costs that symbol alone, as in a scan: each pass halves what raised down to the
symbol at fault. One that raises in the second pass has been ranked by then, so that all begins
again without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from technic.engine.blocks import PoisonedSymbol, call_or_halve
from technic.engine.runner import TaskRunner
from technic.language.syntax.nodes import Call
from technic.scan.expressions.conditions import Expression
from technic.scan.expressions.vocabulary import vocabulary
from technic.scoring import rs_eligible, rs_rating
from technic.study.replay.basis_bars import BlockBars
from technic.study.replay.day_rows import ReplayTask
from technic.study.replay.hit_blocks import (
    FirstPass,
    first_pass,
    without_bars,
)
from technic.study.replay.lean import HitRules
from technic.study.replay.listed_names import ListedNames
from technic.typing import BoolArray, FloatArray

__all__ = [
    "BlockWork",
    "BothPasses",
    "DayPlaces",
    "Halved",
    "both_passes",
    "concatenated",
    "each_of",
    "second_or_halve",
]

IndexArray = NDArray[np.intp]
R = TypeVar("R")
S = TypeVar("S")
_Comparison = tuple[Sequence[NDArray[Any] | str], Callable[..., FloatArray]]
"""Values at all places, one part after the other, or a text for all; what compares a day's."""


@dataclass(frozen=True, slots=True, eq=False)
class DayPlaces:
    """The places of all parts, day by day: ``order`` sorts them, ``starts`` is where days begin."""

    order: IndexArray
    starts: IndexArray
    cuts: IndexArray

    @classmethod
    def of(cls, parts: Sequence[FirstPass], n_days: int) -> DayPlaces:
        """Sort the places of all parts, one after the other, by day."""
        day = np.concatenate([np.empty(0, np.intp), *(one.places.day for one in parts)])
        order = np.argsort(day.astype(np.uint16), kind="stable")
        starts = np.searchsorted(day[order], np.arange(n_days + 1))
        return cls(order, starts, np.cumsum([len(one.places.day) for one in parts])[:-1])

    def compared(
        self, arrays: Sequence[NDArray[Any] | str], compare: Callable[..., FloatArray]
    ) -> list[FloatArray]:
        """Compare the symbols of each day; return the values of each part.

        ``arrays``: values at all places, one part after the other, or a text for all.
        """
        days = [one if isinstance(one, str) else one[self.order] for one in arrays]
        found = np.full(len(self.order), np.nan)
        for first, stop in zip(self.starts[:-1].tolist(), self.starts[1:].tolist(), strict=True):
            if stop > first:
                own = [one if isinstance(one, str) else one[first:stop] for one in days]
                found[first:stop] = compare(*own)
        out = np.empty(len(found))
        out[self.order] = found
        return np.split(out, self.cuts)


@dataclass(frozen=True, slots=True, eq=False)
class BlockWork:
    """All that both passes of a block need beside the symbols; it travels to other processes."""

    bars: BlockBars
    task: ReplayTask
    rules: HitRules
    listed: ListedNames


Halved = tuple[list[tuple[slice, R]], list[PoisonedSymbol]]
"""What came of the cuts that went well, and the symbols at fault."""


def _first(work: BlockWork, cut: slice) -> Halved[FirstPass]:
    return call_or_halve(
        cut,
        lambda own: work.bars.take(own, work.task.days),
        lambda bases: first_pass(bases, work.task, work.rules, work.listed),
        work.bars.symbols,
    )


def _first_of_all(work: BlockWork, cut: slice) -> Halved[FirstPass]:
    done, poisoned = _first(work, cut)
    return [(own, without_bars(known)) for own, known in done], poisoned


def second_or_halve(
    work: BlockWork,
    cut: slice,
    known: FirstPass | None,
    rs_rating: FloatArray,
    joined: Mapping[Expression, FloatArray],
    decide: Callable[[FirstPass, FloatArray, dict[Expression, FloatArray]], R],
) -> Halved[R]:
    """Do the second pass of a cut, or of its halves where it raises.

    ``known``: the first pass of the cut, None where that has to be done again; ``rs_rating``,
    ``joined``: at its places. ``decide``: the second pass, of a first one and what belongs to it.
    """

    def again(own: slice) -> FirstPass:
        return first_pass(work.bars.take(own, work.task.days), work.task, work.rules, work.listed)

    def take(own: slice) -> tuple[FirstPass, BoolArray | slice]:
        of_cut = known if known is not None else again(cut)
        if own == cut:
            return of_cut, slice(None)
        names = set(work.bars.symbols[own])
        inside = np.array([name in names for name in of_cut.symbols], np.bool_)
        return again(own), inside[of_cut.symbol]

    def call(taken: tuple[FirstPass, BoolArray | slice]) -> R:
        own, at = taken
        return decide(own, rs_rating[at], {name: values[at] for name, values in joined.items()})

    return call_or_halve(cut, take, call, work.bars.symbols)


@dataclass(frozen=True, slots=True, eq=False)
class BothPasses(Generic[R]):
    """Both passes of all cuts that went well; ``poisoned``: the symbols that are in none."""

    first: list[FirstPass]
    second: list[R]
    days: DayPlaces
    poisoned: list[PoisonedSymbol]

    def ranked(self, symbols: Sequence[str]) -> BoolArray:
        """Tell who of ``symbols`` is ranked on which day of the block, ``(n_days, n_symbols)``."""
        place = {name: at for at, name in enumerate(symbols)}
        found = np.zeros((len(self.days.starts) - 1, len(symbols)), np.bool_)
        for part in self.first:
            column = np.array([place[name] for name in part.symbols], np.intp)
            own = part.ranked
            found[part.places.day[own], column[part.symbol[own]]] = True
        return found


def both_passes(
    work: BlockWork, cuts: Sequence[slice], runner: TaskRunner, second: Callable[..., Halved[R]]
) -> BothPasses[R]:
    """Do both passes of the cuts, on the runner.

    ``second``: a function of a module, which is given the work, a cut, its first pass where that
    may stay, its ratings of relative strength, and its values of the calls that compare.
    """
    poisoned: list[PoisonedSymbol] = []
    here = runner.shares_memory
    while True:
        halved = runner.map(_first if here else _first_of_all, work, [(cut,) for cut in cuts])
        poisoned += [one for _, some in halved for one in some]
        went_well = [each for done, _ in halved for each in done]
        cuts, parts = [cut for cut, _ in went_well], [known for _, known in went_well]
        if not parts:  # nobody is left: no places, but every column
            cuts, parts = [slice(0, 0)], [_first(work, slice(0, 0))[0][0][1]]
        days = DayPlaces.of(parts, len(work.task.days))
        rated, joined = _compared(work.rules, parts, days, runner)
        known = parts if here else [None for _ in parts]
        again = runner.map(second, work, zip(cuts, known, rated, joined, strict=True))
        late = [one for _, some in again for one in some]
        if not late and all(len(done) == 1 for done, _ in again):
            return BothPasses(parts, [done[0][1] for done, _ in again], days, poisoned)
        poisoned += late
        cuts = [cut for done, _ in again for cut, _ in done]


def _compared(
    rules: HitRules, parts: Sequence[FirstPass], days: DayPlaces, runner: TaskRunner
) -> tuple[list[FloatArray], list[dict[Expression, FloatArray]]]:
    """Return what symbols are compared by, of each part: rs_rating, and the comparing calls."""
    asked = [_by_strength(parts), *(_call(call, parts) for call in rules.compared)]
    rated, *values = each_of(runner, DayPlaces.compared, days, asked)
    joined = [dict(zip(rules.compared, own, strict=True)) for own in zip(*values, strict=True)]
    return rated, joined or [{} for _ in parts]


def each_of(
    runner: TaskRunner, call: Callable[..., R], shared: S, items: Iterable[tuple[Any, ...]]
) -> list[R]:
    """Call a function for each item, at one time where nothing has to travel for it."""
    if runner.shares_memory:
        return runner.map(call, shared, items)
    return [call(shared, *item) for item in items]


def concatenated(parts: Iterable[NDArray[Any]]) -> NDArray[Any]:
    """Put the arrays of all parts behind each other."""
    return np.concatenate(list(parts))


def _by_strength(parts: Sequence[FirstPass]) -> _Comparison:
    """Return what relative strength is rated by."""
    score = concatenated(one.columns["rs_score"] for one in parts)
    return [score, concatenated(map(_eligible, parts))], rs_rating


def _eligible(part: FirstPass) -> BoolArray:
    score = np.where(part.ranked, part.columns["rs_score"], np.nan)
    return rs_eligible({**part.columns, "rs_score": score}, part.ranked)


def _call(call: Expression, parts: Sequence[FirstPass]) -> _Comparison:
    """Return what a call that compares the symbols of each day looks at, in all parts."""
    assert isinstance(call.node, Call)
    function = vocabulary().functions[call.node.function]
    arrays: list[NDArray[Any] | str] = []
    for number, one in enumerate(parts[0].compared[call]):
        if isinstance(one, str):
            arrays.append(one)
            continue
        values = [cast("NDArray[Any]", part.compared[call][number]) for part in parts]
        if values[0].dtype.kind == "f":
            pairs = zip(parts, values, strict=True)
            values = [np.where(part.ranked, own, np.nan) for part, own in pairs]
        arrays.append(concatenated(values))
    return arrays, function.kernel
